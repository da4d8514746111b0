"""Use cases about imports: looking first, importing, going on, cancelling, accounting, undoing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from skilltrail import importers
from skilltrail.application.import_records import ImportRecords
from skilltrail.application.import_run import ImportRun, Order, Watch, remaining
from skilltrail.domain.capture import ImportReport
from skilltrail.domain.imports import (
    ImportedSource,
    ImportProgress,
    ImportState,
)
from skilltrail.domain.redaction import RedactionLists
from skilltrail.errors import ImportBusy, ImportFailed, NotFound, SkilltrailError, UnsupportedFormat
from skilltrail.i18n import _
from skilltrail.importers.contract import LeftMember, Source
from skilltrail.platform.clock import Clock
from skilltrail.platform.spool import Spool
from skilltrail.storage import import_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.import_queries import Begin
from skilltrail.storage.meta_queries import bump_revision

log = logging.getLogger(__name__)


class ImportsFacade(ImportRecords):
    """Reads export files into the history, one import at a time. Any thread may ask.

    Parameters
    ----------
    lists
        Returns what redaction must know of the learner, as it is now.
    changed
        Called after exchanges were stored.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        mark_key: bytes,
        lists: Callable[[], RedactionLists],
        changed: Callable[[], None],
        spool: Spool,
    ) -> None:
        super().__init__(database)
        self._clock = clock
        self._mark_key = mark_key
        self._lists = lists
        self._changed = changed
        self._spool = spool
        self._turn = threading.Lock()
        self._run: ImportRun | None = None
        self._thread: threading.Thread | None = None

    # --- importing --------------------------------------------------------------------------------------------------

    def run(
        self, paths: Sequence[Path | str], watch: Watch | None = None, *, account: str = "", only: Sequence[str] = ()
    ) -> ImportReport:
        """Import files, folders and archives; every exchange is stored once, so running it again changes nothing.

        Parameters
        ----------
        paths
            Read one after the other.
        watch
            Told after each batch how far it is.
        account
            The learner's label for whose chats these are.
        only
            Keys of the sources to read; empty: all.

        Raises
        ------
        ImportBusy
            If another import runs.
        ImportFailed, UnsupportedFormat
            If a file cannot be read. What was read of it and of the others stays, and the record says so.
        """
        found = [Path(path) for path in paths]
        looked = importers.look(found)
        with self._busy():
            run = self._begin(_chosen(looked.sources, only), looked.left, paths=found, account=account)
            run.work(watch)
        return self._report_or_raise(run.order.import_id)

    def start(
        self,
        paths: Sequence[Path],
        *,
        names: Sequence[str] | None = None,
        account: str = "",
        only: Sequence[str] = (),
        upload: str | None = None,
    ) -> int:
        """Begin an import in a thread of its own and return its id; raises as ``run`` for what is seen at once."""
        looked = importers.look(list(paths))
        self._claim()
        try:
            run = self._begin(
                _chosen(looked.sources, only), looked.left, paths=paths, names=names, account=account, upload=upload
            )
            self._work_behind(run)
        except BaseException:
            self._release()
            raise
        return run.order.import_id

    def resume(self, import_id: int, watch: Watch | None = None) -> ImportReport:
        """Go on with an import that was cut off or cancelled; raises as ``run``, NotFound if its files are gone."""
        with self._busy():
            run = self._continued(import_id)
            run.work(watch)
        return self._report_or_raise(import_id)

    def start_resuming(self, import_id: int) -> None:
        """Go on in a thread of its own; raises as ``resume`` for what is seen at once."""
        self._claim()
        try:
            self._work_behind(self._continued(import_id))
        except BaseException:
            self._release()
            raise

    def cancel(self, import_id: int) -> None:
        """End an import early; what is stored stays. Raises NotFound if it does not run."""
        run = self._run
        if run is None or run.order.import_id != import_id:
            raise NotFound(_("This import is not running (any more)."))
        run.cancel()
        run.over.wait()

    # --- how far it is ----------------------------------------------------------------------------------------------

    def progress(self, import_id: int) -> ImportProgress | None:
        """Return how far an import is, or None if it does not run."""
        run = self._run
        return run.progress() if run is not None and run.order.import_id == import_id else None

    @property
    def running(self) -> int | None:
        """The import that runs, or None."""
        run = self._run
        return None if run is None else run.order.import_id

    # --- beginning and ending of the process ------------------------------------------------------------------------

    def recover(self) -> None:
        """Note at a start which imports were cut off, and remove every upload that none of them needs."""
        with self._database.read() as session:
            cut_off = queries.interrupted(session)
        if cut_off:
            with self._database.write() as session:
                for number in cut_off:
                    queries.end_import(session, number, ImportState.INTERRUPTED, now=self._clock())
        with self._database.read() as session:
            self._spool.sweep(keep=set(queries.spooled(session).values()))

    def resume_uploads(self) -> None:
        """Go on with an uploaded import that was cut off: nobody else has its files."""
        with self._database.read() as session:
            waiting = sorted(queries.spooled(session))
        for number in waiting[:1]:
            try:
                self.start_resuming(number)
            except ImportBusy:
                return
            except SkilltrailError as error:
                log.warning("an import does not go on: %s", error.code)
                self._give_up(number, str(error))

    def _give_up(self, import_id: int, problem: str) -> None:
        with self._database.write() as session:
            _paths, upload = queries.where_from(session, import_id)
            queries.end_import(session, import_id, ImportState.FAILED, now=self._clock(), problem=problem)
            queries.let_go(session, import_id)
        if upload is not None:
            self._spool.remove(upload)

    def stop(self, *, drop: bool = False) -> None:
        """End what runs; it goes on at the next start, or with ``drop`` never: its files are let go."""
        run, thread = self._run, self._thread
        if run is not None:
            run.cancel(ImportState.CANCELLED if drop else ImportState.INTERRUPTED)
            run.over.wait()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        if drop:
            self._spool.sweep()

    # --- parts ------------------------------------------------------------------------------------------------------

    def _begin(
        self,
        sources: tuple[Source, ...],
        left: Sequence[LeftMember],
        *,
        paths: Sequence[Path],
        account: str,
        names: Sequence[str] | None = None,
        upload: str | None = None,
    ) -> ImportRun:
        now = self._clock()
        begin = Begin(
            names=tuple(names or (path.name for path in paths)),
            paths=tuple(str(path.absolute()) for path in paths),
            account=account,
            sources=tuple(ImportedSource(one.key, one.format, one.provider, one.size) for one in sources),
            left={member.kind: member.count for member in left},
            upload=upload,
        )
        with self._database.write() as session:
            number = queries.begin_import(session, begin, now=now)
            bump_revision(session)
        self._run = self._made(Order(number, now, sources, account, self.exclusions(), self._mark_key, upload))
        return self._run

    def _continued(self, import_id: int) -> ImportRun:
        record = self.get(import_id)
        with self._database.read() as session:
            paths, upload = queries.where_from(session, import_id)
            standings = queries.standings(session, import_id)
        if not record.state.can_go_on or not paths:
            raise NotFound(_("This import cannot go on. Import the file again: what is stored is not stored twice."))
        sources = remaining(standings, importers.look([Path(path) for path in paths]).sources)
        if sources is None:
            raise ImportFailed(_("The files have changed since. Import them again: nothing is stored twice."))
        with self._database.write() as session:
            queries.go_on(session, import_id)
            bump_revision(session)
        begun = record.started_at
        order = Order(import_id, begun, sources, record.account, self.exclusions(), self._mark_key, upload)
        self._run = self._made(order)
        return self._run

    def _made(self, order: Order) -> ImportRun:
        return ImportRun(order, database=self._database, clock=self._clock, lists=self._lists, changed=self._changed)

    def _work_behind(self, run: ImportRun) -> None:
        self._thread = threading.Thread(target=self._worked, args=(run,), name="skilltrail-import", daemon=True)
        self._thread.start()

    def _worked(self, run: ImportRun) -> None:
        try:
            run.work()
        except SkilltrailError as error:
            log.warning("an import ended early: %s", error.code)
        except Exception as error:  # noqa: BLE001 - the record must not say for ever that it runs
            log.error("an import failed: %s", type(error).__name__)  # noqa: TRY400 - a trace could quote texts
            self._note_failure(run)
        finally:
            self._release()

    def _note_failure(self, run: ImportRun) -> None:
        words = _("Something went wrong inside Skilltrail. What was read until then is kept.")
        try:
            with self._database.write() as session:
                queries.end_import(session, run.order.import_id, ImportState.FAILED, now=self._clock(), problem=words)
        except SkilltrailError as error:
            log.warning("an import's end could not be noted: %s", error.code)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._claim()
        try:
            yield
        finally:
            self._release()

    def _claim(self) -> None:
        if not self._turn.acquire(blocking=False):
            raise ImportBusy(_("Another import is running. Wait until it is done, or cancel it."))

    def _release(self) -> None:
        if self._run is not None:
            self._let_go(self._run.order)
        self._run = None
        self._turn.release()

    def _let_go(self, order: Order) -> None:
        """Remove the upload of an import that is over; only one that was cut off keeps it."""
        try:
            done_with = self.get(order.import_id).state is not ImportState.INTERRUPTED
            with self._database.write() as session:
                if done_with and order.upload is not None:
                    queries.let_go(session, order.import_id)
                bump_revision(session)
        except SkilltrailError as error:
            # The next start removes it.
            log.warning("an import's files could not be let go: %s", error.code)
            return
        if done_with and order.upload is not None:
            self._spool.remove(order.upload)

    def _report_or_raise(self, import_id: int) -> ImportReport:
        report = self.report(import_id)
        record = report.record
        if record.state is ImportState.FAILED:
            raise ImportFailed(failure_words(import_id, record.problem))
        return report


def failure_words(import_id: int, problem: str | None) -> str:
    """Say why an import ended early, and where its account stands."""
    kept = _("What was read until then is kept: see “skilltrail import --show {id}”.").format(id=import_id)
    said = problem or _("A file could not be read to its end.")
    return f"{said} {kept}"


def _chosen(sources: tuple[Source, ...], only: Sequence[str]) -> tuple[Source, ...]:
    chosen = tuple(source for source in sources if not only or source.key in only)
    if not chosen:
        raise UnsupportedFormat(_("None of the files that were chosen is among these."))
    return chosen
