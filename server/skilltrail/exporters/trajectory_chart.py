"""The trajectory chart of one skill: a bar a month with the learning in it, and what can be read off it above.

One Vega-Lite specification. Each bar leads to its month's episodes (``#episodes-2026-11``), each mark above to the
exchange that it rests on (``#exchange-7``); a deliverable to the evidence on the page (``#evidence``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skilltrail.domain.trajectory import Milestone, Trajectory, TrajectoryMonth, Turn
from skilltrail.exporters.chart_spec import HAIR, INK, PALETTE, SOFT, layer, whole
from skilltrail.exporters.skill_words import turn_short, turn_words
from skilltrail.exporters.wording import exchanges_words, month_short, month_words, ngettext
from skilltrail.formats import number
from skilltrail.i18n import _

_WIDE, _NARROW = 680, 344
_TOP, _PLOT, _FOOT = 64, 120, 40
_LANES = 3
"""Lines of words above the bars; marks that lie near each other stand on different ones."""

BAR_LIMIT = 72
"""Months drawn one by one; a bar of a longer trajectory stands for a whole year."""

_STAR = "M0.00,-1.05L0.26,-0.36L1.00,-0.32L0.43,0.14L0.62,0.85L0.00,0.45L-0.62,0.85L-0.43,0.14L-1.00,-0.32L-0.26,-0.36Z"
_TICK = "M-1,0.1L-0.65,-0.3L-0.2,0.15L0.65,-0.9L1,-0.55L-0.2,0.85Z"

_SYMBOLS = {
    Turn.FIRST_CONTACT: "circle",
    Turn.PRACTICE: "diamond",
    Turn.PLATEAU: "square",
    Turn.RETURN: "triangle-right",
    Turn.APPLICATION: _STAR,
    Turn.CORRECTED: "triangle-up",
    Turn.CHECKED: _TICK,
}


def trajectory_chart(path: Trajectory, *, colour: int, narrow: bool = False) -> dict[str, Any] | None:
    """Return the Vega-Lite specification of a trajectory, or None when nothing is in it.

    Parameters
    ----------
    colour
        The topic's place in the palette.
    narrow
        For screens under about 700 pixels.
    """
    if not path.months:
        return None
    width = _NARROW if narrow else _WIDE
    bars = _bars(path.months)
    if not bars:
        return None
    months = _between(path.months[0].month, path.months[-1].month, yearly=len(bars[0][0]) == 4)
    step = (width - 16) / len(months)
    places = {month: 8 + (index + 0.5) * step for index, month in enumerate(months)}
    paint = PALETTE[colour % len(PALETTE)]
    lines, marks = _turns(path.milestones, places, width, yearly=len(months[0]) == 4, narrow=narrow)
    # Lines lie under the bars, which are links.
    layers = [_floor(width), *lines, *_bar_layers(bars, places, step, paint), *_axis(months, places, step), *marks]
    return whole(layers, width, _TOP + _PLOT + _FOOT)


def _bars(months: Sequence[TrajectoryMonth]) -> list[tuple[str, TrajectoryMonth]]:
    """Return the bars by name, "2026-11", or of a long trajectory "2026"."""
    if len(_between(months[0].month, months[-1].month, yearly=False)) <= BAR_LIMIT:
        return [(month.month, month) for month in months if month.exchanges]
    years: dict[str, list[TrajectoryMonth]] = {}
    for month in months:
        years.setdefault(month.month[:4], []).append(month)
    return [
        (
            year,
            TrajectoryMonth(
                year,
                sum(one.exchanges for one in found),
                sum(one.learning for one in found),
                sum(one.episodes for one in found),
            ),
        )
        for year, found in years.items()
        if any(one.exchanges for one in found)
    ]


def _between(first: str, last: str, *, yearly: bool) -> list[str]:
    if yearly:
        return [str(year) for year in range(int(first[:4]), int(last[:4]) + 1)]
    begin, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    # A lone bar would fill the picture: half a year around it shows how short the time was.
    begin = min(begin, end - 5)
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(begin, end + 1)]


def _floor(width: int) -> dict[str, Any]:
    line = {"type": "rule", "aria": False, "strokeWidth": 1, "color": HAIR}
    y = _TOP + _PLOT
    return layer([{"x": 0, "x2": width, "y": y}], line, x2={"field": "x2"})


def _bar_layers(
    bars: Sequence[tuple[str, TrajectoryMonth]], places: dict[str, float], step: float, paint: str
) -> list[dict[str, Any]]:
    """Return what lies below, the learning of each month, and above it the bars, which are links."""
    most = max(month.exchanges for _name, month in bars)
    half = max(1.0, min(18.0, step * 0.36))
    values = [
        {
            "x": places[name] - half,
            "x2": places[name] + half,
            "y": _TOP + _PLOT - max(3.0, _PLOT * month.exchanges / most),
            "y2": _TOP + _PLOT,
            "u": f"#episodes-{name}",
            "d": _bar_words(name, month),
        }
        for name, month in bars
    ]
    learnt = [
        {"x": places[name] - half, "x2": places[name] + half, "y": _learnt(month, most), "y2": _TOP + _PLOT}
        for name, month in bars
        if month.learning
    ]
    spans: dict[str, Any] = {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    below = {"type": "rect", "color": paint, "opacity": 0.9, "aria": False}
    above = {"type": "rect", "color": paint, "opacity": 0.35}
    return [*([layer(learnt, below, **spans)] if learnt else []), layer(values, above, linked=True, **spans)]


def _learnt(month: TrajectoryMonth, most: int) -> float:
    return _TOP + _PLOT - _PLOT * month.learning / most


def _bar_words(name: str, month: TrajectoryMonth) -> str:
    when = name if len(name) == 4 else month_words(name)
    episodes = ngettext("{n} episode", "{n} episodes", month.episodes)
    return _("{month}: {exchanges} ({learning} learning), {episodes}").format(
        month=when,
        exchanges=exchanges_words(month.exchanges),
        learning=number(month.learning),
        episodes=episodes,
    )


def _axis(months: Sequence[str], places: dict[str, float], step: float) -> list[dict[str, Any]]:
    text = {"type": "text", "fontSize": 11, "color": SOFT, "aria": False}
    every = next((n for n in (1, 2, 3, 6, 12, 24) if step * n >= 34), 48)
    if len(months[0]) == 4:
        shown = months[:: max(1, every // 12) if step < 34 else 1]
        return [layer([{"x": places[y], "y": _TOP + _PLOT + 16, "t": y} for y in shown], text, text={"field": "t"})]
    named = [month for month in months if (int(month[5:7]) - 1) % min(every, 12) == 0]
    values = [{"x": places[m], "y": _TOP + _PLOT + 16, "t": month_short(m)} for m in named]
    years = [m for index, m in enumerate(named) if index == 0 or m[:4] != named[index - 1][:4]]
    spoken = [{"x": places[m], "y": _TOP + _PLOT + 32, "t": m[:4]} for m in years]
    return [layer(values, text, text={"field": "t"}), layer(spoken, text | {"fontWeight": 600}, text={"field": "t"})]


def _turns(
    milestones: Sequence[Milestone], places: dict[str, float], width: int, *, yearly: bool, narrow: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return thin lines down to the floor, and the marks over the bars with their words."""
    values, free = [], [-1000.0] * _LANES
    for one in milestones:
        x = places.get(one.month[:4] if yearly else one.month)
        if x is None:
            continue
        words = turn_short(one)
        room = 6.2 * len(words) + 22
        # Near the right edge the words stand left of their mark.
        left = x + room > width
        lane = next((n for n in range(_LANES) if free[n] <= (x - room if left else x)), None)
        # Where no lane is free the mark stands without its words; link, table and sentence say them.
        shown = "" if narrow or lane is None else words
        lane = next((n for n in range(_LANES) if free[n] <= x - 12), 0) if lane is None else lane
        free[lane] = x + (room if shown and not left else 14)
        anchor = "#evidence" if one.exchange_id is None else f"#exchange-{one.exchange_id}"
        values.append(
            {
                "x": x,
                "y": 10 + 18 * lane,
                "y2": _TOP + _PLOT,
                "tx": x - 9 if left else x + 9,
                "side": "right" if left else "left",
                "t": shown,
                "s": _SYMBOLS[one.turn],
                "u": anchor,
                "d": turn_words(one),
            }
        )
    if not values:
        return [], []
    line = {"type": "rule", "aria": False, "strokeWidth": 1, "color": HAIR}
    mark = {"type": "point", "filled": True, "size": 90, "color": INK, "opacity": 1}
    text = {"type": "text", "fontSize": 12, "color": INK, "aria": False}
    shape = {"field": "s", "type": "nominal", "scale": None, "legend": None}
    marks = [layer(values, mark, linked=True, shape=shape)]
    for side in ("left", "right"):
        named = [value | {"x": value["tx"]} for value in values if value["t"] and value["side"] == side]
        if named:
            marks.append(layer(named, text | {"align": side}, text={"field": "t"}))
    return [layer(values, line, y2={"field": "y2"})], marks
