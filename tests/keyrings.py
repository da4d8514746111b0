"""Keyrings for tests: one that works and outlives a process, one that is locked, one that is gone."""

from __future__ import annotations

import json
from pathlib import Path


class FileKeyring:
    """A keyring that works; its entries lie in a file outside the data folder, so that a killed process leaves them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def entries(self) -> dict[str, str]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps(self.entries() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self.entries()
        del entries[f"{service}/{username}"]
        self._file.write_text(json.dumps(entries))


class LockedKeyring:
    """A keyring that is there and refuses."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("locked")

    def delete_password(self, service: str, username: str) -> None:
        raise RuntimeError("locked")
