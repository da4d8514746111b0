"""Looks into files, folders and archives and says what can be read of them: by what they hold, not by their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from skilltrail.errors import ImportFailed, UnsupportedFormat
from skilltrail.i18n import _
from skilltrail.importers.archive import STORED, Entry, entries, is_archive, refuse
from skilltrail.importers.contract import Format, LeftMember, Look, Place, Readable, Source
from skilltrail.importers.formats import recognised
from skilltrail.importers.members import FREE, MAX_RATIO, MAX_READ, FilePlace, MemberPlace, inner_archive, opened

MAX_FILES = 100_000
"""Files of a folder that are listed."""

MAX_TRIED = 10_000
"""Files of an archive or folder whose beginning is looked at."""

MAX_LOOKED = 512 * 1024 * 1024
"""Bytes that are read of files which turn out to be no exports."""

MAX_WITHIN = 100
"""Archives of an archive."""

IN_MEMORY = 64 * 1024 * 1024
"""Bytes of a packed archive within an archive: it is read in memory, for nothing is ever unpacked to the disk."""

_KINDS = {
    "images": "png jpg jpeg webp gif heic bmp svg tif tiff avif ico",
    "sounds": "wav mp3 m4a ogg opus aac flac",
    "videos": "mp4 mov webm mkv avi",
    "archives": "zip rar 7z gz tgz tar",
    "documents": "pdf doc docx xls xlsx ppt pptx odt ods md txt rtf tex py js ts css xml yaml yml dat bin epub tsv",
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}
_TRIED = {"json", "csv", "html", "htm", ""}
_PRIVATE = {
    "user.json", "users.json", "memories.json", "projects.json", "user_settings.json", "message_feedback.json",
    "shared_conversations.json", "group_chats.json", "login_history.json", "shopping.json",
}  # fmt: skip
_PRIVATE_FOLDERS = {"projects", "memories"}
_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"%PDF", b"OggS", b"ID3", b"PK\x03\x04")
_ATTACHED = re.compile(r"file[-_][a-z0-9]{8}")
"""How ChatGPT names what was attached to a chat; that could be anything, even an export of somebody else's."""

_NUMBER = re.compile(r"(\d{1,18})")


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that may be an export: what to call it, how long it is, where it lies."""

    key: str
    size: int
    place: Place


class _Counted:
    """A place whose bytes are counted as they are read, and that is refused when looking has read too many."""

    def __init__(self, place: Place, before: int) -> None:
        self._place = place
        self.read_so_far = before

    @contextmanager
    def open(self) -> Iterator[Readable]:
        """Open it for reading."""
        with self._place.open() as self._file:
            yield self

    def read(self, size: int = -1, /) -> bytes:
        """Return bytes of the file."""
        data = self._file.read(size)
        self.read_so_far += len(data)
        if self.read_so_far > MAX_LOOKED:
            refuse("too_large")
        return data


class _Looker:
    """Collects what lies in the paths of one import."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self._left: Counter[str] = Counter()
        self._tried = 0
        self._looked = 0

    @property
    def left(self) -> tuple[LeftMember, ...]:
        return tuple(LeftMember(kind, number) for kind, number in sorted(self._left.items()) if number)

    def look(self, path: Path, key: str) -> None:
        """Add what lies in one path."""
        if _is_folder(path):
            self._folder(path, key)
            return
        with opened(path) as file:
            archive = is_archive(file)
        if archive:
            self._archive(path, key)
        else:
            self._one(_Found(key, path.stat().st_size, FilePlace(path)))

    def _folder(self, path: Path, key: str) -> None:
        found = []
        for number, inner in enumerate(_files(path)):
            if number >= MAX_FILES:
                raise ImportFailed(_("{name} holds too many files.").format(name=path.name))
            name = inner.relative_to(path).as_posix()
            if inner.suffix.lower() == ".zip" and not _ATTACHED.match(inner.name.lower()):
                self._archive(inner, f"{key}/{name}")
            elif self._is_tried(name):
                found.append(_Found(f"{key}/{name}", inner.stat().st_size, FilePlace(inner)))
        self._all(found)

    def _archive(self, path: Path, key: str) -> None:
        with opened(path) as file:
            found, archives = self._members(entries(file), path, key, None)
        before = len(self.sources)
        self._all(found)
        if len(self.sources) == before:
            self._archives_within(path, key, archives)
        else:
            # Archives beside chats are what the learner once attached to a chat.
            self._left["archives"] += len(archives)
        if sum(source.size for source in self.sources[before:]) > MAX_READ:
            refuse("too_large")

    def _archives_within(self, path: Path, key: str, archives: Sequence[Entry]) -> None:
        if sum(inner.size for inner in archives if inner.method != STORED) > MAX_LOOKED or len(archives) > MAX_WITHIN:
            refuse("nested")
        for inner in archives:
            with opened(path) as file:
                held = entries(inner_archive(file, inner, in_memory=IN_MEMORY))
            found, deeper = self._members(held, path, f"{key}/{inner.name}", inner)
            # An archive that holds itself would never end: what lies deeper than one level is left.
            self._left["archives"] += len(deeper)
            self._all(found)

    def _members(
        self, listed: Sequence[Entry], path: Path, key: str, within: Entry | None
    ) -> tuple[list[_Found], list[Entry]]:
        found: list[_Found] = []
        archives: list[Entry] = []
        names: set[str] = set()
        size = packed = 0
        for entry in listed:
            _within, base, ending = _named(entry.name)
            if ending == "zip" and not _is_litter(entry.name) and not _ATTACHED.match(base):
                archives.append(entry)
            elif self._is_tried(entry.name):
                if entry.name in names:
                    refuse("duplicate")
                names.add(entry.name)
                size, packed = size + entry.size, packed + entry.compressed
                found.append(_Found(f"{key}/{entry.name}", entry.size, MemberPlace(path, entry, within, IN_MEMORY)))
        if size > FREE and size > MAX_RATIO * packed:
            refuse("ratio")
        return found, archives

    def _is_tried(self, name: str) -> bool:
        """Tell whether a member may be an export; count it as left if not."""
        if _is_litter(name):
            return False
        folder, base, ending = _named(name)
        if base in _PRIVATE or (folder in _PRIVATE_FOLDERS and ending == "json"):
            self._left["private"] += 1
        elif ending in _TRIED and not _ATTACHED.match(base):
            return True
        else:
            self._left[_KIND_OF.get(ending, "other")] += 1
        return False

    def _all(self, found: list[_Found]) -> None:
        for one in sorted(found, key=lambda one: _natural(one.key)):
            self._one(one)

    def _one(self, found: _Found) -> None:
        self._tried += 1
        if self._tried > MAX_TRIED:
            refuse("too_many")
        counted = _Counted(found.place, self._looked)
        format_ = _format(counted)
        if isinstance(format_, Format):
            self.sources.append(Source(found.key, format_.name, format_.provider, found.size, found.place))
        else:
            self._left[format_] += 1
            self._looked = counted.read_so_far


