"""Spot check: somebody names log entries, the learner discloses those, or says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from skilltrail.domain.evidence_log import EntryState

ENTRIES_MOST = 100
"""Entries that are answered at once; a sample needs fewer."""

REASON = "reason"
"""What a reason is called where the leak scan stops in it, beside the fields of an entry."""

REASON_LIMIT = 300
"""Characters of a reason."""

PLAIN = ("asked_at", "answered_at", "captured_at", "provider", "model", "asked_at_source", "supersedes")
"""Fields beside the paragraphs that an answer shows unless the learner leaves them out: when, where, which model."""


@dataclass(frozen=True, slots=True)
class AskedPart:
    """One field of an entry; ``kinds`` are what the leak scan stops at in it, none where it may go out as it is."""

    name: str
    text: str
    kinds: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is a paragraph of question or answer."""
        return self.name.startswith(("prompt.", "reply."))

    @property
    def proposed(self) -> bool:
        """Whether an answer shows it unless the learner says otherwise."""
        return not self.kinds and (self.is_text or self.name in PLAIN)


@dataclass(frozen=True, slots=True)
class AskedEntry:
    """An entry that somebody asked for, as the learner sees it before they answer.

    ``answered_by`` is the entry that answers it: itself, or the newer one of its exchange, which proves in its field
    ``supersedes`` that it took the place; None where nothing can be shown, ``state`` says why.
    """

    entry: int
    state: EntryState
    answered_by: int | None
    parts: tuple[AskedPart, ...] = ()
    exchange_id: int | None = None


@dataclass(frozen=True, slots=True)
class SpotAnswer:
    """What the learner decided: fields to show by the number that was asked for; reasons for those withheld.

    ``allowed`` are fields in which the leak scan stops and that may be shown all the same, as (number, field);
    "reason" is the field of a reason.
    """

    shown: Mapping[int, tuple[str, ...]]
    withheld: Mapping[int, str] = field(default_factory=dict)
    allowed: frozenset[tuple[int, str]] = frozenset()


def fields_to_show(found: Sequence[AskedEntry], answer: SpotAnswer) -> dict[int, tuple[str, ...]]:
    """Return the fields to disclose by the number of the entry that answers; of several numbers that it answers, all.

    Where it stands for an older number its field ``supersedes`` is among them: nothing else shows that it does.
    """
    chosen: dict[int, list[str]] = {}
    for one in found:
        if one.answered_by is not None and one.entry in answer.shown:
            names = chosen.setdefault(one.answered_by, [])
            names += answer.shown[one.entry]
            names += ["supersedes"] if one.answered_by != one.entry else []
    return {number: tuple(dict.fromkeys(names)) for number, names in chosen.items()}
