"""The spool: files on their way into an import, private to the learner, in a folder of the data folder's own.

What lies here is the learner's export in clear. It is there only as long as an import needs it, and nothing else is
ever written here.
"""

from __future__ import annotations

import os
import secrets
import shutil
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path

from skilltrail.platform.folders import FILE_MODE, FOLDER_MODE

FOLDER = "spool"
_NAME_DIGITS = 16
_NAME_LIMIT = 100


class Spool:
    """Uploads under ``home``; each has a folder, and in it a folder for each of its files."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def make(self, names: Sequence[str]) -> tuple[str, tuple[Path, ...]]:
        """Make an empty upload; return its name and where its files will be, in their order."""
        upload = secrets.token_hex(8)
        self._folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        (self._folder / upload).mkdir(mode=FOLDER_MODE)
        paths = []
        for number, name in enumerate(names):
            folder = self._folder / upload / f"{number:05}"
            folder.mkdir(mode=FOLDER_MODE)
            path = folder / safe_name(name)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
            paths.append(path)
        return upload, tuple(paths)

    def append(self, path: Path, data: bytes) -> None:
        """Add bytes to the end of a file."""
        with path.open("ab") as file:
            file.write(data)

    def free_bytes(self) -> int:
        """Return how much the disk could still take."""
        return shutil.disk_usage(self._folder.parent).free

    def remove(self, upload: str) -> None:
        """Remove an upload with all its files."""
        if len(upload) == _NAME_DIGITS and set(upload) <= set("0123456789abcdef"):
            shutil.rmtree(self._folder / upload, ignore_errors=True)
        try:
            self._folder.rmdir()
        except OSError:
            # There are others, or there never was one.
            return

    def sweep(self, keep: Collection[str] = ()) -> None:
        """Remove everything but the uploads to keep: what a crash left behind."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.name in keep:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if not any(self._folder.iterdir()):
            self._folder.rmdir()


def safe_name(name: str) -> str:
    """Return the last part of a file's name, without what could lead elsewhere or cannot be a name everywhere."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join("_" if sign in '<>:"|?*' or not sign.isprintable() else sign for sign in last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    short = f"{stem[: _NAME_LIMIT - len(ending) - 1]}{dot}{ending}" if len(ending) < 12 else kept[:_NAME_LIMIT]
    return short or "file"
