"""The boundary: what of clients stays out of exports, and the lists of what is whose."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from skilltrail.domain.context_words import avoided
from skilltrail.domain.contexts import LeftOut
from skilltrail.domain.exchange import ExchangePage
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.platform.client_words import ClientWords
from skilltrail.services.context_rules import words_of
from skilltrail.services.trail import PAGE_LIMIT, bounds_of
from skilltrail.storage import context_boundary_queries as boundary
from skilltrail.storage import context_queries as queries


def names_to_avoid(session: Session) -> frozenset[str]:
    """Return the folded words and phrases that no name of a topic may hold; see ``domain.context_words``."""
    return avoided(one.form for one in queries.contexts(session).values())


def words_to_hide(session: Session, admitted: Collection[int]) -> ClientWords:
    """Return the words of all clients but those ``admitted``; names of projects are a client's matter too."""
    living = queries.contexts(session).values()
    # Those of the admitted too: "Acme Labs" that may leave is not the "Acme" that must not.
    return words_of(living).sparing(admitted)


def read_left_out(session: Session, wanted: TimelineFilter | None, admitted: frozenset[int]) -> LeftOut:
    """Return what an export within a filter leaves out because of clients; of all that is stored without a filter."""
    living = queries.contexts(session)
    found = boundary.left_out(session, None if wanted is None else bounds_of(wanted), admitted)
    named = [(living[number].form.name, count) for number, count in found.by_client.items() if number in living]
    ordered = tuple(sorted(named, key=lambda one: (-one[1], one[0].casefold())))
    return LeftOut(found.exchanges, ordered, found.undecided, found.waiting)


def read_page(session: Session, of: str, *, cursor: int | None, limit: int) -> ExchangePage:
    """Return a page of exchanges, the last to arrive first; ``of`` is a client's id, own, none or undecided."""
    limit = max(1, min(limit, PAGE_LIMIT))
    items, total = boundary.page(session, of, before=cursor, limit=limit + 1)
    more = len(items) > limit
    items = items[:limit]
    return ExchangePage(items=items, total=total, next_cursor=items[-1].seq if more else None)
