"""The word index, and the triggers that keep it true.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _spelt(column: str) -> str:
    """Return SQL for a text as it is indexed: the tokenizer would leave C of "C++" and "C#".

    ``storage.search_queries`` spells the words of a question in the same way.
    """
    for sign, letters in (("C++", "cplusplus"), ("c++", "cplusplus"), ("C#", "csharp"), ("c#", "csharp")):
        column = f"replace({column}, '{sign}', '{letters}')"
    return column


def _taken_out(source: str) -> str:
    """Return SQL that takes texts out of the index; it needs them exactly as they were put in."""
    return f"INSERT INTO search_words (search_words, rowid, title, prompt, reply) {source};"


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("title", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_search_entry")),
    )
    op.create_index("ix_search_entry_due", "search_entry", ["exchange_id"], sqlite_where=sa.text("due = 1"))
    # Contentless: the texts stand in exchange_text already; the index holds words and places alone.
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5"
        "(title, prompt, reply, content='', tokenize='unicode61 remove_diacritics 2')"
    )
    # Without it a deleted text would stay in the index, marked as deleted, until segments are merged one day.
    op.execute("INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)")
    op.execute("INSERT INTO search_entry (exchange_id, due) SELECT exchange_id, 1 FROM exchange_text")
    _triggers()


def _triggers() -> None:
    old = f"{_spelt('entry.title')}, {_spelt('OLD.prompt')}, {_spelt('OLD.reply')}"
    one = _taken_out(
        f"SELECT 'delete', OLD.exchange_id, {old} FROM search_entry AS entry "
        "WHERE entry.exchange_id = OLD.exchange_id AND entry.due = 0"
    )
    op.execute(
        "CREATE TRIGGER search_text_new AFTER INSERT ON exchange_text BEGIN "
        "INSERT INTO search_entry (exchange_id, due) VALUES (NEW.exchange_id, 1); END"
    )
    op.execute(
        "CREATE TRIGGER search_text_changed BEFORE UPDATE OF prompt, reply, attachments ON exchange_text "
        "WHEN OLD.prompt IS NOT NEW.prompt OR OLD.reply IS NOT NEW.reply OR OLD.attachments IS NOT NEW.attachments "
        f"BEGIN {one} "
        "UPDATE search_entry SET due = 1, holds = 0, title = NULL WHERE exchange_id = OLD.exchange_id; END"
    )
    op.execute(
        f"CREATE TRIGGER search_text_gone BEFORE DELETE ON exchange_text BEGIN {one} "
        "DELETE FROM search_entry WHERE exchange_id = OLD.exchange_id; END"
    )
    all_of_it = _taken_out(
        f"SELECT 'delete', entry.exchange_id, {_spelt('entry.title')}, {_spelt('text.prompt')}, {_spelt('text.reply')} "
        "FROM exchange JOIN search_entry AS entry ON entry.exchange_id = exchange.id "
        "JOIN exchange_text AS text ON text.exchange_id = exchange.id "
        "WHERE exchange.conversation_id = OLD.id AND entry.due = 0"
    )
    op.execute(
        "CREATE TRIGGER search_title_changed AFTER UPDATE OF title ON conversation WHEN OLD.title IS NOT NEW.title "
        f"BEGIN {all_of_it} UPDATE search_entry SET due = 1, holds = 0, title = NULL "
        "WHERE exchange_id IN (SELECT id FROM exchange WHERE conversation_id = OLD.id); END"
    )
