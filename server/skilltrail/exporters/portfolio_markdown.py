"""A portfolio as Markdown, for a profile or a README: everything that the page says, captured words as words only."""

from __future__ import annotations

from collections.abc import Iterator

from skilltrail.domain.portfolio import SignedPortfolio
from skilltrail.exporters.plain_text import one_line, visible_lines
from skilltrail.exporters.portfolio_dressing import MARK, Run, dressed
from skilltrail.exporters.portfolio_view import (
    DeliverableView,
    EndorsementView,
    ExcerptView,
    PortfolioView,
    SkillView,
    portfolio_view,
)
from skilltrail.exporters.portfolio_words import gap
from skilltrail.exporters.timeline_markdown import literal
from skilltrail.i18n import _, speaking

_UNSAFE = frozenset('<>\\"`')


def portfolio_markdown(signed: SignedPortfolio) -> str:
    """Return the portfolio as CommonMark text."""
    with speaking(signed.portfolio.language):
        return "\n".join(_lines(portfolio_view(signed.portfolio))) + "\n"


def _lines(view: PortfolioView) -> Iterator[str]:
    yield from [f"# {literal(view.name)}", ""]
    for words in filter(None, (view.headline, view.title)):
        yield from [f"**{literal(words)}**", ""]
    for words in view.introduction:
        yield from [literal(words), ""]
    yield from [literal(". ".join(filter(None, (view.prepared, view.made_on)))), ""]
    yield from [f"> {literal(view.statement)} {literal(view.what)}", ""]
    yield from [", ".join(f"{number} {literal(words)}" for number, words in view.facts) + ".", ""]
    for skill in view.skills:
        yield from _skill(skill)
    yield from _reach(view)
    for notice in view.notices:
        yield from [literal(notice), ""]
    yield literal(view.made_with)


def _skill(skill: SkillView) -> Iterator[str]:
    yield from [f"## {literal(skill.name)}", ""]
    area = f"{literal(skill.area)}. " if skill.area else ""
    yield from [f"{area}**{literal(skill.stage)}.** {literal(skill.rule)} {literal(skill.fresh)}.", ""]
    if skill.note:
        yield from [_quoted(skill.note), ""]
    yield from [literal(skill.story), ""]
    yield from [", ".join(f"{number} {literal(words)}" for number, words in skill.counts) + ".", ""]
    if skill.excerpts:
        yield from ["### " + _("Excerpts from the log"), ""]
        for one in skill.excerpts:
            yield from _excerpt(one)
    if skill.reflections:
        yield from ["### " + _("What I learned, in my own words"), ""]
        for text, day in skill.reflections:
            yield from [_quoted(text), ">", f"> {literal(day)}", ""]
    if skill.deliverables:
        yield from ["### " + _("What came of it"), "", *map(_deliverable, skill.deliverables), ""]
    if skill.endorsements:
        yield from ["### " + _("What others say"), ""]
        for said in skill.endorsements:
            yield from _endorsement(said)
    yield from _small(skill)


def _excerpt(one: ExcerptView) -> Iterator[str]:
    yield from [f"**{literal(one.title)}** ({literal('; '.join(one.facts))})", ""]
    for label, text, _asked in one.parts:
        yield from [f"*{literal(label)}*", "", _dressed(text.rstrip()), ""]


def _deliverable(one: DeliverableView) -> str:
    facts = "".join(f"; {literal(name)}: {coded(value)}" for name, value in one.facts)
    address = f"; {addressed(one.address)}" if one.address else ""
    return f"- **{literal(one.title)}** ({literal(one.kind)}, {literal(one.day)}{address}{facts})"


def _endorsement(one: EndorsementView) -> Iterator[str]:
    yield from [_quoted(one.comment), ">"]
    if one.ticked:
        yield from [f"> {literal(one.ticked_by)}", ">", *(f"> - {literal(words)}" for words in one.ticked), ">"]
    who = ", ".join([literal(one.by), literal(one.day), *([addressed(one.contact)] if one.contact else [])])
    yield from [f"> {who}. {literal(one.caution)} {coded(one.key)}", ""]


