"""Which exchanges of a conversation stand on its current path: a regenerated or edited turn replaces the older one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as a place in its conversation.

    ``flagged`` is what its newest copy says about the path; ``active_at`` when it was last seen as the live one,
    ``happened_at`` when it was answered (or asked).
    """

    id: int
    prompt_id: str | None
    reply_id: str | None
    parent_id: str | None
    flagged: bool
    active_at: datetime
    happened_at: datetime

    @property
    def stamp(self) -> tuple[datetime, datetime, int]:
        """Return what "newer" means; the order of arrival only breaks ties."""
        return (self.active_at, self.happened_at, self.id)


def current_path(turns: Sequence[Turn]) -> frozenset[int]:
    """Return the ids of the turns on the current path.

    Among replies to one prompt, and among prompts under one message, the branch with the newest life in it is
    the current one; what hangs under a branch that was left is left with it. Turns whose copies say that they
    are off the path have no life of their own (an export knows this from its ``current_node``). Turns without ids
    stand on the path as they are flagged.
    """
    return _Tree(turns).walk()


class _Tree:
    """The turns of a conversation, linked by the message that a prompt hangs under."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = {turn.id: turn for turn in turns}
        self._by_reply = {turn.reply_id: turn.id for turn in turns if turn.reply_id}
        self._hangs_under = self._parents(turns)
        self._life = self._lives(turns)

    def walk(self) -> frozenset[int]:
        groups: dict[object, list[int]] = defaultdict(list)
        for turn in self._turns.values():
            groups[self._group(turn)].append(turn.id)
        chosen = {chosen for members in groups.values() for chosen in self._newest(members)}
        return self._rooted(chosen)

    def _parents(self, turns: Iterable[Turn]) -> dict[str, str]:
        """Return what each prompt hangs under: copies of one prompt share it, though not all may know it."""
        return {turn.prompt_id: turn.parent_id for turn in turns if turn.prompt_id and turn.parent_id}

    def _parent(self, turn: Turn) -> str | None:
        return turn.parent_id or self._hangs_under.get(turn.prompt_id or "")

    def _group(self, turn: Turn) -> object:
        parent = self._parent(turn)
        if parent is not None:
            return ("under", parent)
        return ("prompt", turn.prompt_id) if turn.prompt_id else turn.id

    def _above(self, turn: Turn) -> int | None:
        parent = self._parent(turn)
        return None if parent is None else self._by_reply.get(parent)

    def _lives(self, turns: Iterable[Turn]) -> dict[int, tuple[datetime, datetime, int]]:
        """Return for each turn the newest stamp among the flagged turns of its branch."""
        lives: dict[int, tuple[datetime, datetime, int]] = {}
        # Newest first: whoever was visited has a newer life already, so every link is walked once.
        for turn in sorted((turn for turn in turns if turn.flagged), key=lambda turn: turn.stamp, reverse=True):
            at: int | None = turn.id
            while at is not None and at not in lives:
                lives[at] = turn.stamp
                at = self._above(self._turns[at])
        return lives

    def _newest(self, members: list[int]) -> list[int]:
        living = [member for member in members if member in self._life]
        return [max(living, key=lambda member: (self._life[member], self._turns[member].stamp))] if living else []

    def _rooted(self, chosen: set[int]) -> frozenset[int]:
        """Return those of ``chosen`` all of whose ancestors were chosen too; every link is walked once."""
        known: dict[int, bool] = {}
        for turn in chosen:
            chain: list[int] = []
            at: int | None = turn
            while at is not None and at not in known:
                # Set before it is sure, so that messages that hang under each other in a circle come to an end.
                known[at] = at in chosen
                chain.append(at)
                at = self._above(self._turns[at])
            above = at is None or known[at]
            for link in reversed(chain):
                above = known[link] = above and known[link]
        return frozenset(turn for turn in chosen if known[turn])
