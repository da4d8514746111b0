"""Routes of keeping what there is: backups, restores, the key that opens the history."""

from __future__ import annotations

from pathlib import Path

from skilltrail.domain.backups import Restored
from skilltrail.domain.keys import KeyStanding
from skilltrail.errors import BackupUnusable
from skilltrail.i18n import _
from skilltrail.services.backups import Secret
from skilltrail.web.access import CLI_ONLY, DASHBOARD_ONLY, DASHBOARD_SECRET, DECIDE
from skilltrail.web.keeping_schemas import (
    BackupAnswer,
    BackupList,
    BackupPlace,
    KeyOwner,
    KeyPlace,
    RecoveryKeyAnswer,
    RestoreFile,
    RestorePlanAnswer,
    RestoreWish,
)
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing
from skilltrail.web.space import spaces


def list_backups() -> BackupList:
    """Show all backups."""
    backups = spaces().own.backups
    listed = [BackupAnswer.of(backup) for backup in backups.listing()]
    return BackupList(folder=str(backups.folder), backups=listed, problem=backups.problem)


def make_backup() -> BackupAnswer:
    """Back up now."""
    return BackupAnswer.of(spaces().own.backups.make())


def make_backup_elsewhere(body: BackupPlace) -> BackupAnswer:
    """Back up into a folder that the command line names."""
    return BackupAnswer.of(spaces().own.backups.make(folder=Path(body.folder)))


def plan_restore(backup_name: str) -> RestorePlanAnswer:
    """Say what a restore would change."""
    plan = spaces().own.backups.plan(backup_name)
    return RestorePlanAnswer(BackupAnswer.of(plan.backup), plan.exchanges_now, plan.newest_now, plan.locked)


def restore_backup(backup_name: str, body: RestoreWish) -> Restored:
    """Put a backup in the place of the history, which is kept as a backup itself."""
    return spaces().own.backups.restore(backup_name, _secret(body))


def restore_file(body: RestoreFile) -> Restored:
    """Put a backup file in the place of the history."""
    return spaces().own.backups.restore_file(_nameable(body.path), _secret(body))


def _nameable(text: str) -> Path:
    """Return ``text`` as a path that this system can look at; whether there is a file is looked at later."""
    path = Path(text)
    try:
        path.exists()
    except OSError as error:
        raise BackupUnusable(_("The file cannot be read: {why}.").format(why=error.strerror)) from None
    return path


def read_key() -> KeyStanding:
    """Say where the key is kept."""
    return spaces().own.keys.standing()


def move_key(body: KeyPlace) -> KeyStanding:
    """Keep the key elsewhere, or under another passphrase."""
    keys = spaces().own.keys
    keys.move(body.place, passphrase=body.passphrase, new_passphrase=body.new_passphrase)
    return keys.standing()


def make_recovery_key(body: KeyOwner) -> RecoveryKeyAnswer:
    """Make a recovery key."""
    return RecoveryKeyAnswer(spaces().own.keys.make_recovery_key(passphrase=body.passphrase))


def change_key(body: KeyOwner) -> KeyStanding:
    """Close the history with a new key."""
    keys = spaces().own.keys
    keys.change_key(passphrase=body.passphrase)
    return keys.standing()


def _secret(body: RestoreWish) -> Secret | None:
    if not (body.passphrase or body.recovery_key):
        return None
    return Secret(passphrase=body.passphrase or None, recovery_key=body.recovery_key or None)


ROUTES = (
    Route("GET", "/backups", list_backups, DECIDE, "All backups.", gives=BackupList),
    Route("POST", "/backups", make_backup, DECIDE, "Back up now.", takes=Nothing, gives=BackupAnswer, status=201),
    Route(
        "POST",
        "/backup-copies",
        make_backup_elsewhere,
        CLI_ONLY,
        "Back up into a folder on this computer.",
        takes=BackupPlace,
        gives=BackupAnswer,
        status=201,
    ),
    Route(
        "GET", "/backups/<backup_name>", plan_restore, DECIDE, "What a restore would change.", gives=RestorePlanAnswer
    ),
    Route(
        "POST",
        "/backups/<backup_name>/restore",
        restore_backup,
        DECIDE,
        "Put a backup in the place of the history, which becomes a backup itself.",
        takes=RestoreWish,
        gives=Restored,
    ),
    Route(
        "POST",
        "/restores",
        restore_file,
        CLI_ONLY,
        "Put a backup file on this computer in the place of the history.",
        takes=RestoreFile,
        gives=Restored,
    ),
    Route("GET", "/key", read_key, DASHBOARD_ONLY, "Where the key is kept.", gives=KeyStanding),
    Route(
        "PUT",
        "/key",
        move_key,
        DASHBOARD_SECRET,
        "Keep the key in the keyring, in a file, or under a passphrase.",
        takes=KeyPlace,
        gives=KeyStanding,
    ),
    Route(
        "POST",
        "/key/recovery",
        make_recovery_key,
        DASHBOARD_SECRET,
        "Make a recovery key; it is told once.",
        takes=KeyOwner,
        gives=RecoveryKeyAnswer,
        status=201,
    ),
    Route(
        "POST",
        "/key/change",
        change_key,
        DASHBOARD_SECRET,
        "Close the history with a new key; backups follow in the background.",
        takes=KeyOwner,
        gives=KeyStanding,
    ),
)
