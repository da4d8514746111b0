"""Archives made to do harm are refused with a reason, in little time and memory, and nothing is ever written."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skilltrail.errors import ArchiveRefused, ImportFailed, SkilltrailError
from skilltrail.importers import archive, look, members

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
EXPORT = (FIXTURES / "chatgpt-plain.json").read_bytes()
NAME = "conversations.json"
CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def zipped(files: list[tuple[str, bytes]], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as target:
        for name, data in files:
            target.writestr(zipfile.ZipInfo(name), data, method)
    return made.getvalue()


def patched(data: bytes, signature: bytes, at: int, form: str, *values: int) -> bytes:
    """Return an archive with a field of the first record of one kind changed."""
    made = bytearray(data)
    struct.pack_into(form, made, made.index(signature) + at, *values)
    return bytes(made)


def twice() -> bytes:
    return zipped([(NAME, EXPORT), ("conversationX.json", b"[]")]).replace(b"onX.json", b"ons.json")


def with_link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        link = zipfile.ZipInfo("conversations.json")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        target.writestr(link, "/etc/passwd")
    return made.getvalue()


def listed(entries: list[tuple[bytes, int, int, int, int]], body: bytes) -> bytes:
    """Return an archive of ``body`` and a directory of (name, method, packed, size, offset), told as it likes."""
    records = b"".join(
        CENTRAL
        + struct.pack("<6H3I5H2I", 20, 20, 0, method, 0, 0, 0, packed, size, len(name), 0, 0, 0, 0, 0, offset)
        + name
        for name, method, packed, size, offset in entries
    )
    count = min(len(entries), 0xFFFF)
    return body + records + END + struct.pack("<4H2IH", 0, 0, count, count, len(records), len(body), 0)


def overlapping(count: int) -> bytes:
    """Return an archive whose entries all unpack the same bytes, of which each alone is a thousand times as long."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"[" + b" " * 4_000_000 + b"]") + packer.flush()
    body = (
        LOCAL + struct.pack("<5H3I2H", 20, 0, 8, 0, 0, 0, len(packed), 4_000_002, len(NAME), 0) + NAME.encode() + packed
    )
    return listed([(f"{n}.json".encode(), 8, len(packed), 4_000_002, 0) for n in range(count)], body)


def bomb(megabytes: int, *beside: tuple[str, bytes]) -> bytes:
    text = b'[{"mapping": {}, "current_node": "' + b" " * (megabytes * 1_000_000) + b'"}]'
    return zipped([(NAME, text), *beside])


def nested(depth: int) -> bytes:
    data = zipped([("readme.md", b"nothing")])
    for level in range(depth):
        data = zipped([(f"{level}.zip", data)], method=zipfile.ZIP_STORED)
    return data


