"""Archives that show one thing to whoever checks them and another to whoever opens them: none passes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from identities import bundle, little
from skilltrail.domain.verification import Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.portfolio_zip import zipped
from skilltrail.services.verifying import verify

EVIL = b"<!doctype html><h1>Certified expert</h1>"


@pytest.fixture(scope="module")
def genuine() -> bytes:
    return zipped({name: data for name, data in bundle(little()).items() if not name.endswith(".png")})


def _rewritten(archive: bytes, change: Callable[[zipfile.ZipFile, zipfile.ZipFile], None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(one, old.read(one))
        change(old, new)
    return out.getvalue()


def _with_comment(archive: bytes) -> bytes:
    def change(_old: zipfile.ZipFile, new: zipfile.ZipFile) -> None:
        new.comment = EVIL

    return _rewritten(archive, change)


def _with_hidden_member(archive: bytes) -> bytes:
    """What reads from the beginning unpacks it, too."""

    def change(_old: zipfile.ZipFile, new: zipfile.ZipFile) -> None:
        new.writestr("portfolio.html", EVIL)
        new.filelist.pop()

    return _rewritten(archive, change)


def _with_gap_before(archive: bytes) -> bytes:
    """Return it with bytes before its first member, all offsets right, as a self-extracting archive has them."""
    out = io.BytesIO(b"PK\x03\x04" + EVIL)
    out.seek(0, 2)
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(one.filename, old.read(one))
    return out.getvalue()


def _with_note(archive: bytes) -> bytes:
    def change(_old: zipfile.ZipFile, new: zipfile.ZipFile) -> None:
        new.filelist[0].comment = EVIL

    return _rewritten(archive, change)


def _with_extra(archive: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            one.extra = struct.pack("<2H", 0x9999, len(EVIL)) + EVIL
            new.writestr(one, old.read(one))
    return out.getvalue()


def _with_other_local(at: int) -> Callable[[bytes], bytes]:
    def change(archive: bytes) -> bytes:
        return archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]

    return change


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "a comment": _with_comment,
    "a member that is not listed": _with_hidden_member,
    "bytes before the first member": _with_gap_before,
    "bytes behind the end": lambda archive: archive + EVIL,
    "a comment on a member": _with_note,
    "an extra field": _with_extra,
    "a local header with other flags": _with_other_local(6),
    "a local header with another day": _with_other_local(12),
    "a local header with another checksum": _with_other_local(14),
    "a local header with another size": _with_other_local(22),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_an_archive_with_more_than_the_files_it_lists_is_refused(genuine: bytes, forgery: str) -> None:
    forged = FORGED[forgery](genuine)
    assert forged != genuine

    with pytest.raises(EvidenceInvalid):
        verify({"portfolio.zip": forged})


@pytest.mark.parametrize("name", ["portfolio.html", "portfolio.zip.html", "checkpoint.txt", "zip"])
def test_an_archive_under_the_name_of_something_else_is_refused(genuine: bytes, name: str) -> None:
    """A browser shows the page that stands in it unpacked, whatever the archive's other files are."""
    assert verify({"Portfolio.ZIP": genuine}).integrity.outcome is Outcome.PASSED

    with pytest.raises(EvidenceInvalid, match="its name says"):
        verify({name: genuine})


def test_where_no_name_is_known_an_archive_is_called_one(genuine: bytes) -> None:
    found = verify({"": genuine})

    assert found.integrity.outcome is Outcome.PASSED
    assert any("does not end in .zip" in line.text for line in found.lines if line.outcome is Outcome.OPEN)


class _Unseekable(io.RawIOBase):
    """A pipe: what packs into it puts checksum and sizes behind each member."""

    def __init__(self) -> None:
        super().__init__()
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # all that zipfile writes are bytes
        self.data += piece
        return len(piece)


def test_whoever_packs_the_files_again_passes(genuine: bytes) -> None:
    """With folders, times of the files (extra fields), and as a stream."""
    pipe = _Unseekable()
    with zipfile.ZipFile(io.BytesIO(genuine)) as old, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("mine/", b"")
        for name in old.namelist():
            again = zipfile.ZipInfo(f"mine/{name}")
            again.extra = struct.pack("<2HBI", 0x5455, 5, 1, 1_790_000_000)
            new.writestr(again, old.read(name), zipfile.ZIP_DEFLATED)

    assert verify({"again.zip": bytes(pipe.data)}).integrity.outcome is Outcome.PASSED
