"""Forgetting: what is chosen, what would go, how far it is, and the marks that keep copies from coming back."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from skilltrail.domain.merging import HEAD, bare_letters

UNDO = timedelta(seconds=10)
"""How long forgetting can be undone."""

MARK_BYTES = 16
WORD_LEAST = 2
"""Characters of a word to be forgotten. One letter would choose nearly everything."""

NAME_LEAST = 3
"""Exchanges that a topic's name or term must rest on."""

MONTHS = (3, 12, 24)
"""Ages that a retention rule may name, in months."""

_REPLY_LETTERS = 200
"""Letters of a reply that tell it from others under the same prompt, however its Markdown was read."""


class Scope(StrEnum):
    """What a forgetting is about."""

    EXCHANGE = "exchange"
    CONVERSATION = "conversation"
    WORD = "word"
    RANGE = "range"
    IMPORT = "import"
    CLIENT = "client"
    EVERYTHING = "everything"
    RETENTION = "retention"


class Stage(StrEnum):
    """How far a forgetting is. Waiting can be undone; from ``forgetting`` on it is final."""

    WAITING = "waiting"
    FORGETTING = "forgetting"
    CLEANING = "cleaning"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ForgetWish:
    """What is to be forgotten: exactly one of the ways to name it.

    Days are the learner's own, ``until`` included; either may stand alone. ``conversation`` is the source's own id,
    ``conversation_of`` an exchange of the conversation. ``word`` is looked for in any case and inside longer words.
    """

    exchange: int | None = None
    conversation: str | None = None
    conversation_of: int | None = None
    word: str | None = None
    since: date | None = None
    until: date | None = None
    import_id: int | None = None
    client: int | None = None
    everything: bool = False

    @property
    def scope(self) -> Scope | None:
        """Return what the wish names, or None when that is not exactly one thing."""
        named = [scope for scope, is_named in self._ways() if is_named]
        return named[0] if len(named) == 1 else None

    def _ways(self) -> tuple[tuple[Scope, bool], ...]:
        return (
            (Scope.EXCHANGE, self.exchange is not None),
            (Scope.CONVERSATION, self.conversation is not None),
            (Scope.CONVERSATION, self.conversation_of is not None),
            (Scope.WORD, self.word is not None),
            (Scope.RANGE, self.since is not None or self.until is not None),
            (Scope.IMPORT, self.import_id is not None),
            (Scope.CLIENT, self.client is not None),
            (Scope.EVERYTHING, self.everything),
        )


@dataclass(frozen=True, slots=True)
class ForgetExample:
    """One of the exchanges that would go."""

    id: int
    asked_at: datetime
    question: str
    title: str | None


@dataclass(frozen=True, slots=True)
class ForgetPlan:
    """What would go. ``by_title`` are exchanges chosen because their chat's title holds the word.

    ``entries`` of the learner's own go too: those that hold the word, or rest on nothing without the exchanges.
    ``clients`` (and projects) go or lose a word.
    """

    scope: Scope
    exchanges: int
    conversations: int
    whole_conversations: int
    topics: int
    exports: int
    by_title: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    examples: tuple[ForgetExample, ...] = ()
    entries: int = 0
    clients: int = 0


@dataclass(frozen=True, slots=True)
class ForgetPass:
    """One forgetting on its way; it holds counts and times, never what is forgotten.

    ``done`` counts the exchanges that are gone; ``exports`` the past exports that held one of them; ``problem`` says
    why it waits.
    """

    id: int
    scope: Scope
    stage: Stage
    exchanges: int
    conversations: int
    exports: int
    asked_at: datetime
    due_at: datetime
    finished_at: datetime | None
    done: int = 0
    problem: str | None = None

    @property
    def text_only(self) -> bool:
        """Tell whether exchanges stay counted and only lose their texts."""
        return self.scope is Scope.RETENTION

    @property
    def leaves_marks(self) -> bool:
        """Tell whether copies are kept out afterwards; an undone import may come again."""
        return self.scope is not Scope.IMPORT


