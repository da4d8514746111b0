"""What a selection resolves to beside the portfolio itself: what was chosen and is not in it, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from skilltrail.domain.leak_hits import TextPlace
from skilltrail.domain.portfolio import Portfolio, SkillChoice


class Why(StrEnum):
    """Why something that was chosen is not shown."""

    GONE = "gone"
    """The skill, exchange, entry or paragraph is not there any more."""
    PRIVATE = "private"
    """It is a client's who was not admitted, undecided, left out of exports, or off the current path."""
    PERIOD = "period"
    """It lies outside of the chosen days."""
    MOVED = "moved"
    """It is in another skill now."""
    CHANGED = "changed"
    """The exchange was taken down anew since it was chosen, or it is not known what was chosen: choose it again."""
    EMPTY = "empty"
    """Nothing of the skill may leave."""


@dataclass(frozen=True, slots=True)
class NotShown:
    """Something that was chosen and is not in the portfolio."""

    place: TextPlace
    why: Why


@dataclass(frozen=True, slots=True)
class Resolved:
    """A portfolio as it would go out now.

    ``signed`` is False for a draft: its checkpoint and proofs are empty. ``exchange_of`` says of which exchange the
    entry of an excerpt is, ``held_back`` how many exchanges of each skill are not counted because they may not leave.
    ``exchanges`` are all that the portfolio counts or shows; ``choices`` the skills that are in it, as chosen.
    """

    portfolio: Portfolio
    signed: bool
    not_shown: tuple[NotShown, ...] = ()
    exchange_of: Mapping[int, int] = field(default_factory=dict)
    held_back: Mapping[str, int] = field(default_factory=dict)
    exchanges: tuple[int, ...] = ()
    choices: tuple[SkillChoice, ...] = ()
