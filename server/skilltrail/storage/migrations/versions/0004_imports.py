"""Imports that can go on, be accounted for and be undone.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added with defaults, which SQLite does without rebuilding the table.
    for name, kind, default in (
        ("state", sa.String(), "'done'"),
        ("account", sa.String(), "''"),
        ("names", sa.Text(), "'[]'"),
        ("paths", sa.Text(), "'[]'"),
        ("left_out", sa.Text(), "'{}'"),
    ):
        op.add_column("import_batch", sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
    for name, nullable in (
        ("upload", sa.String()),
        ("first_at", sa.BigInteger()),
        ("last_at", sa.BigInteger()),
        ("problem", sa.String()),
        ("undo_pass", sa.Integer()),
        ("undo", sa.Text()),
    ):
        op.add_column("import_batch", sa.Column(name, nullable, nullable=True))
    # What was cut off by an older version left no trace of how far it had come.
    op.execute("UPDATE import_batch SET state = 'failed' WHERE finished_at IS NULL")
    op.create_table(
        "import_source",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at_bytes", sa.Integer(), nullable=False),
        sa.Column("next_index", sa.Integer(), nullable=False),
        sa.Column("next_exchange", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("conversations", sa.Text(), nullable=False),
        sa.Column("messages", sa.Text(), nullable=False),
        sa.Column("open_counts", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_import_source_import_id_import_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_source")),
    )
    op.create_table(
        "import_skip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("element", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_import_skip_import_id_import_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_skip")),
    )
    with op.batch_alter_table("import_skip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_skip_import_id"), ["import_id"], unique=False)
    op.create_table(
        "import_member",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchange.id"], name=op.f("fk_import_member_exchange_id_exchange"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_import_member_import_id_import_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "exchange_id", name=op.f("pk_import_member")),
    )
    with op.batch_alter_table("import_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_member_exchange_id"), ["exchange_id"], unique=False)
    # Undoing asks who brought an exchange; imports of before know it by the exchange alone.
    op.execute(
        "INSERT INTO import_member (import_id, exchange_id, how) "
        "SELECT import_id, id, 'stored' FROM exchange WHERE import_id IS NOT NULL"
    )
