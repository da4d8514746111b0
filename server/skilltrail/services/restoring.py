"""A backup on its way to becoming the history: copied aside, verified, brought to today's tables."""

from __future__ import annotations

from pathlib import Path

from skilltrail.errors import BackupUnusable, DatabaseDamaged, KeyUnavailable, SkilltrailError
from skilltrail.i18n import _
from skilltrail.services.backups import Secret, find_key
from skilltrail.storage.backup import Contents, contents_of, copy_database, remove_database
from skilltrail.storage.migrate import prepare

ASIDE = "skilltrail.db.restoring"
"""Where a backup is made ready, beside the database: a rename then does the rest."""


def prepare_aside(path: Path, aside: Path, *, key: bytes, known: list[bytes], secret: Secret | None) -> Contents:
    """Make ``aside`` from the backup at ``path``, closed with ``key``; the backup stays as it is.

    Parameters
    ----------
    known
        Keys that may open it.
    secret
        What else may.

    Raises
    ------
    BackupUnusable, SecretRefused, SchemaTooNew, StorageFull
        If it cannot be opened, is damaged, was written by a newer Skilltrail, or does not fit on the disk.
    """
    if not path.is_file():
        raise BackupUnusable(_("There is no file {path}.").format(path=path))
    try:
        own = find_key(path, known, secret)
        # The copy is checked, and compared with what it is a copy of: that checks the backup too.
        copy_database(path, aside, key=own, target_key=key, closed=True)
    except (DatabaseDamaged, KeyUnavailable) as error:
        words = _("The backup is damaged: {path}. Choose another one; nothing was changed.")
        raise BackupUnusable(words.format(path=path.name)) from error
    try:
        prepare(aside, key)
        return contents_of(aside, key)
    except SkilltrailError:
        remove_database(aside)
        raise
