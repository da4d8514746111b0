"""When two copies are of the same exchange, and what is kept of each.

The same exchange reaches us as a stream, a conversation's JSON, an export and as read from the page, in any order and
any number of times. These rules (decisions, "One exchange") give the same result for every order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, IntEnum

from skilltrail.domain.capture import Outcome
from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status, normalised, text_digest

HEAD = 600
"""Characters of a text that are enough to recognise it where ids are missing."""

_ENOUGH_LETTERS = 200
_PARTIAL_LETTERS = 40
"""Letters. Below this two replies may begin alike ("Sure, here is …") without one being a part of the other."""

_NO_LETTERS = re.compile(r"[\W_]+")
_TIME_SOURCES = {"observed": 0, "conversation": 1, "message": 2}


@dataclass(frozen=True, slots=True)
class Copy:
    """What merging looks at in one copy of an exchange; ``…_chars`` count the normalised text."""

    prompt_id: str | None
    reply_id: str | None
    parent_id: str | None
    prompt_digest: str
    reply_digest: str
    prompt_chars: int
    reply_chars: int
    prompt_head: str
    reply_head: str
    origin: Origin
    fidelity: Fidelity
    status: Status
    asked_at: datetime
    asked_at_source: str
    answered_at: datetime | None
    captured_at: datetime
    model: str | None
    path_flag: bool
    path_at: datetime
    active_at: datetime

    @property
    def quality(self) -> tuple[int, int, int, int]:
        """Return what decides which of two copies is kept; the greater one is."""
        return (*self.standing, self.prompt_chars + self.reply_chars)

    @property
    def standing(self) -> tuple[int, int, int]:
        """Return the quality without the length."""
        # A conversation read while the reply was still being written is as incomplete as a broken stream.
        rank = (
            min(self.fidelity.rank, Fidelity.STREAM_PARTIAL.rank)
            if self.status is Status.PARTIAL
            else self.fidelity.rank
        )
        return (rank, self.fidelity.rank, self.status.finality)

    def same_text(self, other: Copy) -> bool:
        """Tell whether both say the same, apart from white space."""
        return self.reply_digest == other.reply_digest and self.prompt_digest == other.prompt_digest


class Likeness(IntEnum):
    """How surely two copies are of the same exchange."""

    NONE = 0
    PART = 1  # one holds the beginning of the other
    ALIKE = 2  # without ids: the same letters, other marks
    TEXT = 3  # the same text, and ids that do not contradict
    IDS = 4


class TextChange(Enum):
    """What happens to the texts."""

    KEEP = "keep"
    REPLACE = "replace"  # the same words, better captured
    REVISE = "revise"  # other words: the old ones become a revision
    NOTE = "note"  # the new words become a revision, the old ones stay


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes of a stored exchange when another copy arrives: ``merged`` is how it stands afterwards."""

    outcome: Outcome
    text: TextChange
    merged: Copy


def copy_of(captured: CapturedExchange) -> Copy:
    """Return what merging looks at in a captured exchange."""
    prompt, reply = normalised(captured.prompt), normalised(captured.reply)
    happened = captured.answered_at or captured.asked_at
    return Copy(
        prompt_id=captured.prompt_id,
        reply_id=captured.reply_id,
        parent_id=captured.parent_id,
        prompt_digest=text_digest(prompt),
        reply_digest=text_digest(reply),
        prompt_chars=len(prompt),
        reply_chars=len(reply),
        prompt_head=captured.prompt[:HEAD],
        reply_head=captured.reply[:HEAD],
        origin=captured.origin,
        fidelity=captured.fidelity,
        status=captured.status,
        asked_at=captured.asked_at,
        asked_at_source=captured.asked_at_source,
        answered_at=captured.answered_at,
        captured_at=captured.captured_at,
        model=captured.model,
        path_flag=captured.on_current_path,
        path_at=captured.captured_at,
        # What an extension reads is live when it is read; an export says nothing later than its exchanges.
        active_at=captured.captured_at if captured.origin is Origin.EXTENSION else happened,
    )