def look(paths: Sequence[Path]) -> Look:
    """Say what lies in files, folders and archives: which files are exports, of what, and what will not be read.

    Raises
    ------
    UnsupportedFormat
        If nothing in them is a known export.
    ArchiveRefused
        If an archive is damaged or hostile; ``reason`` says how.
    ImportFailed
        If a path cannot be opened, or holds nothing but JSON that is broken from the beginning.
    """
    looker = _Looker()
    for path, key in zip(paths, _keys(paths), strict=True):
        looker.look(path, key)
    if not looker.sources:
        names = ", ".join(path.name for path in paths[:3])
        if any(left.kind == "broken" for left in looker.left):
            raise ImportFailed(
                _("{name} is damaged, not complete or too large to be read. Download it again.").format(name=names)
            )
        raise UnsupportedFormat(_("No chats were found in {name}: it is no export that is known.").format(name=names))
    return Look(tuple(looker.sources), looker.left)


def _keys(paths: Sequence[Path]) -> Iterator[str]:
    """Yield a name for each path, the same each time; a second path of one name gets a number."""
    seen: Counter[str] = Counter()
    for path in paths:
        name = path.name or "folder"
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _is_folder(path: Path) -> bool:
    try:
        if not path.is_dir() and path.exists() and not path.is_file():
            # A pipe would be waited for without end.
            raise ImportFailed(_("{name} is neither a file nor a folder.").format(name=path.name))
        return path.is_dir()
    except OSError as error:
        # Of a name that is too long the system does not even say that there is nothing of it.
        why = error.strerror
        raise ImportFailed(_("{name} could not be opened: {why}").format(name=path.name[:80], why=why)) from error


def _files(path: Path) -> Iterator[Path]:
    """Yield the files below a folder in order; links are not followed, for they may lead anywhere."""
    try:
        inner = sorted(path.iterdir())
    except OSError as error:
        raise ImportFailed(_("{name} could not be opened: {why}").format(name=path.name, why=error.strerror)) from error
    for one in inner:
        if one.is_symlink():
            continue
        if one.is_dir():
            yield from _files(one)
        elif one.is_file():
            yield one


def _format(place: Place) -> Format | str:
    """Return the format of a file, or the kind of what it is instead."""
    with place.open() as source:
        head = source.read(4096)
    if head.startswith(_SIGNATURES):
        return "other"
    return recognised(head, place)


def _is_litter(name: str) -> bool:
    base = _named(name)[1]
    return "__MACOSX/" in name or base in _LITTER or base.startswith("._")


def _named(name: str) -> tuple[str, str, str]:
    """Return the folder's own name, the file's, and its ending without the dot, all in small letters."""
    above, _slash, base = name.lower().replace("\\", "/").rpartition("/")
    dot = base.rfind(".")
    return above.rpartition("/")[2], base, base[dot + 1 :] if dot > 0 else ""


def _natural(key: str) -> list[tuple[int, str]]:
    """Return what sorts ``part-2`` before ``part-10``."""
    pieces = zip(_NUMBER.split(key), count(), strict=False)
    return [(int(piece), "") if number % 2 else (-1, piece) for piece, number in pieces]
