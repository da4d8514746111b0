"""What the rules still have to look at, and what they found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import Mention

CHARACTERS_AT_ONCE = 2_000_000
"""Texts of one batch; a single longer one is a batch of its own."""

_DUE = text(
    "SELECT s.exchange_id, s.touched, e.conversation_id, e.text_removed, t.prompt, t.reply, c.title "
    "FROM context_scan AS s JOIN exchange AS e ON e.id = s.exchange_id "
    "JOIN exchange_text AS t ON t.exchange_id = s.exchange_id "
    "JOIN conversation AS c ON c.id = e.conversation_id "
    "WHERE s.rules < :rules ORDER BY s.rules, s.exchange_id LIMIT :most"
)
_IS_DUE = text("SELECT 1 FROM context_scan WHERE rules < :rules LIMIT 1")
_COUNT_DUE = text("SELECT count(*) FROM context_scan WHERE rules < :rules")


@dataclass(frozen=True, slots=True)
class DueTexts:
    """An exchange that the rules have not seen as it is; ``touched`` tells whether it changed meanwhile."""

    id: int
    touched: int
    talk: int
    text_removed: bool
    prompt: str
    reply: str
    title: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the rules found in an exchange. Of one without texts only ``titles`` are looked at.

    At ``lapsed`` places stands the mark of an own word that is on the list no longer: what it was, nobody can tell.
    """

    id: int
    touched: int
    talk: int
    mentions: tuple[Mention, ...]
    titles_only: bool = False
    lapsed: frozenset[str] = frozenset()


def due(session: Session, *, rules: int, most: int) -> Iterator[DueTexts]:
    """Yield exchanges that are due, what came last by capture first, as far as one batch goes: one statement."""
    read = 0
    for row in session.connection().execute(_DUE, {"rules": rules, "most": most}):
        found = DueTexts(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6] or "")
        yield found
        read += len(found.prompt) + len(found.reply)
        if read > CHARACTERS_AT_ONCE:
            return


def is_due(session: Session, rules: int) -> bool:
    """Tell whether anything is due."""
    return session.connection().execute(_IS_DUE, {"rules": rules}).first() is not None


def count_due(session: Session, rules: int) -> int:
    """Return how many exchanges are due."""
    return int(session.connection().execute(_COUNT_DUE, {"rules": rules}).scalar_one())


_MARK = text(
    "UPDATE context_scan SET rules = :rules FROM json_each(:seen) AS seen "
    "WHERE exchange_id = json_extract(seen.value, '$[0]') AND touched = json_extract(seen.value, '$[1]') "
    "RETURNING exchange_id"
)
_HAVE = text(
    "SELECT exchange_id, context_id, place, how, word FROM context_mention "
    "WHERE exchange_id IN (SELECT value FROM json_each(:ids))"
)
_DROP = text("DELETE FROM context_mention WHERE exchange_id = :row AND context_id = :context AND place = :place")
_PUT = text(
    "INSERT OR REPLACE INTO context_mention (exchange_id, context_id, place, how, word) "
    "VALUES (:row, :context, :place, :how, :word)"
)


def keep(
    session: Session,
    found: Sequence[Scanned],
    *,
    rules: int,
    stands: Callable[[int, str], bool],
) -> set[int]:
    """Write what was found and note that it was looked at; return the conversations in which anything changed.

    What changed while it was looked at stays due. What was found before at a ``lapsed`` place stays if its word still
    ``stands`` for the client or project.
    """
    seen = orjson.dumps([[one.id, one.touched] for one in found]).decode()
    marked = {row[0] for row in session.connection().execute(_MARK, {"rules": rules, "seen": seen})}
    standing = [one for one in found if one.id in marked]
    before = _mentions(session, [one.id for one in standing])
    changed: set[int] = set()
    gone: list[dict[str, object]] = []
    new: list[dict[str, object]] = []
    for one in standing:
        had = {key: value for key, value in before.get(one.id, {}).items() if not one.titles_only or key[1] == "title"}
        stay = {key: held for key, held in had.items() if key[1] in one.lapsed and stands(key[0], held[1])}
        has = stay | {(m.context_id, m.place.value): (m.how.value, m.word) for m in one.mentions}
        if had == has:
            continue
        changed.add(one.talk)
        gone += [_row(one.id, key) for key in had.keys() - has.keys()]
        new += [_row(one.id, key) | {"how": how, "word": word} for key, (how, word) in has.items()]
    if gone:
        session.connection().execute(_DROP, gone)
    if new:
        session.connection().execute(_PUT, new)
    return changed


def _mentions(session: Session, ids: Iterable[int]) -> dict[int, dict[tuple[int, str], tuple[str, str]]]:
    found: dict[int, dict[tuple[int, str], tuple[str, str]]] = {}
    wanted = {"ids": orjson.dumps(list(ids)).decode()}
    for row, context, place, how, word in session.connection().execute(_HAVE, wanted):
        found.setdefault(row, {})[(context, place)] = (how, word)
    return found


def _row(exchange_id: int, key: tuple[int, str]) -> dict[str, object]:
    return {"row": exchange_id, "context": key[0], "place": key[1]}
