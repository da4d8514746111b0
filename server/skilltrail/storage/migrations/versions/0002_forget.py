"""Forgetting and data rights.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added with a default, which SQLite does without rebuilding the table.
    for table, column in (("exchange", "restricted"), ("exchange", "text_removed")):
        op.add_column(table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.text("0")))
    op.add_column("ledger_row", sa.Column("forgotten", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "tombstone",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "forget_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.Column("exports", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forget_pass")),
    )
    op.create_table(
        "forget_target",
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["forget_pass.id"], name=op.f("fk_forget_target_pass_id_forget_pass"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pass_id", "exchange_id", name=op.f("pk_forget_target")),
    )
    op.create_table(
        "export_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_log")),
    )
    op.create_table(
        "export_member",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export_log.id"], name=op.f("fk_export_member_export_id_export_log"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("export_id", "exchange_id", name=op.f("pk_export_member")),
    )
    with op.batch_alter_table("export_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_member_exchange_id"), ["exchange_id"], unique=False)
    op.create_table(
        "preference",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_preference")),
    )
