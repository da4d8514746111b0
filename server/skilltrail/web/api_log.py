"""Routes of the evidence log: how it stands, signing it, and showing single entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from skilltrail.application.evidence_log import EvidenceLogFacade
from skilltrail.domain.checkpoint import read_proof
from skilltrail.domain.evidence_log import LogStanding, Shown
from skilltrail.web.access import DECIDE, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces

_FIELDS_MOST = 300
_ENTRIES_MOST = 500


class ShowIn(Strict):
    """Which entries are shown, and which fields of them: those named, or all; ``clients`` are admitted."""

    entries: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=_ENTRIES_MOST)]
    names: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=_FIELDS_MOST)] = Field(
        default_factory=list
    )
    everything: bool = False
    clients: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=_ENTRIES_MOST)] = Field(default_factory=list)


class OlderIn(Strict):
    """A checkpoint that somebody has kept."""

    checkpoint: Annotated[str, Field(max_length=8_000)]


@dataclass(frozen=True, slots=True)
class EvidenceLogAnswer:
    """How the evidence log stands. ``key`` is the public one; ``waiting`` exchanges are not in it yet.

    ``follows`` is the last signed head of the log before; ``checkpoint`` the last one of this log, over ``signed``
    entries.
    """

    log: str
    key: str
    reason: str
    follows: dict[str, str] | None
    started_at: datetime
    size: int
    waiting: int
    signed: int
    checkpoint: str | None


@dataclass(frozen=True, slots=True)
class LogEntryAnswer:
    """An entry and its fields. Its state is open (it can be shown), superseded (nothing but its hash is left),

    private (a client's, or left out of exports: nothing of it is disclosed) or start.
    """

    entry: int
    state: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What is shown of an entry: the leaf's bytes, the proof file, disclosures; ``withheld`` fields are not."""

    entry: int
    state: str
    leaf: str | None
    proof: str
    disclosures: list[str]
    withheld: int


@dataclass(frozen=True, slots=True)
class ShownEntries:
    """Entries under one checkpoint, and the public key that it is checked with."""

    key: str
    checkpoint: str
    entries: list[ShownAnswer]


@dataclass(frozen=True, slots=True)
class ExtensionAnswer:
    """A file that shows that the checkpoint in it extends the older one."""

    extension: str


def read_log() -> EvidenceLogAnswer:
    """Show how the log stands."""
    return log_answer(application().evidence_log.standing())


def sign_log() -> EvidenceLogAnswer:
    """Sign a checkpoint over everything that is stored."""
    return signed_answer(spaces().own.evidence_log)


def read_entry(number: int) -> LogEntryAnswer:
    """Show which fields an entry has."""
    return entry_answer(application().evidence_log, number)


def read_entry_of(exchange_id: int) -> LogEntryAnswer:
    """Show which entry an exchange has."""
    log = application().evidence_log
    return entry_answer(log, log.entry_of(exchange_id))


def show_entries(body: ShowIn) -> ShownEntries:
    """Show fields of entries, with the proof that they are in the log."""
    return shown_answer(spaces().own.evidence_log, body)


def extend(body: OlderIn) -> ExtensionAnswer:
    """Show that the log of now extends an older checkpoint."""
    return ExtensionAnswer(spaces().own.evidence_log.extension(body.checkpoint.encode()).decode())


def log_answer(standing: LogStanding) -> EvidenceLogAnswer:
    """Return the log's standing as the API tells it."""
    log = standing.log
    follows = None if log.follows is None else {name: str(value) for name, value in log.follows.items()}
    note = None if standing.checkpoint is None else standing.checkpoint.decode()
    return EvidenceLogAnswer(
        log=log.origin,
        key=log.key().text(),
        reason=log.reason.value,
        follows=follows,
        started_at=log.started_at,
        size=log.size,
        waiting=standing.waiting,
        signed=standing.signed_size,
        checkpoint=note,
    )


def signed_answer(log: EvidenceLogFacade) -> EvidenceLogAnswer:
    """Sign, and return how the log stands then."""
    log.checkpoint()
    return log_answer(log.standing())


def entry_answer(log: EvidenceLogFacade, entry: int) -> LogEntryAnswer:
    """Return an entry as the API tells it."""
    opened = log.open(entry)
    return LogEntryAnswer(entry, opened.state.value, list(opened.fields))


def shown_answer(log: EvidenceLogFacade, body: ShowIn) -> ShownEntries:
    """Return what is shown of entries as the API tells it."""
    shown = log.show_all(body.entries, body.names, everything=body.everything, admitted=body.clients)
    checkpoint = read_proof(shown[0].proof).checkpoint.decode()
    return ShownEntries(log.standing().log.key().text(), checkpoint, [_shown(one) for one in shown])


def _shown(one: Shown) -> ShownAnswer:
    leaf = None if one.leaf is None else one.leaf.decode("ascii")
    return ShownAnswer(one.entry, one.state.value, leaf, one.proof.decode(), list(one.disclosures), one.withheld)


ROUTES = (
    Route("GET", "/evidence-log", read_log, READ, "How the evidence log stands.", gives=EvidenceLogAnswer),
    Route(
        "POST",
        "/evidence-log/checkpoint",
        sign_log,
        DECIDE,
        "Sign a checkpoint over everything that is stored; the last one stays where nothing came since.",
        takes=Nothing,
        gives=EvidenceLogAnswer,
    ),
    Route(
        "GET",
        "/evidence-log/entries/<int:number>",
        read_entry,
        READ,
        "Which fields an entry has that can be shown.",
        gives=LogEntryAnswer,
    ),
    Route(
        "GET",
        "/exchanges/<int:exchange_id>/log-entry",
        read_entry_of,
        READ,
        "Which entry of the evidence log an exchange has.",
        gives=LogEntryAnswer,
    ),
    Route(
        "POST",
        "/evidence-log/show",
        show_entries,
        DECIDE,
        "Show fields of entries: leaf, proof, and disclosures; signs a checkpoint where one is due.",
        takes=ShowIn,
        gives=ShownEntries,
    ),
    Route(
        "POST",
        "/evidence-log/extension",
        extend,
        DECIDE,
        "Show that the log of now extends a checkpoint that somebody has kept.",
        takes=OlderIn,
        gives=ExtensionAnswer,
    ),
)
