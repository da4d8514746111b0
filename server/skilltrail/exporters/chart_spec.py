"""The timeline chart: one Vega-Lite specification, the same picture in dashboard and exports.

Rows are topics under their areas, columns are months, weeks or days (``chart_scale``), a dot's size says how many
exchanges. Positions are pixels
that we compute, so that labels, areas and months stay where a reader expects them on every width. Every mark carries a
link (``#topic-<id>``, ``#cell-<id>.<first day>.<last day>``, ``#month-2026-11`` or ``#days-<first day>.<last day>``;
see ``chart_svg``) and a text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from skilltrail.domain.timeline import MonthCount, Scale, Timeline, TopicLine
from skilltrail.exporters import chart_scale
from skilltrail.exporters.area_words import area_words
from skilltrail.exporters.wording import exchanges_words, month_short, one_line, topics_words
from skilltrail.formats import number
from skilltrail.i18n import _

PALETTE = (
    "#0f766e", "#4453b0", "#a45c00", "#b0337a", "#0b72a8", "#657510",
    "#c2410c", "#7c4dbd", "#51606f", "#2f7d32", "#8f4a45", "#1e3a6e",
)  # fmt: skip
"""Topic colours on paper: each has 3:1 and neighbours differ in lightness too; style sheets give their dark twins."""

INK, SOFT, HAIR = "#1f2a2e", "#5b666b", "#ddd5c8"
ROW_LIMIT = 60
"""Topics drawn; the table twin holds all."""

COLUMN_LIMIT = 60
"""Months drawn one by one; of a longer history a dot stands for a quarter, a half or a whole year."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Pixels of one width. With ``above`` a topic's name stands over its trail instead of left of it."""

    width: int
    left: int
    right: int
    row: int
    above: bool

    @property
    def plot(self) -> int:
        return self.width - self.left - self.right


_WIDE = _Layout(width=1040, left=292, right=56, row=32, above=False)
_NARROW = _Layout(width=344, left=14, right=44, row=50, above=True)
_HEAD, _AREA = 46, 40
_HAIRLINE = {"type": "rule", "aria": False, "strokeWidth": 1, "color": HAIR}


def timeline_chart(timeline: Timeline, *, narrow: bool = False) -> dict[str, Any] | None:
    """Return the Vega-Lite specification of ``timeline``, or None when it has no topic with a month.

    Parameters
    ----------
    timeline
        Its topics' months are in the learner's time zone.
    narrow
        For screens under about 700 pixels.
    """
    topics = sorted((t for t in timeline.topics if t.months), key=lambda t: (-t.exchanges, t.id))[:ROW_LIMIT]
    if not topics:
        return None
    layout = _NARROW if narrow else _WIDE
    scale = timeline.scale
    keys = _months(topics) if scale is Scale.MONTHS else chart_scale.columns(timeline, topics)
    step = layout.plot / len(keys)
    places = {key: layout.left + (index + 0.5) * step for index, key in enumerate(keys)}
    rows, height = _rows(topics, layout)
    heads = _month_marks(topics, places, step) if scale is Scale.MONTHS else _span_marks(topics, places, step, scale)
    layers = [*_grid(places, height, scale), *heads, *_area_marks(rows, layout)]
    lines = [(topic, y) for topic, y in rows if isinstance(topic, TopicLine)]
    layers += [
        _trails(lines, places, scale),
        _dots(lines, places, step, _span(keys) if scale is Scale.MONTHS else 1, scale),
        _names(lines, layout),
        _counts(lines, layout),
    ]
    return whole(layers, layout.width, height)


