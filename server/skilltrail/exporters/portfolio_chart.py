"""The charts of a portfolio: months as bars, and what was reached in them. A pure function; no chart engine is needed.

All skills share one axis of months, up to the month in which the portfolio was made: a skill that was not practised
lately shows its empty months.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from skilltrail.domain.portfolio import PortfolioSkill, SkillMonth
from skilltrail.domain.trajectory import Turn
from skilltrail.exporters.portfolio_markup import Element, tag
from skilltrail.exporters.portfolio_turn_words import turn_meaning, turn_name
from skilltrail.exporters.wording import month_short
from skilltrail.formats import number
from skilltrail.i18n import _

MONTHS_MOST = 36
"""Months drawn; of a longer history the last ones, and the words beside the chart tell of the first."""

_FEWEST = 6
_MARKS = {
    Turn.FIRST_CONTACT: "M0-5a5 5 0 1 0 .01 0z",
    Turn.PRACTICE: "M0-6 6 0 0 6-6 0z",
    Turn.PLATEAU: "M-5-5H5V5H-5z",
    Turn.RETURN: "M-4-6 6 0-4 6z",
    Turn.APPLICATION: "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2z",
    Turn.CORRECTED: "M0-6 6 5H-6z",
    Turn.CHECKED: "M0 6-6-5H6z",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels of one width."""

    width: int
    plot: int = 110
    head: int = 20
    foot: int = 36
    side: int = 6

    @property
    def floor(self) -> int:
        """Return where bars stand."""
        return self.head + self.plot

    @property
    def height(self) -> int:
        """Return the whole height."""
        return self.floor + self.foot


WIDE, NARROW = Frame(720), Frame(340)


def axis(skills: Sequence[PortfolioSkill], made: date) -> list[str]:
    """Return the months that all charts of a portfolio show, "2026-03" to "2026-11"."""
    last = _index(f"{made:%Y-%m}")
    seen = [_index(month.month) for skill in skills for month in skill.months]
    first = min([*seen, last - _FEWEST + 1])
    first = max(first, last - MONTHS_MOST + 1)
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(first, last + 1)]


def chart(skill: PortfolioSkill, months: Sequence[str], frame: Frame, *, label: str, colour: int) -> Element:
    """Return the trajectory of one skill as SVG.

    Parameters
    ----------
    months
        The axis, from ``axis``.
    label
        What the picture shows, in words: its accessible name.
    colour
        The skill's place in the palette; the style sheet knows the classes ``s0`` to ``s11``.
    """
    step = (frame.width - 2 * frame.side) / len(months)
    places = {month: frame.side + (index + 0.5) * step for index, month in enumerate(months)}
    shown = [month for month in skill.months if month.month in places]
    most = max((month.exchanges for month in shown), default=1) or 1
    frame = replace(frame, head=_head(shown, most, frame))
    bars = [part for month in shown for part in _bar(month, places[month.month], most, step, frame)]
    return tag(
        "svg",
        tag("path", d=f"M0 {frame.floor}.5H{frame.width}", class_="floor"),
        *bars,
        *_axis(months, places, step, frame),
        *_turns(shown, places, most, frame),
        class_=f"chart s{colour % 12}",
        viewBox_=f"0 0 {frame.width} {frame.height}",
        role="img",
        aria_label=label,
    )


def _head(shown: Sequence[SkillMonth], most: int, frame: Frame) -> int:
    """Return how much room is needed over the tallest bar: for its number, and for the marks over it."""
    tops = [
        frame.plot * month.exchanges / most + _CLEAR + _HIGH * (min(len(month.turns), _STACK) - 1) + _HIGH / 2
        for month in shown
        if month.turns
    ]
    return max(frame.head, math.ceil(max(tops, default=0) - frame.plot) + 2)


