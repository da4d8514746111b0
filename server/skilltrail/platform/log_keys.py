"""The outer halves of the log keys, and the last head that each log has signed, in one file beside the database.

It is in no backup: a restored history cannot turn it back, so that what was signed stays known. With the database alone
(a stolen backup) nobody can sign, with this file alone neither: the inner half is in the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from skilltrail.platform.folders import read_private, write_private

FILE = "evidence-log.json"


@dataclass(frozen=True, slots=True)
class LogRecord:
    """What the file holds of one log: the outer half of its key (hex), size and root (hex) of its last signed head."""

    half: str = field(repr=False)
    size: int = 0
    root: str = ""


class LogKeys:
    """The file of one data folder."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def read(self) -> dict[str, LogRecord]:
        """Return what is known of each log, by its origin, the newest last; nothing where the file is gone or altered.

        Without it a new log is started: that loses no history and never signs two heads that do not fit together.
        """
        if not self._path.exists():
            return {}
        try:
            held = json.loads(read_private(self._path))["logs"]
            return {str(origin): _record(values) for origin, values in held.items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return {}

    def add(self, origin: str, half: bytes) -> None:
        """Keep the half of a new log; it is on the disk when this returns."""
        self._write({**self.read(), origin: LogRecord(half.hex())})

    def note_signed(self, origin: str, *, size: int, root: bytes) -> None:
        """Note the head that is about to be signed; it is on the disk when this returns."""
        held = self.read()
        held[origin] = replace(held[origin], size=size, root=root.hex())
        self._write(held)

    def _write(self, held: Mapping[str, LogRecord]) -> None:
        whole = {"version": 1, "logs": {origin: asdict(record) for origin, record in held.items()}}
        write_private(self._path, json.dumps(whole, indent=1).encode())


def _record(values: Mapping[str, object]) -> LogRecord:
    record = LogRecord(str(values["half"]), int(str(values["size"])), str(values["root"]))
    if len(bytes.fromhex(record.half)) != 32 or (record.size > 0) != (len(bytes.fromhex(record.root)) == 32):
        raise ValueError("not a record of a log")
    return record
