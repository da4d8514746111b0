"""What an exchange is: one prompt with the reply that answers it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from skilltrail.i18n import _

TEXT_LIMIT = 1_000_000
"""Characters kept of a prompt or reply; a longer text is stored cut, marked and counted (decisions, "Ingest")."""


class Origin(StrEnum):
    """How an exchange came to us."""

    EXTENSION = "extension"
    IMPORT = "import"
    MANUAL = "manual"


class Fidelity(StrEnum):
    """How complete a capture is; see ``rank``."""

    EXPORT = "export"
    API_FULL = "api_full"
    API_WINDOW = "api_window"
    STREAM_COMPLETE = "stream_complete"
    STREAM_PARTIAL = "stream_partial"
    DOM = "dom"

    @property
    def rank(self) -> int:
        """Return 0 (poorest) to 4 (best); export and api_full are equal."""
        return _RANKS[self]


_RANKS = {
    Fidelity.EXPORT: 4,
    Fidelity.API_FULL: 4,
    Fidelity.API_WINDOW: 3,
    Fidelity.STREAM_COMPLETE: 2,
    Fidelity.STREAM_PARTIAL: 1,
    Fidelity.DOM: 0,
}


class Status(StrEnum):
    """How a reply ended; replies that failed are counted, never stored."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    PARTIAL = "partial"

    @property
    def finality(self) -> int:
        """Return 0 (partial), 1 (interrupted by the learner) or 2 (complete)."""
        return {"partial": 0, "interrupted": 1, "complete": 2}[self.value]


PROVIDERS = ("chatgpt", "claude", "gemini", "deepseek", "grok", "copilot", "aistudio")


@dataclass(frozen=True, slots=True)
class Attachment:
    """Name and kind of a file that went with a prompt; never its content."""

    name: str
    mime: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that a reply names."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class CapturedExchange:
    """One exchange as a capture or an import brings it, before it is stored.

    Times are aware UTC datetimes. ``reply_id`` is the id of the last visible reply; ``parent_id`` is the id of
    the message under which the prompt hangs. Ids are the source's own, ``None`` where a source has none.
    """

    provider: str
    conversation_id: str
    prompt: str
    reply: str
    asked_at: datetime
    captured_at: datetime
    origin: Origin
    fidelity: Fidelity
    status: Status = Status.COMPLETE
    account: str = ""
    prompt_id: str | None = None
    reply_id: str | None = None
    parent_id: str | None = None
    answered_at: datetime | None = None
    asked_at_source: str = "message"
    model: str | None = None
    title: str | None = None
    project_id: str | None = None
    gizmo_id: str | None = None
    on_current_path: bool = True
    attachments: tuple[Attachment, ...] = ()
    citations: tuple[Citation, ...] = ()
    extractor: str = ""
    redactions: dict[str, int] = field(default_factory=dict)
    truncated: bool = False

    @property
    def source_key(self) -> str:
        """Return a text that names this exchange by its source alone; rows are ordered by it for topic runs."""
        own = self.prompt_id or text_digest(self.prompt)
        reply = self.reply_id or text_digest(self.reply)
        return f"{self.provider}\x1f{self.account}\x1f{self.conversation_id}\x1f{own}\x1f{reply}"


@dataclass(frozen=True, slots=True)
class ExchangeDetail:
    """One stored exchange with everything that the dashboard and exports may show.

    ``restricted``: the learner leaves it out of exports. ``text_removed``: the retention rule took its texts.
    ``talk_exchanges`` counts the exchanges of its conversation; ``talk_restricted``: all of them are left out.
    """

    id: int
    seq: int
    captured: CapturedExchange
    received_at: datetime
    revision: int
    topic_id: str | None
    topic_name: str | None
    area: str | None
    restricted: bool = False
    text_removed: bool = False
    talk_exchanges: int = 1
    talk_restricted: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeSummary:
    """One line about a stored exchange: enough for lists. ``check`` is unchecked, or the result of its check."""

    id: int
    seq: int
    asked_at: datetime
    title: str | None
    question: str
    provider: str
    origin: Origin
    fidelity: Fidelity
    status: Status
    on_current_path: bool
    conversation_id: str
    prompt_id: str | None
    reply_id: str | None
    redactions: int
    topic_id: str | None
    topic_name: str | None
    area: str | None
    check: str = "unchecked"


@dataclass(frozen=True, slots=True)
class ExchangePage:
    """A page of summaries; ``next_cursor`` is the ``before`` of the next page, None at the end."""

    items: tuple[ExchangeSummary, ...]
    total: int
    next_cursor: int | None


def normalised(text: str) -> str:
    """Return ``text`` with runs of white space as one blank and none at the ends.

    DOM, stream and export disagree about white space only; two texts that differ in nothing else are the same.
    """
    # The same as replacing \s+ and stripping, several times as quick; every text of an import passes here.
    return " ".join(text.split())


def text_digest(text: str) -> str:
    """Return the SHA-256 of the normalised text, in hex."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()


def question_line(prompt: str, *, limit: int = 160) -> str:
    """Return the prompt's beginning as one line of at most ``limit`` characters; of one without words, what it was."""
    line = normalised(prompt[: limit * 4]) or _("A picture or a file, without words")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