def strip(skill: PortfolioSkill, months: Sequence[str], *, colour: int) -> Element:
    """Return the months of a skill in one line of small bars, for a list; it says nothing that words do not."""
    counts: Mapping[str, int] = {month.month: month.exchanges for month in skill.months}
    most, width = max(counts.values(), default=1) or 1, 8
    parts = []
    for place, month in enumerate(months):
        high = round(22 * counts.get(month, 0) / most, 1)
        high = max(high, 3) if counts.get(month) else 1
        tone = "bar" if counts.get(month) else "none"
        parts.append(_rect(place * width, 24 - high, width - 2, high, tone))
    box = f"0 0 {len(months) * width} 24"
    return tag(
        "svg", *parts, class_=f"strip s{colour % 12}", viewBox_=box, preserveAspectRatio_="xMinYMax", aria_hidden="true"
    )


def _bar(month: SkillMonth, x: float, most: int, step: float, frame: Frame) -> list[Element]:
    if not month.exchanges:
        return []
    half = min(20.0, step * 0.36)
    whole = max(3.0, frame.plot * month.exchanges / most)
    learnt = frame.plot * month.learning / most
    parts = [_rect(x - half, frame.floor - whole, 2 * half, whole, "bar")]
    if month.learning:
        parts.append(_rect(x - half, frame.floor - learnt, 2 * half, learnt, "learnt"))
    if step >= 20:
        parts.append(_text(number(month.exchanges), x, frame.floor - whole - 5, "count"))
    return parts


def _axis(months: Sequence[str], places: Mapping[str, float], step: float, frame: Frame) -> list[Element]:
    every = next((n for n in (1, 2, 3, 6) if step * n >= _NAME), 12)
    named = list(months[::every])
    years = [month for place, month in enumerate(named) if place == 0 or month[:4] != named[place - 1][:4]]
    short = [_text(month_short(month), places[month], frame.floor + 16, "month") for month in named]
    return [*short, *(_text(month[:4], places[month], frame.floor + 31, "year") for month in years)]


_STACK = 4
"""Marks that stand one over the other; more begin a second row."""
_CLEAR, _HIGH = 24, 15
"""Pixels from a bar to the middle of the first mark over it, past the bar's number; from each mark to the next."""
_NAME = 27
"""Pixels that the short name of a month needs."""


def _turns(shown: Sequence[SkillMonth], places: Mapping[str, float], most: int, frame: Frame) -> list[Element]:
    """Return the marks of each month right over its bar; ``marks`` says what they stand for, the story when."""
    found: list[Element] = []
    for month in shown:
        top = frame.floor - frame.plot * month.exchanges / most - _CLEAR
        for place, turn in enumerate(month.turns):
            row, high = divmod(place, _STACK)
            where = f"translate({_n(places[month.month] + 13 * row)} {_n(top - _HIGH * high)})"
            found.append(tag("path", d=_MARKS[turn], transform=where, class_="mark"))
    return found


def marks(skill: PortfolioSkill) -> list[tuple[Element, str, str]]:
    """Return the marks that a skill's chart has: the sign as a picture, its name and what it stands for."""
    used = dict.fromkeys(turn for month in skill.months for turn in month.turns)
    return [(_mark(turn), turn_name(turn), turn_meaning(turn)) for turn in used]


def _mark(turn: Turn) -> Element:
    sign = tag("path", d=_MARKS[turn], class_="mark")
    return tag("svg", sign, class_="sign", viewBox_="-7 -7 14 14", aria_hidden="true")


def legend() -> tuple[str, str]:
    """Return what the two tones of a bar stand for: learning, and the rest."""
    return _("counted as learning"), _("other exchanges")


def _rect(x: float, y: float, width: float, height: float, tone: str) -> Element:
    return tag("rect", x=_n(x), y=_n(y), width=_n(width), height=_n(height), rx="1.5", class_=tone)


def _text(words: str, x: float, y: float, tone: str) -> Element:
    return tag("text", words, x=_n(x), y=_n(y), class_=tone)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1
