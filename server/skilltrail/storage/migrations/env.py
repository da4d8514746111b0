"""Alembic's entry: runs the migrations on the connection and in the transaction that ``storage.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from skilltrail.storage import (  # noqa: F401 - registers their tables
    access_models,
    anchor_models,
    check_models,
    claim_models,
    context_models,
    correction_models,
    entry_models,
    forget_models,
    identity_models,
    import_models,
    learning_models,
    log_models,
    portfolio_models,
    redaction_models,
    search_models,
)
from skilltrail.storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
