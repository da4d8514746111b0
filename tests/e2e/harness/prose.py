"""Invented questions and answers: Markdown, several scripts, emoji, and long enough to be cut."""

import random

SKILLS = ("SQL joins", "CSS grid", "invoice templates", "Rust lifetimes", "Figma variants", "logo kerning", "VAT rules")
OPENINGS = (
    "Think of it as a map from keys to rows.",
    "Kurz gesagt: Größe zählt, Maß hält – und „schön“ ist relativ.",
    "Try the smallest case first 👩‍💻 and watch what changes.",
    "日本語の例も同じです。まず小さく試してください。",
    "Le résultat dépend du contexte, voilà pourquoi il faut mesurer.",
    "A common slip is to test `x == None`; prefer `x is None`.",
)
BODIES = (
    "```python\ndef total(rows):\n    return sum(row.price for row in rows)  # ≈ Σ\n```",
    "```sql\nSELECT name, count(*)\nFROM client\nGROUP BY name;\n```",
    "- measure before you change\n- change one thing\n- measure again ✅",
    "1. sketch the layout\n2. name the areas\n3. place the items",
    "**Why it works:** the index is read in order, so no sort is needed.",
    "The cost is about 3 × n − 2 steps; for n = 10⁴ that is 29 998.",
)
CLOSINGS = ("Does that match what you see?", "Soll ich ein Beispiel zeigen? 🙂", "Measure it on your own data.")


def question(number: int) -> str:
    """Return a prompt that no other number gives."""
    skill = SKILLS[number % len(SKILLS)]
    return f"Question {number:03d}: why does my attempt at {skill} fail — and how do I check it? (№ {number})"


def answer(seed: int, *, paragraphs: int = 3) -> str:
    """Return an answer in Markdown that no other seed gives."""
    draw = random.Random(seed)
    middle = [draw.choice((*BODIES, *OPENINGS)) for _ in range(paragraphs - 2)]
    return "\n\n".join([f"{draw.choice(OPENINGS)} (note {seed})", *middle, draw.choice(CLOSINGS)])


def long_answer(seed: int, *, characters: int) -> str:
    """Return an answer of about so many characters."""
    paragraphs = [answer(seed)]
    while sum(map(len, paragraphs)) < characters:
        paragraphs.append(answer(seed * 1000 + len(paragraphs)))
    return "\n\n".join(paragraphs)
