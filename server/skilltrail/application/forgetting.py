"""Use cases of forgetting: planned, undone for ten seconds, carried out in one pass that a crash cannot halve."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from skilltrail.domain.forget import UNDO, ForgetPass, ForgetPlan, ForgetWish, PastExport, Scope, Stage
from skilltrail.errors import NotFound, SkilltrailError, TooLate
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services import forget, retention
from skilltrail.services.forget import Choice
from skilltrail.storage import export_log_queries
from skilltrail.storage import forget_pass_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.meta_queries import bump_revision

log = logging.getLogger(__name__)

_IDLE_SECONDS = 60.0
_RETRY_SECONDS = 5.0
_OPEN = (Stage.WAITING, Stage.CLEANING)


class ForgettingFacade:
    """Forgets exchanges for good. Any thread may ask; one pass runs at a time.

    Parameters
    ----------
    forgotten
        Called when exchanges are gone, so that nothing that is remembered of them outlives them; True when topics
        lost their names and should be looked for again.
    rewrite_backups
        Makes a fresh backup and deletes all that may hold what was forgotten.
    stop_imports
        Ends imports for good: called before everything is forgotten.
    look_through
        Has the whole history looked at for words of clients: called before a client is forgotten.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        forgotten: Callable[[bool], None],
        rewrite_backups: Callable[[], None],
        stop_imports: Callable[[], None] = lambda: None,
        look_through: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._forgotten = forgotten
        self._rewrite_backups = rewrite_backups
        self._stop_imports = stop_imports
        self._look_through = look_through
        self._turn = threading.Lock()
        self._stirred = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None
        self._running: tuple[int, int] | None = None
        self._problems: dict[int, str] = {}

    # --- asking -----------------------------------------------------------------------------------------------------

    def plan(self, wish: ForgetWish) -> ForgetPlan:
        """Return what would go, with some examples; forgets nothing. Raises ForgetInvalid, NotFound.

        What is a client's is known when all was looked at: that is done first.
        """
        if wish.scope is Scope.CLIENT:
            self._look_through()
        with self._database.read() as session:
            return forget.plan(session, forget.choose(session, wish))

    def ask(self, wish: ForgetWish, *, wait: timedelta = UNDO) -> ForgetPass:
        """Note that something is to be forgotten after ``wait``; until then ``cancel`` undoes it.

        Raises
        ------
        ForgetInvalid, NotFound
            As ``plan``.
        """
        # Looking for a word reads everything; captures need not wait for that.
        with self._database.read() as session:
            choice = forget.choose(session, wish)
        return self._ask(choice, wait)

    def cancel(self, pass_id: int) -> None:
        """Undo a forgetting that waits.

        Raises
        ------
        NotFound
            If there is no such one.
        TooLate
            If it has begun.
        """
        with self._turn, self._database.write() as session:
            found = queries.find_pass(session, pass_id)
            if found is None:
                raise NotFound(_("There is no such forgetting (any more)."))
            if found.stage is not Stage.WAITING:
                raise TooLate(_("It is too late to undo this: it has been forgotten."))
            queries.drop_pass(session, pass_id)
            bump_revision(session)

    def get(self, pass_id: int) -> ForgetPass:
        """Return how far a forgetting is; raises NotFound."""
        with self._database.read() as session:
            found = queries.find_pass(session, pass_id)
        if found is None:
            raise NotFound(_("There is no such forgetting (any more)."))
        return self._seen(found)

    def passes(self) -> tuple[ForgetPass, ...]:
        """Return the forgettings of late, the newest first; they hold counts and times alone."""
        with self._database.read() as session:
            return tuple(self._seen(found) for found in queries.passes(session))

    def past_exports(self) -> tuple[PastExport, ...]:
        """Return the files that were made, the newest first, with how many of their exchanges are gone."""
        with self._database.read() as session:
            return export_log_queries.past_exports(session)

    def kept_out(self) -> int:
        """Return about how many forgotten exchanges are kept from coming back."""
        with self._database.read() as session:
            return queries.count_kept_out(session)

    def let_back(self) -> None:
        """Delete the marks of what was forgotten: an import may bring it again."""
        with self._database.write() as session:
            queries.drop_tombstones(session)
            bump_revision(session)

    # --- the retention rule -------------------------------------------------------------------------------------------

    def retention(self) -> int:
        """Return after how many months texts go; 0: never."""
        with self._database.read() as session:
            return retention.read_rule(session)

    def plan_retention(self, months: int) -> ForgetPlan:
        """Return what a rule would take away now; raises ForgetInvalid."""
        retention.check_rule(months)
        with self._database.read() as session:
            return forget.plan(session, retention.choose_old(session, months, now=self._clock()))

    def set_retention(self, months: int, *, wait: timedelta = UNDO) -> ForgetPass | None:
        """Set the rule; return the pass that brings the history in line with it, None if nothing is old enough."""
        with self._database.write() as session:
            retention.set_rule(session, months)
            for waiting in queries.passes(session, stages=(Stage.WAITING,)):
                # A rule that was changed again within the ten seconds must not act as it was.
                if waiting.scope is Scope.RETENTION:
                    queries.drop_pass(session, waiting.id)
            bump_revision(session)
        return self._retain(wait)

    # --- doing --------------------------------------------------------------------------------------------------------

    def run_due(self) -> int:
        """Carry out every pass whose time has come, and finish those that were cut off; return how many were done.

        Raises
        ------
        StorageError
            If the disk is full or busy; what is left is done at the next call.
        """
        with self._turn:
            with self._database.read() as session:
                found = queries.passes(session, stages=_OPEN)
            due = [one for one in reversed(found) if one.stage is Stage.CLEANING or one.due_at <= self._clock()]
            for one in due:
                self._run(one)
            return len(due)

    def resume(self) -> None:
        """Finish what a crash cut off; when that fails, it is tried again later."""
        try:
            self.run_due()
        except SkilltrailError as error:
            log.warning("forgetting waits: %s", error.code)

    def keep_rule(self) -> None:
        """Apply the retention rule when a week has passed since the last time."""
        with self._database.read() as session:
            due = retention.is_due(session, now=self._clock())
        if due:
            self._retain(timedelta())

    def start(self) -> None:
        """Carry out in a thread of its own what is asked for, when its time has come."""
        self._thread = threading.Thread(target=self._keep, name="skilltrail-forget", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Let a pass that runs come to its end, and stop the thread."""
        self._ending = True
        self._stirred.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        while not self._ending:
            self._stirred.clear()
            seconds = _RETRY_SECONDS
            try:
                self.keep_rule()
                self.run_due()
                seconds = self._seconds_to_next()
            except SkilltrailError as error:
                log.warning("forgetting waits: %s", error.code)
            except Exception as error:  # noqa: BLE001 - what was asked to be forgotten must be tried again
                log.error("forgetting failed: %s", type(error).__name__)  # noqa: TRY400 - a trace could quote texts
            self._stirred.wait(seconds)

    def _seconds_to_next(self) -> float:
        with self._database.read() as session:
            waiting = queries.passes(session, stages=(Stage.WAITING,))
        seconds = ((one.due_at - self._clock()).total_seconds() for one in waiting)
        return max(0.05, min([_IDLE_SECONDS, *seconds]))

    def _ask(self, choice: Choice, wait: timedelta) -> ForgetPass:
        with self._database.write() as session:
            asked = forget.ask(session, choice, now=self._clock(), wait=wait)
        self._stirred.set()
        return asked

    def _retain(self, wait: timedelta) -> ForgetPass | None:
        with self._database.read() as session:
            months = retention.read_rule(session)
            choice = retention.choose_old(session, months, now=self._clock())
        with self._database.write() as session:
            retention.note_kept(session, now=self._clock())
        return self._ask(choice, wait) if choice.ids else None

    def _run(self, wanted: ForgetPass) -> None:
        try:
            self._problems.pop(wanted.id, None)
            if wanted.stage is Stage.WAITING:
                self._remove(wanted)
            self._clean(wanted)
        except SkilltrailError as error:
            self._problems[wanted.id] = str(error)
            raise
        finally:
            self._running = None

    def _remove(self, wanted: ForgetPass) -> None:
        def progress(done: int) -> None:
            self._running = (wanted.id, done)

        progress(0)
        if wanted.scope is Scope.EVERYTHING:
            self._stop_imports()
        if wanted.scope is Scope.CLIENT:
            # Without holding captures up; what comes meanwhile is looked at within the pass.
            self._look_through()
        with self._database.write() as session:
            gone = forget.carry_out(session, wanted, now=self._clock(), progress=progress)
        self._forgotten(gone.renamed > 0)

    def _clean(self, wanted: ForgetPass) -> None:
        """Leave no byte behind: free pages, the log, what is remembered, backups; every step may be done again."""
        self._database.scrub()
        self._forgotten(False)
        self._rewrite_backups()
        with self._database.write() as session:
            queries.change_pass(session, wanted.id, stage=Stage.DONE.value, finished_at=self._clock())
            bump_revision(session)

    def _seen(self, found: ForgetPass) -> ForgetPass:
        """Return a pass with what only this process knows of it."""
        problem = self._problems.get(found.id)
        running = self._running
        if found.stage is not Stage.WAITING:
            return replace(found, done=found.exchanges, problem=problem)
        if running is None or running[0] != found.id:
            return replace(found, problem=problem)
        return replace(found, stage=Stage.FORGETTING, done=running[1], problem=problem)
