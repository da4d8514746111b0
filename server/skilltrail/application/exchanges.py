"""Use cases about exchanges: taking them in, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from skilltrail.application.joint_store import JointStore
from skilltrail.domain.capture import CapturedItem, CaptureReport, Outcome
from skilltrail.domain.exchange import ExchangeDetail, ExchangePage, ExchangeSummary, Origin
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.platform.clock import Clock
from skilltrail.services import ingest, trail
from skilltrail.services.ports import Redactor
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.trail_queries import all_summaries, summaries_by_id


class ExchangesFacade:
    """Captures go in here, and come out in pages."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        clock: Clock,
        redactor: Redactor,
        changed: Callable[[], None],
    ) -> None:
        self._database = database
        self._history = history
        self._store = JointStore(database=database, clock=clock)
        self._redactor = redactor
        self._changed = changed

    def capture(
        self,
        items: Iterable[CapturedItem],
        *,
        device_id: str | None = None,
        origin_allowed: Collection[Origin] = (Origin.EXTENSION,),
    ) -> CaptureReport:
        """Store a batch in one transaction; when this returns it is on the disk.

        Returns
        -------
        CaptureReport
            One result per item, in order: a refused item stops no other.

        Raises
        ------
        StorageFull, StorageError
            Nothing of the batch is stored then; the sender keeps it.
        """
        # Redacting is the costly part, and no other writer need wait for it.
        prepared = ingest.prepare(items, redactor=self._redactor, origins=origin_allowed)
        report = self._store.store(prepared, device_id=device_id)
        if report.count(Outcome.STORED) or report.count(Outcome.REVISED):
            self._changed()
        return report

    def page(
        self,
        topic_id: str | None = None,
        cursor: int | None = None,
        limit: int = 50,
        *,
        part: TimelineFilter | None = None,
        by_day: bool = False,
    ) -> ExchangePage:
        """Return a page of exchanges, the last to arrive first; of a topic those of a ``part`` of the history.

        ``by_day``: of a topic, the last asked first.
        """
        with self._database.read() as session:
            return trail.read_page(
                session,
                history=self._history,
                topic_id=topic_id,
                cursor=cursor,
                limit=limit,
                part=part,
                by_day=by_day,
            )

    def get(self, exchange_id: int) -> ExchangeDetail:
        """Return one exchange with its texts; raises NotFound."""
        with self._database.read() as session:
            return trail.read_exchange(session, exchange_id)

    def shown_of(self, topic_id: str, limit: int, *, part: TimelineFilter | None = None) -> list[int]:
        """Return the exchanges that a topic's page shows: its exemplars and its newest ones."""
        with self._database.read() as session:
            return trail.ids_shown_of(session, topic_id, history=self._history, limit=limit, part=part)

    def summaries(self, ids: Sequence[int]) -> dict[int, ExchangeSummary]:
        """Return exchanges by id with the beginnings of their questions; those that are gone are left out."""
        with self._database.read() as session:
            return summaries_by_id(session, ids)

    def rows(self, admitted: Collection[int] = ()) -> Iterator[ExchangeSummary]:
        """Yield what a table of exchanges holds, in the order of arrival, without any text, from one state.

        Clients' exchanges are left out, but those of ``admitted`` clients.
        """
        with self._database.read() as session:
            yield from all_summaries(session, questions=False, admitted=admitted)
