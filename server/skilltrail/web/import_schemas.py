"""What the routes of imports take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from skilltrail.domain.capture import ImportReport
from skilltrail.domain.imports import (
    Counts,
    Exclusions,
    ImportedSource,
    ImportPreview,
    ImportProgress,
    ImportRecord,
    SkippedElement,
    UndoOutcome,
    Upload,
)
from skilltrail.web.schemas import AbsolutePath, Label, Query, Strict

FILES_MOST = 2_000

Key = Annotated[str, Field(min_length=1, max_length=1_000)]
Rules = Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=500)]


class ImportPaths(Strict):
    """Files, folders and archives on this computer, named by the command line; ``only``: keys of sources to read."""

    paths: Annotated[list[AbsolutePath], Field(min_length=1, max_length=1_000)]
    account: Label = ""
    only: Annotated[list[Key], Field(max_length=10_000, default_factory=list)]


class UploadedFileIn(Strict):
    """A file that is about to be handed over."""

    name: Annotated[str, Field(min_length=1, max_length=1_000)]
    size: Annotated[int, Field(ge=0, le=2**40)]


class UploadFiles(Strict):
    """The files of an upload."""

    files: Annotated[list[UploadedFileIn], Field(min_length=1, max_length=FILES_MOST)]


class PieceQuery(Query):
    """Where in its file a piece belongs."""

    offset: Annotated[int, Field(ge=0, le=2**40)] = 0


class UploadWish(Strict):
    """Which sources of an upload are imported (none named: all), and the learner's label for whose chats they are."""

    account: Label = ""
    only: Annotated[list[Key], Field(max_length=10_000, default_factory=list)]


class ExclusionsIn(Strict):
    """Chats that imports leave out: words of titles, ids of projects, addresses."""

    titles: Rules
    projects: Rules
    addresses: Rules

    def rules(self) -> Exclusions:
        """Return them as the domain's value, without empty ones."""
        return Exclusions(_clean(self.titles), _clean(self.projects), _clean(self.addresses))


def _clean(rules: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.strip() for rule in rules if rule.strip()))


@dataclass(frozen=True, slots=True)
class CountsAnswer:
    """What became of conversations or messages: ``found`` is the sum of the rest, or ``agrees`` is false."""

    found: int
    stored: int
    known: int
    updated: int
    skipped: Mapping[str, int]
    agrees: bool

    @staticmethod
    def of(counts: Counts) -> CountsAnswer:
        """Return counts as the API says them."""
        return CountsAnswer(
            counts.found, counts.stored, counts.known, counts.updated, dict(counts.skipped), counts.agrees
        )


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """One file of an import and how far it was read; ``problem`` says why the rest of it could not be."""

    key: str
    format: str
    provider: str
    size: int
    at_bytes: int
    finished: bool
    conversations: CountsAnswer
    messages: CountsAnswer
    problem: str | None

    @staticmethod
    def of(source: ImportedSource) -> SourceAnswer:
        """Return a source as the API says it."""
        return SourceAnswer(
            key=source.key,
            format=source.format,
            provider=source.provider,
            size=source.size,
            at_bytes=source.at_bytes,
            finished=source.finished,
            conversations=CountsAnswer.of(source.conversations),
            messages=CountsAnswer.of(source.messages),
            problem=source.problem,
        )


@dataclass(frozen=True, slots=True)
class ProgressAnswer:
    """How far something is; ``share`` from 0 to 1, ``seconds_left`` null while nobody can tell."""

    share: float
    exchanges: int
    conversations: int
    seconds_left: float | None

    @staticmethod
    def of(progress: ImportProgress) -> ProgressAnswer:
        """Return progress as the API says it."""
        left = None if progress.seconds_left is None else round(progress.seconds_left, 1)
        return ProgressAnswer(round(progress.share, 4), progress.exchanges, progress.conversations, left)


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """What an import read and what became of it.

    ``found``, ``stored``, ``known``, ``revised`` and ``refused`` count exchanges; ``conversation_counts`` and
    ``message_counts`` account for all of the files; ``agrees``: everything is accounted for. ``held``: exchanges of it
    that are still there. ``left``: members of archives that nobody reads, by kind.
    """

    import_id: int
    state: str
    files: int
    names: list[str]
    account: str
    conversations: int
    found: int
    stored: int
    known: int
    revised: int
    refused: int
    skipped: Mapping[str, int]
    problems: list[str]
    agrees: bool
    conversation_counts: CountsAnswer
    message_counts: CountsAnswer
    sources: list[SourceAnswer]
    left: Mapping[str, int]
    held: int
    first_at: datetime | None
    last_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    problem: str | None
    undo: UndoOutcome | None
    progress: ProgressAnswer | None = None

    @staticmethod
    def of(report: ImportReport, progress: ImportProgress | None = None) -> ImportAnswer:
        """Return an import as the API and the command line say it."""
        record = report.record
        return ImportAnswer(
            import_id=report.import_id,
            state=record.state.value,
            files=report.files,
            names=list(record.names),
            account=record.account,
            conversations=report.conversations,
            found=report.found,
            stored=report.stored,
            known=report.known,
            revised=report.revised,
            refused=report.refused,
            skipped=report.skipped,
            problems=list(report.problems),
            agrees=report.agrees,
            conversation_counts=CountsAnswer.of(record.conversations),
            message_counts=CountsAnswer.of(record.messages),
            sources=[SourceAnswer.of(source) for source in record.sources],
            left=record.left,
            held=record.held,
            first_at=record.first_at,
            last_at=record.last_at,
            started_at=record.started_at,
            finished_at=record.finished_at,
            problem=record.problem,
            undo=record.undo,
            progress=None if progress is None else ProgressAnswer.of(progress),
        )


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in a list."""

    import_id: int
    state: str
    names: list[str]
    account: str
    stored: int
    known: int
    held: int
    agrees: bool
    first_at: datetime | None
    last_at: datetime | None
    started_at: datetime

    @staticmethod
    def of(record: ImportRecord) -> ImportLine:
        """Return a record as a line."""
        return ImportLine(
            import_id=record.id,
            state=record.state.value,
            names=list(record.names),
            account=record.account,
            stored=record.stored,
            known=record.known,
            held=record.held,
            agrees=record.agrees,
            first_at=record.first_at,
            last_at=record.last_at,
            started_at=record.started_at,
        )


@dataclass(frozen=True, slots=True)
class ImportList:
    """All imports, the newest first."""

    imports: list[ImportLine]


@dataclass(frozen=True, slots=True)
class ImportStarted:
    """An import that began."""

    import_id: int


@dataclass(frozen=True, slots=True)
class SkippedList:
    """What was skipped, one by one, as far as it is listed; never a text."""

    elements: list[SkippedElement]


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """What files hold; nothing was stored."""

    preview: ImportPreview


@dataclass(frozen=True, slots=True)
class PieceAnswer:
    """How many bytes of the file are there: the sender goes on from here."""

    received: int


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """Files that wait to be imported, and how far they are."""

    upload: Upload
    piece_bytes: int
