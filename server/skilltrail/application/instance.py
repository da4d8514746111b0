"""Which folder this is: its id, and the key of its redaction marks."""

from __future__ import annotations

from pathlib import Path

from skilltrail.platform.folders import write_private
from skilltrail.storage.database import Database
from skilltrail.storage.meta_queries import get_identity, make_identity


def note_instance(file: Path, instance_id: str) -> None:
    """Write the id beside the database, where it is not there yet."""
    if not file.exists() or file.read_text(encoding="ascii", errors="replace") != instance_id:
        write_private(file, instance_id.encode("ascii"))


def identity_of(database: Database) -> tuple[str, bytes]:
    """Return the folder's id and the key of its redaction marks; made at the first start."""
    with database.read() as session:
        found = get_identity(session)
    if found is not None:
        return found
    with database.write() as session:
        return make_identity(session)