class Shelf:
    """The copies of one conversation, found again by any of their marks; positions count up as they are added."""

    def __init__(self, copies: Sequence[Copy] = ()) -> None:
        self.copies: list[Copy] = []
        self._by_id: _Places = {}
        self._by_words: _Places | None = None
        self._without_ids = False
        for copy in copies:
            self.add(copy)

    def add(self, copy: Copy) -> int:
        """Put a copy on the shelf and return its position."""
        self.copies.append(copy)
        self._note(len(self.copies) - 1)
        return len(self.copies) - 1

    def change(self, position: int, copy: Copy) -> None:
        """Put another copy in a place; the marks of the old one still lead there, and ``likeness`` decides."""
        self.copies[position] = copy
        self._note(position)

    def find(self, incoming: Copy) -> int | None:
        """Return the position of the same exchange, or None; of several equally like ones the oldest."""
        best, found = Likeness.NONE, None
        for position in sorted(self._candidates(incoming)):
            like = likeness(incoming, self.copies[position])
            if like > best:
                best, found = like, position
        return found

    def _candidates(self, incoming: Copy) -> set[int]:
        candidates = _places(self._by_id, _ids(incoming))
        # Nearly every copy has its ids; only where one lacks them is it worth comparing words.
        if self._without_ids or not _has_ids(incoming):
            candidates |= _places(self._words_index(), _words(incoming))
        return candidates

    def _words_index(self) -> _Places:
        if self._by_words is None:
            self._by_words = {}
            for position, copy in enumerate(self.copies):
                _put(self._by_words, _words(copy), position)
        return self._by_words

    def _note(self, position: int) -> None:
        copy = self.copies[position]
        self._without_ids = self._without_ids or not _has_ids(copy)
        _put(self._by_id, _ids(copy), position)
        if self._by_words is not None:
            _put(self._by_words, _words(copy), position)


_Places = dict[tuple[str, str], list[int]]


def _places(index: _Places, marks: Sequence[tuple[str, str]]) -> set[int]:
    return {position for mark in marks for position in index.get(mark, ())}


def _put(index: _Places, marks: Sequence[tuple[str, str]], position: int) -> None:
    for mark in marks:
        index.setdefault(mark, []).append(position)


def _has_ids(copy: Copy) -> bool:
    return bool(copy.prompt_id and copy.reply_id)


def _ids(copy: Copy) -> list[tuple[str, str]]:
    named = (("prompt", copy.prompt_id), ("reply", copy.reply_id))
    return [(kind, value) for kind, value in named if value]


def _words(copy: Copy) -> list[tuple[str, str]]:
    return [("digest", copy.prompt_digest), ("letters", bare_letters(copy.prompt_head))]


def likeness(a: Copy, b: Copy) -> Likeness:
    """Tell how surely two copies of one conversation are of the same exchange."""
    if a.prompt_id and b.prompt_id:
        return _under_one_prompt(a, b) if a.prompt_id == b.prompt_id else Likeness.NONE
    if a.reply_id and b.reply_id:
        # A reply hangs under one prompt, so its id is enough where a copy does not know the prompt's.
        return Likeness.IDS if a.reply_id == b.reply_id else Likeness.NONE
    if not _same_prompt(a, b):
        return Likeness.NONE
    return _by_reply(a, b)


def _under_one_prompt(a: Copy, b: Copy) -> Likeness:
    if a.reply_id and a.reply_id == b.reply_id:
        return Likeness.IDS
    if a.reply_digest == b.reply_digest:
        return Likeness.TEXT
    if a.reply_id and b.reply_id:
        # A stream that broke off knows an earlier part of the reply by that part's own id.
        return Likeness.PART if _is_part(a, b, at_least=_PARTIAL_LETTERS) else Likeness.NONE
    return _by_reply(a, b)


