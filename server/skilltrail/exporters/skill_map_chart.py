"""The map of skills: one Vega-Lite specification. A circle is a skill, larger with more exchanges and paler the longer
it was not practised; it leads to the skill (``#topic-<id>``), an area's name to its skills (``#area-<number>``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from skilltrail.domain.skill_list import SkillLine
from skilltrail.domain.skill_map import MapPlaces, MapShape, MapSkill, map_places
from skilltrail.exporters.area_words import area_words
from skilltrail.exporters.chart_spec import HAIR, INK, PALETTE, SOFT, layer, scaled, whole
from skilltrail.exporters.chart_svg import AGAIN
from skilltrail.exporters.skill_words import fresh_words, stage_words
from skilltrail.exporters.wording import exchanges_words, one_line
from skilltrail.i18n import _

DRAWN_MOST = 60
"""Skills drawn, the largest; the list holds all."""

WIDE = MapShape(columns=3, column=344, gap=22, skill=(114, 92), area=(200, 24))
NARROW = MapShape(columns=1, column=344, gap=22, skill=(114, 92), area=(200, 24))

_LARGEST, _SMALLEST = 26.0, 12.0
"""Radii in pixels; the smallest can still be hit with a finger (WCAG 2.5.8)."""

_PALE = ((30, 1.0), (90, 0.7), (180, 0.45))
"""Up to how many days after the last exchange a circle is how strong; after that, faint."""

_FAINT = 0.2
_MARGIN = 8


def drawn_skills(skills: Sequence[SkillLine]) -> list[SkillLine]:
    """Return the skills that are drawn, the oldest first; those added by hand have no exchanges to place them by."""
    known = [skill for skill in skills if not skill.is_own]
    largest = sorted(known, key=lambda skill: (-skill.exchanges, skill.topic_id or ""))[:DRAWN_MOST]
    return sorted(largest, key=lambda skill: (skill.first_at.timestamp() if skill.first_at else 0, skill.topic_id))


def skill_map_chart(
    skills: Sequence[SkillLine], *, leans: Mapping[str, Mapping[str, float]] | None = None, narrow: bool = False
) -> dict[str, Any] | None:
    """Return the Vega-Lite specification of the map, or None when there is no skill with exchanges.

    Parameters
    ----------
    leans
        By topic, how much it resembles each area; see ``domain.skill_map``.
    narrow
        For screens under about 700 pixels.
    """
    shown = drawn_skills(skills)
    if not shown:
        return None
    shape = NARROW if narrow else WIDE
    known = leans or {}
    places = map_places([_placed(skill, known.get(skill.topic_id or "", {})) for skill in shown], shape)
    layers = [_ties(shown, places), _circles(shown, places), *_names(shown, places, shape), _areas(places, shape)]
    return whole(layers, int(shape.width), places.height + 2 * _MARGIN)


def _placed(skill: SkillLine, leans: Mapping[str, float]) -> MapSkill:
    return MapSkill(skill.topic_id or "", skill.area, leans)


def area_marks(skills: Sequence[SkillLine]) -> list[str]:
    """Return the areas that the map names, in the order of their numbers in the marks."""
    return sorted({skill.area for skill in drawn_skills(skills)})


def _at(place: tuple[float, float], down: float = 0.0) -> dict[str, float]:
    return {"x": round(place[0], 1), "y": round(place[1] + _MARGIN + down, 1)}


_LIFT = 14.0
"""How far a circle stands above its box's middle: two lines of the name are below it."""


def _ties(skills: Sequence[SkillLine], places: MapPlaces) -> dict[str, Any]:
    """Return a thin line from each area's name to the edge of each of its circles."""
    most, values = max(skill.exchanges for skill in skills), []
    for skill in skills:
        start, end = _at(places.areas[skill.area]), _at(places.skills[skill.topic_id or ""], -_LIFT)
        far = math.dist(start.values(), end.values())
        left = 1 - min(1.0, radius(skill.exchanges, most) / far) if far else 0.0
        x2, y2 = (start[axis] + left * (end[axis] - start[axis]) for axis in ("x", "y"))
        values.append({**start, "x2": round(x2, 1), "y2": round(y2, 1)})
    line = {"type": "rule", "aria": False, "strokeWidth": 1, "color": HAIR}
    return layer(values, line, x2={"field": "x2"}, y2={"field": "y2"})


