"""Use cases about backups: making, keeping, restoring; one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from skilltrail.application.held_key import HeldKey
from skilltrail.application.restored import bring_up_to_now
from skilltrail.domain.backups import Backup, Reason, Restored, RestorePlan, is_due, surplus
from skilltrail.domain.identity import held_ended
from skilltrail.errors import BackupUnusable, RequestInvalid, SkilltrailError
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.key_wrapping import key_id
from skilltrail.services.backups import FOLDER, Secret, Shelf, find_key, fingerprint
from skilltrail.services.restoring import ASIDE, prepare_aside
from skilltrail.storage import identity_queries
from skilltrail.storage.backup import (
    Contents,
    GivenUpError,
    contents_of,
    copy_database,
    put_value,
    remove_database,
    settle,
)
from skilltrail.storage.database import Database
from skilltrail.storage.meta_queries import get_value, set_value

RETIRED_KEYS = "retired_keys"
"""Keys that may still close backups; they lie in the database, under the key of now."""


def back_up_file(path: Path, held: HeldKey, *, reason: Reason, now: datetime) -> Backup:
    """Back up a database that is not open (yet); raises as ``copy_database``."""
    shelf = Shelf(path.parent / FOLDER)
    shelf.tidy()
    return shelf.add(lambda part: copy_database(path, part, key=held.raw), reason=reason, now=now, boxes=held.boxes())


class BackupsFacade:
    """The backups of one open data folder.

    Parameters
    ----------
    reread
        Called after a restore: whatever was remembered of the database is no longer true.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        held: HeldKey,
        reread: Callable[[], None],
        before_restore: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._held = held
        self._reread = reread
        self._before_restore = before_restore
        self._shelf = Shelf(database.path.parent / FOLDER)
        self._busy = threading.RLock()
        self._ending = threading.Event()
        self._work = threading.Event()
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the last backup could not be made, in words for the learner; None when it could."""
        return self._problem

    @property
    def folder(self) -> Path:
        """The folder of the backups."""
        return self._shelf.folder

    def listing(self) -> tuple[Backup, ...]:
        """Return all backups, newest first."""
        return tuple(self._shelf.backups())

    def make(self, reason: Reason = Reason.ASKED, *, folder: Path | None = None) -> Backup:
        """Make a verified backup, in ``folder`` if one is named; raises StorageFull and its kin."""
        shelf = self._shelf if folder is None else Shelf(folder)
        with self._busy, self._noticing():
            made = shelf.add(self._write, reason=reason, now=self._clock(), boxes=self._held.boxes())
            if folder is None:
                self._keep_few()
        return made

    def tend(self) -> None:
        """Do what is due: the daily backup, and closing older backups anew after the key was changed."""
        with self._busy, suppress(GivenUpError):
            self.tidy()
            if self.old_backups():
                self.bring_under_key()
            self.make_if_due()

    def wait_for_work(self, seconds: float) -> None:
        """Wait for so long, or until there is something that should not wait."""
        self._work.wait(seconds)
        self._work.clear()

    def stir(self) -> None:
        """Say that there is something that should not wait; returns at once."""
        self._work.set()

    def make_if_due(self) -> Backup | None:
        """Make the daily backup, when the data changed and none was made today."""
        with self._busy:
            now = fingerprint(contents_of(self._database.path, self._held.raw))
            if not is_due(self._shelf.backups(), now=self._clock(), fingerprint=now):
                return None
            return self.make(Reason.DAILY)

    def replace_all(self, now: datetime) -> Backup:
        """Make a fresh verified backup and delete all others: what was forgotten is in none of them any more.

        When the fresh one cannot be made, the others stay and the error is raised.
        """
        with self._busy:
            self._shelf.tidy()
            fresh = self._shelf.add(self._write, reason=Reason.FORGET, now=now, boxes=self._held.boxes())
            for backup in self._shelf.backups():
                if backup.name != fresh.name:
                    self._shelf.remove(backup.name)
            return fresh

    # --- keys of before -------------------------------------------------------------------------------------------

    def with_ended_keys(self) -> tuple[Backup, ...]:
        """Return the backups here that hold an identity key which has ended since, newest first."""
        with self._database.read() as session:
            keys = identity_queries.keys(session)
        return tuple(backup for backup in self._shelf.backups() if held_ended(keys, backup.made_at))

    def drop_ended_keys(self) -> Backup:
        """Make a fresh verified backup, and delete those that hold an identity key which has ended since.

        When the fresh one cannot be made, the others stay and the error is raised. Copies elsewhere stay, too.

        Raises
        ------
        RequestInvalid
            If the key of now has signed nothing: then the history itself still holds the one before, to go back to it.
        """
        with self._busy, self._noticing():
            with self._database.read() as session:
                current = identity_queries.current_key(session)
            if current is None or current.used_at is None:
                raise RequestInvalid(
                    _("The key of now has signed nothing yet, so the one before is kept, in new backups too.")
                )
            old = self.with_ended_keys()
            fresh = self._shelf.add(self._write, reason=Reason.ASKED, now=self._clock(), boxes=self._held.boxes())
            for backup in old:
                if backup.name != fresh.name:
                    self._shelf.remove(backup.name)
            return fresh

    # --- restoring ------------------------------------------------------------------------------------------------

    def plan(self, name: str) -> RestorePlan:
        """Say what restoring a backup would change; raises NotFound."""
        backup = self._shelf.get(name)
        held = self._contents_now()
        return RestorePlan(
            backup=backup,
            exchanges_now=held.exchanges if held else None,
            newest_now=held.newest_at if held else None,
            locked=backup.key_id not in {None, *map(key_id, self.known_keys())},
        )

    def restore(self, name: str, secret: Secret | None = None) -> Restored:
        """Put a backup in the place of the history; raises NotFound, and as ``restore_file``."""
        return self.restore_file(self._shelf.path(name), secret)

    def restore_file(self, path: Path, secret: Secret | None = None) -> Restored:
        """Put a backup file in the place of the history, which is kept as a backup itself.

        Raises
        ------
        BackupUnusable
            If it is damaged, or no key at hand and no ``secret`` opens it.
        SecretRefused
            If the secret is wrong.
        StorageError
            If there is no room. In every case the history stays as it is.
        """
        # An import at work would go on in the restored history as if that held what it has stored.
        self._before_restore()
        with self._busy, self._aside() as aside:
            before = self._contents_now()
            known = self.known_keys()
            restored = prepare_aside(path, aside, key=self._held.raw, known=known, secret=secret)
            # Backups that an older key closes must stay openable, whatever the restored state knew of keys.
            put_value(aside, self._held.raw, RETIRED_KEYS, " ".join(key.hex() for key in known[1:]))
            replaced: list[Backup] = []

            def finish() -> None:
                if before is not None and before.instance_id == restored.instance_id:
                    bring_up_to_now(self._database.path, aside, key=self._held.raw, now=self._clock())

            def put() -> bytes:
                settle(aside)
                replaced.append(self._set_aside(before))
                aside.replace(self._database.path)
                settle(self._database.path)
                return self._held.raw

            self._database.replace(put, before=finish)
            self._reread()
        identity = restored.identity_instead(before)
        return Restored(exchanges=restored.exchanges, replaced=replaced[0].name, identity=identity)

    def _set_aside(self, before: Contents | None) -> Backup:
        return self._shelf.add_replaced(self._database.path, before, now=self._clock(), boxes=self._held.boxes())

    # --- after the key or what closes it was changed ----------------------------------------------------------------

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Keep backups from being made or restored meanwhile."""
        with self._busy:
            yield

    def close_anew(self) -> None:
        """Let all backups of the key in use carry what opens it now."""
        boxes = self._held.boxes()
        with self._busy:
            for backup in self._shelf.backups():
                if backup.key_id == boxes.key_id:
                    self._shelf.close_anew(backup.name, boxes)

    def old_backups(self) -> int:
        """Return how many backups an older key still closes."""
        own = self._held.boxes().key_id
        return sum(backup.key_id != own for backup in self._shelf.backups())

    def bring_under_key(self) -> int:
        """Close all backups with the key in use; return how many cannot be opened with any key that is known.

        Once none is left that an older key closes, the older keys are forgotten.
        """
        boxes = self._held.boxes()
        with self._busy:
            known = self.known_keys()
            stale = [backup.name for backup in self._shelf.backups() if backup.key_id != boxes.key_id]
            lost = [name for name in stale if not self._bring(name, known)]
            if len(known) > 1:
                with self._database.write() as session:
                    set_value(session, RETIRED_KEYS, "")
        return len(lost)

    def _bring(self, name: str, known: list[bytes]) -> bool:
        path = self._shelf.path(name)
        try:
            key = find_key(path, known)
        except BackupUnusable:
            return False

        def write(part: Path) -> object:
            return copy_database(
                path, part, key=key, target_key=self._held.raw, closed=True, given_up=self._ending.is_set
            )

        if key == self._held.raw:
            self._shelf.close_anew(name, self._held.boxes())
        else:
            self._shelf.exchange(name, write, self._held.boxes())
        return True

    def tidy(self) -> None:
        """Remove what a crash left."""
        with self._busy:
            self._shelf.tidy()
            remove_database(self._database.path.with_name(ASIDE))

    def end(self) -> None:
        """Give up a copy that is under way."""
        self._ending.set()
        self._work.set()
        with self._busy:
            pass

    def _write(self, part: Path) -> Contents:
        return copy_database(self._database.path, part, key=self._held.raw, given_up=self._ending.is_set)

    def _keep_few(self) -> None:
        for backup in surplus(self._shelf.backups()):
            self._shelf.remove(backup.name)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except SkilltrailError as error:
            self._problem = str(error)
            raise
        self._problem = None

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        aside = self._database.path.with_name(ASIDE)
        try:
            yield aside
        finally:
            remove_database(aside)

    def known_keys(self) -> list[bytes]:
        """Return the key in use and those that may still close backups."""
        try:
            with self._database.read() as session:
                retired = (get_value(session, RETIRED_KEYS) or "").split()
        except SkilltrailError:  # a damaged database is no reason to refuse a restore
            retired = []
        return [self._held.raw, *(bytes.fromhex(text) for text in retired)]

    def _contents_now(self) -> Contents | None:
        """Return what the history holds, or None where it can no longer be read."""
        try:
            return contents_of(self._database.path, self._held.raw)
        except SkilltrailError:
            return None
