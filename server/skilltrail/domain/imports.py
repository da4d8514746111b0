"""Imports: how far one is, what became of everything in its files, and what the learner keeps out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from skilltrail.domain.exchange import CapturedExchange


class ImportState(StrEnum):
    """How far an import is. ``interrupted``: its process ended under it; it can go on where it was."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    UNDONE = "undone"

    @property
    def can_go_on(self) -> bool:
        """Tell whether the rest can be imported later."""
        return self in {ImportState.CANCELLED, ImportState.FAILED, ImportState.INTERRUPTED}


ROUTINE = frozenset({"system", "private", "thoughts", "tool", "hidden"})
"""Reasons that every export is full of: such messages are counted, never listed one by one."""

EXCLUDED = "excluded"
"""Reason of what the learner's own rules keep out."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the conversations, or of the messages, of a file; ``skipped`` counts by reason.

    ``found`` is what the reader said the file holds; it is counted apart from the rest, so that the two can disagree.
    """

    found: int = 0
    stored: int = 0
    known: int = 0
    updated: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def accounted(self) -> int:
        """Return how many have an answer."""
        return self.stored + self.known + self.updated + sum(self.skipped.values())

    @property
    def agrees(self) -> bool:
        """Tell whether everything that was found has an answer."""
        return self.found == self.accounted

    def plus(self, other: Counts) -> Counts:
        """Return both together."""
        reasons = {**self.skipped}
        for reason, count in other.skipped.items():
            reasons[reason] = reasons.get(reason, 0) + count
        return Counts(
            found=self.found + other.found,
            stored=self.stored + other.stored,
            known=self.known + other.known,
            updated=self.updated + other.updated,
            skipped=dict(sorted(reasons.items())),
        )


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """One source of an import and how far it was read; ``problem`` says why the rest of it could not be."""

    key: str
    format: str
    provider: str
    size: int
    at_bytes: int = 0
    finished: bool = False
    conversations: Counts = field(default_factory=Counts)
    messages: Counts = field(default_factory=Counts)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SkippedElement:
    """Something in a file that did not become (part of) an exchange; never its text."""

    source: str
    index: int
    id: str | None
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """An import as the database remembers it.

    ``names`` are what the learner chose; ``held`` counts its exchanges that are still there; ``left`` counts, by kind,
    members of archives that no importer reads (images, audio, …). ``resumable``: its files are known, and a part of
    them was not read yet.
    """

    id: int
    state: ImportState
    started_at: datetime
    finished_at: datetime | None
    names: tuple[str, ...]
    account: str
    sources: tuple[ImportedSource, ...]
    stored: int
    known: int
    revised: int
    refused: int
    found: int
    held: int
    first_at: datetime | None
    last_at: datetime | None
    left: Mapping[str, int]
    problem: str | None = None
    undo: UndoOutcome | None = None
    resumable: bool = False

    @property
    def conversations(self) -> Counts:
        """Return the conversations of all sources."""
        return _sum([source.conversations for source in self.sources])

    @property
    def messages(self) -> Counts:
        """Return the messages of all sources."""
        return _sum([source.messages for source in self.sources])

    @property
    def agrees(self) -> bool:
        """Tell whether every conversation, message and exchange of what was read is accounted for."""
        answered = self.stored + self.known + self.revised + self.refused
        return self.conversations.agrees and self.messages.agrees and self.found == answered


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import, or the look before it, is; bytes are uncompressed. ``seconds_left`` is None while unknown."""

    at_bytes: int
    bytes: int
    exchanges: int
    conversations: int
    seconds_left: float | None = None

    @property
    def share(self) -> float:
        """Return how much is done, from 0 to 1."""
        return min(1.0, self.at_bytes / self.bytes) if self.bytes else 0.0


@dataclass(frozen=True, slots=True)
class SourcePreview:
    """What a source holds, before anything is stored; ``fresh`` and ``known`` count exchanges."""

    key: str
    format: str
    provider: str
    size: int
    conversations: int
    messages: int
    fresh: int
    known: int
    skipped: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    problem: str | None = None

    @property
    def exchanges(self) -> int:
        """Return the exchanges that could be stored."""
        return self.fresh + self.known


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would find; nothing is stored. ``left`` as in ``ImportRecord``."""

    sources: tuple[SourcePreview, ...]
    left: Mapping[str, int]


class UploadState(StrEnum):
    """How far an upload is: its bytes come in, it is looked at, it can be imported, or it cannot."""

    RECEIVING = "receiving"
    LOOKING = "looking"
    READY = "ready"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of an upload; ``received`` of its ``size`` bytes are there."""

    name: str
    size: int
    received: int


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that the learner handed over and that wait to be imported; ``problem``: why they cannot be."""

    id: str
    state: UploadState
    files: tuple[UploadedFile, ...]
    progress: ImportProgress | None
    preview: ImportPreview | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """What undoing an import does: exchanges that go, that get their earlier text back, and that stay, by reason."""

    removed: int
    restored: int
    stay: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Chats that an import leaves out: words of their titles, their projects, their addresses; as in the extension."""

    titles: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any rule."""
        return bool(self.titles or self.projects or self.addresses)

    def shut_out(self, captured: CapturedExchange) -> bool:
        """Tell whether the chat of an exchange is left out."""
        title = (captured.title or "").lower()
        named = {captured.project_id, captured.gizmo_id}
        addresses = _addresses(captured)
        return (
            any(words.lower() in title for words in self.titles)
            or any(project in named for project in self.projects)
            or any(_fits(address, rule) for rule in self.addresses for address in addresses)
        )


_SITES = {
    "chatgpt": ("chatgpt.com/c/{id}", "chat.openai.com/c/{id}", "chatgpt.com/g/{project}/c/{id}"),
    "claude": ("claude.ai/chat/{id}",),
    "gemini": ("gemini.google.com/app/{id}",),
    "deepseek": ("chat.deepseek.com/a/chat/s/{id}",),
    "grok": ("grok.com/chat/{id}", "grok.com/c/{id}"),
    "copilot": ("copilot.microsoft.com/chats/{id}",),
    "aistudio": ("aistudio.google.com/prompts/{id}",),
}
"""Where each site shows a conversation."""


def _addresses(captured: CapturedExchange) -> list[str]:
    project = captured.project_id or captured.gizmo_id
    return [
        form.format(id=captured.conversation_id, project=project).lower()
        for form in _SITES.get(captured.provider, ())
        if project or "{project}" not in form
    ]


def _fits(address: str, rule: str) -> bool:
    prefix = rule.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return address == prefix or any(address.startswith(prefix + boundary) for boundary in "/?#")


def _sum(counts: Sequence[Counts]) -> Counts:
    total = Counts()
    for each in counts:
        total = total.plus(each)
    return total
