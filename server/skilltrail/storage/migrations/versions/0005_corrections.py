"""The learner's corrections of topics.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_correction_topic_id"), "correction", ["topic_id"])
    op.create_table(
        "corrected_exchange",
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("from_topic", sa.String(), nullable=True),
        sa.Column("to_topic", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["correction.id"],
            name=op.f("fk_corrected_exchange_correction_id_correction"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["exchange_id"],
            ["exchange.id"],
            name=op.f("fk_corrected_exchange_exchange_id_exchange"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("correction_id", "exchange_id", name=op.f("pk_corrected_exchange")),
    )
    op.create_index(op.f("ix_corrected_exchange_exchange_id"), "corrected_exchange", ["exchange_id"])
    op.add_column("topic", sa.Column("standing", sa.String(), server_default=sa.text("'shown'"), nullable=False))
    op.add_column("topic", sa.Column("found_area", sa.String(), nullable=True))
