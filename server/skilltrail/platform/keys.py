"""The key that opens the database: in the system's keyring where one answers, else in a key file (0600), in clear or
closed with a passphrase.

A key is made only where there is no database yet. A database without its key is an error that the learner must
see, never a reason to make a new key: that would look like an empty history.

While the key is being changed, the key that is about to follow lies beside the one in files that end in ``.next``, so
that after a crash at any point one of the two opens the database.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from skilltrail.config import Settings
from skilltrail.errors import KeyUnavailable, SecretRefused
from skilltrail.i18n import _
from skilltrail.platform.folders import read_private, write_private
from skilltrail.platform.key_wrapping import Box, close_with_passphrase, key_id, open_with_passphrase
from skilltrail.platform.keyring_entry import (
    ENTRY_FILE,
    KEYRING_SECONDS,
    Keyring,
    KeyringEntry,
    KeyringSilentError,
    system_keyring,
)
from skilltrail.platform.recovery_record import FOLLOWING, RecoveryRecord

__all__ = ["DatabaseKey", "KeyLocked", "KeyStore", "database_key", "system_keyring"]

KEY_BYTES = 32
KEY_FILE = "database.key"

Location = Literal["keyring", "file", "passphrase"]
Reason = Literal["passphrase", "keyring", "missing", "wrong"]
"""Why a key cannot be had: a passphrase closes it, the keyring is silent, it is gone, it does not fit."""


@dataclass(frozen=True, slots=True)
class DatabaseKey:
    """A raw 256-bit key and where it is kept; ``following``: what a change that was cut off was to bring."""

    raw: bytes = field(repr=False)
    location: Location
    following: bytes | None = field(default=None, repr=False)


class KeyLocked(KeyUnavailable):
    """The key cannot be had without the learner; ``reason`` says why."""

    def __init__(self, message: str, *, reason: Reason) -> None:
        super().__init__(message)
        self.reason: Reason = reason


def database_key(
    settings: Settings,
    *,
    database: Path | None = None,
    keyring: Callable[[], Keyring | None] | None = None,
    seconds: float = KEYRING_SECONDS,
) -> DatabaseKey:
    """Return the key of the database in ``settings.home``; the first call for a new folder makes it.

    Parameters
    ----------
    database
        The database file; default ``skilltrail.db`` in the home.
    keyring
        Finds the keyring; default: the system's. Returns None where there is none.
    seconds
        How long the keyring may take for one answer.

    Raises
    ------
    KeyLocked
        If the database exists and its key cannot be had now; nothing was changed.
    """
    return KeyStore(settings, database=database, keyring=keyring, seconds=seconds).find()


class KeyStore:
    """Where the key of one data folder is kept; parameters as of ``database_key``."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Path | None = None,
        keyring: Callable[[], Keyring | None] | None = None,
        seconds: float = KEYRING_SECONDS,
    ) -> None:
        home = settings.home
        self.recovery = RecoveryRecord(home)
        self._home = home
        self._database = database or home / "skilltrail.db"
        self._file = home / KEY_FILE
        self._next_file = home / (KEY_FILE + FOLLOWING)
        find = keyring or system_keyring
        self._may_use_keyring = settings.keyring
        self._entry = KeyringEntry(home / ENTRY_FILE, find, seconds)
        self._next_entry = KeyringEntry(home / (ENTRY_FILE + FOLLOWING), find, seconds)

    @property
    def place(self) -> Location | None:
        """Where the key is kept, whether or not it can be had now; None where there is none."""
        if self._file.exists():
            return "passphrase" if _is_closed(self._file) else "file"
        return "keyring" if self._entry.is_named else None

    def keyring_answers(self) -> bool:
        """Tell whether the key could be kept in a keyring here."""
        return self._may_use_keyring and self._entry.answers()

    def box(self) -> Box | None:
        """Return the key closed with the passphrase, for a backup to carry; None where there is no passphrase."""
        return _box_in(self._file) if self.place == "passphrase" else None

    # --- having the key -------------------------------------------------------------------------------------------

    def find(self) -> DatabaseKey:
        """Return the key without asking the learner; a folder without a database gets a new one; raises KeyLocked."""
        match self.place:
            case "passphrase":
                words = _(
                    "Your history is closed with a passphrase. Unlock it with the passphrase or the recovery key."
                )
                raise KeyLocked(words, reason="passphrase")
            case "file":
                following = _from_file(self._next_file) if self._next_file.exists() else None
                return DatabaseKey(_from_file(self._file), "file", following)
            case _:
                return self._from_keyring() or self._make()

    def unlock(self, passphrase: str) -> DatabaseKey:
        """Return the key that the passphrase opens; raises SecretRefused, or KeyLocked where none is in use."""
        if self.place != "passphrase":
            raise KeyLocked(_("No passphrase is in use here."), reason="missing")
        raw = open_with_passphrase(_box_in(self._file), passphrase)
        return DatabaseKey(raw, "passphrase", self._unlock_following(passphrase))

    def _unlock_following(self, passphrase: str) -> bytes | None:
        if not self._next_file.exists():
            return None
        try:
            return open_with_passphrase(_box_in(self._next_file), passphrase)
        except SecretRefused:
            # Left from a passphrase that was lost; what it closes never came into use.
            return None

    def check(self, passphrase: str | None) -> None:
        """Refuse a wrong passphrase, where one is in use; raises SecretRefused."""
        if self.place == "passphrase":
            open_with_passphrase(_box_in(self._file), passphrase or "")

    def _from_keyring(self) -> DatabaseKey | None:
        if not self._may_use_keyring:
            return None
        try:
            text = self._entry.read()
            following = self._next_entry.read() if text is not None else None
        except KeyringSilentError as error:
            if not self._database.exists():
                return None
            raise KeyLocked(_keyring_message(str(error)), reason="keyring") from error
        if text is None:
            return None
        return DatabaseKey(_decoded(text), "keyring", _decoded(following) if following else None)

    def _make(self) -> DatabaseKey:
        if self._database.exists():
            raise KeyLocked(_missing_message(self._home), reason="missing")
        raw = secrets.token_bytes(KEY_BYTES)
        if self._may_use_keyring and self._entry.write(raw.hex()):
            return DatabaseKey(raw, "keyring")
        write_private(self._file, _clear(raw))
        return DatabaseKey(raw, "file")

    # --- moving it ------------------------------------------------------------------------------------------------

    def keep(self, raw: bytes, place: Location, *, passphrase: str | None = None) -> None:
        """Keep ``raw`` at ``place`` and nowhere else; crash where it may, one of the two places has it.

        Raises
        ------
        KeyUnavailable
            If the keyring does not take it; nothing was changed.
        """
        if place == "keyring":
            if not (self._may_use_keyring and self._entry.write(raw.hex())):
                raise KeyUnavailable(_("This computer's keyring does not take the key. Nothing was changed."))
            _wipe(self._file)
            return
        _replace_secret(self._file, _content(raw, place, passphrase))
        self._entry.delete()

    def prepare_following(self, raw: bytes, place: Location, *, passphrase: str | None = None) -> None:
        """Keep a key that is about to follow beside the one; raises as ``keep``."""
        if place == "keyring":
            if not self._next_entry.write(raw.hex()):
                raise KeyUnavailable(_("This computer's keyring does not take the key. Nothing was changed."))
        else:
            write_private(self._next_file, _content(raw, place, passphrase))
        self.recovery.prepare_following(raw)

    def settle(self, raw: bytes) -> None:
        """Note that ``raw`` is the key that opens the database: a key that was to follow comes into use, or goes.

        Repeating it after a crash does the rest.
        """
        self.recovery.settle(raw)
        if self._next_file.exists():
            if key_id(raw) == _named(self._next_file):
                _replace_secret(self._file, self._next_file.read_bytes())
            _wipe(self._next_file)
        if self._next_entry.is_named:
            self._settle_entry(raw)

    def _settle_entry(self, raw: bytes) -> None:
        try:
            follows = self._next_entry.read() == raw.hex()
        except KeyringSilentError:
            return  # the next start asks again
        if follows:
            self._entry.take_name_of(self._next_entry)
        else:
            self._next_entry.delete()