def _small(skill: SkillView) -> Iterator[str]:
    if skill.terms:
        words = _("Frequent words: {terms}").format(terms=", ".join(skill.terms))
        yield from [literal(words), ""]
    for words, address in skill.alignments:
        yield from [f"{literal(words)} {addressed(address) if address else ''}".rstrip(), ""]
    if skill.counted:
        words = _("Counted entries of the log, for a spot check: {numbers}").format(numbers=skill.counted)
        yield from [literal(words), ""]


def _reach(view: PortfolioView) -> Iterator[str]:
    yield from ["## " + _("What you can do now"), "", *(f"- {literal(words)}" for words in view.to_do), ""]
    yield from ["## " + _("What this shows, and what it does not"), "", literal(f"{view.stages} {view.withheld}"), ""]
    yield from [literal(view.no_proof), ""]
    yield from [
        "### " + _("What checks can show"),
        "",
        literal(view.if_passed),
        "",
        *(f"- {literal(words)}" for words in view.shows),
        "",
    ]
    yield from ["### " + _("What they cannot show"), "", *(f"- {literal(words)}" for words in view.shows_not), ""]
    yield from [f"{literal(view.time)} {literal(view.time_hint)} {literal(view.issuer)}", ""]
    yield from [_("Key") + f": {coded(view.key)}", ""]
    if view.profiles:
        yield from [", ".join(map(addressed, view.profiles)), ""]


def addressed(address: str) -> str:
    """Return an address as Markdown's own link where it is a plain one of the web, else as words."""
    plain = address.startswith(("https://", "http://")) and address.isascii()
    return f"<{address}>" if plain and not any(sign in _UNSAFE or sign <= " " for sign in address) else literal(address)


def coded(text: str) -> str:
    """Return what is to be compared sign by sign as code, in as many backticks as it needs."""
    line = one_line(text)
    ticks = "`"
    while ticks in line:
        ticks += "`"
    space = " " if "`" in line else ""
    return f"{ticks}{space}{line}{space}{ticks}" if line else ""


def _dressed(text: str) -> str:
    """Return an excerpt as a quote: its code stands as code, all else as words."""
    return "\n".join(_block(kind, runs) for kind, runs in dressed(visible_lines(text).replace("\r", "\n"), gap()))


def _block(kind: str, runs: list[Run]) -> str:
    if kind == "code":
        return "\n".join(f"> {line}" for line in _fenced(runs))
    if kind == "head":
        words = "".join(words for how, words in runs if how != MARK)
        return f"> **{literal(words)}**  "
    # Marks are backticks and stars in pairs, and in a run of code stands no backtick: Markdown reads it just so.
    line = "".join(words if how in ("code", MARK) else _within(words) for how, words in runs)
    return f"> {_no_block(line)}  " if line.strip() else ">"


def _fenced(runs: list[Run]) -> list[str]:
    """Return the lines of a block of code in a fence of ours, longer than any in the code: nothing in it can end it."""
    code, fence = runs[1][1], "```"
    while fence in code:
        fence += "`"
    language = runs[0][1].strip().strip("`~").strip()
    named = language if language.isalnum() and language.isascii() else ""
    return [f"{fence}{named}", *(code.split("\n") if code else []), fence]


def _within(words: str) -> str:
    """Return words beside code, with the blanks at their ends."""
    before, after = words[:1].isspace(), words[-1:].isspace()
    plain = literal(words)
    return f"{' ' if before else ''}{plain}{' ' if after and plain else ''}"


def _quoted(text: str) -> str:
    """Return a text as a quote in which each line stands as it is."""
    lines = (literal(line) for line in visible_lines(text).splitlines())
    return "\n".join(f"> {_no_block(line)}  " if line else ">" for line in lines)


def _no_block(line: str) -> str:
    """Return a line that begins no list, heading or rule; other signs are taken care of by ``literal``."""
    head, dot, rest = line.partition(".") if "." in line[:12] else line.partition(")")
    if dot and head.isdigit():
        return f"{head}\\{dot}{rest}"
    return f"\\{line}" if line[:1] in "-+" else line
