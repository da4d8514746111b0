"""The data folder and its files: private to the learner, and written whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from skilltrail.errors import StorageError
from skilltrail.i18n import _

FOLDER_MODE = 0o700
FILE_MODE = 0o600

# Folders that sync programs make, by name. A database that is synced while it is open is soon a damaged one,
# and everything in it is on somebody else's machine.
_SYNCED = frozenset(
    ["dropbox", "onedrive", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud", "owncloud"]
) | {"syncthing", "pcloud", "seafile", "mega", "box sync", "yandex.disk", "cloudstorage"}

# How write_private names a file that is not whole yet.
_ASIDE = re.compile(r"\..+\.[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class HomeReport:
    """What ``prepare_home`` found: ``repaired`` counts files whose mode was wrong; ``warnings`` are for the learner."""

    home: Path
    repaired: int
    warnings: tuple[str, ...]


def prepare_home(home: Path) -> HomeReport:
    """Make the data folder if needed and see to it that only this account can read it.

    The folder gets mode 0700, folders in it too, files 0600; on Windows the profile's access list does this.

    Raises
    ------
    StorageError
        If the folder cannot be made, is a file, or belongs to another account.
    """
    try:
        home.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        repaired = 0 if sys.platform == "win32" else _repair_modes(home)
    except OSError as error:
        raise StorageError(
            _("The data folder {home} cannot be used: {reason}.").format(home=home, reason=error.strerror or "unknown")
        ) from error
    return HomeReport(home=home, repaired=repaired, warnings=_sync_warnings(home))


def write_private(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` with mode 0600; after a crash the file is the old one or the new one, never half."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def remove_remains(folder: Path) -> None:
    """Remove what ``write_private`` left when it was cut off; only for who knows that nobody writes there now.

    Such a file can be a key in clear, written aside just before the machine went down.
    """
    for path in folder.glob(".*"):
        if _ASIDE.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)


def read_private(path: Path) -> bytes:
    """Return the bytes of a file that only this account may read.

    Raises
    ------
    StorageError
        If others may read it: its secret must count as known.
    FileNotFoundError
        If it does not exist.
    """
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StorageError(_("Other accounts may read {path}. Run: chmod 600 {path}").format(path=path))
    return path.read_bytes()


def _repair_modes(home: Path) -> int:
    repaired = _set_mode(home, FOLDER_MODE)
    for folder, folders, files in os.walk(home):
        for name in folders:
            repaired += _set_mode(Path(folder, name), FOLDER_MODE)
        for name in files:
            repaired += _set_mode(Path(folder, name), FILE_MODE)
    return repaired


def _set_mode(path: Path, mode: int) -> int:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or stat.S_IMODE(status.st_mode) == mode:
            return 0
        path.chmod(mode)
    except FileNotFoundError:  # a file of SQLite's that went away meanwhile
        return 0
    return 1


def _sync_warnings(home: Path) -> tuple[str, ...]:
    # "OneDrive - Company" and "Dropbox (Personal)" are what those programs call their folders too.
    names = {part.lower() for part in home.absolute().parts}
    names |= {re.split(r" [-(]", name)[0] for name in names}
    if not names & _SYNCED:
        return ()
    words = _(
        "The data folder {home} lies in a folder that is synced to other machines. Your chats would leave this one, "
        "and syncing can damage an open database. Choose another folder with --home."
    )
    return (words.format(home=home),)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows cannot open folders and needs none of this."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
