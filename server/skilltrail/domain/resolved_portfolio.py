"""What a selection resolves to beside the portfolio itself: what was chosen and is not in it, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from skilltrail.domain.leak_hits import PortfolioText, TextPlace
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
    OTHER_SKILL = "other skill"
    """It was signed about another skill, which the learner merged into this one."""
    RENAMED = "renamed"
    """It was signed about a skill of another name than the one that is shown."""
    NOT_YET = "not yet"
    """By its signer's clock it was signed later than now: whoever checks the file would refuse it."""
    ENDED = "ended"
    """It says itself until when it held, and that is over."""


@dataclass(frozen=True, slots=True)
class NotShown:
    """Something that was chosen and is not in the portfolio."""

    place: TextPlace
    why: Why


@dataclass(frozen=True, slots=True)
class Reflected:
    """Which entry a shown reflection is, and on which exchange it is, if on one."""

    entry_id: int
    exchange_id: int | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A portfolio as it would go out now.

    ``signed`` is False for a draft: its checkpoint and proofs are empty. ``exchange_of`` says of which exchange the
    entry of an excerpt is, ``held_back`` how many exchanges of each skill are not counted because they may not leave.
    ``exchanges`` are all that the portfolio counts or shows; ``choices`` the skills that are in it, as chosen.
    ``reflected`` are by skill the reflections that it shows, in their order. ``named_after_others`` are
    the skills of which most is held back and whose names stand in nothing of the rest; ``concepts_of_others`` the same
    of published concepts, as (topic, label).
    """

    portfolio: Portfolio
    signed: bool
    not_shown: tuple[NotShown, ...] = ()
    exchange_of: Mapping[int, int] = field(default_factory=dict)
    held_back: Mapping[str, int] = field(default_factory=dict)
    exchanges: tuple[int, ...] = ()
    choices: tuple[SkillChoice, ...] = ()
    reflected: Mapping[str, tuple[Reflected, ...]] = field(default_factory=dict)

    named_after_others: frozenset[str] = frozenset()
    concepts_of_others: frozenset[tuple[str, str]] = frozenset()
    earlier_keys: tuple[str, ...] = ()
    """The did:key of those that handed over to the identity key, the newest first: their statements go along."""

    def exchange_behind(self, text: PortfolioText) -> int | None:
        """Return the exchange that a text is of or about: an excerpt's, a reflection's."""
        if text.entry is not None:
            return self.exchange_of.get(text.entry)
        if text.place.what != "reflection":
            return None
        return self.reflected[text.place.topic_id][int(text.place.key)].exchange_id

    def exchanges_behind(self) -> list[int]:
        """Return all of these exchanges."""
        reflected = (one.exchange_id for found in self.reflected.values() for one in found)
        return sorted({*self.exchange_of.values(), *(one for one in reflected if one is not None)})
