"""A folder of backups: each a database file with a description beside it that says what it holds and who can open it.

The description carries the database key closed with the passphrase and for the recovery key, as far as there are any:
a backup that was copied to another disk can be opened years later with either. It never carries the key itself.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skilltrail.domain.backups import Backup, Reason, newest_first
from skilltrail.errors import BackupUnusable, NotFound, SecretRefused, StorageError
from skilltrail.i18n import _
from skilltrail.platform.folders import FOLDER_MODE, remove_remains, write_private
from skilltrail.platform.key_wrapping import Box, key_id, open_with_passphrase, open_with_recovery
from skilltrail.platform.recovery_key import recovery_secret
from skilltrail.storage.backup import Contents, fits, remove_database, settle, sync_folder

FOLDER = "backups"

_NAME = re.compile(r"skilltrail-\d{8}T\d{6}Z(?:-\d+)?\.db")
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Secret:
    """What the learner typed to open something; at most one of the two is needed."""

    passphrase: str | None = None
    recovery_key: str | None = None


@dataclass(frozen=True, slots=True)
class Boxes:
    """The database key as a backup carries it: closed with the passphrase, and for the recovery key."""

    key_id: str
    passphrase: Box | None = None
    recovery: Box | None = None


def fingerprint(contents: Contents) -> str:
    """Return what tells two states apart that are worth two backups: the revision, and rows that the learner made."""
    passing = {"session", "launch_key", "refusal", "device_report", "ledger_row", "work_failure"}
    rows = sorted((table, count) for table, count in contents.tables.items() if table not in passing)
    return json.dumps([contents.revision, rows], separators=(",", ":"))


class Shelf:
    """The backups in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def backups(self) -> list[Backup]:
        """Return what is there, newest first."""
        found = [path for path in self.folder.glob("skilltrail-*.db") if _NAME.fullmatch(path.name)]
        return newest_first(self._describe(path) for path in found)

    def get(self, name: str) -> Backup:
        """Return one backup; raises NotFound."""
        return self._describe(self.path(name))

    def path(self, name: str) -> Path:
        """Return the file of a backup; raises NotFound, also for names that are none."""
        path = self.folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NotFound(_("There is no such backup (any more)."))
        return path

    def add(self, write: Callable[[Path], Contents], *, reason: Reason, now: datetime, boxes: Boxes) -> Backup:
        """Let ``write`` make a verified database, and put it on the shelf; a crash leaves no half backup."""
        self._prepare()
        path = self._free_name(now)
        part = path.with_name(path.name + _PART)
        try:
            contents = write(part)
            self.describe(path, contents, reason=reason, made_at=now, boxes=boxes)
            part.replace(path)
        except BaseException:
            remove_database(part)
            if not path.exists():
                _description(path).unlink(missing_ok=True)
            raise
        settle(path)
        return self._describe(path)

    def add_replaced(self, live: Path, contents: Contents | None, *, now: datetime, boxes: Boxes) -> Backup:
        """Put the database in use on the shelf as well; it is closed, and stays where it is."""
        self._prepare()
        path = self._free_name(now)
        self.describe(path, contents, reason=Reason.REPLACED, made_at=now, boxes=boxes)
        try:
            os.link(live, path)
        except OSError:  # a file system without links
            shutil.copyfile(live, path)
            path.chmod(0o600)
        log = live.with_name(live.name + "-wal")
        if log.exists():
            # Only a database that could not be closed has one; it belongs to that file and to no other.
            log.replace(path.with_name(path.name + "-wal"))
        settle(path)
        return self._describe(path)

    def describe(
        self, path: Path, contents: Contents | None, *, reason: Reason, made_at: datetime, boxes: Boxes
    ) -> None:
        """Write the description of a backup."""
        newest = contents.newest_at if contents else None
        facts = {
            "version": 1,
            "made_at": made_at.astimezone(UTC).isoformat(),
            "reason": reason.value,
            "exchanges": contents.exchanges if contents else None,
            "newest_at": newest.isoformat() if newest else None,
            "schema_version": contents.schema_version if contents else None,
            "fingerprint": fingerprint(contents) if contents else None,
        }
        self._write(path, facts, boxes)

    def close_anew(self, name: str, boxes: Boxes) -> None:
        """Let a backup's description carry other boxes, after the passphrase or the recovery key changed."""
        path = self.path(name)
        self._write(path, _read(path), boxes)

    def boxes(self, path: Path) -> Mapping[str, Any]:
        """Return the closed keys that a backup carries."""
        keys = _read(path).get("keys")
        return keys if isinstance(keys, dict) else {}

    def exchange(self, name: str, write: Callable[[Path], object], boxes: Boxes) -> None:
        """Put what ``write`` makes in a backup's place: the same state under another key."""
        path = self.path(name)
        part = path.with_name(path.name + _PART)
        try:
            write(part)
            part.replace(path)
        except BaseException:
            remove_database(part)
            raise
        settle(path)
        # Last: a description that still names the old key is looked at again, one that names the new key is not.
        self._write(path, _read(path), boxes)

    def remove(self, name: str) -> None:
        """Delete a backup with its description."""
        path = self.path(name)
        remove_database(path)
        _description(path).unlink(missing_ok=True)
        sync_folder(self.folder)

    def tidy(self) -> None:
        """Remove what a crash left: parts, and descriptions of backups that are not there."""
        for part in self.folder.glob(f"*{_PART}*"):
            part.unlink(missing_ok=True)
        remove_remains(self.folder)
        for file in self.folder.glob("skilltrail-*.json"):
            if not file.with_suffix(".db").exists():
                file.unlink(missing_ok=True)

    def _prepare(self) -> None:
        try:
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        except OSError as error:
            words = _("The folder {folder} cannot be used: {reason}.")
            raise StorageError(words.format(folder=self.folder, reason=error.strerror or "unknown")) from error

    def _free_name(self, now: datetime) -> Path:
        stem = f"skilltrail-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        path, number = self.folder / f"{stem}.db", 2
        while path.exists():
            path, number = self.folder / f"{stem}-{number}.db", number + 1
        return path

    def _describe(self, path: Path) -> Backup:
        status, facts = path.stat(), _read(path)
        made_at = _moment(facts.get("made_at")) or datetime.fromtimestamp(status.st_mtime, UTC)
        reason = facts.get("reason")
        keys = facts.get("keys")
        return Backup(
            name=path.name,
            made_at=made_at,
            bytes=status.st_size,
            reason=Reason(reason) if reason in set(Reason) else Reason.ASKED,
            exchanges=_whole(facts.get("exchanges")),
            newest_at=_moment(facts.get("newest_at")),
            schema_version=_whole(facts.get("schema_version")),
            fingerprint=facts.get("fingerprint"),
            key_id=keys.get("id") if isinstance(keys, dict) else None,
        )

    def _write(self, path: Path, facts: Mapping[str, Any], boxes: Boxes) -> None:
        keys = {"id": boxes.key_id, "passphrase": boxes.passphrase, "recovery": boxes.recovery}
        write_private(_description(path), json.dumps({**facts, "keys": keys}, indent=1).encode())


