"""The boundary: what of clients stays out of exports, and the lists of what is whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from skilltrail.domain.context_words import avoided, gives_away
from skilltrail.domain.contexts import LeftOut
from skilltrail.domain.exchange import ExchangePage
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.platform.client_words import MASK, ClientWords
from skilltrail.services import counting
from skilltrail.services.context_rules import words_of
from skilltrail.services.trail import PAGE_LIMIT, rows_exported
from skilltrail.storage import context_boundary_queries as boundary
from skilltrail.storage import context_queries as queries
from skilltrail.storage.context_boundary_queries import LeftOutCounts
from skilltrail.storage.history_columns import HistoryColumns

Common = Callable[[], Collection[str]]
"""Gives the folded words and phrases that tell no client; asked only where there are clients."""


@dataclass(frozen=True, slots=True)
class ClientMask:
    """Takes clients' words out of what goes out; false where there are none."""

    words: ClientWords
    avoid: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.words)

    def text(self, text: str) -> str:
        """Return a text of the learner's with ``MASK`` in place of each word."""
        return self.words.masked(text)

    def name(self, text: str) -> str:
        """Return what we call something; where more than whole words gives a client away ("acmeshop"), it is hidden
        altogether, by the rule after which names are chosen.
        """
        clean = self.words.masked(text)
        rest = self.words.without_spared(clean.replace(MASK, " "))
        return MASK if gives_away(rest, self.avoid) else clean


def names_to_avoid(session: Session, common: Common) -> frozenset[str]:
    """Return the folded words and phrases that no name of a topic may hold; see ``domain.context_words``."""
    living = queries.contexts(session)
    return avoided((one.form for one in living.values()), common()) if living else frozenset()


def words_to_hide(session: Session, admitted: Collection[int]) -> ClientWords:
    """Return the words of all clients but those ``admitted``; names of projects are a client's matter too."""
    living = queries.contexts(session).values()
    # Those of the admitted too: "Acme Labs" that may leave is not the "Acme" that must not.
    return words_of(living).sparing(admitted)


def client_mask(session: Session, admitted: Collection[int], common: Common) -> ClientMask:
    """Return what hides the words of all clients but those ``admitted``, in texts and in names."""
    hidden = [one.form for one in queries.contexts(session).values() if one.owner not in admitted]
    return ClientMask(words_to_hide(session, admitted), avoided(hidden, common()) if hidden else frozenset())


def read_left_out(
    session: Session, wanted: TimelineFilter | None, admitted: frozenset[int], *, history: HistoryColumns
) -> LeftOut:
    """Return what an export within a filter leaves out because of clients.

    Without a filter one of all that is stored is meant, which holds what is off the current path too.
    """
    living = queries.contexts(session)
    found = [_left_out_on_path(session, wanted or TimelineFilter(), admitted, history)]
    found += [] if wanted is not None else [boundary.left_out_off_path(session, admitted)]
    by_client = sum((Counter(one.by_client) for one in found), Counter())
    named = [(living[number].form.name, count) for number, count in by_client.items() if number in living]
    ordered = tuple(sorted(named, key=lambda one: (-one[1], one[0].casefold())))
    exchanges, undecided, waiting = (sum(counts) for counts in zip(*map(_sums, found), strict=True))
    return LeftOut(exchanges, ordered, undecided, waiting)


def _left_out_on_path(
    session: Session, wanted: TimelineFilter, admitted: frozenset[int], history: HistoryColumns
) -> LeftOutCounts:
    """Count from the columns: asking the database takes a tenth of a second for forty thousand of clients."""
    columns, inside, leaving = rows_exported(session, wanted, history=history, admitted=admitted)
    groups = boundary.assigned(session, admitted)
    found = counting.parted(columns, inside, [ids for _client, _certain, ids in groups])
    certain = [found[place] for place, group in enumerate(groups) if group[1]]
    undecided = [found[place] for place, group in enumerate(groups) if not group[1]]
    clients = [client for client, is_certain, _ids in groups if is_certain]
    kept_back = len(inside) - len(leaving)
    return LeftOutCounts(
        exchanges=kept_back,
        by_client={client: len(ids) for client, ids in zip(clients, certain, strict=True) if len(ids)},
        undecided=counting.different(undecided),
        waiting=kept_back - counting.different(found),
    )


def _sums(found: LeftOutCounts) -> tuple[int, int, int]:
    return found.exchanges, found.undecided, found.waiting


def read_page(session: Session, of: str, *, cursor: int | None, limit: int) -> ExchangePage:
    """Return a page of exchanges, the last asked first; ``of`` is a client's id, own, none or undecided."""
    limit = max(1, min(limit, PAGE_LIMIT))
    items, total = boundary.page(session, of, before=cursor, limit=limit + 1)
    more = len(items) > limit
    items = items[:limit]
    return ExchangePage(items=items, total=total, next_cursor=items[-1].seq if more else None)
