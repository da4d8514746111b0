"""Checks of answers with the review queue, and what learners write themselves.

Revision ID: 0009
Revises: 0008, until 0008 is there
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _to(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _checks()
    _review()
    _entries()


def _checks() -> None:
    op.create_table(
        "exchange_check",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        _to("exchange_check", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("exchange_id", "number", name=op.f("pk_exchange_check")),
    )
    standing = sa.text("ended_by IS NULL")
    op.create_index(
        "ix_exchange_check_standing", "exchange_check", ["exchange_id"], unique=True, sqlite_where=standing
    )


def _review() -> None:
    op.create_table(
        "review_scan",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        _to("review_scan", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_review_scan")),
    )
    op.create_index("ix_review_scan_due", "review_scan", ["exchange_id"], sqlite_where=sa.text("due = 1"))
    op.create_index("ix_review_scan_open", "review_scan", ["asked_at", "exchange_id"], sqlite_where=sa.text("open = 1"))
    columns = "INSERT INTO review_scan (exchange_id, due, open, asked_at, findings)"
    op.execute(f"{columns} SELECT exchange_id, 1, 0, 0, '[]' FROM exchange_text")
    op.execute(
        "CREATE TRIGGER review_text_new AFTER INSERT ON exchange_text BEGIN "
        f"{columns} VALUES (NEW.exchange_id, 1, 0, 0, '[]'); END"
    )
    # What was found are places in a text; in another text they would be others.
    op.execute(
        "CREATE TRIGGER review_text_changed AFTER UPDATE OF reply ON exchange_text WHEN OLD.reply IS NOT NEW.reply "
        "BEGIN UPDATE review_scan SET due = 1, open = 0, findings = '[]' WHERE exchange_id = NEW.exchange_id; END"
    )


def _entries() -> None:
    op.create_table(
        "learner_entry",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        _to("learner_entry", "exchange_id", "exchange"),
        _to("learner_entry", "topic_id", "topic"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_learner_entry")),
    )
    for column in ("entry_id", "exchange_id", "topic_id"):
        op.create_index(op.f(f"ix_learner_entry_{column}"), "learner_entry", [column])
    standing = sa.text("ended_by IS NULL")
    op.create_index("ix_learner_entry_standing", "learner_entry", ["kind", "topic_id"], sqlite_where=standing)
    op.create_table(
        "forget_entry",
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        _to("forget_entry", "pass_id", "forget_pass"),
        sa.PrimaryKeyConstraint("pass_id", "entry_id", name=op.f("pk_forget_entry")),
    )
