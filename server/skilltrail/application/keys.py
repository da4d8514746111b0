"""Use cases about the key that opens the history: where it is kept, how it is recovered, how it is changed."""

from __future__ import annotations

import secrets
from pathlib import Path

from skilltrail.application.backups import RETIRED_KEYS, BackupsFacade
from skilltrail.application.held_key import HeldKey
from skilltrail.domain.keys import KeyStanding
from skilltrail.errors import KeyUnavailable, StorageError
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.key_wrapping import check_new_passphrase
from skilltrail.platform.keys import KEY_BYTES, DatabaseKey, Location
from skilltrail.services.restoring import ASIDE
from skilltrail.storage.backup import copy_database, fits, put_value, remove_database, settle
from skilltrail.storage.database import Database


class KeysFacade:
    """The key of one open data folder. Whoever changes anything here says the passphrase, where there is one."""

    def __init__(self, *, database: Database, clock: Clock, held: HeldKey, backups: BackupsFacade) -> None:
        self._database = database
        self._clock = clock
        self._held = held
        self._backups = backups
        self._keyring: bool | None = None

    def standing(self) -> KeyStanding:
        """Return where the key is and what the learner could do about it."""
        if self._keyring is None:
            # Asked once: a keyring that hangs takes seconds each time.
            self._keyring = self._held.store.keyring_answers()
        return KeyStanding(
            place=self._held.location(),
            keyring=self._keyring,
            recovery_made_at=self._held.store.recovery.made_at(),
            old_backups=self._backups.old_backups(),
        )

    def has_recovery_key(self) -> bool:
        """Tell whether a recovery key was made."""
        return self._held.store.recovery.exists

    def move(self, place: Location, *, passphrase: str | None = None, new_passphrase: str | None = None) -> None:
        """Keep the key in the keyring, in a file, or in a file that a passphrase closes.

        Raises
        ------
        SecretRefused
            If ``passphrase`` is not the one in use, or the new one is too short.
        KeyUnavailable
            If the keyring does not take it.
        """
        with self._backups.standing_still():
            self._held.store.check(passphrase)
            if place == "passphrase":
                check_new_passphrase(new_passphrase or "")
            self._held.store.keep(self._held.raw, place, passphrase=new_passphrase)
            self._held.now_is(DatabaseKey(self._held.raw, place))
            self._backups.close_anew()

    def make_recovery_key(self, *, passphrase: str | None = None) -> str:
        """Return a new recovery key, which stands nowhere else; the one before opens nothing from now on."""
        with self._backups.standing_still():
            self._held.store.check(passphrase)
            made = self._held.store.recovery.make(self._held.raw, self._clock())
            self._backups.close_anew()
        return made

    def change_key(self, *, passphrase: str | None = None) -> None:
        """Close the history with a new key; the recovery key and the passphrase stay as they are.

        Reading goes on while the copy is made, writing waits. Backups follow by ``BackupsFacade.bring_under_key``.
        Crash where it may, the database that stands opens with one of the two keys, and both are known.
        """
        with self._backups.standing_still():
            store, location = self._held.store, self._held.store.place
            store.check(passphrase)
            if location is None:
                raise KeyUnavailable(_("The key was taken away while Skilltrail was running. Put it back first."))
            new = secrets.token_bytes(KEY_BYTES)
            path = self._database.path
            aside = path.with_name(ASIDE)
            try:
                store.prepare_following(new, location, passphrase=passphrase)
                self._database.replace(lambda: self._put(aside, new), before=lambda: self._copy_under(new, aside))
            finally:
                remove_database(aside)
                key = new if fits(path, new) else self._held.raw
                store.settle(key)
                self._held.now_is(DatabaseKey(key, location))
        self._backups.stir()

    def _copy_under(self, new: bytes, aside: Path) -> None:
        retired = " ".join(key.hex() for key in self._backups.known_keys())
        copy_database(self._database.path, aside, key=self._held.raw, target_key=new)
        put_value(aside, new, RETIRED_KEYS, retired)
        settle(aside)

    def _put(self, aside: Path, new: bytes) -> bytes:
        path = self._database.path
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StorageError(_("The database is busy; try again in a moment."))
        aside.replace(path)
        settle(path)
        return new
