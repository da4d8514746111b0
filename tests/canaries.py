"""Forty-three canaries, one in every place that can hold a word of an exchange, and a search for them in every byte.

The database is encrypted, so its pages are opened here with the key, in the file and in the log: free pages and what
lies between rows included. Page format: https://www.zetetic.net/sqlcipher/design (AES-256-CBC, 80 bytes at the end of
each page hold the initialisation vector and the seal).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import text

from exchanges import NOON, captured, items
from skilltrail.application import Application
from skilltrail.domain.capture import LedgerReport, LedgerRow, OutboxState
from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Reflection
from skilltrail.domain.exchange import Attachment, CapturedExchange, Citation, Fidelity, Origin

PAGE = 4096
RESERVED = 80
SALT = 16
LOG_HEADER = 32
FRAME_HEADER = 24
CLIENT = "Quuxwerk"
"""The client's word: in every canary exchange, so that forgetting by word finds all of them."""

COUNT = 43


def canary(number: int) -> str:
    """Return canary ``number``: no word of any language, and found by no accident."""
    return f"zqcanary{number:02d}xkj"


def canaries(numbers: Iterable[int] = range(COUNT)) -> list[str]:
    return [canary(number) for number in numbers]


def canary_exchanges() -> list[CapturedExchange]:
    """Exchanges that carry canaries 0 to 34 in every field that is kept; four conversations, a whole topic's worth."""
    at = NOON - timedelta(days=400)
    common: dict[str, Any] = {"origin": Origin.EXTENSION, "asked_at": at, "captured_at": at}
    found = [
        captured(
            1,
            **common,
            conversation_id=canary(0),
            prompt=f"{canary(1)} for {CLIENT}: how do I tune it?",
            reply=f"Like {canary(2)}.\n\n```\n{canary(3)}\n```",
            prompt_id=canary(4),
            reply_id=canary(5),
            parent_id=canary(6),
            title=f"{canary(7)} plan",
            account=canary(8),
            project_id=canary(9),
            gizmo_id=canary(10),
            model=canary(11),
            extractor=canary(12),
            redactions={canary(13): 1},
            attachments=(Attachment(f"{canary(14)}.pdf", canary(15), 3),),
            citations=(Citation(f"https://{canary(16)}.example/", canary(17)),),
        ),
        # No ids, read from the page; and a long one that takes overflow pages.
        captured(
            2,
            **common,
            conversation_id="canary-2",
            prompt_id=None,
            reply_id=None,
            parent_id=None,
            fidelity=Fidelity.DOM,
            title=None,
            prompt=f"{CLIENT} {canary(18)}",
            reply=f"{canary(19)} " + "word " * 20_000 + canary(20),
        ),
    ]
    # Enough of one kind for a topic whose name and words are canaries.
    found += [
        captured(
            number,
            **{**common, "asked_at": at + timedelta(minutes=number)},
            conversation_id=f"canary-{number}",
            prompt_id=f"{canary(21)}-{number}",
            reply_id=f"{canary(22)}-{number}",
            parent_id=None,
            title=f"{canary(23)} {canary(24)}",
            prompt=f"{CLIENT} {canary(25)} {canary(26)} {canary(27)}: {canary(28 + number % 6)}",
            reply=f"{canary(25)} {canary(26)} {canary(27)} {canary(34)}",
        )
        for number in range(10, 22)
    ]
    return found


