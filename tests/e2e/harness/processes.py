"""The processes of one browser, from the kernel's own tables (Linux)."""

import os
from pathlib import Path


def family(profile: Path) -> dict[int, str]:
    """Return number and command line of the browser on ``profile`` and of all its children; the browser comes first."""
    known = {number: words for number in _numbers() if (words := _words(number))}
    mine = f"--user-data-dir={profile}"
    found = {number: words for number, words in known.items() if mine in words.split("\n") and "--type=" not in words}
    parents = {number: _parent(number) for number in known}
    while more := {n: w for n, w in known.items() if n not in found and parents[n] in found}:
        found |= more
    return found


def resident_bytes(number: int) -> int:
    """Return the memory that a process holds; 0 when it has gone."""
    try:
        pages = int(Path(f"/proc/{number}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def is_running(number: int) -> bool:
    """Tell whether the process is there and is more than an entry that waits to be collected."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _numbers() -> list[int]:
    return sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _words(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace").replace("\0", "\n")
    except OSError:
        return ""


def _parent(number: int) -> int:
    try:
        return int(
            Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        )
    except (OSError, IndexError):
        return 0
