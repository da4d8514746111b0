"""Looking at an import before anything is stored: what it holds, what is new, what is known."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from skilltrail import importers
from skilltrail.domain.imports import (
    Exclusions,
    ImportPreview,
    ImportProgress,
    SourcePreview,
)
from skilltrail.errors import SkilltrailError
from skilltrail.importers.contract import Look
from skilltrail.platform.clock import Clock
from skilltrail.services.foreseeing import FRESH, KNOWN, Foreseer
from skilltrail.services.import_helper import Reader
from skilltrail.services.import_reading import Batch, From, Part, SourceEnd, Task
from skilltrail.storage.database import Database

Watch = Callable[[ImportProgress], None]


@dataclass(slots=True)
class _Counted:
    """What was found in one source so far."""

    conversations: int = 0
    messages: int = 0
    at_bytes: int = 0
    exchanges: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    times: list[datetime] = field(default_factory=list)
    problem: str | None = None

    def add(self, part: Part, fates: Sequence[str]) -> None:
        """Count a part of an element."""
        self.at_bytes = max(self.at_bytes, part.at_bytes)
        self.exchanges.update(fate for fate in fates if fate in (FRESH, KNOWN))
        for fate, share in zip(fates, part.shares, strict=True):
            if fate not in (FRESH, KNOWN):
                self.skipped[fate] += share
        times = [item.captured.asked_at for item in part.prepared if item.captured.asked_at_source != "observed"]
        if times:
            self.times = [min([*self.times, *times]), max([*self.times, *times])]
        if part.last:
            self.conversations += 1
            self.messages += part.messages
            for skip in part.skips:
                self.skipped[skip.reason] += skip.messages


class Examination:
    """Counts what files hold. One thread calls ``work``; any thread may ask for the progress or cancel."""

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        database: Database,
        clock: Clock,
        account: str,
        exclusions: Exclusions,
        helper: bool | None = None,
    ) -> None:
        self._paths = list(paths)
        self._database = database
        self._clock = clock
        self._account = account
        self._exclusions = exclusions
        self._helper = helper
        self._look = Look((), ())
        self._counted: dict[int, _Counted] = {}
        self._began = time.monotonic()
        self._reader: Reader | None = None
        self._cancelled = threading.Event()

    def progress(self) -> ImportProgress:
        """Return how far looking is."""
        size = sum(source.size for source in self._look.sources)
        counted = list(self._counted.values())
        at, seconds = sum(one.at_bytes for one in counted), time.monotonic() - self._began
        return ImportProgress(
            at_bytes=at,
            bytes=size,
            exchanges=sum(one.exchanges.total() for one in counted),
            conversations=sum(one.conversations for one in counted),
            seconds_left=(size - at) * seconds / at if at and seconds > 1 else None,
        )

    def cancel(self) -> None:
        """Stop looking; ``work`` then returns what was counted."""
        self._cancelled.set()
        if self._reader is not None:
            self._reader.cancel()

    def work(self, watch: Watch | None = None) -> ImportPreview:
        """Return what the files hold.

        Raises
        ------
        ImportFailed, UnsupportedFormat
            If there is nothing that can be read.
        """
        self._look = importers.look(self._paths)
        self._counted = {position: _Counted() for position in range(len(self._look.sources))}
        try:
            self._count(watch)
        except SkilltrailError:
            if not self._cancelled.is_set():
                raise
        return self._preview()

    def _count(self, watch: Watch | None) -> None:
        foreseer = Foreseer()
        with Reader(self._task(), helper=self._helper) as reader:
            self._reader = reader
            for message in reader:
                if self._cancelled.is_set():
                    return
                if isinstance(message, SourceEnd):
                    self._counted[message.position].problem = message.problem
                else:
                    self._judge(message, foreseer)
                if watch is not None:
                    watch(self.progress())

    def _judge(self, batch: Batch, foreseer: Foreseer) -> None:
        with self._database.read() as session:
            fates = foreseer.judge(session, batch.prepared)
        at = 0
        for part in batch.parts:
            end = at + len(part.prepared)
            self._counted[part.position].add(part, fates[at:end])
            at = end

    def _task(self) -> Task:
        return Task(
            sources=tuple(From(position, source) for position, source in enumerate(self._look.sources)),
            now=self._clock(),
            mark_key=b"",
            exclusions=self._exclusions,
            account=self._account,
            store=False,
        )

    def _preview(self) -> ImportPreview:
        sources = []
        for position, source in enumerate(self._look.sources):
            one = self._counted[position]
            preview = SourcePreview(
                key=source.key,
                format=source.format,
                provider=source.provider,
                size=source.size,
                conversations=one.conversations,
                messages=one.messages,
                fresh=one.exchanges[FRESH],
                known=one.exchanges[KNOWN],
                skipped={reason: count for reason, count in sorted(one.skipped.items()) if count},
                first_at=one.times[0] if one.times else None,
                last_at=one.times[1] if one.times else None,
                problem=one.problem,
            )
            sources.append(preview)
        return ImportPreview(tuple(sources), {member.kind: member.count for member in self._look.left})
