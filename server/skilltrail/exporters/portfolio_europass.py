"""A portfolio as plain text in the sections of a Europass CV, to be pasted or attached there.

Digital credentials of Europass need the seal of an organisation; this is a person's own statement and says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from skilltrail.domain.portfolio import SignedPortfolio
from skilltrail.exporters.portfolio_view import PortfolioView, SkillView, portfolio_view
from skilltrail.i18n import _, speaking


def portfolio_europass(signed: SignedPortfolio) -> str:
    """Return the text, in lines as long as they are; whoever pastes it breaks them."""
    with speaking(signed.portfolio.language):
        return "\n".join(_lines(portfolio_view(signed.portfolio))) + "\n"


def _lines(view: PortfolioView) -> Iterator[str]:
    yield from _headed(_("Personal information"), view.name, *view.profiles)
    yield from _headed(_("About me"), view.headline, *view.introduction)
    yield from _headed(_("Learning from work with AI assistants"), view.prepared, view.statement, view.what)
    for skill in view.skills:
        yield from _skill(skill)
    yield from _headed(_("Remarks"), view.stages, view.withheld, view.time, view.time_hint, view.issuer)
    yield from _headed(_("What these records do not show"), *(f"- {words}" for words in view.shows_not))
    yield from _headed(_("Key"), view.key)
    yield from [*view.notices, view.made_with]


def _headed(head: str, *rows: str) -> list[str]:
    kept = [row for row in rows if row]
    return [head.upper(), *kept, ""] if kept else []


def _skill(skill: SkillView) -> Iterator[str]:
    yield f"{skill.name} ({skill.period})"
    yield f"{skill.stage}: {skill.rule} {skill.fresh}."
    yield skill.story
    yield ", ".join(f"{number} {words}" for number, words in skill.counts) + "."
    yield from filter(None, [" ".join(skill.note.split())])
    yield from (f"- {' '.join(text.split())} ({day})" for text, day in skill.reflections)
    for work in skill.deliverables:
        facts = [f"{name} {value}" for name, value in work.facts]
        yield (
            "- "
            + _("Deliverable")
            + ": "
            + ", ".join(filter(None, [work.title, work.kind, work.day, work.address, *facts]))
        )
    for said in skill.endorsements:
        comment = " ".join(said.comment.split())
        named = _("Endorsement")
        who = ", ".join(filter(None, (said.by, said.day, said.contact)))
        ticked = f" {said.ticked_by} {' '.join(said.ticked)}" if said.ticked else ""
        yield f"- {named}: “{comment}” {who}.{ticked} {said.caution}"
    yield from (f"- {words} {address}".rstrip() for words, address in skill.alignments)
    yield ""