def many(count: int) -> bytes:
    """Return an archive that lists ``count`` empty pictures and one export."""
    body, entries = io.BytesIO(), []
    for number in range(count):
        name = b"%07d.png" % number
        entries.append((name, 0, 0, 0, body.tell()))
        body.write(LOCAL + struct.pack("<5H3I2H", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name)
    return listed(entries, body.getvalue())


def read_whole(path: Path) -> None:
    for source in look([path]).sources:
        with source.place.open() as file:
            while file.read(1_000_000):
                pass


PLAIN = zipped([(NAME, EXPORT)])
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "leads up": ("outside", lambda: zipped([("../" + NAME, EXPORT)])),
    "leads up in the middle": ("outside", lambda: zipped([(NAME, EXPORT), ("a/../../x.png", b"")])),
    "leads up with backslashes": ("outside", lambda: zipped([(NAME, EXPORT), ("..\\..\\x.png", b"")])),
    "absolute": ("outside", lambda: zipped([("/tmp/" + NAME, EXPORT)])),
    "absolute on Windows": ("outside", lambda: zipped([("C:\\" + NAME, EXPORT)])),
    "NUL in a name": ("outside", lambda: zipped([(NAME, EXPORT), ("aXb.png", b"")]).replace(b"aXb.png", b"a\0b.png")),
    "link": ("link", with_link),
    "encrypted": ("encrypted", lambda: patched(patched(PLAIN, CENTRAL, 8, "<H", 1), LOCAL, 6, "<H", 1)),
    "grows by a thousand": ("ratio", lambda: bomb(300)),
    "grows beside what does not": ("ratio", lambda: bomb(300, ("z.json", random.Random(7).randbytes(6_000_000)))),
    "many that grow together": ("ratio", lambda: zipped([(f"{n}.json", b"[" + b" " * 9_000_000) for n in range(20)])),
    "twice the same name": ("duplicate", twice),
    "five hundred over each other": ("overlap", lambda: overlapping(500)),
    "shorter than it says": ("lying_size", lambda: patched(PLAIN, CENTRAL, 24, "<I", len(EXPORT) + 9)),
    "longer than it says": ("lying_size", lambda: patched(PLAIN, CENTRAL, 24, "<I", 100)),
    "packed beyond its place": ("overlap", lambda: patched(PLAIN, CENTRAL, 20, "<I", 2**30)),
    "wrong checksum": ("damaged", lambda: patched(PLAIN, CENTRAL, 16, "<I", 1)),
    "another name inside": ("lying_size", lambda: PLAIN.replace(NAME.encode(), b"conversations.jsox", 1)),
    "no directory": ("damaged", lambda: PLAIN[:-30]),
    "cut in half": ("damaged", lambda: PLAIN[: len(PLAIN) // 2]),
    "counts wrongly": ("damaged", lambda: patched(PLAIN, END, 8, "<2H", 7, 7)),
    "directory of four gigabytes": ("damaged", lambda: patched(PLAIN, END, 12, "<I", 2**32 - 2)),
    "one of several parts": ("split", lambda: patched(PLAIN, END, 4, "<H", 3)),
    "packed in an unusual way": ("method", lambda: zipped([(NAME, EXPORT)], method=zipfile.ZIP_LZMA)),
    "damaged inside": ("damaged", lambda: PLAIN[:60] + b"\xff\xff\xff\xff" + PLAIN[64:]),
    "lists a million": ("too_many", lambda: listed([(b"a.png", 0, 0, 0, 0)] * 1_000_000, PLAIN[:99])),
    "large archive within": ("nested", lambda: zipped([("inner.zip", bytes(70_000_000))])),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    for name, (_reason, make) in HOSTILE.items():
        (folder / f"{name}.zip").write_bytes(make())
    return folder


WATCH = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from skilltrail.errors import ArchiveRefused, ImportFailed, UnsupportedFormat
from skilltrail.importers import look, read

written = []
def watch(event, details):
    if event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+"):
        written.append(str(details[0]))
    if event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "shutil.unpack_archive", "subprocess.Popen"):
        written.append(event)
sys.addaudithook(watch)
answers = {}
for path in sorted(Path(sys.argv[1]).glob("*.zip")):
    begun = time.perf_counter()
    try:
        for source in look([path]).sources:
            for _ in read(source, now=datetime(2026, 11, 22, tzinfo=UTC)):
                pass
        answer = "read"
    except ArchiveRefused as error:
        answer = error.reason
    except (ImportFailed, UnsupportedFormat) as error:
        answer = type(error).__name__
    answers[path.stem] = (answer, time.perf_counter() - begun)
# The system's own count begins with the size of the process that started this one; Linux has one that does not.
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
peak = own[0] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"answers": answers, "written": written, "peak_kb": peak}))
"""


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    """What a process of its own made of all of them, with the files it opened for writing and its largest size."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, str(folder)],
        capture_output=True, text=True, check=True, cwd=folder, timeout=120,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_for_its_reason_within_five_seconds(name: str, report: dict[str, Any]) -> None:
    answer, seconds = report["answers"][name]

    assert answer == HOSTILE[name][0]
    assert seconds < 5


def test_all_of_them_need_less_than_two_hundred_megabytes(report: dict[str, Any]) -> None:
    assert report["peak_kb"] < 200_000


