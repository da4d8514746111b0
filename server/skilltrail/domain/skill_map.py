"""Where skills stand on the map: around their area's name, and areas in fixed columns, like beside like (ADR 0019).

Pixels, y downwards; plain arithmetic, no chance in it. The oldest skill of an area is placed first, and each further
one as near to where it belongs as those before it leave room: new skills move nothing within an area, and areas never
change their sides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PLANE = (
    ("Databases", "Data and analytics", "Machine learning and AI"),
    ("Hosting and operations", "Programming", "Engineering and architecture"),
    ("Office and productivity", "Web development", "3D and game development"),
    ("Security and privacy", "Mobile apps", "Video and audio"),
    ("E-commerce", "UX and product design", "Visual design"),
    ("Content and marketing", "Project management", "Photography"),
    ("Support and administration", "Everyday life", "Crafts and home"),
    ("Business and clients", "Writing and editing", "Health and wellbeing"),
    ("Finance and taxes", "People and recruiting", "Teaching and learning"),
    ("Legal and contracts", "Science and research", "Languages and translation"),
)
"""The areas of our list, like beside like: the arrangement in which distances follow the likeness of their skills'
names best. It is the same for everybody and never changes with a history."""

PLACES: Mapping[str, tuple[int, int]] = {
    area: (column, row) for row, line in enumerate(PLANE) for column, area in enumerate(line)
}
"""Column and row of each area."""

_ELSEWHERE = (1, len(PLANE))
"""Where an area that is not of our list stands: below all others."""

_STEP = 12.0
"""Pixels between places that are tried."""

_REACH = 90.0
"""Pixels from its area's name to where a skill belongs that resembles other areas alone."""

_COARSE = 8
"""Leanings are rounded to eighths of that: a skill does not move because of one exchange more or less."""


@dataclass(frozen=True, slots=True)
class MapSkill:
    """A skill to be placed. ``leans`` says how much it resembles each area, shares that sum to 1; empty: unknown."""

    id: str
    area: str
    leans: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapShape:
    """Sizes in pixels: of a column and the gaps around it, and of the boxes of skill and area; how many columns."""

    columns: int
    column: float
    gap: float
    skill: tuple[float, float]
    area: tuple[float, float]

    @property
    def width(self) -> float:
        """Return the width of the picture."""
        return self.columns * self.column + (self.columns - 1) * self.gap


@dataclass(frozen=True, slots=True)
class MapPlaces:
    """The middles of the boxes of skills and areas, and the height that all of them take."""

    skills: Mapping[str, tuple[float, float]]
    areas: Mapping[str, tuple[float, float]]
    height: float


def map_places(skills: Sequence[MapSkill], shape: MapShape) -> MapPlaces:
    """Return places at which no two boxes overlap; ``skills`` are given the oldest first."""
    members: dict[str, list[MapSkill]] = {}
    for skill in skills:
        members.setdefault(skill.area, []).append(skill)
    bottoms = [0.0] * shape.columns
    areas: dict[str, tuple[float, float]] = {}
    found: dict[str, tuple[float, float]] = {}
    for area in sorted(members, key=_in_order):
        column = min(_place(area)[0], shape.columns - 1)
        ground = _Ground(shape.column)
        name = ground.take((shape.column / 2, 0.0), shape.area)
        own = {skill.id: ground.take(_wanted(skill, name), shape.skill) for skill in members[area]}
        top, bottom = ground.edges()
        across, down = column * (shape.column + shape.gap), bottoms[column] - top
        areas[area] = name[0] + across, name[1] + down
        found |= {one: (x + across, y + down) for one, (x, y) in own.items()}
        bottoms[column] += bottom - top + shape.gap
    return MapPlaces(found, areas, max([*bottoms, shape.gap]) - shape.gap)


def _in_order(area: str) -> tuple[int, int, str]:
    column, row = _place(area)
    return row, column, area


def _place(area: str) -> tuple[int, int]:
    return PLACES.get(area, _ELSEWHERE)


def _wanted(skill: MapSkill, name: tuple[float, float]) -> tuple[float, float]:
    """Return where a skill belongs: beside its area's name, on the side of what it resembles."""
    home = _place(skill.area)
    lean = [0.0, 0.0]
    for area, share in sorted(skill.leans.items()):
        way = [_place(area)[axis] - home[axis] for axis in (0, 1)]
        far = math.hypot(*way)
        for axis in (0, 1):
            lean[axis] += share * way[axis] / far if far else 0.0
    coarse = [round(part * _COARSE) / _COARSE * _REACH for part in lean]
    return name[0] + coarse[0], name[1] + coarse[1]


class _Ground:
    """The boxes of one area, in a column of some width and without an end up or down."""

    def __init__(self, width: float) -> None:
        self._width = width
        self._taken: list[tuple[float, float, float, float]] = []

    def take(self, wanted: tuple[float, float], box: tuple[float, float]) -> tuple[float, float]:
        """Take the free place nearest to the wanted one."""
        place = next(place for place in _around(*wanted) if self._is_free(place, box))
        self._taken.append((place[0], place[1], *box))
        return place

    def _is_free(self, place: tuple[float, float], box: tuple[float, float]) -> bool:
        x, y = place
        if not box[0] / 2 <= x <= self._width - box[0] / 2:
            return False
        return all(abs(x - a) >= (box[0] + w) / 2 or abs(y - b) >= (box[1] + h) / 2 for a, b, w, h in self._taken)

    def edges(self) -> tuple[float, float]:
        """Return the top and the bottom of all that is taken."""
        return min(y - h / 2 for _x, y, _w, h in self._taken), max(y + h / 2 for _x, y, _w, h in self._taken)


def _around(x: float, y: float) -> Iterator[tuple[float, float]]:
    """Yield places ring by ring outwards."""
    yield x, y
    ring = 0
    while True:
        ring += 1
        count = 8 * ring
        for number in range(count):
            angle = 2 * math.pi * number / count
            yield x + ring * _STEP * math.cos(angle), y + ring * _STEP * math.sin(angle)
