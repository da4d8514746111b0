"""Putting texts into the word index, some at a time; triggers take them out (migration 0006)."""

from __future__ import annotations

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from skilltrail.storage.models import Exchange
from skilltrail.storage.search_models import SearchEntry

TEXTS = 100
"""Texts put in at once: some ten milliseconds, for so long a capture waits at most."""

_REBUILT = 10

CHARACTERS = 400_000
"""More than this many characters are not put in at once, unless one text alone has more."""

_NEXT = text(
    "SELECT exchange.id, exchange.prompt_chars + exchange.reply_chars FROM search_entry AS entry "
    "JOIN exchange ON exchange.id = entry.exchange_id WHERE entry.due = 1 ORDER BY entry.exchange_id DESC LIMIT :limit"
)


def _spelt(column: str) -> str:
    # As in the migration: what is taken out must be what was put in.
    for sign, letters in SPELLINGS:
        column = f"replace({column}, '{sign}', '{letters}')"
    return column


SPELLINGS = (("C++", "cplusplus"), ("c++", "cplusplus"), ("C#", "csharp"), ("c#", "csharp"))
"""Names of which the tokenizer would leave a single letter."""

_ROWS = (
    "FROM json_each(:ids) AS wanted JOIN exchange ON exchange.id = wanted.value "
    "JOIN exchange_text AS text ON text.exchange_id = exchange.id "
    "JOIN conversation ON conversation.id = exchange.conversation_id"
)
# In rising order of rows: FTS5 writes what it holds in memory out whenever a row comes before the last one.
_PUT_IN = text(
    "INSERT INTO search_words (rowid, title, prompt, reply) "
    f"SELECT exchange.id, {_spelt('conversation.title')}, {_spelt('text.prompt')}, {_spelt('text.reply')} "
    f"{_ROWS} ORDER BY exchange.id"
)
_NOTE = text(
    "INSERT INTO search_entry (exchange_id, due, holds, title) "
    "SELECT exchange.id, 0, (instr(text.prompt, '```') > 0 OR instr(text.reply, '```') > 0)"
    " + 2 * (exchange.redactions <> '{}') + 4 * (text.attachments <> '[]'), conversation.title "
    f"{_ROWS} WHERE true ON CONFLICT (exchange_id) DO UPDATE "
    "SET due = 0, holds = excluded.holds, title = excluded.title"
)


def index_some(session: Session) -> int:
    """Put the texts that came last into the index; return how many, 0 when none is left."""
    ids: list[int] = []
    characters = 0
    for exchange_id, size in session.connection().execute(_NEXT, {"limit": TEXTS}):
        characters += size
        if ids and characters > CHARACTERS:
            break
        ids.append(exchange_id)
    if ids:
        wanted = {"ids": f"[{','.join(map(str, ids))}]"}
        session.connection().execute(_PUT_IN, wanted)
        session.connection().execute(_NOTE, wanted)
    return len(ids)


def make_way(session: Session, leaving: int) -> None:
    """Empty the index before so many texts leave it that building it anew is quicker; the worker puts the rest in.

    Taking one text out costs ten times as much as putting one in: each of its words is looked up.
    """
    texts = session.execute(select(func.count()).select_from(SearchEntry)).scalar_one()
    if leaving * _REBUILT < texts:
        return
    session.execute(text("INSERT INTO search_words (search_words) VALUES ('delete-all')"))
    session.execute(update(SearchEntry).values(due=True, holds=0, title=None))


def count_due(session: Session) -> int:
    """Return how many texts are not in the index yet."""
    return session.execute(
        select(func.count()).select_from(SearchEntry).where(SearchEntry.due == text("1"))
    ).scalar_one()


def last_exchange(session: Session) -> int:
    """Return the number of the exchange that came last: about how many there are."""
    return session.execute(select(func.max(Exchange.id))).scalar_one() or 0


def count_exchanges(session: Session) -> int:
    """Return how many exchanges stand on the current path."""
    return session.execute(select(func.count()).select_from(Exchange).where(Exchange.on_current_path == 1)).scalar_one()
