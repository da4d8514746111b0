"""Learning told from delegation: what is told of each exchange, and what the learner said.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _exchange(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_exchange_id_exchange")
    return sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "exchange_learning",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("told_kind", sa.String(), nullable=False),
        sa.Column("told_intent", sa.String(), nullable=True),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("signals", sa.Text(), nullable=False),
        sa.Column("taught", sa.Integer(), nullable=False),
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("lessons", sa.String(), nullable=False),
        sa.Column("prompt_digest", sa.LargeBinary(), nullable=False),
        _exchange("exchange_learning"),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_exchange_learning")),
    )
    op.create_index(op.f("ix_exchange_learning_kind_exchange_id"), "exchange_learning", ["kind", "exchange_id"])
    op.create_table(
        "learning_say",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        _exchange("learning_say"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_say")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_learning_say_exchange_id"), "learning_say", ["exchange_id"])
