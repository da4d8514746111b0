"""Skill claims: proposals and decisions.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _topic(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f(f"fk_{table}_topic_id_topic"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "topic_match",
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("matched_at", sa.BigInteger(), nullable=False),
        _topic("topic_match"),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topic_match")),
    )
    op.create_table(
        "claim_proposal",
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("mentions", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("fit", sa.Float(), nullable=False),
        sa.Column("exemplars", sa.Text(), nullable=False),
        _topic("claim_proposal"),
        sa.PrimaryKeyConstraint("topic_id", "rank", name=op.f("pk_claim_proposal")),
    )
    op.create_table(
        "claim",
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        _topic("claim"),
        sa.PrimaryKeyConstraint("topic_id", "number", name=op.f("pk_claim")),
    )
