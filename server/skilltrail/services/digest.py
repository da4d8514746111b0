"""Reading what happened since a moment: new exchanges by topic, and what changed about topics."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.corrections import LogLine, Standing
from skilltrail.domain.digest import Digest, Grown
from skilltrail.domain.learning import Kind
from skilltrail.services import counting
from skilltrail.services.counting import Part
from skilltrail.services.topic_log import read_log
from skilltrail.storage.history_columns import KINDS, HistoryColumns
from skilltrail.storage.trail_queries import topic_names

GROWN_MOST, CHANGES_MOST = 8, 6
NEW_MOST = 4
"""New topics among those that are named: after an import all are, and a list of them is a wall."""


def read_digest(session: Session, since: datetime, *, history: HistoryColumns, pause: timedelta) -> Digest:
    """Return what happened from ``since`` on; hidden topics are left out.

    Parameters
    ----------
    since
        Aware. What counts is when an exchange was stored: an import of old chats is new.
    pause
        A longer pause than this begins a new episode.
    """
    columns, names = history.at(session), topic_names(session)
    hidden = [one.topic_id for one in names.values() if one.standing != Standing.SHOWN.value]
    rows = counting.within(columns, Part(received=since, hidden=hidden))
    figures = [one for one in counting.topic_figures(columns, rows, pause=pause) if one.topic_id in names]
    sizes = counting.sizes(columns)
    grown = [
        Grown(one.topic_id, names[one.topic_id].name, names[one.topic_id].colour, one.exchanges, one.exchanges == size)
        for one in figures
        if names[one.topic_id].shown and (size := sizes[one.topic_id])
    ]
    total = counting.totals(columns, rows)
    changes = _changes(session, since, frozenset(hidden))
    if total.exchanges == counting.totals(columns, counting.within(columns, Part(hidden=hidden))).exchanges:
        # All is new: nobody knew the topics before, so what runs made of them meanwhile is no news.
        changes = [line for line in changes if line.correction_id is not None]
    return Digest(
        since=since,
        exchanges=total.exchanges,
        conversations=total.conversations,
        learning=int((columns.kind[rows] == KINDS.index(Kind.LEARNING)).sum()),
        episodes=sum(one.episodes for one in figures),
        topics=len(grown),
        grown=_named(grown),
        changed=len(changes),
        changes=tuple(changes[:CHANGES_MOST]),
    )


def _named(grown: list[Grown]) -> tuple[Grown, ...]:
    ordered = sorted(grown, key=lambda one: (-one.exchanges, one.name.casefold(), one.topic_id))
    new = [one.topic_id for one in ordered if one.is_new]
    # "And 1 more" would take the room of the one.
    first_new = new if len(new) <= NEW_MOST + 1 else new[:NEW_MOST]
    return tuple(one for one in ordered if not one.is_new or one.topic_id in first_new)[:GROWN_MOST]


def _changes(session: Session, since: datetime, hidden: frozenset[str]) -> list[LogLine]:
    """Return what changed and stayed so; a line that names a hidden topic is left to the whole log."""
    lines = read_log(session)
    return [line for line in lines if line.at >= since and not line.undone and hidden.isdisjoint(line.named)]
