"""The database key, closed for the holder of the recovery key: a file beside the key itself."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from skilltrail.errors import KeyUnavailable
from skilltrail.i18n import _
from skilltrail.platform.folders import read_private, write_private
from skilltrail.platform.key_wrapping import (
    Box,
    close_for_recovery,
    key_id,
    open_with_recovery,
    public_half,
    public_of,
)
from skilltrail.platform.recovery_key import new_recovery_key, recovery_secret

RECORD_FILE = "recovery.json"
FOLLOWING = ".next"
"""Ending of the files that hold the key that is about to follow."""


class RecoveryRecord:
    """The recovery record of one data folder."""

    def __init__(self, home: Path) -> None:
        self._file = home / RECORD_FILE
        self._following = home / (RECORD_FILE + FOLLOWING)

    @property
    def exists(self) -> bool:
        """Tell whether a recovery key was made."""
        return self._file.exists()

    def made_at(self) -> datetime | None:
        """Return when the recovery key was made; None when there is none."""
        return datetime.fromisoformat(self._read(self._file)["made_at"]) if self.exists else None

    def box(self) -> Box | None:
        """Return the closed key for a backup to carry, or None."""
        return dict(self._read(self._file)["box"]) if self.exists else None

    def make(self, raw: bytes, now: datetime) -> str:
        """Close ``raw`` for a new recovery key and return that; it stands nowhere else, and the old one ends."""
        text = new_recovery_key()
        self._write(self._file, raw, public_half(recovery_secret(text)), now.isoformat())
        return text

    def prepare_following(self, raw: bytes) -> None:
        """Close the key that is about to follow for the same recovery key."""
        if self.exists:
            record = self._read(self._file)
            self._write(self._following, raw, public_of(record["box"]), record["made_at"])

    def settle(self, raw: bytes) -> None:
        """Note that ``raw`` is the key; a record of the key that was to follow comes into use, or goes."""
        if not self._following.exists():
            return
        if self._read(self._following)["key"] == key_id(raw):
            self._following.replace(self._file)
        else:
            self._following.unlink()

    def open(self, recovery_key: str) -> list[bytes]:
        """Return the keys that it opens: the one, and one that was to follow; raises SecretRefused."""
        secret = recovery_secret(recovery_key)
        if not self.exists:
            raise KeyUnavailable(_("No recovery key was made for this data folder."))
        files = [file for file in (self._file, self._following) if file.exists()]
        return [open_with_recovery(self._read(file)["box"], secret) for file in files]

    def _write(self, file: Path, raw: bytes, public: bytes, made_at: str) -> None:
        record = {"made_at": made_at, "key": key_id(raw), "box": close_for_recovery(raw, public)}
        write_private(file, json.dumps(record, indent=1).encode())

    def _read(self, file: Path) -> dict[str, Any]:
        try:
            record = json.loads(read_private(file))
            sane = isinstance(record["box"], dict) and record["key"] and datetime.fromisoformat(record["made_at"])
        except (ValueError, KeyError, TypeError):
            sane = None
        if not sane:
            raise KeyUnavailable(_("The file {file} was altered; put back a copy of it.").format(file=file.name))
        return dict(record)