def plant(application: Application, device_id: str | None = None) -> None:
    """Put all canaries into an application: exchanges, ledger, topics, failures, word index, checks, reflections."""
    first, *others = canary_exchanges()
    application.exchanges.capture(items([first, *others]), device_id=device_id)
    _revise(application, first)
    application.processing.run_until_done()
    while application.search.step():
        continue
    with application._database.write() as session:
        row = session.execute(text("SELECT min(id) FROM exchange WHERE extractor = :x"), {"x": canary(12)}).scalar_one()
        session.execute(
            text("INSERT INTO work_failure VALUES (:row, 'embed', 5, 0, :code)"), {"row": row, "code": canary(37)}
        )
        # What a run would have found, said outright, so that it does not depend on the model.
        of_canaries = "SELECT id FROM exchange WHERE prompt_id LIKE :p"
        topic = session.execute(
            text(f"SELECT topic_id FROM topic_membership WHERE exchange_id IN ({of_canaries})"), {"p": f"{canary(21)}%"}
        ).scalar()
        if topic is not None:
            values = {"id": topic, "name": f"{canary(38)} {canary(25)}", "terms": f'["{canary(26)}","{canary(27)}"]'}
            values |= {"reason": f"Named after {canary(25)}, {canary(26)}.", "pinned": canary(39)}
            session.execute(
                text(
                    "UPDATE topic SET name = :name, terms = :terms, name_reason = :reason, pinned_name = :pinned "
                    "WHERE id = :id"
                ),
                values,
            )
            said = "INSERT INTO correction (kind, topic_id, value, made_at) VALUES ('rename', :id, :pinned, 0)"
            session.execute(text(said), {"id": topic, "pinned": canary(39)})
    # What the learner wrote about it themselves.
    application.checks.say(row, Said.CORRECTED, source=canary(40), note=canary(41))
    application.entries.keep(Reflection(canary(42)), exchange_id=row)
    if device_id is not None:
        row = LedgerRow("chatgpt", canary(0), stored=1, replies_finished=1, updated_at=NOON)
        application.ledger.record(device_id, LedgerReport("ok", OutboxState(), (row,)))


def _revise(application: Application, first: CapturedExchange) -> None:
    """Let a better copy with other words replace the first text, which becomes a revision."""
    from dataclasses import replace

    better = replace(
        first,
        prompt=f"{canary(35)} {CLIENT}",
        reply=f"{canary(36)} now",
        fidelity=Fidelity.API_FULL,
        captured_at=first.captured_at + timedelta(minutes=5),
    )
    application.exchanges.capture(items([better]))


def decrypted(path: Path, key: bytes) -> bytes:
    """Return every page of a database file in clear, free ones too."""
    data = path.read_bytes()
    return b"".join(_open_page(data[at : at + PAGE], key, first=at == 0) for at in range(0, len(data), PAGE))


def decrypted_log(path: Path, key: bytes) -> bytes:
    """Return every page in a write-ahead log in clear, also those that no reader would look at any more."""
    data = path.read_bytes() if path.exists() else b""
    step = FRAME_HEADER + PAGE
    return b"".join(
        _open_page(data[at + FRAME_HEADER : at + step], key, first=data[at : at + 4] == b"\0\0\0\1")
        for at in range(LOG_HEADER, len(data) - step + 1, step)
    )


def _open_page(page: bytes, key: bytes, *, first: bool) -> bytes:
    start = SALT if first else 0
    vector = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    opened = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return opened.update(page[start : PAGE - RESERVED]) + opened.finalize()


def dumped(application: Application) -> bytes:
    """Return every value of every table."""
    parts = []
    with application._database.read() as session:
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        for table in tables:
            for row in session.execute(text(f'SELECT * FROM "{table}"')):
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\0".join(parts)


def everything_in(home: Path, key: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each file below ``home`` as it lies there, and databases and logs in clear as well."""
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        yield path.name, path.read_bytes()
        if path.name.endswith(".db"):
            yield f"{path.name} in clear", decrypted(path, key)
        elif path.name.endswith(".db-wal"):
            yield f"{path.name} in clear", decrypted_log(path, key)


def found_in(data: bytes, words: Iterable[str]) -> set[str]:
    """Return which of the words stand in ``data``, in any of the ways in which SQLite or JSON would write them."""
    lower = data.lower()
    return {word for word in words if word.encode() in lower or word.encode("utf-16-le") in lower}


def left_in(home: Path, key: bytes, words: Iterable[str]) -> dict[str, set[str]]:
    """Return the files below ``home`` in which words are left, with the words."""
    wanted = list(words)
    found: dict[str, set[str]] = {}
    for name, data in everything_in(home, key):
        if hits := found_in(data, wanted):
            found[name] = found.get(name, set()) | hits
    return found


def key_of(application: Application) -> bytes:
    """Return the database's key."""
    return bytes(application._held.raw)
