"""What the page of a portfolio asks that needs no other answer first: one statement for all of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from skilltrail.storage import (
    anchor_queries,
    check_queries,
    claim_queries,
    context_queries,
    entry_queries,
    identity_queries,
    log_queries,
    portfolio_queries,
    redaction_queries,
    trail_queries,
)
from skilltrail.storage.asking import ask_together


def ask_for_page(session: Session, portfolio_id: int | None = None) -> None:
    """Ask for a portfolio, its files and allowances, and for what every portfolio rests on: names, entries, keys."""
    ask_together(
        session,
        (
            *(() if portfolio_id is None else portfolio_queries.page_questions(portfolio_id)),
            identity_queries.KEYS,
            log_queries.OPEN_LOG,
            anchor_queries.OF_HEAD,
            redaction_queries.OWN_DATA,
            context_queries.LIVING,
            trail_queries.TOPIC_NAMES,
            claim_queries.CLAIMS,
            check_queries.COUNTED,
            entry_queries.ENTRIES,
            entry_queries.THEIR_TOPICS,
            entry_queries.MERGED,
        ),
    )
