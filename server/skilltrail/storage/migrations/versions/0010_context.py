"""Clients and projects, and for whom each exchange was.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STANDS = sa.text("ended_by IS NULL")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _forms()
    _said()
    _found()
    _triggers()


def _forms() -> None:
    op.create_table(
        "context_form",
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("change", "context_id", name=op.f("pk_context_form")),
    )
    op.create_index("ix_context_form_standing", "context_form", ["context_id"], sqlite_where=_STANDS)
    op.create_table(
        "forget_client",
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        _to("forget_client", "pass_id", "forget_pass"),
        sa.PrimaryKeyConstraint("pass_id", "context_id", "change", "at", name=op.f("pk_forget_client")),
    )


def _said() -> None:
    op.create_table(
        "context_said",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("clients", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("suggested", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        _to("context_said", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("exchange_id", "change", name=op.f("pk_context_said")),
    )
    op.create_index("ix_context_said_standing", "context_said", ["exchange_id"], sqlite_where=_STANDS)
    op.create_index(op.f("ix_context_said_change"), "context_said", ["change"])


def _found() -> None:
    op.create_table(
        "context_mention",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        _to("context_mention", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("exchange_id", "context_id", "place", name=op.f("pk_context_mention")),
    )
    op.create_index(op.f("ix_context_mention_context_id"), "context_mention", ["context_id"])
    op.create_table(
        "context_assignment",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _to("context_assignment", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("exchange_id", "client_id", name=op.f("pk_context_assignment")),
    )
    columns = ["client_id", "exchange_id"]
    op.create_index(op.f("ix_context_assignment_client_id_exchange_id"), "context_assignment", columns)
    op.create_table(
        "context_scan",
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        _to("context_scan", "exchange_id", "exchange"),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_context_scan")),
    )
    op.create_index(op.f("ix_context_scan_rules_exchange_id"), "context_scan", ["rules", "exchange_id"])
    op.create_index("ix_context_scan_own", "context_scan", ["exchange_id"], sqlite_where=sa.text("own = 1"))


def _triggers() -> None:
    columns = "INSERT INTO context_scan (exchange_id, rules, touched, own)"
    op.execute(f"{columns} SELECT exchange_id, 0, 0, 0 FROM exchange_text")
    op.execute(
        "CREATE TRIGGER context_text_new AFTER INSERT ON exchange_text BEGIN "
        f"{columns} VALUES (NEW.exchange_id, 0, 0, 0); END"
    )
    # Texts that the retention rule took away say nothing any more; what they named stays known.
    op.execute(
        "CREATE TRIGGER context_text_changed AFTER UPDATE OF prompt, reply ON exchange_text "
        "WHEN (OLD.prompt IS NOT NEW.prompt OR OLD.reply IS NOT NEW.reply) AND NEW.prompt || NEW.reply <> '' BEGIN "
        "UPDATE context_scan SET rules = 0, touched = touched + 1 WHERE exchange_id = NEW.exchange_id; END"
    )
    op.execute(
        "CREATE TRIGGER context_title_changed AFTER UPDATE OF title ON conversation "
        "WHEN OLD.title IS NOT NEW.title AND NEW.title IS NOT NULL BEGIN "
        "UPDATE context_scan SET rules = 0, touched = touched + 1 "
        "WHERE exchange_id IN (SELECT id FROM exchange WHERE conversation_id = NEW.id); END"
    )
