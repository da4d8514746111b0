"""Notes who a program talks to: from inside by an audit hook in every Python process, from outside by strace."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from pathlib import Path

# Every Python process imports this at its start; it writes a line for each name that is looked up or called.
WATCH_SCRIPT = """
import os, sys
_notes = os.open(os.environ["SKILLTRAIL_TEST_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(_notes, b"start " + str(os.getpid()).encode() + b"\\n")
def _note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple):
            os.write(_notes, f"{event} {address[0]}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        os.write(_notes, f"{event} {arguments[0]}\\n".encode())
sys.addaudithook(_note)
"""
# The web server reads its own default address with it; a number is looked up nowhere.
_QUIET = ("start ", "socket.getaddrinfo 0.0.0.0")
_HERE = {"", "localhost", "None", "b'127.0.0.1'"}
# connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.1")}, 16) = …, and the like.
_FAMILY = re.compile(r"sa_family=(AF_\w+)")
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_SILENT = {"AF_UNIX", "AF_LOCAL", "AF_NETLINK", "AF_UNSPEC"}


def watched_environment(folder: Path, notes: Path) -> dict[str, str]:
    """Return the environment in which every Python process writes into ``notes``."""
    place = folder / "watch"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(WATCH_SCRIPT, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(place), os.environ.get("PYTHONPATH", "")]))
    return {"PYTHONPATH": path, "SKILLTRAIL_TEST_NOTES": str(notes)}


def outside(notes: Path) -> list[str]:
    """Return the lines of ``notes`` that are about somebody else than this computer."""
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    return [line for line in lines if not line.startswith(_QUIET) and not _is_here(line.partition(" ")[2])]


def _is_here(name: str) -> bool:
    if name in _HERE:
        return True
    try:
        return ipaddress.ip_address(name.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


def outside_by_strace(trace: Path) -> tuple[list[str], int]:
    """Return the calls of a strace that name another computer, and the number of calls that name any address."""
    found, seen = [], 0
    for line in _lines(trace):
        family = _FAMILY.search(line)
        if family is None:
            continue
        seen += 1
        address = _ADDRESS.search(line)
        named = (address.group(1) or address.group(2)) if address else ""
        if family.group(1) not in _SILENT and not _is_here(named or "?"):
            found.append(line.strip()[:200])
    return found, seen


def _lines(trace: Path) -> Iterator[str]:
    with trace.open(encoding="utf-8", errors="replace") as file:
        yield from file
