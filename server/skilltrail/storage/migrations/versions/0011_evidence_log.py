"""The evidence log: its tree, what entries can be shown with, checkpoints, and what is due.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# What an entry commits to (domain/log_leaf.py); the conversation's id at its source never changes.
_COLUMNS = ("origin", "model", "fidelity", "status", "asked_at", "asked_at_source", "answered_at", "captured_at")
_TEXTS = ("prompt", "reply", "attachments", "citations")


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    _logs()
    _leaves()
    op.execute(
        "INSERT INTO log_due (exchange_id) SELECT exchange_id FROM exchange_text "
        "JOIN exchange ON exchange.id = exchange_id WHERE text_removed = 0"
    )
    _triggers()


def _logs() -> None:
    op.create_table(
        "evidence_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("half", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("caught_up", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("follows", sa.Text(), nullable=True),
        sa.Column("start_leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_evidence_log_origin")),
    )
    op.create_index("ix_evidence_log_open", "evidence_log", ["id"], sqlite_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "log_node",
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _to("log_node", "log_id", "evidence_log", "RESTRICT"),
        sa.PrimaryKeyConstraint("log_id", "level", "position", name=op.f("pk_log_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        _to("log_checkpoint", "log_id", "evidence_log", "RESTRICT"),
        sa.PrimaryKeyConstraint("log_id", "size", name=op.f("pk_log_checkpoint")),
    )


def _leaves() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        _to("log_leaf", "exchange_id", "exchange", "CASCADE"),
        _to("log_leaf", "log_id", "evidence_log", "RESTRICT"),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_log_leaf")),
    )
    op.create_index(op.f("ix_log_leaf_log_id_entry"), "log_leaf", ["log_id", "entry"], unique=True)
    op.create_table(
        "log_due",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        _to("log_due", "exchange_id", "exchange", "CASCADE"),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_log_due")),
    )


def _triggers() -> None:
    due = "INSERT OR IGNORE INTO log_due (exchange_id) VALUES ({}); "
    # An entry of another text than what stands now cannot be shown any more. Its key goes at once: whoever has both
    # could try out what stood there, and it may just have been hidden.
    close = "UPDATE log_leaf SET leaf = NULL, key = NULL WHERE exchange_id = {}; "
    gone = "DELETE FROM log_leaf WHERE exchange_id = {}; DELETE FROM log_due WHERE exchange_id = {}; "
    op.execute(
        "CREATE TRIGGER log_text_new AFTER INSERT ON exchange_text BEGIN " + due.format("NEW.exchange_id") + "END"
    )
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _TEXTS)
    op.execute(
        f"CREATE TRIGGER log_text_changed AFTER UPDATE OF {', '.join(_TEXTS)} ON exchange_text "
        f"WHEN ({changed}) AND NEW.prompt || NEW.reply <> '' BEGIN "
        + due.format("NEW.exchange_id")
        + close.format("NEW.exchange_id")
        + "END"
    )
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _COLUMNS)
    op.execute(
        f"CREATE TRIGGER log_exchange_changed AFTER UPDATE OF {', '.join(_COLUMNS)} ON exchange "
        f"WHEN ({changed}) AND NEW.text_removed = 0 BEGIN " + due.format("NEW.id") + close.format("NEW.id") + "END"
    )
    # The retention rule takes texts away and lets the exchange count on.
    op.execute(
        "CREATE TRIGGER log_text_removed AFTER UPDATE OF text_removed ON exchange "
        "WHEN NEW.text_removed = 1 AND OLD.text_removed = 0 BEGIN " + gone.format("NEW.id", "NEW.id") + "END"
    )
