"""Use cases about files that the dashboard hands over: taking their bytes in, looking at them, importing them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from skilltrail.application.import_preview import Examination
from skilltrail.application.imports import ImportsFacade
from skilltrail.domain.imports import ImportPreview, ImportProgress, Upload, UploadedFile, UploadState
from skilltrail.errors import NotFound, PayloadTooLarge, RequestInvalid, SkilltrailError, StorageFull
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.spool import Spool
from skilltrail.storage.database import Database

log = logging.getLogger(__name__)

MOST_BYTES = 4_000_000_000
MOST_FILES = 2_000
SPARE_BYTES = 500_000_000
"""What the disk must still have beside an upload: the database grows by about as much."""


class UploadsFacade:
    """Keeps one upload at a time, in the spool: a new one takes the place of one that was not imported."""

    def __init__(self, *, database: Database, clock: Clock, imports: ImportsFacade, spool: Spool) -> None:
        self._database = database
        self._clock = clock
        self._imports = imports
        self._spool = spool
        self._guard = threading.RLock()
        self._held: _Held | None = None

    def current(self) -> Upload | None:
        """Return the upload that is there, or None."""
        with self._guard:
            return None if self._held is None else self._held.seen()

    def get(self, upload_id: str) -> Upload:
        """Return an upload; raises NotFound."""
        with self._guard:
            return self._find(upload_id).seen()

    def look_at(
        self, paths: Sequence[Path], *, account: str = "", watch: Callable[[ImportProgress], None] | None = None
    ) -> ImportPreview:
        """Say what files on this computer hold before anything is stored.

        Raises
        ------
        ImportFailed, UnsupportedFormat
            If there is nothing that can be read.
        """
        return self._examination(paths, account).work(watch)

    def begin(self, files: Sequence[tuple[str, int]]) -> Upload:
        """Make room for files, given with name and bytes.

        Raises
        ------
        RequestInvalid, PayloadTooLarge
            If there are none, too many, or more bytes than are taken.
        StorageFull
            If the disk has no room for them.
        """
        size = sum(count for _name, count in files)
        if not files or not size or len(files) > MOST_FILES:
            raise RequestInvalid(_("Choose one to {most} files that hold something.").format(most=MOST_FILES))
        if size > MOST_BYTES:
            raise PayloadTooLarge(
                _("These files are larger than the dashboard takes. Use “skilltrail import” in a terminal.")
            )
        if size + SPARE_BYTES > self._spool.free_bytes():
            raise StorageFull(_("The disk has not enough room for these files. “skilltrail import” needs less."))
        with self._guard:
            self.drop()
            name, paths = self._spool.make([name for name, _count in files])
            self._held = _Held(name, paths, tuple(count for _name, count in files))
            return self._held.seen()

    def put(self, upload_id: str, number: int, offset: int, data: bytes) -> int:
        """Add bytes to a file, if they follow what is there; return how many are there then.

        Raises
        ------
        NotFound
            If there is no such upload or file.
        RequestInvalid
            If it is no longer taking bytes, or these go beyond the file's size.
        """
        with self._guard:
            held = self._find(upload_id)
            if not 0 <= number < len(held.paths):
                raise NotFound(_("This upload has no such file."))
            if held.state is not UploadState.RECEIVING or offset + len(data) > held.sizes[number]:
                raise RequestInvalid(_("These bytes do not belong to this upload."))
            # Sent twice after an answer was lost: the sender goes on from what is there.
            if offset == held.received[number]:
                self._spool.append(held.paths[number], data)
                held.received[number] += len(data)
            return held.received[number]

    def look(self, upload_id: str) -> Upload:
        """Begin to look at an upload that is whole; ``get`` says how far it is. Raises NotFound, RequestInvalid."""
        with self._guard:
            held = self._find(upload_id)
            if held.received != list(held.sizes):
                raise RequestInvalid(_("Some of these files have not arrived whole."))
            if held.state is UploadState.LOOKING:
                return held.seen()
            held.examination = self._examination(held.paths, "")
            held.state, held.preview, held.problem = UploadState.LOOKING, None, None
            threading.Thread(
                target=self._looked, args=(held, held.examination), name="skilltrail-look", daemon=True
            ).start()
            return held.seen()

    def start(self, upload_id: str, *, account: str = "", only: Sequence[str] = ()) -> int:
        """Import an upload and return the import's id; the import has the files from now on.

        Raises
        ------
        ImportBusy, NotFound, RequestInvalid
            The upload stays.
        """
        with self._guard:
            held = self._find(upload_id)
            if held.state is not UploadState.READY:
                raise RequestInvalid(_("These files were not looked at yet."))
            names = [path.name for path in held.paths]
            number = self._imports.start(held.paths, names=names, account=account, only=only, upload=held.name)
            self._held = None
            return number

    def drop(self, upload_id: str | None = None) -> None:
        """Remove the upload that is there; raises NotFound if it has another name."""
        with self._guard:
            if upload_id is not None:
                self._find(upload_id)
            held, self._held = self._held, None
            if held is None:
                return
            if held.examination is not None:
                held.examination.cancel()
            self._spool.remove(held.name)

    def _examination(self, paths: Sequence[Path], account: str) -> Examination:
        return Examination(
            paths,
            database=self._database,
            clock=self._clock,
            account=account,
            exclusions=self._imports.exclusions(),
        )

    def _looked(self, held: _Held, examination: Examination) -> None:
        preview: ImportPreview | None = None
        try:
            preview, problem = examination.work(), None
        except SkilltrailError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the page must not wait for ever
            log.error("looking at files failed: %s", type(error).__name__)  # noqa: TRY400 - a trace could quote them
            problem = _("Something went wrong inside Skilltrail; the files could not be looked at.")
        with self._guard:
            if held.examination is not examination:
                return
            held.preview, held.problem = preview, problem
            held.state = UploadState.REFUSED if problem else UploadState.READY
            gone = self._held is not held
        if gone:
            self._spool.remove(held.name)

    def _find(self, upload_id: str) -> _Held:
        if self._held is None or self._held.name != upload_id:
            raise NotFound(_("These files are not here any more. Choose them again."))
        return self._held


class _Held:
    """The upload that is there."""

    def __init__(self, name: str, paths: tuple[Path, ...], sizes: tuple[int, ...]) -> None:
        self.name = name
        self.paths = paths
        self.sizes = sizes
        self.received = [0] * len(sizes)
        self.state = UploadState.RECEIVING
        self.examination: Examination | None = None
        self.preview: ImportPreview | None = None
        self.problem: str | None = None

    def seen(self) -> Upload:
        """Return it as everyone may see it."""
        looking = self.state is UploadState.LOOKING and self.examination is not None
        return Upload(
            id=self.name,
            state=self.state,
            files=tuple(
                UploadedFile(path.name, size, received)
                for path, size, received in zip(self.paths, self.sizes, self.received, strict=True)
            ),
            progress=self.examination.progress() if looking and self.examination else None,
            preview=self.preview,
            problem=self.problem,
        )
