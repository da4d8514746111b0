"""The composition root: opens a data folder and puts its parts together; nothing else builds them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from skilltrail.application.access import Credentials, Ledger, Pairing, Sessions
from skilltrail.application.anchors import AnchorsFacade
from skilltrail.application.backups import BackupsFacade, back_up_file
from skilltrail.application.checks import ChecksFacade
from skilltrail.application.claims import ClaimsFacade
from skilltrail.application.contexts import ContextsFacade
from skilltrail.application.corrections import CorrectionsFacade
from skilltrail.application.data_rights import DataRightsFacade
from skilltrail.application.demo import DemoFacade
from skilltrail.application.endorsements import EndorsementsFacade
from skilltrail.application.entries import EntriesFacade
from skilltrail.application.evidence_log import EvidenceLogFacade
from skilltrail.application.exchanges import ExchangesFacade
from skilltrail.application.exports import ExportsFacade
from skilltrail.application.forgetting import ForgettingFacade
from skilltrail.application.health import HealthFacade
from skilltrail.application.held_key import HeldKey
from skilltrail.application.identity import IdentityFacade
from skilltrail.application.imports import ImportsFacade
from skilltrail.application.instance import identity_of, note_instance
from skilltrail.application.job_posts import JobPosts
from skilltrail.application.keys import KeysFacade
from skilltrail.application.language import LanguageFacade
from skilltrail.application.learning import LearningFacade
from skilltrail.application.opening import DATABASE_FILE, INSTANCE_FILE, find_database_key
from skilltrail.application.portfolio_files import PortfolioFiles
from skilltrail.application.portfolios import PortfoliosFacade
from skilltrail.application.processing import ProcessingFacade
from skilltrail.application.redactions import RedactionsFacade
from skilltrail.application.restored import bring_rescued_up_to_now
from skilltrail.application.search import SearchFacade
from skilltrail.application.skills import SkillsFacade
from skilltrail.application.spot_checks import SpotChecksFacade
from skilltrail.application.trail import TrailFacade
from skilltrail.application.uploads import UploadsFacade
from skilltrail.config import Settings
from skilltrail.domain.backups import Reason
from skilltrail.platform.clock import Clock, utc_now
from skilltrail.platform.folders import HomeReport, prepare_home, remove_remains
from skilltrail.platform.keys import DatabaseKey, KeyStore
from skilltrail.platform.lock import HomeLock
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.spool import Spool
from skilltrail.services.ports import ModelPort
from skilltrail.storage.database import Database, open_database
from skilltrail.storage.history_columns import HistoryColumns

CONCEPTS_FOLDER = "concepts"
"""Vectors of published concepts by another than the default model; they say nothing of the learner."""


class Application:
    """One open data folder: its database, its model, and a facade for each area.

    Use ``Application.open``; close it, or use it as a context manager. Safe to use from several threads.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        database: Database,
        held: HeldKey,
        folder: HomeReport,
        lock: HomeLock,
        model: ModelPort | None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.folder_warnings = folder.warnings
        self._database = database
        self._held = held
        self._lock = lock
        # A model that was handed in is its giver's to end.
        self._borrowed_model = model is not None
        self._model = model
        self._guard = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self.demo = DemoFacade(home=settings.home, clock=clock, open_folder=self._open_demo, tell=self._tell)
        self.backups = BackupsFacade(
            database=database, clock=clock, held=held, reread=self._reread, before_restore=self._pause_imports
        )
        self.keys = KeysFacade(database=database, clock=clock, held=held, backups=self.backups)
        self.credentials = Credentials(database=database, clock=clock)
        self.ledger = Ledger(database=database, clock=clock)
        self._forget_listeners: list[Callable[[], None]] = []
        self.forgetting = ForgettingFacade(
            database=database,
            clock=clock,
            forgotten=self._drop_remembered,
            rewrite_backups=self._rewrite_backups,
            stop_imports=self._drop_imports,
            look_through=self._look_through,
        )
        self.data_rights = DataRightsFacade(database=database, clock=clock)
        self._build()

    def _look_through(self) -> None:
        self.contexts.finish()

    def _build(self) -> None:
        database, clock, settings = self._database, self.clock, self.settings
        self.instance_id, mark_key = identity_of(database)
        note_instance(settings.home / INSTANCE_FILE, self.instance_id)
        self.evidence_log = EvidenceLogFacade.begun(database=database, clock=clock, home=settings.home)
        self.identity = IdentityFacade(database=database, clock=clock)
        self.health = HealthFacade(database=database)
        self.language = LanguageFacade(database=database, setting=settings.language)
        redactor = SecretRedactor(mark_key=mark_key)
        self.anchors = AnchorsFacade(database=database, clock=clock, log=self.evidence_log, redactor=redactor)
        self.redactions = RedactionsFacade(database=database, clock=clock, redactor=redactor, changed=self._tell)
        history = HistoryColumns(database.touched)
        self.exchanges = ExchangesFacade(
            database=database, history=history, clock=clock, redactor=redactor, changed=self._tell
        )
        self.learning = LearningFacade(database=database, history=history, clock=clock, changed=self._tell)
        self.processing = ProcessingFacade(
            database=database, settings=settings, clock=clock, model=self.model, tell=self.learning.step
        )
        self.search = SearchFacade(database=database, clock=clock, model=self.model)
        self.claims = ClaimsFacade(database=database, history=history, clock=clock)
        self.spot_checks = SpotChecksFacade(database=database, clock=clock, log=self.evidence_log, redactor=redactor)
        self.checks = ChecksFacade(database=database, clock=clock, redactor=redactor)
        self.entries = EntriesFacade(database=database, clock=clock, redactor=redactor)
        self.endorsements = EndorsementsFacade(
            database=database, history=history, clock=clock, identity=self.identity, redactor=redactor
        )
        self.contexts = ContextsFacade(
            database=database,
            history=history,
            clock=clock,
            redactor=redactor,
            changed=self._tell,
            renamed=self.processing.ask_for_topics,
            near=self.search.near_to,
        )
        self.trail = TrailFacade(
            database=database,
            history=history,
            settings=settings,
            clock=clock,
            key_location=self._held.location,
            progress=self.processing.progress,
            alert=self.health.alert,
        )
        self.skills = SkillsFacade(database=database, history=history, settings=settings, clock=clock, model=self.model)
        self.corrections = CorrectionsFacade(
            database=database, clock=clock, model=self.model, changed=self.processing.forget_outline
        )
        spool = Spool(settings.home)
        self.imports = ImportsFacade(
            database=database,
            clock=clock,
            mark_key=mark_key,
            lists=self.redactions.lists,
            changed=self._tell,
            spool=spool,
        )
        self.uploads = UploadsFacade(database=database, clock=clock, imports=self.imports, spool=spool)
        self.exports = ExportsFacade(
            database=database,
            history=history,
            settings=settings,
            clock=clock,
            model=self.model,
            exchanges=self.exchanges,
            mask=self.redactions.mask,
            hide=self.redactions.hide,
            clients=self.contexts.mask,
        )
        self.portfolios = PortfoliosFacade(
            database=database,
            history=history,
            settings=settings,
            clock=clock,
            evidence_log=self.evidence_log,
            redactor=redactor,
            signing=PortfolioFiles(self.identity),
            job_posts=JobPosts(database=database, history=history, clock=clock, redactor=redactor, model=self.model),
        )
        self.sessions = Sessions(database=database, clock=clock, credentials=self.credentials)
        self.pairing = Pairing(
            database=database,
            clock=clock,
            credentials=self.credentials,
            instance_id=self.instance_id,
            mark_key=mark_key,
        )

    def _reread(self) -> None:
        """Begin anew with the database that a restore put in place: nothing remembered of the other one holds."""
        self.health.end()
        self.credentials.changed()
        self._build()
        self.imports.recover()
        # Its counters are others, too: what was made of the other history must not be taken for one of this.
        self._tell_forgetful()
        self._tell()

    @property
    def key_location(self) -> str:
        """Where the key of the database is kept."""
        return self._held.location()

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Clock = utc_now,
        model: ModelPort | None = None,
        key: DatabaseKey | None = None,
        lock: HomeLock | None = None,
    ) -> Self:
        """Open the data folder of ``settings``, making it if needed.

        Parameters
        ----------
        clock
            Returns the present, aware.
        model
            Default: the real one, started when it is first needed.
        key
            Default: found where it is kept.
        lock
            The folder's, when it is held already; it stays held when this fails.

        Raises
        ------
        DataFolderInUse
            If another Skilltrail holds the folder.
        KeyUnavailable, SchemaTooNew, DatabaseDamaged, StorageError
            If the database cannot be opened; it is left untouched.
        """
        with ExitStack() as undo:
            folder = prepare_home(settings.home)
            if lock is None:
                lock = HomeLock(settings.home).acquire()
                undo.callback(lock.release)
            remove_remains(settings.home)
            held = HeldKey(KeyStore(settings), key or find_database_key(settings))
            path = settings.home / DATABASE_FILE
            database = open_database(
                path,
                held.raw,
                before_migration=lambda: back_up_file(path, held, reason=Reason.MIGRATION, now=clock()),
            )
            undo.callback(database.close)
            opened = cls(
                settings=settings, clock=clock, database=database, held=held, folder=folder, lock=lock, model=model
            )
            # Damage may show only here; what is half open must not keep the folder from the next start.
            opened.imports.recover()
            opened.forgetting.resume()
            undo.pop_all()
        opened.health.begin()
        return opened

    def close(self) -> None:
        """End the model, write what waits, close the database and give the folder free."""
        # Whatever fails on the way, the next start must find the folder free.
        with ExitStack() as last:
            last.callback(self._lock.release)
            last.callback(self._database.close)
            last.callback(self.ledger.flush_refusals)
            last.callback(self.health.end)
            last.callback(self.search.forget)
            last.callback(self.backups.end)
            last.callback(self.forgetting.end)
            last.callback(self._pause_imports)
            if not self._borrowed_model:
                last.callback(self.close_model)
            self.demo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def model(self) -> ModelPort:
        """Return the model; the first call makes its host, which starts a process only when it is asked something."""
        with self._guard:
            if self._model is None:
                from skilltrail.ml.host import ModelHost

                self._model = ModelHost(
                    embedder=self.settings.embedder,
                    idle_minutes=self.settings.model_idle_minutes,
                    cache=self.settings.home / CONCEPTS_FOLDER,
                )
            return self._model

    def close_model(self) -> None:
        """End the model process; a call that is under way fails with ModelUnavailable."""
        with self._guard:
            model = self._model
        if model is not None:
            model.close()

    def when_changed(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after exchanges were stored or revised; it must return at once."""
        self._listeners.append(listener)

    def when_forgotten(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` to drop what it remembers: exchanges were forgotten, or a restore put others in place."""
        self._forget_listeners.append(listener)

    def _drop_remembered(self, look_again: bool) -> None:
        """Drop what this process remembers of exchanges; ``look_again``: topics lost their names."""
        self.trail.forget_remembered()
        self.redactions.forget_remembered()
        self.processing.forget_outline()
        self.corrections.forget_remembered()
        self.search.forget()
        self.learning.forget_remembered()
        if look_again:
            self.processing.ask_for_topics()
        # The model process has read texts; it starts anew when it is needed. A model that was handed in has none.
        cancel = None if self._borrowed_model else getattr(self._model, "cancel", None)
        if cancel is not None:
            cancel()
        self._tell_forgetful()
        self._tell()

    def _tell_forgetful(self) -> None:
        for listener in self._forget_listeners:
            listener()

    def _pause_imports(self) -> None:
        """End what imports are at work; they can go on later."""
        self.uploads.drop()
        self.imports.stop()

    def _drop_imports(self) -> None:
        """End imports for good, and remove the files that they read: everything is about to be forgotten."""
        self.uploads.drop()
        self.imports.stop(drop=True)

    def _rewrite_backups(self) -> None:
        """Leave nothing of what was forgotten in the copies that lie in the data folder."""
        bring_rescued_up_to_now(self._database.path, key=self._held.raw, now=self.clock())
        if self.backups.listing():
            self.backups.replace_all(self.clock())

    def is_sound(self) -> bool:
        """Check the whole database, every page of its file; takes seconds for a large one."""
        return self._database.is_whole()

    def damage(self) -> bool:
        """Tell whether the check found damage."""
        return not self.is_sound()

    def _open_demo(self, folder: Path) -> Application:
        return Application.open(self.settings.changed(home=folder), clock=self.clock, model=self.model())

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
