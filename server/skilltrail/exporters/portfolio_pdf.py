"""A portfolio as PDF, by typst: for printing and for places that take nothing else. It carries no proof and says so.

The words go in as JSON, which the template sets as text: typst reads no markup in them. Its own fonts cover Latin,
Greek and Cyrillic; for other scripts it looks among those of the system.
"""

from __future__ import annotations

import io
import json
from datetime import UTC
from importlib import resources
from typing import Any

from skilltrail.domain.portfolio import PortfolioSkill, SignedPortfolio
from skilltrail.exporters import portfolio_chart as charts
from skilltrail.exporters.chart_spec import PALETTE
from skilltrail.exporters.portfolio_dressing import Run, dressed, read_as_set
from skilltrail.exporters.portfolio_markup import Element, serialised, tag
from skilltrail.exporters.portfolio_page_words import how_to_check
from skilltrail.exporters.portfolio_view import PortfolioView, SkillView, contact_link, portfolio_view
from skilltrail.exporters.portfolio_words import gap
from skilltrail.exporters.wording import visible_lines
from skilltrail.i18n import _, speaking


def portfolio_pdf(signed: SignedPortfolio) -> bytes:
    """Return the PDF: selectable text, headings as bookmarks, tagged; the same portfolio gives the same bytes."""
    import typst  # noqa: PLC0415 - a large library, for who writes PDF

    with speaking(signed.portfolio.language):
        data = json.dumps(_words(signed), ensure_ascii=True)
    source = (resources.files("skilltrail.exporters") / "templates" / "portfolio.typ").read_bytes()
    made = int(signed.portfolio.made_at.astimezone(UTC).timestamp())
    return typst.compile(source, format="pdf", sys_inputs={"view": data}, timestamp=made, pdf_tags=True)


def _words(signed: SignedPortfolio) -> dict[str, Any]:
    portfolio, view = signed.portfolio, portfolio_view(signed.portfolio)
    months = charts.axis(portfolio.skills, portfolio.made_at.date())
    pairs = enumerate(zip(portfolio.skills, view.skills, strict=True))
    made = portfolio.made_at.date()
    said = {name: getattr(view, name) for name in _PLAIN}
    words: dict[str, Any] = _plain(
        said
        | {
            "language": portfolio.language,
            "made": [made.year, made.month, made.day],
            "kicker": _kicker(view),
            "qr": _qr(view.key),
            "qr_alt": view.key,
            "qr_words": _("The key: compare it with the one that {name} published").format(name=view.name),
            "heads": _heads(),
            "how": how_to_check(view, stamped=False, paper=True),
            "skills": [_skill(skill, words, months, place) for place, (skill, words) in pairs],
        }
    )
    return words


_CHART_STYLE = (
    "text{font:12px 'DejaVu Sans',sans-serif;fill:#566166;text-anchor:middle}.bar{fill:PAINT;fill-opacity:.32}"
    ".learnt{fill:PAINT}.floor{stroke:#ddd5c8;fill:none}.mark{fill:#1f2a2e}"
    ".none{fill:#ddd5c8}.year{font-weight:600}"
)

_PLAIN = (
    "name", "headline", "title", "prepared", "introduction", "facts", "statement", "what", "stages", "withheld",
    "to_do",
    "if_passed", "no_proof", "shows",
    "shows_not", "time", "time_hint", "issuer", "profiles", "notices", "made_with",
)  # fmt: skip


def _kicker(view: PortfolioView) -> str:
    return " · ".join((_("Learning portfolio"), view.made_on))


def _heads() -> dict[str, Any]:
    return {
        "overview": _("Skills at a glance"),
        "columns": [_("Skill"), _("Months"), _("Stage"), _("Last exchange")],
        "excerpts": _("Excerpts from the log"),
        "reflections": _("What I learned, in my own words"),
        "deliverables": _("What came of it"),
        "endorsements": _("What others say"),
        "reach": _("What this shows, and what it does not"),
        "shows": _("What checks can show"),
        "shows_not": _("What they cannot show"),
        "to_do": _("What you can do now"),
        "how": _("How to check it"),
    }


def _skill(skill: PortfolioSkill, said: SkillView, months: list[str], place: int) -> dict[str, Any]:
    small = []
    if said.terms:
        small.append(_("Frequent words: {terms}").format(terms=", ".join(said.terms)))
    small += [f"{words} {address}".strip() for words, address in said.alignments]
    if said.counted:
        small.append(_("Counted entries of the log, for a spot check: {numbers}").format(numbers=said.counted))
    names = (
        "name",
        "area",
        "stage",
        "stage_name",
        "stage_caveat",
        "rule",
        "fresh",
        "last",
        "note",
        "story",
        "counts",
        "reflections",
    )
    return {name: getattr(said, name) for name in names} | {
        "colour": PALETTE[place % len(PALETTE)],
        "chart": _chart(skill, said, months, place),
        "strip": _strip(skill, months, place),
        "marks": [(_sign(sign), name, meaning) for sign, name, meaning in charts.marks(skill)],
        "legend": " · ".join(
            f"{tone}: {words}" for tone, words in zip((_("dark"), _("pale")), charts.legend(), strict=True)
        ),
        "excerpts": [
            {
                "title": one.title,
                "facts": "; ".join(one.facts),
                "parts": [(label, _set(text), asked) for label, text, asked in one.parts],
            }
            for one in said.excerpts
        ],
        "deliverables": [
            {"title": one.title, "kind": one.kind, "day": one.day, "address": one.address, "facts": one.facts}
            for one in said.deliverables
        ],
        "endorsements": [
            {
                name: getattr(one, name)
                for name in ("comment", "by", "day", "contact", "caution", "key", "ticked_by", "ticked")
            }
            | {"link": contact_link(one.contact)}
            for one in said.endorsements
        ],
        "small": small,
    }


def _chart(skill: PortfolioSkill, said: SkillView, months: list[str], place: int) -> str:
    """Return the chart of the page as a picture of its own: colours stand in it."""
    drawn = charts.chart(skill, months, charts.WIDE, label=said.name, colour=place)
    paint = PALETTE[place % len(PALETTE)]
    style = _CHART_STYLE.replace("PAINT", paint)
    box = dict(drawn.attributes)["viewBox"]
    picture = tag("svg", tag("style", style), *drawn.children, xmlns="http://www.w3.org/2000/svg", viewBox_=box)
    return serialised(picture).replace("&nbsp;", " ")


def _set(text: str) -> list[tuple[str, list[Run]]]:
    return read_as_set(dressed(visible_lines(text).rstrip(), gap()))


def _strip(skill: PortfolioSkill, months: list[str], place: int) -> str:
    drawn = charts.strip(skill, months, colour=place)
    style = f".bar{{fill:{PALETTE[place % len(PALETTE)]}}}.none{{fill:#ddd5c8}}"
    box = dict(drawn.attributes)["viewBox"]
    return serialised(
        tag("svg", tag("style", style), *drawn.children, xmlns="http://www.w3.org/2000/svg", viewBox_=box)
    )


def _sign(drawn: Element) -> str:
    box = dict(drawn.attributes)["viewBox"]
    return serialised(tag("svg", *drawn.children, xmlns="http://www.w3.org/2000/svg", viewBox_=box))


def _qr(text: str) -> str:
    import segno  # noqa: PLC0415 - same

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, dark="#1f2a2e", xmldecl=False)
    return out.getvalue().decode()


def _plain(value: Any) -> Any:
    """Return words without signs that no font can show: lone surrogates would end the making."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
