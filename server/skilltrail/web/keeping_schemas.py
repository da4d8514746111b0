"""What requests about backups and the key hold, and what their answers hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.domain.backups import Backup
from skilltrail.web.schemas import AbsolutePath, Strict

# Longer than any passphrase that is taken, shorter than a saved recovery file can be.
Passphrase = Annotated[str, Field(max_length=1_000)]
RecoveryText = Annotated[str, Field(max_length=4_000)]


class BackupPlace(Strict):
    """A folder on this computer, such as one on another disk."""

    folder: AbsolutePath


class RestoreWish(Strict):
    """What opens a backup that was made under another key; mostly nothing is needed."""

    passphrase: Passphrase | None = None
    recovery_key: RecoveryText | None = None


class RestoreFile(RestoreWish):
    """A backup file on this computer."""

    path: AbsolutePath


class KeyPlace(Strict):
    """Where the key is to be kept; ``passphrase`` is the one in use, if there is one."""

    place: Literal["keyring", "file", "passphrase"]
    passphrase: Passphrase | None = None
    new_passphrase: Passphrase | None = None


class KeyOwner(Strict):
    """The passphrase in use, if there is one."""

    passphrase: Passphrase | None = None


class UnlockWish(Strict):
    """What opens the history; empty: look for the key again. ``new_passphrase`` replaces one that is lost."""

    passphrase: Passphrase | None = None
    recovery_key: RecoveryText | None = None
    new_passphrase: Passphrase | None = None


@dataclass(frozen=True, slots=True)
class BackupAnswer:
    """One backup; what its description does not tell is null. Reasons: daily, asked, migration, replaced, forget."""

    name: str
    made_at: datetime
    bytes: int
    reason: str
    exchanges: int | None
    newest_at: datetime | None

    @classmethod
    def of(cls, backup: Backup) -> BackupAnswer:
        """Return what is told of a backup."""
        return cls(
            name=backup.name,
            made_at=backup.made_at,
            bytes=backup.bytes,
            reason=backup.reason.value,
            exchanges=backup.exchanges,
            newest_at=backup.newest_at,
        )


@dataclass(frozen=True, slots=True)
class BackupList:
    """All backups, newest first; ``problem``: why the last one could not be made, or null."""

    folder: str
    backups: list[BackupAnswer]
    problem: str | None


@dataclass(frozen=True, slots=True)
class RestorePlanAnswer:
    """What a restore would change: the backup beside what the history holds now; ``locked``: it needs a secret."""

    backup: BackupAnswer
    exchanges_now: int | None
    newest_now: datetime | None
    locked: bool


@dataclass(frozen=True, slots=True)
class RecoveryKeyAnswer:
    """A new recovery key, told once; the one before opens nothing any more."""

    recovery_key: str