def _content(raw: bytes, place: Location, passphrase: str | None) -> bytes:
    if place == "file":
        return _clear(raw)
    if not passphrase:
        raise ValueError("a closed key needs a passphrase")
    box = close_with_passphrase(raw, passphrase)
    return json.dumps({**box, "key": key_id(raw)}, indent=1).encode()


def _clear(raw: bytes) -> bytes:
    return raw.hex().encode() + b"\n"


def _named(path: Path) -> str | None:
    """Return the id of the key in a file, also where a passphrase closes it."""
    if not _is_closed(path):
        return key_id(_from_file(path))
    name = _box_in(path).get("key")
    return name if isinstance(name, str) else None


def _is_closed(path: Path) -> bool:
    return read_private(path).lstrip().startswith(b"{")


def _box_in(path: Path) -> Box:
    try:
        box = json.loads(read_private(path))
    except ValueError:
        box = None
    return box if isinstance(box, dict) else {}


def _from_file(path: Path) -> bytes:
    return _decoded(read_private(path).decode("ascii", "replace"))


def _decoded(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text.strip())
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise KeyUnavailable(
            _("The database key was altered: it must be 64 hexadecimal digits. Restore it from your copy.")
        )
    return raw


def _replace_secret(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` and write over what stood there before, as far as the file system lets us."""
    before = _opened(path)
    write_private(path, data)
    _write_over(before)


def _wipe(path: Path) -> None:
    before = _opened(path)
    path.unlink(missing_ok=True)
    _write_over(before)


def _opened(path: Path) -> int | None:
    # Windows neither renames nor deletes what is open.
    if sys.platform == "win32" or not path.exists():
        return None
    return os.open(path, os.O_RDWR)


def _write_over(handle: int | None) -> None:
    if handle is not None:
        with os.fdopen(handle, "r+b") as file:
            size = os.fstat(file.fileno()).st_size
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())


def _keyring_message(reason: str) -> str:
    return _(
        "The key of your database is in the system's keyring, and the keyring does not answer ({reason}). Unlock it "
        "(sign in to the desktop) and start Skilltrail again. Nothing was changed."
    ).format(reason=reason)


def _missing_message(home: Path) -> str:
    return _(
        "The data folder {home} holds a database, but its key is gone: neither the key file nor the keyring has it. "
        "Put back the file {file} or the keyring entry. Nothing was changed."
    ).format(home=home, file=KEY_FILE)
