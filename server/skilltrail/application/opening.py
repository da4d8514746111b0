"""Before a data folder is open: finding its key, opening it with a secret, restoring it from a backup."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from skilltrail.application.held_key import HeldKey
from skilltrail.application.restored import bring_up_to_now
from skilltrail.config import Settings
from skilltrail.domain.backups import Restored
from skilltrail.domain.keys import LockStanding
from skilltrail.errors import KeyUnavailable, SkilltrailError
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock, utc_now
from skilltrail.platform.folders import prepare_home, read_private
from skilltrail.platform.key_wrapping import check_new_passphrase
from skilltrail.platform.keys import DatabaseKey, KeyLocked, KeyStore
from skilltrail.platform.lock import HomeLock
from skilltrail.services.backups import FOLDER, Secret, Shelf, find_key
from skilltrail.services.restoring import ASIDE, prepare_aside
from skilltrail.storage.backup import Contents, contents_of, fits, instance_of, remove_database, settle
from skilltrail.storage.endings import MARK

if TYPE_CHECKING:
    from skilltrail.application.composition import Application

OpenFolder = Callable[..., "Application"]
"""``Application.open``, or the like; this module is below it."""

DATABASE_FILE = "skilltrail.db"
INSTANCE_FILE = "instance-id"
"""The folder's id outside the database: a locked server must still be known to its extensions."""


def find_database_key(settings: Settings, secret: Secret | None = None) -> DatabaseKey:
    """Return the key that opens the database; a folder without one gets a new key.

    Raises
    ------
    KeyLocked
        If it cannot be had without ``secret``, or does not fit; nothing was changed.
    SecretRefused
        If ``secret`` is wrong.
    """
    store = KeyStore(settings)
    found = store.unlock(secret.passphrase) if secret and secret.passphrase else store.find()
    return _settled(settings, store, found)


def _settled(settings: Settings, store: KeyStore, found: DatabaseKey) -> DatabaseKey:
    """Return which of the keys is in use, where a change of the key was cut off."""
    path = settings.home / DATABASE_FILE
    if found.following is None or not path.exists():
        return found
    for raw in (found.raw, found.following):
        if fits(path, raw):
            store.settle(raw)
            return DatabaseKey(raw, found.location)
    raise KeyLocked(_("The key does not open the database. Nothing was changed."), reason="wrong")


class LockedHome:
    """A data folder that is held but not open, for its key cannot be had.

    ``error`` says why. Close it, or turn it into an ``Application`` by ``unlock``, which uses ``open_folder``; that one
    then holds the folder.
    """

    def __init__(self, settings: Settings, *, open_folder: OpenFolder, lock: HomeLock, error: KeyUnavailable) -> None:
        self.settings = settings
        self._open_folder = open_folder
        self._lock = lock
        self.error = error
        self._store = KeyStore(settings)
        self._one = threading.Lock()
        self._opened = False

    @property
    def instance_id(self) -> str:
        """The folder's id; empty where no Skilltrail that writes it was here yet."""
        file = self.settings.home / INSTANCE_FILE
        return read_private(file).decode("ascii", "replace").strip() if file.exists() else ""

    def standing(self) -> LockStanding:
        """Say why it is locked, and what would open it."""
        closed = self._store.place == "passphrase"
        return LockStanding(
            reason=self.error.reason if isinstance(self.error, KeyLocked) else "wrong",
            words=str(self.error),
            passphrase=closed,
            recovery=self._store.recovery.exists,
            renew=closed,
        )

    def unlock(self, secret: Secret | None = None, *, new_passphrase: str | None = None) -> Application:
        """Open the folder.

        Parameters
        ----------
        secret
            The passphrase or the recovery key; without one the key is looked for again.
        new_passphrase
            Needed with the recovery key where a passphrase was in use: that one is lost.

        Raises
        ------
        SecretRefused
            If it is wrong.
        KeyUnavailable, StorageError
            If it cannot be opened all the same; nothing was changed.
        """
        with self._one:
            if self._opened:
                raise KeyLocked(_("It is unlocked already. Load the page again."), reason="wrong")
            if secret and secret.recovery_key:
                key = self._recovered(secret.recovery_key, new_passphrase)
            else:
                key = find_database_key(self.settings, secret)
            opened = self._open_folder(self.settings, key=key, lock=self._lock)
            self._opened = True
            return opened

    def close(self) -> None:
        """Give the folder free."""
        self._lock.release()

    def _recovered(self, recovery_key: str, new_passphrase: str | None) -> DatabaseKey:
        store, standing = self._store, self.standing()
        candidates = store.recovery.open(recovery_key)
        raw = next((key for key in candidates if fits(self.settings.home / DATABASE_FILE, key)), None)
        if raw is None:
            words = _("The recovery key is right, but the database does not open with it. Restore a backup.")
            raise KeyLocked(words, reason="wrong")
        if standing.renew:
            check_new_passphrase(new_passphrase or "")
            store.keep(raw, "passphrase", passphrase=new_passphrase)
        elif standing.reason == "keyring":
            # The keyring has the key and will answer again; for this run it is enough to have it here.
            return DatabaseKey(raw, "keyring")
        else:
            _keep_anywhere(store, raw)
        store.settle(raw)
        return DatabaseKey(raw, store.place or "file")


