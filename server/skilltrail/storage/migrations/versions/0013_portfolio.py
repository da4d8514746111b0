"""Saved portfolios: their forms, what may be shown all the same, and what their exports held.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _to(table: str, column: str, other: str, field: str = "id") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.{field}"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _portfolios()
    _exports()
    op.create_table(
        "forget_portfolio",
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        _to("forget_portfolio", "pass_id", "forget_pass"),
        sa.PrimaryKeyConstraint("pass_id", "portfolio_id", name=op.f("pk_forget_portfolio")),
    )


def _portfolios() -> None:
    op.create_table(
        "portfolio",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_portfolio")),
    )
    op.create_index("ix_portfolio_standing", "portfolio", ["portfolio_id"], sqlite_where=sa.text("ended_by IS NULL"))
    op.create_table(
        "portfolio_allowance",
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=True),
        sa.Column("allowed_at", sa.BigInteger(), nullable=False),
        _to("portfolio_allowance", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("portfolio_id", "digest", name=op.f("pk_portfolio_allowance")),
    )
    op.create_index(op.f("ix_portfolio_allowance_exchange_id"), "portfolio_allowance", ["exchange_id"])


def _exports() -> None:
    op.create_table(
        "portfolio_export",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        _to("portfolio_export", "export_id", "export_log"),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_portfolio_export")),
    )
    op.create_index(op.f("ix_portfolio_export_portfolio_id"), "portfolio_export", ["portfolio_id"])
    op.create_table(
        "portfolio_item",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=True),
        _to("portfolio_item", "export_id", "portfolio_export", "export_id"),
        _to("portfolio_item", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("export_id", "position", name=op.f("pk_portfolio_item")),
    )
    op.create_index(op.f("ix_portfolio_item_exchange_id"), "portfolio_item", ["exchange_id"])