def _circles(skills: Sequence[SkillLine], places: MapPlaces) -> dict[str, Any]:
    most = max(skill.exchanges for skill in skills)
    values = [
        {
            **_at(places.skills[skill.topic_id or ""], -_LIFT),
            # Vega's size is an area.
            "s": round(math.pi * radius(skill.exchanges, most) ** 2, 1),
            "c": PALETTE[skill.colour % len(PALETTE)],
            "o": strength(skill.idle_days),
            "u": f"#topic-{skill.topic_id}",
            "d": circle_words(skill),
        }
        for skill in skills
    ]
    mark = {"type": "circle", "strokeWidth": 2, "strokeOpacity": 1, "opacity": 1}
    paint, filled = scaled("c"), scaled("o")
    return layer(values, mark, linked=True, size=scaled("s"), color=paint, stroke=paint, fillOpacity=filled)


def radius(exchanges: int, most: int) -> float:
    """Return the radius of a circle in pixels; its area follows the number of exchanges, down to a smallest."""
    return max(_SMALLEST, _LARGEST * math.sqrt(exchanges / most))


def strength(idle_days: int) -> float:
    """Return how strong the colour of a circle is, from faint to full."""
    return next((strength for days, strength in _PALE if idle_days <= days), _FAINT)


def circle_words(skill: SkillLine) -> str:
    """Say what a circle shows."""
    words = (area_words(skill.area), stage_words(skill.stage), exchanges_words(skill.exchanges))
    return f"{one_line(skill.name)}: {', '.join(filter(None, words))}. {fresh_words(skill.idle_days)}."


def _names(skills: Sequence[SkillLine], places: MapPlaces, shape: MapShape) -> list[dict[str, Any]]:
    lines: list[list[dict[str, Any]]] = [[], []]
    letters, most = int(shape.skill[0] / 6.6), max(skill.exchanges for skill in skills)
    for skill in skills:
        for number, words in enumerate(name_lines(one_line(skill.name), letters)):
            below = radius(skill.exchanges, most) + 12 + 14 * number - _LIFT
            place = _at(places.skills[skill.topic_id or ""], below)
            lines[number].append({**place, "t": words, "u": f"#{AGAIN}topic-{skill.topic_id}"})
    # The limit is a guard for very wide letters alone.
    text = {"type": "text", "fontSize": 12, "color": INK, "aria": False, "limit": shape.skill[0] - 4}
    href: Any = {"field": "u"}
    return [layer(values, text, text={"field": "t"}, href=href) for values in lines if values]


def name_lines(name: str, letters: int) -> list[str]:
    """Return a name on at most two lines of about so many letters, broken between words where it can be."""
    if len(name) <= letters:
        return [name]
    head, blank, rest = name[: letters + 1].rpartition(" ")
    if not blank or not head:
        head, rest = name[:letters], name[letters:]
    else:
        rest = name[len(head) + 1 :]
    return [head, rest if len(rest) <= letters else f"{rest[: letters - 1].rstrip()}…"]


def _areas(places: MapPlaces, shape: MapShape) -> dict[str, Any]:
    values = [
        {
            **_at(place),
            "t": area_words(area) or _("Other"),
            "u": f"#area-{number}",
            "d": _("Skills of the area {area}").format(area=area_words(area) or _("Other")),
        }
        for number, (area, place) in enumerate(sorted(places.areas.items()))
    ]
    text = {"type": "text", "fontSize": 12, "fontWeight": 700, "color": SOFT, "limit": shape.area[0] - 4}
    return layer(values, text, linked=True, text={"field": "t"})