def find_key(path: Path, known: list[bytes], secret: Secret | None = None) -> bytes:
    """Return the key that opens a backup: one of the ``known``, else the one it carries, opened with ``secret``.

    Raises
    ------
    BackupUnusable
        If none does; the message says what would.
    SecretRefused
        If the secret is wrong.
    """
    for key in known:
        if fits(path, key, closed=True):
            return key
    boxes = Shelf(path.parent).boxes(path)
    carried = _opened(boxes, secret or Secret())
    if carried is not None and fits(path, carried, closed=True):
        return carried
    raise BackupUnusable(_what_would_open(boxes))


def _opened(boxes: Mapping[str, Any], secret: Secret) -> bytes | None:
    closed, recovery = boxes.get("passphrase"), boxes.get("recovery")
    if secret.recovery_key and isinstance(recovery, dict):
        return open_with_recovery(recovery, recovery_secret(secret.recovery_key))
    if secret.passphrase and isinstance(closed, dict):
        return open_with_passphrase(closed, secret.passphrase)
    if secret.recovery_key or secret.passphrase:
        raise SecretRefused(_("This backup was not made with such a passphrase or recovery key."))
    return None


def _what_would_open(boxes: Mapping[str, Any]) -> str:
    if boxes.get("passphrase") and boxes.get("recovery"):
        return _("This backup has another key. The passphrase or the recovery key of that time opens it.")
    if boxes.get("recovery"):
        return _("This backup has another key. The recovery key of that time opens it.")
    if boxes.get("passphrase"):
        return _("This backup has another key. The passphrase of that time opens it.")
    return _("This backup has another key, and it carries no passphrase and no recovery key that would open it.")


def boxes_of(raw: bytes, *, passphrase: Box | None, recovery: Box | None) -> Boxes:
    """Return what a backup that is closed with ``raw`` carries."""
    return Boxes(key_id=key_id(raw), passphrase=passphrase, recovery=recovery)


def _description(path: Path) -> Path:
    return path.with_suffix(".json")


def _read(path: Path) -> dict[str, Any]:
    """Return a backup's description; one that is missing or altered says nothing, and the backup is still one."""
    try:
        facts = json.loads(_description(path).read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
