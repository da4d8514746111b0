"""What the importers give: what lies in a file, and its conversations one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from skilltrail.domain.exchange import CapturedExchange

REASONS = (
    # The element is no conversation we can read; its messages are not counted, for nobody can count them.
    "not_an_object",
    "broken_json",
    "cut_off",
    "too_deep",
    "too_large",
    "unknown_format",
    "unreadable",
    "no_id",
    # The element is a conversation, and left out whole.
    "no_messages",
    "temporary",
    "other_product",
    "not_a_chat",
    # A message of a conversation that is otherwise read.
    "system",
    "private",
    "thoughts",
    "tool",
    "hidden",
    "unknown_content",
    "failed",
    "draft",
    "empty",
    "no_reply",
    "no_prompt",
    "bad_message",
    "too_many_branches",
)
"""Every reason of a ``Skip``; the wording for people stands with those who show it."""


class Readable(Protocol):
    """Whatever can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Skip:
    """Something in the file that does not become (part of) an exchange, and why.

    ``reason``, one of ``REASONS``:

    - of an element: ``not_an_object``; ``broken_json``, ``cut_off``, ``too_deep``, ``too_large``: not JSON that can be
      read; ``unknown_format``; ``unreadable``: a shape nobody has seen; ``no_id``; ``no_messages``; ``temporary``: a
      temporary chat; ``other_product``: activity of another product; ``not_a_chat``: activity that is no question
    - of messages: ``system``; ``private``: memory and instructions; ``thoughts``; ``tool``; ``hidden``;
      ``unknown_content``; ``failed``: an error; ``draft``: a variant that was not chosen; ``empty``: neither words
      nor a file; ``no_reply``: a prompt nobody answered; ``no_prompt``: a reply to nothing; ``bad_message``: no
      message at all; ``too_many_branches``: of a tree made to be slow

    ``index`` is the element's place in its source. ``id`` is the source's id of the message or conversation; where a
    skip covers several messages, of the first. ``messages`` is how many messages of the file it covers (0: none,
    or none that can be counted).
    """

    reason: str
    index: int
    id: str | None = None
    messages: int = 1


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """One element of an export: its exchanges in time order and what was left out.

    ``messages`` is how many messages the element holds; it equals ``used`` (distinct messages that went into
    exchanges) plus the sum of ``skipped[…].messages``. ``at_bytes`` is how far reading has come in the source, in
    uncompressed bytes. ``updated_at`` is when the source says it last changed, None where it does not. ``shares`` has a
    number for each exchange: the messages that are counted with it (one that is in several: with one).
    """

    index: int
    conversation_id: str | None
    exchanges: tuple[CapturedExchange, ...]
    skipped: tuple[Skip, ...]
    messages: int = 0
    used: int = 0
    at_bytes: int = 0
    updated_at: datetime | None = None
    shares: tuple[int, ...] = ()

    @property
    def balanced(self) -> bool:
        """Return whether every message is accounted for."""
        return self.messages == self.used + sum(skip.messages for skip in self.skipped)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a JSON file: its value, or the ``fault`` (a reason of ``Skip``) for which there is none."""

    index: int
    value: Any
    at_bytes: int
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, by which formats recognise their own.

    ``text`` are its first characters; ``elements`` the first objects of a JSON file, none for other files.
    """

    text: str
    elements: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source is read: ``name`` without folder and ending, ``now`` the import's time, ``start`` as in ``read``."""

    name: str
    now: datetime
    start: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """One export format.

    ``recognises`` tells by the first bytes whether a file is of it. ``conversations`` reads one file; it never raises
    for what an element holds.
    """

    name: str
    provider: str
    recognises: Callable[[Head], bool]
    conversations: Callable[[Readable, Reading], Iterator[ImportedConversation]]


class Place(Protocol):
    """Where the bytes of a source are: a file, or a member of an archive."""

    def open(self) -> AbstractContextManager[Readable]:
        """Open it for reading from the beginning."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """One readable file of an import.

    ``key`` names it within the import, the same each time ("export.zip/conversations-000.json"); ``format`` and
    ``provider`` say what it is; ``size`` is in uncompressed bytes.
    """

    key: str
    format: str
    provider: str
    size: int
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class LeftMember:
    """Members that are not read: ``kind`` is images, sounds, videos, documents, private, viewer, archives, broken
    (JSON that cannot be read) or other.
    """

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Look:
    """What lies in the files of an import: what will be read, in order, and what is left."""

    sources: tuple[Source, ...]
    left: tuple[LeftMember, ...]
