"""What a backup lacks of today before it takes the history's place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from skilltrail.services.forgotten_again import forget_again
from skilltrail.storage.backup import carry_over, write_anew
from skilltrail.storage.database import open_database

RESCUED = "skilltrail-rescued-*.db"


def bring_rescued_up_to_now(live: Path, *, key: bytes, now: datetime) -> None:
    """Forget what was forgotten in the copies beside ``live`` that were saved when another file took its place.

    What such a copy alone holds stays.
    """
    for copy in sorted(live.parent.glob(RESCUED)):
        bring_up_to_now(live, copy, key=key, now=now)


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