def _keep_anywhere(store: KeyStore, raw: bytes) -> None:
    try:
        store.keep(raw, "keyring")
    except KeyUnavailable:
        store.keep(raw, "file")


def open_or_hold(settings: Settings, *, open_folder: OpenFolder) -> Application | LockedHome:
    """Open the data folder with ``open_folder`` (mostly ``Application.open``), or hold it where its key cannot be had.

    Raises as ``Application.open``, but for KeyUnavailable.
    """
    prepare_home(settings.home)
    lock = HomeLock(settings.home)
    lock.acquire()
    try:
        return open_folder(settings, lock=lock)
    except KeyUnavailable as error:
        return LockedHome(settings, open_folder=open_folder, lock=lock, error=error)
    except BaseException:
        lock.release()
        raise


def restore_closed(settings: Settings, path: Path, *, clock: Clock = utc_now, secret: Secret | None = None) -> Restored:
    """Put a backup in the place of a history that is not open: gone, damaged, closed for good, or just not in use.

    What stood there is kept as a backup. Where the key of the folder cannot be had, the backup's own key becomes it.

    Raises
    ------
    DataFolderInUse
        If Skilltrail runs on the folder.
    BackupUnusable, SecretRefused, SchemaTooNew, StorageFull
        If the backup cannot be used; nothing was changed.
    """
    prepare_home(settings.home)
    with HomeLock(settings.home):
        store = KeyStore(settings)
        key = _key_to_restore_with(settings, store, path, secret)
        live, aside = settings.home / DATABASE_FILE, settings.home / ASIDE
        try:
            restored = prepare_aside(path, aside, key=key.raw, known=[key.raw], secret=secret)
            before = _contents(live, key.raw)
            replaced = _take_place(live, aside, restored, HeldKey(store, key), now=clock())
        finally:
            remove_database(aside)
    return Restored(exchanges=restored.exchanges, replaced=replaced, identity=restored.identity_instead(before))


def _key_to_restore_with(settings: Settings, store: KeyStore, path: Path, secret: Secret | None) -> DatabaseKey:
    if store.place == "passphrase":
        # The key file stays what it is: the database that is replaced opens with nothing else.
        if secret and secret.recovery_key:
            return DatabaseKey(store.recovery.open(secret.recovery_key)[0], "passphrase")
        return find_database_key(settings, secret)
    try:
        return find_database_key(settings)
    except KeyUnavailable:
        _keep_anywhere(store, find_key(path, [], secret))
        return store.find()


def _take_place(live: Path, aside: Path, restored: Contents, held: HeldKey, *, now: datetime) -> str | None:
    before = _contents(live, held.raw)
    # Whatever else is damaged there: what was forgotten stays so as far as its marks can be read.
    if live.exists() and instance_of(live, held.raw) == restored.instance_id is not None:
        bring_up_to_now(live, aside, key=held.raw, now=now)
    settle(aside)
    replaced = None
    if live.exists():
        replaced = Shelf(live.parent / FOLDER).add_replaced(live, before, now=now, boxes=held.boxes()).name
    aside.replace(live)
    settle(live)
    # The mark goes last: until then a start refuses to read the old log into the new database.
    for ending in ("-wal", "-shm", MARK):
        live.with_name(live.name + ending).unlink(missing_ok=True)
    return replaced


def _contents(path: Path, key: bytes) -> Contents | None:
    try:
        return contents_of(path, key) if path.exists() else None
    except SkilltrailError:
        return None
