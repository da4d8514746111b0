"""Reading the sources of an import: conversation by conversation, cleaned and redacted, in batches.

Needs no database. It runs in this process for small files, and in a helper process for large ones, so that reading
and redacting do not slow the service down.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from skilltrail import importers
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import CapturedExchange, Origin
from skilltrail.domain.imports import EXCLUDED, Exclusions, SkippedElement
from skilltrail.domain.merging import copy_of
from skilltrail.domain.redaction import RedactionLists
from skilltrail.errors import SkilltrailError
from skilltrail.i18n import _
from skilltrail.importers.contract import ImportedConversation, Source
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.services.ingest import Prepared, prepare, refusal

log = logging.getLogger(__name__)

BATCH = 200
"""Exchanges stored in one transaction."""

_BATCH_CHARACTERS = 4_000_000
_BATCH_ELEMENTS = 500
_BATCH_SECONDS = 1.0
"""Limits of a batch: memory, and how long somebody who watches waits for the next sign of life."""


@dataclass(frozen=True, slots=True)
class From:
    """A source and where reading begins: ``index`` is the first element, of which ``exchange`` exchanges are known."""

    position: int
    source: Source
    index: int = 0
    exchange: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be read, and how.

    ``now`` is the time of the import, also when it goes on later. Without ``store`` texts are neither redacted nor
    handed over: that is enough to count, and several times as quick.
    """

    sources: tuple[From, ...]
    now: datetime
    mark_key: bytes = field(repr=False)
    lists: RedactionLists = field(default_factory=RedactionLists)
    exclusions: Exclusions = field(default_factory=Exclusions)
    account: str = ""
    store: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """Some exchanges of one element, in order from number ``first``.

    ``shares`` counts for each exchange the messages that are counted with it. With the ``last`` part of an element
    come what was skipped, and how many messages the element holds.
    """

    position: int
    index: int
    at_bytes: int
    first: int
    prepared: tuple[Prepared, ...]
    shares: tuple[int, ...]
    last: bool
    messages: int = 0
    skips: tuple[SkippedElement, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into the database in one transaction."""

    parts: tuple[Part, ...]

    @property
    def prepared(self) -> list[Prepared]:
        """Return the exchanges of all parts, in order."""
        return [item for part in self.parts for item in part.prepared]


@dataclass(frozen=True, slots=True)
class SourceEnd:
    """The end of a source, with the reader's own count of what this reading found; ``problem``: why it ended early."""

    position: int
    elements: int
    messages: int
    problem: str | None = None


Message = Batch | SourceEnd


def read(task: Task) -> Iterator[Message]:
    """Yield the batches of all sources, each followed by the end of its source.

    What one source does wrong ends that source alone.
    """
    redactor = SecretRedactor(mark_key=task.mark_key, lists=task.lists)
    for start in task.sources:
        yield from _read_source(task, start, redactor)


def _read_source(task: Task, start: From, redactor: SecretRedactor) -> Iterator[Message]:
    elements = messages = 0
    gathered = _Gathered(task, redactor)
    problem = None
    try:
        for conversation in importers.read(start.source, now=task.now, start=start.index):
            elements += 1
            messages += conversation.messages
            known = start.exchange if conversation.index == start.index else 0
            for part in _parts(task, start, conversation, known):
                gathered.add(part)
                if gathered.is_full:
                    yield gathered.take()
    except SkilltrailError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 - whatever stands in a file must not end the import of the others
        # No trace: it could quote the file.
        log.warning("a source could not be read: %s", type(error).__name__)
        problem = _("{name} could not be read to its end ({why}).").format(
            name=start.source.key, why=type(error).__name__
        )
    if gathered:
        yield gathered.take()
    yield SourceEnd(start.position, elements, messages, problem)


@dataclass(frozen=True, slots=True)
class _RawPart:
    """A part before it is cleaned."""

    part: Part
    exchanges: tuple[CapturedExchange, ...]


def _parts(task: Task, start: From, conversation: ImportedConversation, known: int) -> Iterator[_RawPart]:
    """Yield an element in parts that fit into a batch; its first ``known`` exchanges are in the database already."""
    exchanges, shares, skips = _kept(task, start.source.key, conversation)
    # At least one part, also where nothing is left to store: with the last one comes what was skipped.
    for first in range(known, max(len(exchanges), known + 1), BATCH):
        end = min(first + BATCH, max(len(exchanges), known))
        last = end >= len(exchanges)
        about = Part(
            position=start.position,
            index=conversation.index,
            at_bytes=conversation.at_bytes,
            first=first,
            prepared=(),
            shares=shares[first:end],
            last=last,
            messages=conversation.messages if last else 0,
            skips=skips if last else (),
        )
        yield _RawPart(about, exchanges[first:end])


def _kept(
    task: Task, key: str, conversation: ImportedConversation
) -> tuple[tuple[CapturedExchange, ...], tuple[int, ...], tuple[SkippedElement, ...]]:
    """Return the exchanges to store, the messages counted with each, and what is left out."""
    skips = [SkippedElement(key, skip.index, skip.id, skip.reason, skip.messages) for skip in conversation.skipped]
    exchanges = conversation.exchanges
    if task.account:
        exchanges = tuple(replace(exchange, account=task.account) for exchange in exchanges)
    if exchanges and task.exclusions and task.exclusions.shut_out(exchanges[0]):
        skips.append(SkippedElement(key, conversation.index, None, EXCLUDED, conversation.used))
        return (), (), tuple(skips)
    return exchanges, _shares(conversation), tuple(skips)


def _shares(conversation: ImportedConversation) -> tuple[int, ...]:
    """Return for each exchange the number of messages that are counted with it."""
    count = len(conversation.exchanges)
    if len(conversation.shares) == count:
        return conversation.shares
    # A format that does not say which messages went where: each exchange gets as many as the others.
    each, over = divmod(conversation.used, max(count, 1))
    return tuple(each + (number < over) for number in range(count))


class _Gathered:
    """The parts of the next batch."""

    def __init__(self, task: Task, redactor: SecretRedactor) -> None:
        self._task = task
        self._redactor = redactor
        self._raw: list[_RawPart] = []
        self._exchanges = 0
        self._characters = 0
        self._since = time.monotonic()

    def __bool__(self) -> bool:
        return bool(self._raw)

    def add(self, raw: _RawPart) -> None:
        self._raw.append(raw)
        self._exchanges += len(raw.exchanges)
        self._characters += sum(len(exchange.prompt) + len(exchange.reply) for exchange in raw.exchanges)

    @property
    def is_full(self) -> bool:
        return (
            self._exchanges >= BATCH
            or self._characters >= _BATCH_CHARACTERS
            or len(self._raw) >= _BATCH_ELEMENTS
            or time.monotonic() - self._since > _BATCH_SECONDS
        )

    def take(self) -> Batch:
        exchanges = [exchange for raw in self._raw for exchange in raw.exchanges]
        made = self._prepared(exchanges)
        parts = []
        at = 0
        for raw in self._raw:
            end = at + len(raw.exchanges)
            parts.append(replace(raw.part, prepared=tuple(made[at:end])))
            at = end
        self._raw, self._exchanges, self._characters = [], 0, 0
        self._since = time.monotonic()
        return Batch(tuple(parts))

    def _prepared(self, exchanges: Sequence[CapturedExchange]) -> list[Prepared]:
        if not self._task.store:
            return [_counted(exchange) for exchange in exchanges]
        items = [CapturedItem("", exchange) for exchange in exchanges]
        return prepare(items, redactor=self._redactor, origins=(Origin.IMPORT,))


def _counted(exchange: CapturedExchange) -> Prepared:
    """Return an exchange without its texts: what tells whether it is known already."""
    code = refusal(exchange, (Origin.IMPORT,))
    bare = replace(exchange, prompt="", reply="", attachments=(), citations=())
    return Prepared("", bare, None if code else copy_of(exchange), code)
