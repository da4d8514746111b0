"""What SQLite reports, in Skilltrail's own errors; captured text never enters them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlcipher3 import dbapi2

from skilltrail.errors import DatabaseDamaged, KeyUnavailable, StorageError, StorageFull
from skilltrail.i18n import _

# Numbers below are primary result codes, https://www.sqlite.org/rescode.html


@contextmanager
def translated(*, opened: bool = False, writing: bool = False) -> Iterator[None]:
    """Turn the driver's errors into ``StorageError`` and its kin.

    Parameters
    ----------
    opened
        The key has fitted: what no longer opens is damaged.
    writing
        An I/O error is about writing.

    Raises
    ------
    StorageFull, DatabaseDamaged, KeyUnavailable, StorageError
        By SQLite's result code.
    """
    try:
        yield
    except DBAPIError as error:
        raise storage_error(error.orig, opened=opened, writing=writing) from None
    except dbapi2.Error as error:
        raise storage_error(error, opened=opened, writing=writing) from None
    except PoolTimeout:
        raise StorageError(_("The database is busy; try again in a moment.")) from None


def storage_error(error: object, *, opened: bool = False, writing: bool = False) -> StorageError:
    """Return our error for a driver's error; see ``translated``."""
    extended = int(getattr(error, "sqlite_errorcode", 0) or 0)
    match extended & 0xFF:
        case 13:  # SQLITE_FULL
            words = _("The disk is full. Free some space; reading goes on, and saving goes on by itself after that.")
            return StorageFull(words)
        case 10 if writing:  # SQLITE_IOERR: a quota that is used up, or a failing disk; the driver does not say which
            words = _(
                "The disk does not take what Skilltrail writes: it may be full, over its quota, or failing. Reading "
                "goes on, and saving goes on by itself once writing works again."
            )
            return StorageFull(words)
        case 10:
            words = _("The disk could not be read. Try again; if it happens again, copy the data folder elsewhere.")
        case 26 if opened:
            return damaged()
        case 26:  # SQLITE_NOTADB: what every page looks like under another key
            words = _(
                "The key does not open the database, or the database's beginning is damaged. Nothing was changed."
            )
            return KeyUnavailable(words)
        case 11:  # SQLITE_CORRUPT
            return damaged()
        case 5 | 6:  # SQLITE_BUSY, SQLITE_LOCKED
            words = _("The database is busy; try again in a moment.")
        case 3 | 8 | 14:  # SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN
            words = _("The database file cannot be opened for writing; check its permissions.")
        case _other:
            words = _("The database cannot do this now (code {code}).").format(code=extended)
    return StorageError(words)


def damaged() -> DatabaseDamaged:
    """Return the error of a database that is not what was written."""
    return DatabaseDamaged(
        _(
            "The database file is damaged. It was left as it is: restore a backup. Your browser keeps new chats "
            "meanwhile."
        )
    )
