"""Importing export files: conversation by conversation, in batches that do not keep captures waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from skilltrail.domain.capture import CapturedItem, CaptureReport, ImportReport, Outcome
from skilltrail.importers import ImportedConversation

BATCH = 200
"""Exchanges stored in one transaction."""


def in_batches(conversations: Iterable[ImportedConversation], tally: Tally) -> Iterator[list[CapturedItem]]:
    """Yield the exchanges of ``conversations`` in batches, counting what is read into ``tally``.

    A conversation is never cut unless it alone is longer than a batch: its current path is worked out once.
    """
    batch: list[CapturedItem] = []
    for conversation in conversations:
        tally.read(conversation)
        items = [
            CapturedItem(f"{conversation.index}:{number}", found) for number, found in enumerate(conversation.exchanges)
        ]
        if batch and len(batch) + len(items) > BATCH:
            yield batch
            batch = []
        batch += items
        while len(batch) > BATCH:
            yield batch[:BATCH]
            batch = batch[BATCH:]
    if batch:
        yield batch


class Tally:
    """Counts an import; ``report`` says whether the sums agree."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._files = 0
        self._conversations = 0
        self._found = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._skipped: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()

    @property
    def done(self) -> int:
        """Return the number of exchanges that were answered."""
        return self._outcomes.total()

    def read_file(self) -> None:
        """Count a file."""
        self._files += 1

    def read(self, conversation: ImportedConversation) -> None:
        """Count what a conversation holds."""
        self._conversations += bool(conversation.exchanges)
        self._found += len(conversation.exchanges)
        self._skipped.update(skip.reason for skip in conversation.skipped)

    def answered(self, report: CaptureReport) -> None:
        """Count what became of a batch."""
        self._outcomes.update(result.outcome for result in report.results)
        self._problems.update(result.code for result in report.results if result.code is not None)

    def report(self) -> ImportReport:
        """Return the sums; ``problems`` are the codes of refused exchanges with their numbers."""
        return ImportReport(
            import_id=self.import_id,
            files=self._files,
            conversations=self._conversations,
            found=self._found,
            stored=self._outcomes[Outcome.STORED],
            known=self._outcomes[Outcome.KNOWN],
            revised=self._outcomes[Outcome.REVISED],
            refused=self._outcomes[Outcome.REFUSED],
            skipped=dict(sorted(self._skipped.items())),
            problems=tuple(f"{code}: {count}" for code, count in sorted(self._problems.items())),
        )
