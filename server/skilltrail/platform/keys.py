"""The key that opens the database: in the system's keyring where one answers, else in a key file (0600).

A key is made only where there is no database yet. A database without its key is an error that the learner must
see, never a reason to make a new key: that would look like an empty history.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from skilltrail.config import Settings
from skilltrail.errors import KeyUnavailable
from skilltrail.i18n import _
from skilltrail.platform.folders import read_private, write_private

KEY_BYTES = 32
KEY_FILE = "database.key"
ENTRY_FILE = "keyring-entry"
SERVICE = "skilltrail"

# A D-Bus without an answering side lets calls wait for 25 s and longer; a start must not.
KEYRING_SECONDS = 5.0

# Backends that keep secrets in clear, or nowhere, are no better than our own key file, which we can at least name.
_REAL_BACKENDS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
    "keyring.backends.chainer",
)

Location = Literal["keyring", "file"]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class DatabaseKey:
    """A raw 256-bit key and where it is kept."""

    raw: bytes = field(repr=False)
    location: Location


class Keyring(Protocol):
    """The three calls of the keyring package that are used here."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the entry or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write the entry."""
        ...


class KeyringSilentError(Exception):
    """The keyring failed, is locked, or did not answer in time; the text says which."""


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
    KeyUnavailable
        If the database exists and its key cannot be had now; nothing was changed.
    """
    home = settings.home
    if (home / KEY_FILE).exists():
        return DatabaseKey(_from_file(home / KEY_FILE), "file")
    store = _KeyringEntry(home, keyring or system_keyring, seconds) if settings.keyring else None
    present = (database or home / "skilltrail.db").exists()
    if store is not None:
        try:
            raw = store.read()
        except KeyringSilentError as error:
            if present:
                raise KeyUnavailable(_keyring_message(str(error))) from error
            raw = None
        if raw is not None:
            return DatabaseKey(raw, "keyring")
    if present:
        raise KeyUnavailable(_missing_message(home))
    return _make(home, store)


def system_keyring() -> Keyring | None:
    """Return the system's keyring if it is one that really keeps secrets, else None."""
    import keyring

    backend = keyring.get_keyring()
    if not type(backend).__module__.startswith(_REAL_BACKENDS) or backend.priority <= 0:
        return None
    return backend


class _KeyringEntry:
    """One entry per data folder, named by an id that lies in the folder, so that the folder can be moved."""

    def __init__(self, home: Path, find: Callable[[], Keyring | None], seconds: float) -> None:
        self._home = home
        self._find = find
        self._seconds = seconds

    def read(self) -> bytes | None:
        """Return the key, or None where this folder has no entry; raise KeyringSilentError if it cannot tell."""
        entry = self._entry()
        text = None if entry is None else self._ask(lambda ring: ring.get_password(SERVICE, entry))
        return None if text is None else _decoded(text)

    def write(self, raw: bytes) -> bool:
        """Keep ``raw``; return whether reading it back gave the same."""
        entry = self._entry() or f"database-key-{secrets.token_hex(8)}"
        write_private(self._home / ENTRY_FILE, entry.encode())
        try:
            self._ask(lambda ring: ring.set_password(SERVICE, entry, raw.hex()))
            return self._ask(lambda ring: ring.get_password(SERVICE, entry)) == raw.hex()
        except KeyringSilentError:
            return False

    def _entry(self) -> str | None:
        path = self._home / ENTRY_FILE
        return read_private(path).decode().strip() if path.exists() else None

    def _ask(self, question: Callable[[Keyring], Answer]) -> Answer:
        """Ask in a thread of its own: a keyring that hangs must not hang the start."""
        answers: list[Answer] = []
        failures: list[str] = []

        def run() -> None:
            try:
                ring = self._find()
                if ring is None:
                    failures.append("none")
                else:
                    answers.append(question(ring))
            except Exception as error:  # noqa: BLE001 - backends raise whatever their bus raises
                failures.append(type(error).__name__)

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if not answers:
            raise KeyringSilentError(failures[0] if failures else "no answer in time")
        return answers[0]


def _make(home: Path, store: _KeyringEntry | None) -> DatabaseKey:
    raw = secrets.token_bytes(KEY_BYTES)
    if store is not None and store.write(raw):
        return DatabaseKey(raw, "keyring")
    write_private(home / KEY_FILE, raw.hex().encode() + b"\n")
    return DatabaseKey(raw, "file")


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