def _by_reply(a: Copy, b: Copy) -> Likeness:
    if a.reply_digest == b.reply_digest:
        return Likeness.TEXT
    if _reads_alike(a, b):
        return Likeness.ALIKE
    return Likeness.PART if _is_part(a, b, at_least=1) else Likeness.NONE


def _same_prompt(a: Copy, b: Copy) -> bool:
    if a.prompt_digest == b.prompt_digest:
        return True
    # Long prompts often share their beginning and differ in the matter pasted below it.
    whole = len(a.prompt_head) < HEAD and len(b.prompt_head) < HEAD
    letters = bare_letters(a.prompt_head)
    return whole and letters != "" and letters == bare_letters(b.prompt_head)


def _reads_alike(a: Copy, b: Copy) -> bool:
    """Tell whether two replies differ in Markdown only, as far as their beginnings show."""
    one, other = bare_letters(a.reply_head), bare_letters(b.reply_head)
    if len(a.reply_head) < HEAD and len(b.reply_head) < HEAD:
        return one != "" and one == other
    shared = min(len(one), len(other))
    similar = 2 * min(a.reply_chars, b.reply_chars) >= max(a.reply_chars, b.reply_chars)
    return similar and shared >= _ENOUGH_LETTERS and one[:shared] == other[:shared]


def _is_part(a: Copy, b: Copy, *, at_least: int) -> bool:
    """Tell whether the shorter reply is an unfinished capture of the longer one."""
    short, long = (a, b) if a.reply_chars <= b.reply_chars else (b, a)
    if short.status is not Status.PARTIAL:
        return False
    letters = bare_letters(short.reply_head)
    return len(letters) >= at_least and bare_letters(long.reply_head).startswith(letters[:_ENOUGH_LETTERS])


def bare_letters(text: str) -> str:
    """Return the letters and digits of ``text`` alone, in lower case: what is left whatever its marks are."""
    return _NO_LETTERS.sub("", text).casefold()


def merge(stored: Copy, incoming: Copy) -> Merge:
    """Decide what is kept when ``incoming`` is another copy of ``stored``.

    The better fidelity wins, then the more final status, then the longer text; an equal copy changes nothing. What
    the winner does not know is taken from the other.
    """
    better = incoming.quality > stored.quality
    winner, loser = (incoming, stored) if better else (stored, incoming)
    text = _text_change(stored, incoming, better=better)
    outcome = Outcome.REVISED if text in {TextChange.REVISE, TextChange.NOTE} else Outcome.KNOWN
    return Merge(outcome=outcome, text=text, merged=_merged(winner, loser))


def _text_change(stored: Copy, incoming: Copy, *, better: bool) -> TextChange:
    if better:
        return TextChange.REPLACE if stored.same_text(incoming) else TextChange.REVISE
    if incoming.standing == stored.standing and not stored.same_text(incoming):
        return TextChange.NOTE
    return TextChange.KEEP


def _merged(winner: Copy, loser: Copy) -> Copy:
    asked = _asked(winner, loser)
    path = max(winner, loser, key=lambda copy: (copy.path_at, copy.path_flag))
    return replace(
        winner,
        prompt_id=winner.prompt_id or loser.prompt_id,
        reply_id=winner.reply_id or loser.reply_id,
        parent_id=winner.parent_id or loser.parent_id,
        model=winner.model or loser.model,
        answered_at=winner.answered_at or loser.answered_at,
        asked_at=asked.asked_at,
        asked_at_source=asked.asked_at_source,
        path_flag=path.path_flag,
        path_at=path.path_at,
        active_at=max(winner.active_at, loser.active_at),
    )


def _asked(winner: Copy, loser: Copy) -> Copy:
    """Return the copy that knows best when the prompt was asked."""
    ours, theirs = _TIME_SOURCES.get(winner.asked_at_source, 0), _TIME_SOURCES.get(loser.asked_at_source, 0)
    if ours != theirs:
        return winner if ours > theirs else loser
    # A page read again says a later time each time; the first one was nearest.
    return loser if ours == 0 and loser.asked_at < winner.asked_at else winner
