"""Hostile words in every field that the learner fills: clients, notes, checks, goals, names; and messages of 1 MB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import cycle, islice
from typing import TypeVar

from skilltrail.application import Application
from skilltrail.domain.checks import NOTE_LIMIT, SOURCE_LIMIT, Said
from skilltrail.domain.contexts import ContextForm, SaidOf
from skilltrail.domain.corrections import Standing
from skilltrail.domain.entries import Deliverable, Goal, OwnSkill, Reflection
from skilltrail.domain.portfolio import Audience, Selection, SkillChoice
from skilltrail.domain.saved_portfolio import SKILLS_MOST
from skilltrail.errors import SkilltrailError
from torture.support_hostile import own, sendable

Row = TypeVar("Row")

TURNED = (
    "\u202eeman elif\u202c and on",
    "\u2066isolated and never closed",
    "\u202e\u2066\u202d\u200f" * 20 + "turned",
    "photo\u202egnp.exe",
    "\u05e9\u05dc\u05d5\u05dd <b>\u05e2\u05d5\u05dc\u05dd</b> \u0645\u0631\u062d\u0628\u0627",
    "\U0001f469\u200d\U0001f680" * 30 + "\ufe0f\u20e3\U0001f1e9\U0001f1ea",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e" * 20,
)
"""Marks of direction, emoji and letters piled up."""

WORDS_EACH = 20
"""Other names and words of one client; so few that no list of the form is full."""

PROJECTS = 12


def most_hostile() -> list[str]:
    """Return our own scripts and formulas, and what turns or piles up; for fields of which each row stands in a page."""
    return [*own()["scripts"], *own()["cells"], *TURNED]


def huge_messages(size: int = 1_000_000) -> dict[str, str]:
    """Return messages of about 1 MB, each hostile in another way, by what they are."""
    return {
        "scripts": _filled("<img src=x onerror=alert(1)><script>alert(2)</script> ", size),
        "one word": "<" * size,
        "quotes": "> " * (size // 2) + "<script>alert(3)</script>",
        "brackets": "[" * (size // 2) + "](javascript:alert(4))" * (size // 44),
        "emphasis": _filled("*_**`~~", size),
        "table": _filled("| <img src=x onerror=alert(5)> | =1+1 |\n|---|---|\n", size),
        "code": "```html\n" + _filled("<script>alert(6)</script>\n", size),
        "turned": _filled("\u202eeman elif \u2066", size // 3),
        "emoji": _filled("\U0001f469\u200d\U0001f680", size // 11),
        "formulas": _filled('=HYPERLINK("https://evil.example","x")\t@SUM(1)\n', size),
    }


def _filled(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def write_everywhere(application: Application, ids: Sequence[int], texts: Sequence[str]) -> dict[str, int]:
    """Fill every field that the learner fills; return how many rows of each kind were taken.

    Every text stands in a check's note and source and in a reflection; those of ``most_hostile`` in all the rest.
    """
    few = [sendable(text) for text in most_hostile()]
    return {
        "checks": _each(zip(ids, texts, strict=True), lambda row: _check(application, *row)),
        "reflections": _each(zip(ids, texts, strict=True), lambda row: _reflect(application, *row)),
        "entries": _entries(application, few),
        "clients": _clients(application, few, ids),
        "topics": _topics(application, few),
        "portfolios": _portfolios(application, few),
        "own words": _each(few[:40], lambda text: application.redactions.add_word(f"{text[:60]} zqhidden")),
    }


def _portfolios(application: Application, texts: Sequence[str]) -> int:
    """Keep portfolios that show as many skills as they may, with a text in every field that the learner writes."""
    topics = cycle([topic.id for topic in application.trail.topics()])
    most = min(SKILLS_MOST, len(application.trail.topics()))
    after = cycle(texts)

    def keep(text: str) -> object:
        skills = tuple(SkillChoice(one, next(after)) for one in islice(topics, most))
        return application.portfolios.keep(
            Selection(text, Audience.JOB_POST, next(after), next(after), next(after), job_post=text, skills=skills)
        )

    return _each(texts[:12], keep)


def _each(rows: Iterable[Row], keep: Callable[[Row], object]) -> int:
    """Keep each row; what a form refuses (too short, looks like a secret) is left out of the count."""
    kept = 0
    for row in rows:
        try:
            keep(row)
            kept += 1
        except SkilltrailError:
            continue
    return kept


def _check(application: Application, row: int, text: str) -> None:
    words = sendable(text)
    said = (Said.CONFIRMED, Said.CORRECTED, Said.CONTRADICTED)[row % 3]
    application.checks.say(row, said, source=words[:SOURCE_LIMIT], note=words[:NOTE_LIMIT])


def _reflect(application: Application, row: int, text: str) -> None:
    application.entries.keep(Reflection(f"{sendable(text)[:7_000]} ."), exchange_id=row)


def _entries(application: Application, few: Sequence[str]) -> int:
    keep = application.entries.keep
    topics = cycle([topic.id for topic in application.trail.topics()])
    by = date(2027, 3, 31)

    def all_kinds(text: str) -> None:
        topic, name = next(topics), f"{text[:150]} ."
        keep(Reflection(f"{text} ."), topic_id=topic)
        keep(OwnSkill(name, text), topic_id=topic)
        keep(OwnSkill(f"{name} 2", text))
        reached = keep(Goal(name, by=by), topic_id=topic)
        keep(Goal(f"{name} 2"))
        keep(Deliverable("file", name, sha256="ab" * 32, size=7), topic_id=topic)
        keep(Deliverable("commit", name, commit="ab" * 20), topic_id=topic)
        application.entries.reached(reached.id)
        keep(Deliverable("url", name, address=f"https://a.example/{''.join(text.split())}"[:2_000]), topic_id=topic)

    return _each(few, all_kinds)


def _clients(application: Application, few: Sequence[str], ids: Sequence[int]) -> int:
    """Keep clients under hostile names with hostile words, projects of them, an archived one; and say whose some are."""
    made: list[int] = []

    def keep(form: ContextForm, client: int | None = None) -> None:
        done = application.contexts.keep(form, client_id=client)
        if done.context is not None and client is None:
            made.append(done.context.id)

    names = [text[:90] for text in few]
    groups = [tuple(names[start : start + WORDS_EACH]) for start in range(0, len(names), WORDS_EACH)]
    forms = [
        ContextForm(f"{group[0]} GmbH", tuple(f"{one[:80]} other" for one in group), (f"n{number}.example",), group)
        for number, group in enumerate(groups)
    ]
    taken = _each([*forms, *(ContextForm(f"{name} .") for name in names)], keep)
    taken += _each([*names[:PROJECTS]], lambda name: keep(ContextForm(f"{name} p"), made[0]))
    application.contexts.set_archived(made[-1], archived=True)
    application.contexts.finish()
    for number, client in zip(ids, made, strict=False):
        application.contexts.say([number], SaidOf.CLIENTS, clients=[client])
    return taken


def _topics(application: Application, few: Sequence[str]) -> int:
    """Name topics and areas, hide one, split some; the log tells of each."""
    topics = application.trail.topics()
    fix = application.corrections
    done = _each(zip(topics, few, strict=False), lambda pair: fix.rename(pair[0].id, f"{pair[1][:70]} ."))
    done += _each(zip(topics[1:], few[5:], strict=False), lambda pair: fix.set_area(pair[0].id, f"{pair[1][:70]} ."))
    done += _each(enumerate(topics[:6]), lambda pair: _split(application, pair[1].id, pair[0], few[20 + pair[0]]))
    return done


def _split(application: Application, topic_id: str, number: int, name: str) -> None:
    rows = application.exchanges.shown_of(topic_id, 3)
    made = application.corrections.split_off(rows, f"{name[:70]} part")
    if made.topic_id and number % 3 == 0:
        application.corrections.set_standing(made.topic_id, Standing.HIDDEN)
