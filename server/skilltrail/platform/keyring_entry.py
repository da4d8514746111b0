"""One entry of the system's keyring, asked with patience that ends."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

from skilltrail.platform.folders import read_private, write_private

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

Answer = TypeVar("Answer")


class Keyring(Protocol):
    """The calls of the keyring package that are used here."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the entry or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write the entry."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Delete the entry."""
        ...


class KeyringSilentError(Exception):
    """The keyring failed, is locked, or did not answer in time; the text says which."""


def system_keyring() -> Keyring | None:
    """Return the system's keyring if it is one that really keeps secrets, else None."""
    import keyring

    backend = keyring.get_keyring()
    if not type(backend).__module__.startswith(_REAL_BACKENDS) or backend.priority <= 0:
        return None
    return backend


class KeyringEntry:
    """A key in the keyring. The entry's name lies in a file of the data folder, so that the folder can be moved.

    Parameters
    ----------
    name_file
        The file that holds the entry's name.
    find
        Finds the keyring, or None where there is none.
    seconds
        How long the keyring may take for one answer.
    """

    def __init__(self, name_file: Path, find: Callable[[], Keyring | None], seconds: float = KEYRING_SECONDS) -> None:
        self._file = name_file
        self._find = find
        self._seconds = seconds

    @property
    def is_named(self) -> bool:
        """Tell whether this folder has an entry, whatever the keyring says now."""
        return self._file.exists()

    def read(self) -> str | None:
        """Return the entry, or None where there is none; raise KeyringSilentError if the keyring cannot tell."""
        name = self._name()
        return None if name is None else self._ask(lambda ring: ring.get_password(SERVICE, name))

    def write(self, text: str) -> bool:
        """Keep ``text`` under this folder's name; return whether reading it back gave the same."""
        name = self._name() or f"database-key-{secrets.token_hex(8)}"
        write_private(self._file, name.encode())
        try:
            self._ask(lambda ring: ring.set_password(SERVICE, name, text))
            return self._ask(lambda ring: ring.get_password(SERVICE, name)) == text
        except KeyringSilentError:
            return False

    def delete(self) -> None:
        """Take the entry out of the keyring, if it lets us, and forget its name."""
        name = self._name()
        if name is None:
            return
        self._delete(name)
        self._file.unlink(missing_ok=True)

    def take_name_of(self, other: KeyringEntry) -> None:
        """Become the entry that ``other`` names; the old one is deleted."""
        old = self._name()
        other._file.replace(self._file)
        if old is not None and old != self._name():
            self._delete(old)

    def answers(self) -> bool:
        """Tell whether there is a keyring that says anything."""
        try:
            return self._ask(lambda _ring: True)
        except KeyringSilentError:
            return False

    def _delete(self, name: str) -> None:
        # A keyring that refuses keeps it under a name that nothing asks for any more.
        with suppress(KeyringSilentError):
            self._ask(lambda ring: ring.delete_password(SERVICE, name))

    def _name(self) -> str | None:
        return read_private(self._file).decode().strip() if self._file.exists() else None

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