@dataclass(frozen=True, slots=True)
class PastExport:
    """A file that was made; ``gone`` counts the exchanges in it that are no longer in the history."""

    id: int
    made_at: datetime
    format: str
    name: str
    exchanges: int
    gone: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What an exchange can be recognised by: its source's ids and the beginnings and digests of its texts."""

    provider: str
    conversation_id: str
    prompt_id: str | None
    reply_id: str | None
    prompt_digest: bytes
    reply_digest: bytes
    prompt_head: str
    reply_head: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A keyed digest: without the key nobody can tell, or find by trying, what it stands for."""

    kind: str
    digest: bytes


class Marker:
    """Makes marks with the key of one database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sure(self, trace: Trace) -> tuple[Mark, ...]:
        """Return the marks of the exchange itself: whatever carries one of them is a copy of it."""
        found = [self._mark("text", trace, trace.prompt_digest.hex(), trace.reply_digest.hex())]
        words = (bare_letters(trace.prompt_head), bare_letters(trace.reply_head)[:_REPLY_LETTERS])
        if all(words):
            found.append(self._mark("letters", trace, *words))
        if trace.reply_id:
            found.append(self._mark("reply", trace, trace.reply_id))
        return tuple(found)

    def likely(self, trace: Trace) -> tuple[Mark, ...]:
        """Return the marks of its prompt: what carries one is a copy of it unless another exchange claims it."""
        if trace.prompt_id:
            return (self._mark("prompt", trace, trace.prompt_id),)
        words = bare_letters(trace.prompt_head)
        return (self._mark("question", trace, words),) if words and len(trace.prompt_head) < HEAD else ()

    def of_ids(
        self, provider: str, conversation_id: str, prompt_id: str | None, reply_id: str | None
    ) -> tuple[Mark, ...]:
        """Return the marks by which an exchange is recognised without its texts."""
        named = (("reply", reply_id), ("prompt", prompt_id))
        return tuple(Mark(kind, self._digest(kind, provider, conversation_id, value)) for kind, value in named if value)

    def stored(self, trace: Trace) -> tuple[Mark, ...]:
        """Return everything that is kept of a forgotten exchange."""
        without_ids = self.likely(
            Trace(trace.provider, trace.conversation_id, None, None, b"", b"", trace.prompt_head, "")
        )
        return (*self.sure(trace), *self.likely(trace), *(without_ids if trace.prompt_id else ()))

    def talk(self, provider: str, conversation_id: str) -> Mark:
        """Return the mark of a conversation that was forgotten whole."""
        return Mark("talk", self._digest("talk", provider, conversation_id))

    def emptied(self, provider: str, conversation_id: str) -> Mark:
        """Return the mark of a conversation that has lost all it had; what comes to it later is welcome."""
        return Mark("emptied", self._digest("emptied", provider, conversation_id))

    def everything(self) -> Mark:
        """Return the mark that everything up to a moment was forgotten."""
        return Mark("all", self._digest("all"))

    def stand_in(self, provider: str, conversation_id: str, message_id: str) -> str:
        """Return what stands in the place of a forgotten message's id where a living exchange names it."""
        return "forgotten:" + self._digest("message", provider, conversation_id, message_id).hex()

    def blank(self, number: int, digest: bytes) -> bytes:
        """Return 32 bytes in place of a digest of a text that is gone: a plain one could be found by trying."""
        return hmac.new(self._key, b"blank\x1f%d\x1f" % number + digest, hashlib.sha256).digest()

    def _mark(self, kind: str, trace: Trace, *parts: str) -> Mark:
        return Mark(kind, self._digest(kind, trace.provider, trace.conversation_id, *parts))

    def _digest(self, *parts: str) -> bytes:
        text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).digest()[:MARK_BYTES]
