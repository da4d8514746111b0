"""Wherever an export lies, it is found and read the same: archive, archive made anew, folder, bare file, many parts."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from skilltrail.errors import ImportFailed, UnsupportedFormat
from skilltrail.importers import look, read

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
PLAIN = (FIXTURES / "chatgpt-plain.json").read_bytes()
BRANCHES = (FIXTURES / "chatgpt-branches.json").read_bytes()
CLAUDE = (FIXTURES / "claude-tree.json").read_bytes()
BESIDE = {
    "chat.html": b"<html><head><title>ChatGPT Data Export</title></head><body>PRIVATE</body></html>",
    "user.json": b'{"id":"user-1","email":"PRIVATE@example.org"}',
    "message_feedback.json": b'[{"id":"f","content":"{\\"text\\":\\"PRIVATE\\"}"}]',
    "shared_conversations.json": b'[{"id":"s","conversation_id":"c","title":"PRIVATE"}]',
    "group_chats.json": b'{"chats":[{"title":"PRIVATE"}]}',
    "shopping.json": b"{}",
    "model_comparisons.json": b"[]",
    "conversation_asset_file_names.json": b'{"file-1.dat":"PRIVATE.png"}',
    "file-1-photo.png": b"\x89PNG",
    "file-abcdefgh12-conversations.json": b'[{"mapping":{},"current_node":"attached by the learner, PRIVATE"}]',
    "file-abcdefgh13-work.zip": b"PK\x03\x04 and no archive at all",
    "dalle-generations/file-2.webp": b"RIFF",
    "c1/audio/one.wav": b"RIFF",
    "textdocs/one.json": b'{"content":"PRIVATE"}',
    "__MACOSX/._conversations.json": b"\0\0",
    ".DS_Store": b"\0",
}
PARTS = {"conversations-000.json": PLAIN, "conversations-001.json": BRANCHES}


def as_zip(path: Path, files: dict[str, bytes], *, top: str = "", method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in files.items():
            target.writestr(top + name, data)
    return path


def as_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def within(folder: Path, files: dict[str, bytes], method: int) -> Path:
    inner = as_zip(folder / "inner.zip", files)
    return as_zip(folder / "export.zip", {"downloads/inner.zip": inner.read_bytes()}, method=method)


SHAPES: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "zip": lambda folder, files: as_zip(folder / "export.zip", files),
    "zip without packing": lambda folder, files: as_zip(folder / "export.zip", files, method=zipfile.ZIP_STORED),
    "zip made anew with a folder on top": lambda folder, files: as_zip(folder / "export.zip", files, top="My export/"),
    "zip of another name": lambda folder, files: as_zip(folder / "download", files),
    "zip in a zip": lambda folder, files: within(folder, files, zipfile.ZIP_STORED),
    "packed zip in a zip": lambda folder, files: within(folder, files, zipfile.ZIP_DEFLATED),
    "folder": lambda folder, files: as_folder(folder / "export", files),
    "folder with a folder": lambda folder, files: as_folder(folder / "a" / "b", files).parent,
    "folder with a zip": lambda folder, files: (
        as_zip(as_folder(folder / "a", {"notes.md": b""}) / "x.zip", files).parent
    ),
}


def stored(paths: list[Path]) -> list[tuple[str, str]]:
    """Return prompt and reply of everything that is read."""
    return [
        (exchange.prompt, exchange.reply)
        for source in look(paths).sources
        for found in read(source, now=NOW)
        for exchange in found.exchanges
    ]


EXPECTED = [
    (exchange.prompt, exchange.reply)
    for name in ("chatgpt-plain.json", "chatgpt-branches.json")
    for found in read(FIXTURES / name, now=NOW)
    for exchange in found.exchanges
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_is_read_from_every_shape(shape: str, tmp_path: Path) -> None:
    path = SHAPES[shape](tmp_path, PARTS | BESIDE)

    assert stored([path]) == EXPECTED


def test_parts_may_be_handed_over_one_by_one(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, PARTS)

    assert stored([folder / name for name in sorted(PARTS)]) == EXPECTED


def test_parts_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "export.zip", {f"conversations-{n}.json": PLAIN for n in (10, 2, 0, 1)})

    keys = [source.key for source in look([path]).sources]

    assert keys == [f"export.zip/conversations-{n}.json" for n in (0, 1, 2, 10)]


def test_keys_are_the_same_each_time_and_never_twice(tmp_path: Path) -> None:
    one, two = as_folder(tmp_path / "a", {"c.json": PLAIN}), as_folder(tmp_path / "b", {"c.json": BRANCHES})
    paths = [one / "c.json", two / "c.json"]

    keys = [source.key for source in look(paths).sources]

    assert keys == ["c.json", "c.json#2"] == [source.key for source in look(paths).sources]


def test_archives_of_different_providers_come_in_one_import(tmp_path: Path) -> None:
    first = as_zip(tmp_path / "conversations-000.zip", {"conversations.json": CLAUDE, "users.json": b"[]"})
    second = as_zip(tmp_path / "conversations-001.zip", {"conversations.json": PLAIN})

    found = look([first, second])

    assert [(source.provider, source.key) for source in found.sources] == [
        ("claude", "conversations-000.zip/conversations.json"),
        ("chatgpt", "conversations-001.zip/conversations.json"),
    ]


def test_what_is_not_read_is_counted_by_kind(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "export.zip", PARTS | BESIDE)

    assert {left.kind: left.count for left in look([path]).left} == {
        "archives": 1, "images": 2, "other": 4, "private": 5, "sounds": 1, "viewer": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["projects.json", "memories.json", "users.json", "projects/1.json"])
def test_projects_memories_and_profiles_are_not_even_opened(name: str, tmp_path: Path) -> None:
    folder = as_folder(tmp_path / "export", {"conversations.json": CLAUDE, name: b"[]"})
    if os.geteuid() != 0:
        (folder / name).chmod(0)

    found = look([folder])

    assert [source.key for source in found.sources] == ["export/conversations.json"]
    assert {left.kind: left.count for left in found.left} == {"private": 1}


def test_a_takeout_is_read_whatever_its_folders_are_called(tmp_path: Path) -> None:
    takeout = (FIXTURES / "gemini-takeout.json").read_bytes()
    search = json.dumps([{"header": "Search", "title": "Searched for x", "time": "2026-01-01T00:00:00Z"}]).encode()
    path = as_zip(
        tmp_path / "takeout.zip",
        {"Takeout/Meine Aktivitäten/Gemini-Apps/MeineAktivitäten.json": takeout, "Takeout/Suche/x.json": search},
    )

    assert [source.format for source in look([path]).sources] == ["gemini-json"]


def test_a_file_without_an_ending_is_told_by_what_it_holds(tmp_path: Path) -> None:
    folder = as_folder(
        tmp_path / "Drive", {"Determinants": (FIXTURES / "Determinants").read_bytes(), "Notes": b"hello"}
    )

    found = look([folder])

    assert [(source.key, source.format) for source in found.sources] == [("Drive/Determinants", "aistudio")]


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need rights on Windows")
def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = as_folder(tmp_path / "outside", {"conversations.json": BRANCHES})
    folder = as_folder(tmp_path / "export", {"conversations.json": PLAIN})
    (folder / "more").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "other.json").symlink_to(outside / "conversations.json")

    assert [source.key for source in look([folder]).sources] == ["export/conversations.json"]


@pytest.mark.parametrize(
    "files",
    [{}, {"notes.txt": b"hello"}, {"a.json": b'{"a":1}'}, {"a.json": b"[]"}, {"a.csv": b"x,y\n1,2\n"}, {"a.json": b""}],
)
def test_what_holds_no_chats_is_said_to_hold_none(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = as_folder(tmp_path / "export", files)
    folder.mkdir(exist_ok=True)

    with pytest.raises(UnsupportedFormat, match="export"):
        look([folder])


@pytest.mark.parametrize("data", [PLAIN[:300], b'[{"mapping": NaN}]', b'{"mapping": '])
def test_a_file_broken_from_the_beginning_is_said_to_be_broken(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_bytes(data)

    with pytest.raises(ImportFailed, match=r"conversations\.json is damaged"):
        look([path])


def test_a_broken_part_beside_whole_ones_is_counted(tmp_path: Path) -> None:
    folder = as_folder(tmp_path / "export", PARTS | {"conversations-002.json": PLAIN[:300]})

    found = look([folder])

    assert len(found.sources) == 2
    assert {left.kind: left.count for left in found.left} == {"broken": 1}


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"missing\.zip could not be opened"):
        look([tmp_path / "missing.zip"])


def test_a_path_that_no_system_takes_is_refused_as_one(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="could not be opened"):
        look([tmp_path / ("a" * 5000)])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on Windows")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ImportFailed, match="neither a file nor a folder"):
        look([tmp_path / "pipe"])


def test_sizes_are_those_of_the_files_unpacked(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "export.zip", PARTS)

    assert [source.size for source in look([path]).sources] == [len(PLAIN), len(BRANCHES)]


def wide_zip(path: Path, files: dict[str, bytes]) -> Path:
    """Write an archive with 64-bit fields, as tools do that do not know sizes before."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            with target.open(name, "w", force_zip64=True) as member:
                member.write(data)
    return path


class OneWay:
    """A file that can only be written on, never gone back in: what makes a writer put sizes behind the data."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, data: Any) -> int:
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def test_archives_written_in_one_pass_or_with_wide_fields_are_read(tmp_path: Path) -> None:
    target = OneWay(tmp_path / "streamed.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as streamed:  # type: ignore[arg-type]  # enough of a file
        for name, data in PARTS.items():
            streamed.writestr(name, data)
    target.close()

    assert stored([tmp_path / "streamed.zip"]) == EXPECTED
    assert stored([wide_zip(tmp_path / "wide.zip", PARTS)]) == EXPECTED