def whole(layers: list[dict[str, Any]], width: int, height: float) -> dict[str, Any]:
    """Return the specification of a picture made of layers, in pixels."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "padding": 0,
        "background": None,
        "config": {"view": {"stroke": None}, "font": "system-ui, sans-serif"},
        "layer": layers,
    }


def _months(topics: Sequence[TopicLine]) -> list[str]:
    seen = [count.month for topic in topics for count in topic.months]
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (min(seen), max(seen)))
    # A lone month would be one dot in the middle of nowhere: with the months before it, it reads as a beginning.
    first = min(first, last - 5)
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(first, last + 1)]


def _rows(topics: Sequence[TopicLine], layout: _Layout) -> tuple[list[tuple[TopicLine | str, float]], float]:
    """Place areas (largest first) and their topics (earliest first); return the rows with y, and the height."""
    areas: dict[str, list[TopicLine]] = {}
    for topic in topics:
        areas.setdefault(topic.area, []).append(topic)
    ranked = sorted(areas.items(), key=lambda pair: (-sum(t.exchanges for t in pair[1]), pair[0]))
    rows: list[tuple[TopicLine | str, float]] = []
    y = float(_HEAD)
    for area, members in ranked:
        rows.append((area, y + _AREA * 0.6))
        y += _AREA
        for topic in sorted(members, key=lambda t: (t.first_at, t.id)):
            rows.append((topic, y + layout.row * (0.68 if layout.above else 0.5)))
            y += layout.row
    return rows, y + 12


def _grid(places: dict[str, float], height: float, scale: Scale) -> list[dict[str, Any]]:
    """Draw a thin line at the beginning of each year, of days at each Monday."""
    if scale is Scale.MONTHS:
        lined = [key for key in places if key.endswith("-01")]
    else:
        lined = [key for key in places if scale is Scale.DAYS and date.fromisoformat(key).weekday() == 0]
    values = [{"x": places[key], "y": _HEAD - 4, "y2": height} for key in lined]
    return [layer(values, _HAIRLINE, y2={"field": "y2"})] if values else []


def _month_marks(topics: Sequence[TopicLine], places: dict[str, float], step: float) -> list[dict[str, Any]]:
    totals: dict[str, list[int]] = {}
    for topic in topics:
        for count in topic.months:
            totals.setdefault(count.month, []).append(count.exchanges)
    every = next((n for n in (1, 2, 3, 6, 12, 24, 60, 120) if step * n >= 34), 240)
    shown = [month for month in places if (int(month[5:7]) - 1 + 12 * int(month[:4])) % every == 0]
    values = [
        {"x": places[month], "y": 30, "t": month_short(month), "u": f"#month-{month}", "d": _month_text(month, totals)}
        for month in shown
    ]
    if every >= 12:
        values = [value | {"t": month[:4]} for value, month in zip(values, shown, strict=True)]
    text = {"type": "text", "fontSize": 11, "color": SOFT}
    months = layer(values, text, linked=True, text={"field": "t"})
    years = layer(_years(shown, places, every), text | {"fontWeight": 600, "aria": False}, text={"field": "t"})
    return [months, years]


def _span_marks(
    topics: Sequence[TopicLine], places: dict[str, float], step: float, scale: Scale
) -> list[dict[str, Any]]:
    counts: dict[str, list[int]] = {}
    for topic in topics:
        for key, count in chart_scale.cells(topic, scale):
            counts.setdefault(key, []).append(count)
    labels = chart_scale.head(list(places), counts, scale, step)
    values = [{"x": places[label.pop("key")], "y": 30, **label} for label in labels]
    over = _apart([{"x": places[key], "y": 12, "t": text} for key, text in chart_scale.upper(list(places), scale)])
    text = {"type": "text", "fontSize": 11, "color": SOFT}
    above = text | {"fontWeight": 600, "aria": False, "align": "left", "dx": -6}
    return [layer(values, text, linked=True, text={"field": "t"}), layer(over, above, text={"field": "t"})]


def _apart(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out labels that would run into the next one."""
    rooms = [after["x"] - label["x"] for label, after in pairwise(labels)]
    return [label for label, room in zip(labels, [*rooms, 1000], strict=True) if room >= 7 * len(label["t"])]


def _years(shown: Sequence[str], places: dict[str, float], every: int) -> list[dict[str, Any]]:
    """Place a year over its first month shown; the picture's first year only where the next leaves it room."""
    firsts = [month for index, month in enumerate(shown) if index == 0 or month[:4] != shown[index - 1][:4]]
    if len(firsts) > 1 and places[firsts[1]] - places[firsts[0]] < 40:
        firsts = firsts[1:]
    return [{"x": places[month], "y": 12, "t": month[:4]} for month in firsts] if every < 12 else []


def _month_text(month: str, totals: dict[str, list[int]]) -> str:
    counts = totals.get(month, [])
    exchanges, topics = exchanges_words(sum(counts)), topics_words(len(counts))
    # What is spoken holds what is seen ("Nov"), so that voice control finds the link.
    name = f"{month_short(month)} {month[:4]}"
    return _("{month}: {exchanges} in {topics}").format(month=name, exchanges=exchanges, topics=topics)


def _area_marks(rows: Sequence[tuple[TopicLine | str, float]], layout: _Layout) -> list[dict[str, Any]]:
    areas = [(row, y) for row, y in rows if isinstance(row, str)]
    lines = [{"x": 0, "x2": layout.width, "y": y + 12} for _area, y in areas]
    values = [{"x": 0, "y": y, "t": area_words(area) or _("Other")} for area, y in areas]
    text = {"type": "text", "align": "left", "fontSize": 12, "fontWeight": 700, "color": SOFT}
    return [layer(lines, _HAIRLINE, x2={"field": "x2"}), layer(values, text, text={"field": "t"})]


def _trails(lines: Sequence[tuple[TopicLine, float]], places: dict[str, float], scale: Scale) -> dict[str, Any]:
    spans = [(topic, y, chart_scale.cells(topic, scale)) for topic, y in lines]
    values = [
        {"x": places[found[0][0]], "x2": places[found[-1][0]], "y": y, "c": _colour(topic)} for topic, y, found in spans
    ]
    mark = {"type": "rule", "aria": False, "strokeWidth": 2, "opacity": 0.35, "strokeCap": "round"}
    return layer(values, mark, x2={"field": "x2"}, color=scaled("c"))


