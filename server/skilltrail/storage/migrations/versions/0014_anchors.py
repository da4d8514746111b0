"""Anchors of checkpoints of the evidence log.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    log = sa.ForeignKeyConstraint(
        ["log_id"], ["evidence_log.id"], name=op.f("fk_log_anchor_log_id_evidence_log"), ondelete="RESTRICT"
    )
    op.create_table(
        "log_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        log,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_anchor")),
    )
    op.create_index(op.f("ix_log_anchor_log_id"), "log_anchor", ["log_id"])
