"""What a migration must leave as it was: every row, and every value that it did not set out to change.

A reader beside the open transaction still sees the state before; the two are compared value by value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection

# Not the word index (a virtual table and its shadows): it says nothing that the texts do not say.
_OURS = (
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' "
    "ORDER BY name"
)
_NOT_COMPARED = frozenset({"alembic_version"})
_ROWS_AT_ONCE = 500


def changed_values(before: Any, after: Connection, *, allowed: frozenset[str]) -> list[str]:
    """Return the tables whose rows, or values in columns that both states have, are not the same.

    Parameters
    ----------
    before
        A bare connection that sees the state before the migration.
    after
        The connection of the migration, before its commit.
    allowed
        What the migrations name as changed on purpose: "table", or "table.column".
    """
    tables = [name for (name,) in before.execute(_OURS).fetchall() if name not in _NOT_COMPARED | allowed]
    left = set(after.exec_driver_sql(_OURS).scalars())
    return [table for table in tables if table not in left or _differs(table, before, after, allowed)]


def _differs(table: str, before: Any, after: Connection, allowed: frozenset[str]) -> bool:
    old = _columns(before.execute(f'PRAGMA table_info("{table}")').fetchall())
    new = _columns(after.exec_driver_sql(f'PRAGMA table_info("{table}")').fetchall())
    gone = {name for name in old if name not in new and f"{table}.{name}" not in allowed}
    if gone:
        return True
    shared = [name for name in old if name in new and f"{table}.{name}" not in allowed]
    if not shared:
        return False
    names = ", ".join(f'"{name}"' for name in shared)
    order = ", ".join(f'"{name}"' for name in shared if old[name]) or names
    question = f'SELECT {names} FROM "{table}" ORDER BY {order}'  # noqa: S608 - names of our own tables
    rows = zip_longest(_rows(before.execute(question)), _rows(after.exec_driver_sql(question)))
    return any(one is None or other is None or tuple(one) != tuple(other) for one, other in rows)


def _columns(description: Sequence[Any]) -> dict[str, int]:
    """Return names of columns with their place in the primary key, 0 for those outside it."""
    return {row[1]: row[5] for row in description}


def _rows(result: Any) -> Iterator[Any]:
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield from rows