def _span(months: Sequence[str]) -> int:
    """Return how many months one dot stands for: of ten years nobody tells a month from the next one."""
    return next((span for span in (1, 3, 6) if len(months) <= span * COLUMN_LIMIT), 12)


def _dots(
    lines: Sequence[tuple[TopicLine, float]], places: dict[str, float], step: float, span: int, scale: Scale
) -> dict[str, Any]:
    found = [(topic, y, _spans(topic, span, scale)) for topic, y in lines]
    most = max(count for _topic, _y, spans in found for count in spans.values())
    largest = min(12.0, max(3.0, step * span * 0.62))
    values = [
        {
            "x": sum(places[key] for key in keys) / len(keys),
            "y": y,
            # Vega's size is an area; the smallest dot stays visible.
            "s": round(math.pi * max(2.6, largest * math.sqrt(count / most)) ** 2, 1),
            "c": _colour(topic),
            "u": _cell(topic, keys, scale),
            "d": _cell_words(topic, keys, count, scale),
        }
        for topic, y, spans in found
        for keys, count in spans.items()
    ]
    mark = {"type": "circle", "opacity": 1}
    return layer(values, mark, linked=True, size=scaled("s"), color=scaled("c"))


def _cell_words(topic: TopicLine, keys: Sequence[str], count: int, scale: Scale) -> str:
    span = chart_scale.span_words(keys[0], keys[-1], scale)
    return f"{one_line(topic.name)}, {span}: {exchanges_words(count)}"


def _cell(topic: TopicLine, keys: Sequence[str], scale: Scale) -> str:
    first, last = chart_scale.days_of(keys[0], keys[-1], scale)
    return f"#cell-{topic.id}.{first}.{last}"


def _spans(topic: TopicLine, span: int, scale: Scale) -> dict[tuple[str, ...], int]:
    """Return the exchanges of a topic by the columns that one dot stands for, those without any left out."""
    if scale is not Scale.MONTHS:
        return {(key,): count for key, count in chart_scale.cells(topic, scale)}
    found: dict[int, list[MonthCount]] = {}
    for count in topic.months:
        found.setdefault((int(count.month[:4]) * 12 + int(count.month[5:7]) - 1) // span, []).append(count)
    return {tuple(c.month for c in counts): sum(c.exchanges for c in counts) for counts in found.values()}


def _names(lines: Sequence[tuple[TopicLine, float]], layout: _Layout) -> dict[str, Any]:
    values = [
        {
            "x": 0 if layout.above else 12,
            "y": y - 20 if layout.above else y,
            "t": _shortened(one_line(topic.name), 40 if layout.above else 32),
            "u": f"#topic-{topic.id}",
            "d": f"{one_line(topic.name)}: {exchanges_words(topic.exchanges)}",
        }
        for topic, y in lines
    ]
    # Only a guard for very wide letters: names are shortened between words before.
    limit = layout.width - layout.right if layout.above else layout.left - 14
    mark = {"type": "text", "align": "left", "fontSize": 13, "color": INK, "limit": limit}
    return layer(values, mark, linked=True, text={"field": "t"})


def _shortened(name: str, limit: int) -> str:
    """Cut a long name between words: a half word would not be found in the link's spoken name (WCAG 2.5.3)."""
    if len(name) <= limit:
        return name
    head, blank, _rest = name[: limit - 1].rpartition(" ")
    return f"{head if blank else name[: limit - 2]} …"


def _counts(lines: Sequence[tuple[TopicLine, float]], layout: _Layout) -> dict[str, Any]:
    lift = 20 if layout.above else 0
    values = [{"x": layout.width - 2, "y": y - lift, "t": number(topic.exchanges)} for topic, y in lines]
    mark = {"type": "text", "align": "right", "fontSize": 12, "color": SOFT, "aria": False}
    return layer(values, mark, text={"field": "t"})


def layer(
    values: list[dict[str, Any]], mark: dict[str, Any], *, linked: bool = False, **encoding: Any
) -> dict[str, Any]:
    """Return one layer: its values placed at the pixels ``x`` and ``y``; ``linked``: with link ``u`` and text ``d``."""
    own = {"href": {"field": "u"}, "description": {"field": "d"}} if linked else {}
    placed = {"x": scaled("x"), "y": scaled("y")}
    return {"data": {"values": values}, "mark": mark, "encoding": {**placed, **own, **encoding}}


def scaled(field: str) -> dict[str, Any]:
    """Return a channel whose values are meant as they are."""
    place = {"axis": None} if field in {"x", "y"} else {"legend": None}
    kind = "nominal" if field == "c" else "quantitative"
    return {"field": field, "type": kind, "scale": None, **place}


def _colour(topic: TopicLine) -> str:
    return PALETTE[topic.colour % len(PALETTE)]
