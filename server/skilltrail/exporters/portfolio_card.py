"""A portfolio as one small picture (SVG) for a profile or a README: who, which skills, when, and what it rests on.

Profiles show pictures without scripts, fonts and style sheets of the page, so everything stands in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from skilltrail.domain.portfolio import PortfolioSkill, SignedPortfolio
from skilltrail.exporters.chart_spec import PALETTE
from skilltrail.exporters.portfolio_chart import axis
from skilltrail.exporters.portfolio_markup import Element, serialised, tag
from skilltrail.exporters.portfolio_view import PortfolioView, SkillView, portfolio_view
from skilltrail.exporters.wording import ngettext
from skilltrail.i18n import _, direction, language, speaking

SKILLS_MOST = 6
"""Skills drawn; of more, the number of the others is told."""

_WIDTH, _ROW, _HEAD, _FOOT = 800, 34, 96, 108
_STRIP, _STAGE, _LAST = 300, 418, 578
"""Where the columns of a row begin; each text is cut to what its column holds."""
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_INK, _SOFT, _PAPER, _HAIR, _TEAL = "#1f2a2e", "#566166", "#fbf8f3", "#ddd5c8", "#0f766e"


def portfolio_card(signed: SignedPortfolio) -> str:
    """Return the picture."""
    with speaking(signed.portfolio.language):
        view = portfolio_view(signed.portfolio)
        months = axis(signed.portfolio.skills, signed.portfolio.made_at.date())
        drawn = list(zip(signed.portfolio.skills, view.skills, strict=True))[:SKILLS_MOST]
        picture = serialised(_card(view, drawn, months))
    # XML knows no &nbsp;, and not every sign that HTML takes.
    return "".join(sign for sign in picture.replace("&nbsp;", " ") if sign not in "\ufffe\uffff") + "\n"


def _card(view: PortfolioView, drawn: Sequence[tuple[PortfolioSkill, SkillView]], months: Sequence[str]) -> Element:
    height = _HEAD + _ROW * len(drawn) + _FOOT
    rows = [part for place, pair in enumerate(drawn) for part in _row(pair, months, place)]
    words = "; ".join(f"{said.name}: {said.stage}, {said.last}" for _skill, said in drawn)
    return tag(
        "svg",
        tag("title", f"{view.name}: {words}. {view.statement}"),
        tag(
            "rect", x="0.5", y="0.5", width=str(_WIDTH - 1), height=str(height - 1), rx="14", fill=_PAPER, stroke=_HAIR
        ),
        _text(_fit(view.name, _WIDTH - 48, 26), 24, 44, "26", _INK, weight="600"),
        _text(_fit(view.headline, _WIDTH - 48, 14), 24, 68, "14", _SOFT),
        *rows,
        *_foot(view, len(drawn), height),
        xmlns="http://www.w3.org/2000/svg",
        viewBox_=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH),
        height=str(height),
        role="img",
        font_family=_FONT,
        **{"xml:lang": language(), "direction": direction(language())},
    )


def _row(pair: tuple[PortfolioSkill, SkillView], months: Sequence[str], place: int) -> list[Element]:
    skill, said = pair
    y, paint = _HEAD + _ROW * place, PALETTE[place % len(PALETTE)]
    return [
        tag("path", d=f"M24 {y}.5H{_WIDTH - 24}", stroke=_HAIR),
        _text(_fit(said.name, _STRIP - 36, 15), 24, y + 22, "15", _INK, weight="600"),
        *_strip(skill, months, y, paint),
        *_stage(said, y, paint),
        _text(_fit(said.last, _WIDTH - 24 - _LAST, 12), _LAST, y + 22, "12", _SOFT),
    ]


def _stage(said: SkillView, y: int, paint: str) -> list[Element]:
    """Return the name of the stage; what must be read with it stands right under it."""
    room = _LAST - _STAGE - 6
    if not said.stage_caveat:
        return [_text(_fit(said.stage_name, room, 13), _STAGE, y + 22, "13", paint, weight="600")]
    name = _text(_fit(said.stage_name, room, 13), _STAGE, y + 16, "13", paint, weight="600")
    return [name, _text(_fit(said.stage_caveat, room, 10), _STAGE, y + 29, "10", _INK)]


def _strip(skill: PortfolioSkill, months: Sequence[str], y: int, paint: str) -> list[Element]:
    counts = {month.month: month.exchanges for month in skill.months}
    most, step = max(counts.values(), default=1) or 1, 110 / len(months)
    found = []
    for place, month in enumerate(months):
        high = max(3.0, 20 * counts.get(month, 0) / most) if counts.get(month) else 1.0
        fill = paint if counts.get(month) else _HAIR
        x, top = f"{_STRIP + place * step:.1f}", f"{y + 27 - high:.1f}"
        found.append(tag("rect", x=x, y=top, width=f"{max(1.0, step - 1.5):.1f}", height=f"{high:.1f}", fill=fill))
    return found


def _foot(view: PortfolioView, drawn: int, height: int) -> list[Element]:
    more = len(view.skills) - drawn
    rest = ngettext("{n} more skill in the portfolio.", "{n} more skills in the portfolio.", more) if more > 0 else ""
    # The key is cut where it is told in a line: the whole of it stands in the portfolio.
    key = _("Key {start}… To be checked with the portfolio itself.").format(
        start=view.key.removeprefix("did:key:")[:16]
    )
    return [
        tag("path", d=f"M24 {height - _FOOT}.5H{_WIDTH - 24}", stroke=_HAIR),
        _text(_fit(view.statement, _WIDTH - 48, 13), 24, height - 82, "13", _INK, weight="600"),
        _text(_fit(view.endorsed, _WIDTH - 48, 11), 24, height - 61, "11", _SOFT),
        _text(_fit(f"{rest} {view.made_with}".strip(), _WIDTH - 48, 12), 24, height - 41, "12", _SOFT),
        _text(_fit(key, _WIDTH - 48, 12), 24, height - 21, "12", _TEAL),
    ]


def _text(words: str, x: int, y: int, size: str, fill: str, *, weight: str | None = None) -> Element:
    return tag("text", words, x=str(x), y=str(y), font_size=size, fill=fill, font_weight=weight)


_NARROW = frozenset("iljtfrI.,;:'|!()[] ")


def _advance(sign: str) -> float:
    """Return how wide a sign is at most in the fonts of a card, as a part of their size (DejaVu is the widest)."""
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    if sign in _NARROW:
        return 0.42
    return 0.78 if sign.isupper() or sign in "mw—…@%" else 0.65


def _fit(text: str, room: float, size: float) -> str:
    """Return text, cut so that it takes no more than ``room`` pixels at ``size``."""
    left = room / size
    if sum(map(_advance, text)) <= left:
        return text
    kept: list[str] = []
    left -= _advance("…")
    for sign in text:
        left -= _advance(sign)
        if left < 0:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "…"
