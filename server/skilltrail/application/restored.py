"""What a backup lacks of today before it takes the history's place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from skilltrail.services.forgotten_again import forget_again
from skilltrail.storage.backup import carry_over, write_anew
from skilltrail.storage.database import open_database


def bring_up_to_now(live: Path, aside: Path, *, key: bytes, now: datetime) -> None:
    """Give the backup at ``aside`` what is about now in ``live``, and forget in it what was forgotten since."""
    counted = carry_over(live, aside, key=key)
    database = open_database(aside, key)
    try:
        with database.write() as session:
            again = forget_again(session, counted=counted, now=now)
    finally:
        database.close()
    if again:
        write_anew(aside, key)
