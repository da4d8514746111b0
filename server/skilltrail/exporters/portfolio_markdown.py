"""A portfolio as Markdown, for a profile or a README: everything that the page says, captured words as words only."""

from __future__ import annotations

from collections.abc import Iterator

from skilltrail.domain.portfolio import SignedPortfolio
from skilltrail.exporters.plain_text import visible_lines
from skilltrail.exporters.portfolio_view import (
    DeliverableView,
    EndorsementView,
    ExcerptView,
    PortfolioView,
    SkillView,
    portfolio_view,
)
from skilltrail.exporters.timeline_markdown import literal
from skilltrail.i18n import _, speaking


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
        yield from [f"*{literal(label)}*", "", _quoted(text.rstrip()), ""]


def _deliverable(one: DeliverableView) -> str:
    facts = "".join(f"; {literal(name)}: {literal(value)}" for name, value in one.facts)
    address = f"; {literal(one.address)}" if one.address else ""
    return f"- **{literal(one.title)}** ({literal(one.kind)}, {literal(one.day)}{address}{facts})"


def _endorsement(one: EndorsementView) -> Iterator[str]:
    yield from [_quoted(one.comment), ">"]
    who = ", ".join(literal(part) for part in (one.by, one.day, one.contact) if part)
    yield from [f"> {who}. {literal(one.caution)} {literal(one.key)}", ""]


def _small(skill: SkillView) -> Iterator[str]:
    if skill.terms:
        words = _("Words it stands for: {terms}").format(terms=", ".join(skill.terms))
        yield from [literal(words), ""]
    for words, address in skill.alignments:
        yield from [literal(f"{words} {address}"), ""]
    if skill.counted:
        words = _("Counted entries of the log, for a spot check: {numbers}").format(numbers=skill.counted)
        yield from [literal(words), ""]


def _reach(view: PortfolioView) -> Iterator[str]:
    yield from ["## " + _("How far this reaches"), "", literal(f"{view.stages} {view.withheld}"), ""]
    yield from [literal(_("This text itself carries no proof: the page and the evidence bundle do.")), ""]
    yield from ["### " + _("What the checks show"), "", *(f"- {literal(words)}" for words in view.shows), ""]
    yield from ["### " + _("What they do not show"), "", *(f"- {literal(words)}" for words in view.shows_not), ""]
    yield from [f"{literal(view.time)} {literal(view.time_hint)} {literal(view.issuer)}", ""]
    yield from [_("Key") + f": {literal(view.key)}", ""]
    if view.profiles:
        yield from [literal(", ".join(view.profiles)), ""]


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
