"""One Skilltrail per data folder: a lock that the kernel gives back however the process ends."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from skilltrail.errors import DataFolderInUse, StorageError
from skilltrail.i18n import _

LOCK_FILE = "skilltrail.lock"


class HomeLock:
    """Holds a data folder for this process.

    The lock is the kernel's (flock, on Windows LockFile), not the file's existence: after ``kill -9`` the next
    start gets it at once, and a left-over file means nothing.
    """

    def __init__(self, home: Path) -> None:
        # Not thread-local: the thread that stops a server is rarely the one that started it. No soft fallback:
        # a lock that is a file's existence would outlive a crash.
        self._lock = FileLock(
            str(home / LOCK_FILE), mode=0o600, thread_local=False, fallback_to_soft=False, preserve_lock_file=True
        )
        self._home = home

    def acquire(self) -> Self:
        """Take the lock without waiting.

        Raises
        ------
        DataFolderInUse
            If another process holds it; the message says what to do.
        StorageError
            If the folder cannot be written.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise DataFolderInUse(
                _(
                    "Skilltrail is already running with the data folder {home}. Use that one (skilltrail open), "
                    "stop it, or choose another folder with --home."
                ).format(home=self._home)
            ) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError(
                _(
                    "The data folder {home} cannot be written ({reason}). Give yourself the right to write there, or "
                    "choose another folder with --home."
                ).format(home=self._home, reason=reason)
            ) from None
        return self

    def release(self) -> None:
        """Give the folder back; releasing twice does nothing."""
        self._lock.release()

    @property
    def held(self) -> bool:
        """Tell whether this object holds the folder now."""
        return self._lock.is_locked

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