def test_nothing_is_written_anywhere(report: dict[str, Any]) -> None:
    assert report["written"] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_the_words_of_a_refusal_hold_nothing_of_the_archive(name: str, folder: Path) -> None:
    with pytest.raises(ArchiveRefused) as caught:
        read_whole(folder / f"{name}.zip")

    assert NAME not in str(caught.value)
    assert "grid" not in str(caught.value)


def test_more_than_an_import_takes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zipped([(f"conversations-{n:03}.json", EXPORT) for n in range(4)]))
    monkeypatch.setattr("skilltrail.importers.looking.MAX_READ", 3 * len(EXPORT))

    with pytest.raises(ArchiveRefused) as caught:
        look([path])

    assert caught.value.reason == "too_large"


def test_looking_has_an_end_however_many_files_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zipped([(f"{n}.json", b'{"a":"' + bytes(range(97, 123)) * 40 + b'"}') for n in range(40)]))
    monkeypatch.setattr("skilltrail.importers.looking.MAX_LOOKED", 20_000)

    with pytest.raises(ArchiveRefused) as caught:
        look([path])

    assert caught.value.reason == "too_large"


def test_an_archive_of_twenty_thousand_pictures_is_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    pictures = [(f"user-1/file_{n:05}.png", b"\x89PNG" + bytes(40)) for n in range(20_000)]
    path.write_bytes(zipped([*pictures, (NAME, EXPORT), ("chat.html", b"<html>")], method=0))

    found = look([path])

    assert [source.format for source in found.sources] == ["chatgpt"]
    assert {left.kind: left.count for left in found.left} == {"images": 20_000, "viewer": 1}


def test_an_archive_may_list_a_hundred_thousand_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(many(archive.MAX_ENTRIES))
    # The plain end record counts to 65,535; more need the wide one.
    with path.open("rb") as file, pytest.raises(ArchiveRefused) as caught:
        archive.entries(file)
    assert caught.value.reason == "damaged"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for number in range(archive.MAX_ENTRIES):
            target.writestr(zipfile.ZipInfo(f"{number}.png"), b"")
    with path.open("rb") as file:
        assert len(archive.entries(file)) == archive.MAX_ENTRIES

    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as target:
        target.writestr("one-more.png", b"")
    with path.open("rb") as file, pytest.raises(ArchiveRefused) as caught:
        archive.entries(file)
    assert caught.value.reason == "too_many"


def test_archives_within_archives_are_read_one_level_deep(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(nested(5))

    with pytest.raises(SkilltrailError, match="No chats"):
        look([path])


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b\x08" + bytes(50), b"7z\xbc\xaf\x27\x1c" + bytes(50), b"Rar!" + bytes(50), b""]
)
def test_other_archives_are_no_exports(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(data)

    with pytest.raises(SkilltrailError, match="No chats"):
        look([path])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 50),
)
def test_no_damage_makes_an_archive_fail_in_any_other_way(
    places: list[tuple[int, int]], cut: int, tmp_path: Path
) -> None:
    data = bytearray(zipped([("a/" + NAME, EXPORT), ("b.png", b"picture"), ("c.zip", PLAIN)]))
    for place, value in places:
        # Half of the damage falls into the directory at the end, where it does most.
        data[place % len(data) if place % 2 else -1 - place % 350] = value
    path = tmp_path / "export.zip"
    path.write_bytes(data[: len(data) - cut] if cut < 5 else data)

    with suppress(SkilltrailError):
        read_whole(path)


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=5000), repeat=st.integers(1, 400), method=st.sampled_from([0, 8]), size=st.integers(1, 9000)
)
def test_members_are_unpacked_as_python_unpacks_them(data: bytes, repeat: int, method: int, size: int) -> None:
    packed = io.BytesIO(zipped([("a.json", data * repeat), ("b.json", b"b")], method=method))
    first = archive.entries(packed)[0]
    unpacked = members.Unpacked(packed, first)

    pieces = iter(lambda: unpacked.read(size), b"")

    assert b"".join(pieces) == data * repeat


def test_an_archive_that_changes_under_our_hands_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(PLAIN)
    [source] = look([path]).sources
    path.write_bytes(PLAIN[:50])

    with pytest.raises(ImportFailed), source.place.open() as file:
        file.read(1000)
