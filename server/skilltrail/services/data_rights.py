"""The learner's rights to their data: all of it as JSON, and leaving parts of it out of exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from skilltrail.domain.data_rights import FullExchange
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.storage import (
    access_queries,
    anchor_queries,
    check_queries,
    claim_queries,
    context_forget_queries,
    data_rights_queries,
    entry_queries,
    export_log_queries,
    identity_queries,
    learning_queries,
    log_queries,
    portfolio_queries,
    trail_queries,
)
from skilltrail.storage import forget_pass_queries as passes

PAGE = 50
"""Exchanges read in one go: no reader stands in the way of a checkpoint for long."""


def restrict(session: Session, exchange_id: int, *, restricted: bool, whole_conversation: bool) -> int:
    """Leave an exchange, or all of its conversation, out of exports, or no longer; return how many it concerned.

    Raises
    ------
    NotFound
        If there is no such exchange (any more).
    """
    count = data_rights_queries.restrict(session, exchange_id, restricted, whole_conversation=whole_conversation)
    if not count:
        raise NotFound(_("This exchange does not exist (any more)."))
    return count


def read_exchanges(session: Session, after: int) -> list[FullExchange]:
    """Return the exchanges with the next higher ids, each with its earlier texts; empty at the end."""
    ids = data_rights_queries.ids_after(session, after, PAGE)
    revisions = data_rights_queries.revisions_of(session, ids)
    entries = log_queries.entries_of(session, ids)
    return [
        FullExchange(detail, tuple(revisions.get(detail.id, ())), entries.get(detail.id))
        for detail in trail_queries.details(session, ids)
    ]


def read_rest(session: Session) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield name and rows of everything else that is about the learner; keys and credentials are not."""
    yield "topics", data_rights_queries.topics(session)
    yield "corrections", data_rights_queries.corrections(session)
    yield "claims", claim_queries.all_decisions(session)
    yield "learning", learning_queries.all_told(session)
    yield "learning_words", learning_queries.all_says(session)
    yield "checks", check_queries.all_said(session)
    yield "entries", entry_queries.all_forms(session)
    yield "clients", context_forget_queries.all_forms(session)
    yield "client_words", context_forget_queries.all_said(session)
    yield "client_exchanges", context_forget_queries.all_assigned(session)
    yield "client_mentions", context_forget_queries.all_mentions(session)
    yield "evidence_logs", log_queries.all_forms(session)
    yield "anchors", anchor_queries.all_forms(session)
    yield "portfolios", portfolio_queries.all_forms(session)
    yield "portfolio_allowances", portfolio_queries.all_allowed(session)
    yield "portfolio_exports", portfolio_queries.all_exported(session)
    yield "identities", identity_queries.all_forms(session)
    yield "imports", data_rights_queries.imports(session)
    yield (
        "browsers",
        [
            {"label": device.label, "paired_at": device.paired_at, "last_seen_at": device.last_seen_at}
            for device in access_queries.list_devices(session)
        ],
    )
    yield (
        "captures",
        [{name: getattr(row, name) for name in row.__slots__} for row in access_queries.ledger_rows(session)],
    )
    yield (
        "exports",
        [{name: getattr(row, name) for name in row.__slots__} for row in export_log_queries.past_exports(session)],
    )
    yield (
        "forgotten",
        [
            {
                "scope": row.scope.value,
                "exchanges": row.exchanges,
                "asked_at": row.asked_at,
                "finished_at": row.finished_at,
            }
            for row in passes.passes(session)
        ],
    )
    yield "preferences", [{"name": name, "value": value} for name, value in sorted(passes.preferences(session).items())]
