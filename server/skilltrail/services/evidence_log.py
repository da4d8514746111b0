"""Appending to the evidence log, its proofs, and what is shown of entries. Nothing here signs."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from skilltrail.domain import merkle
from skilltrail.domain.checkpoint import TreeHead
from skilltrail.domain.evidence_log import EntryState, EvidenceLog, LogReason, OpenedEntry, StoredLeaf, as_reference
from skilltrail.domain.log_leaf import (
    KEY_BYTES,
    LoggedExchange,
    digest_of,
    disclosure,
    fields_of,
    read_leaf,
    write_entry,
    write_start,
)
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.storage import log_queries as queries

BATCH = 500
"""Entries built in one go; their texts are in memory meanwhile."""


def start(
    session: Session,
    *,
    origin: str,
    public_key: bytes,
    half: bytes,
    reason: LogReason,
    follows: TreeHead | None,
    now: datetime,
) -> EvidenceLog:
    """Start a log in the place of the one before; its entry 0 says why, and which signed head it goes on from."""
    reference = as_reference(follows)
    leaf = write_start(origin, reason=reason.value, follows=reference, logged_on=now.astimezone(UTC).date())
    log = queries.add_log(
        session,
        EvidenceLog(
            id=0,
            origin=origin,
            public_key=public_key,
            half=half,
            size=0,
            caught_up=False,
            started_at=now,
            ended_at=None,
            reason=reason,
            follows=None if reference is None else dict(zip(("origin", "size", "root"), reference, strict=True)),
            start_leaf=leaf,
        ),
    )
    queries.append(session, log, {(0, 0): merkle.leaf_hash(leaf)}, [], 1)
    catch_up(session, now=now, most=0)
    return log


def keep_up(session: Session, *, now: datetime, stored: int) -> int:
    """Append what is due, in the transaction that stored so many items; return how many entries that were.

    More is due where a whole history was changed: a capture must not wait for all of it, and the worker's steps bring
    the rest. As long as what was there before the log is not in it, this leaves everything to ``catch_up``: entries
    come in the order in which exchanges were stored.
    """
    log = queries.open_log(session)
    if log is None or not log.caught_up:
        return 0
    return _append_due(session, log, now=now, most=max(stored, BATCH))


def catch_up(session: Session, *, now: datetime, most: int = BATCH) -> int:
    """Append up to ``most`` of what is due; return how many. 0 means that nothing is left."""
    log = queries.open_log(session)
    if log is None:
        return 0
    done = _append_due(session, log, now=now, most=most)
    if not log.caught_up and not queries.due(session, 1):
        queries.note_caught_up(session, log.id)
    return done


def _append_due(session: Session, log: EvidenceLog, *, now: datetime, most: int) -> int:
    size = log.size
    done = 0
    while done < most:
        wanted = min(BATCH, most - done)
        ids = queries.due(session, wanted)
        if ids:
            size += _append(session, log, size, ids, now)
        done += len(ids)
        if len(ids) < wanted:
            break
    return done


def _append(session: Session, log: EvidenceLog, size: int, ids: Sequence[int], now: datetime) -> int:
    leaves: list[dict[str, Any]] = []
    hashes: list[bytes] = []
    for entry, (exchange_id, before, exchange) in enumerate(queries.logged(session, ids, log.id), start=size):
        key = secrets.token_bytes(KEY_BYTES)
        fields = fields_of(replace(exchange, supersedes=before))
        leaf = write_entry(fields, origin=exchange.origin, logged_on=now.astimezone(UTC).date(), key=key)
        hashes.append(merkle.leaf_hash(leaf))
        leaves.append({"exchange_id": exchange_id, "entry": entry, "supersedes": before, "leaf": leaf, "key": key})
    edge = queries.nodes(session, log.id, merkle.pieces(0, size))
    grown = merkle.grow(size, hashes, lambda level, position: edge[level, position])
    if leaves:
        queries.append(session, log, grown, leaves, size + len(leaves))
    queries.settle_due(session, ids)
    return len(leaves)


# --- reading --------------------------------------------------------------------------------------------------------


def head_at(session: Session, log: EvidenceLog, size: int) -> TreeHead:
    """Return the head that the log has, or had, with so many entries; raises NotFound if it has fewer."""
    if not 0 <= size <= log.size:
        raise NotFound(_("The evidence log has no such entry."))
    return TreeHead(log.origin, size, _hashes(session, log, [(0, size)])[0])


def inclusion(session: Session, log: EvidenceLog, entry: int, size: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of an entry in the tree of ``size``; raises NotFound."""
    if not 0 <= entry < size <= log.size:
        raise NotFound(_("The evidence log has no such entry."))
    return _hashes(session, log, merkle.inclusion_ranges(entry, size))


def consistency(session: Session, log: EvidenceLog, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of ``new`` begins with the tree of ``old``; raises NotFound."""
    if not 0 <= old <= new <= log.size:
        raise NotFound(_("The evidence log has no such entry."))
    return _hashes(session, log, merkle.consistency_ranges(old, new)) if old else ()


def _hashes(session: Session, log: EvidenceLog, ranges: Sequence[merkle.Range]) -> tuple[bytes, ...]:
    """Return the hashes of ranges; one statement brings all nodes, no more than about two for each doubling."""
    wanted = [place for span in ranges for place in merkle.pieces(*span)]
    held = queries.nodes(session, log.id, wanted)
    return tuple(merkle.range_hash(*span, lambda level, position: held[level, position]) for span in ranges)


def opened(session: Session, log: EvidenceLog, entry: int, admitted: Collection[int] = ()) -> OpenedEntry:
    """Return what can be shown of an entry; see ``opened_all``."""
    return opened_all(session, log, [entry], admitted)[0]


def opened_all(
    session: Session, log: EvidenceLog, entries: Sequence[int], admitted: Collection[int] = ()
) -> list[OpenedEntry]:
    """Return what can be shown of entries, in their order; raises NotFound.

    What the exchange holds now is what the entry commits to: where anything changed, the entry is superseded. Of what
    may not leave in an export nothing is disclosed; that it was logged says nothing of it.
    """
    unknown = next((entry for entry in entries if not 0 <= entry < log.size), None)
    if unknown is not None:
        words = _("The evidence log has no entry {n}; its last is {last}.")
        raise NotFound(words.format(n=unknown, last=log.size - 1))
    held = {leaf.entry: leaf for leaf in queries.leaves_at(session, log.id, entries)}
    leaving = queries.leaving(session, [leaf.exchange_id for leaf in held.values()], admitted)
    exchanges = {row: exchange for row, _entry, exchange in queries.logged(session, sorted(leaving), log.id)}
    return [_opened(log, entry, held.get(entry), exchanges) for entry in entries]


def _opened(
    log: EvidenceLog, entry: int, held: StoredLeaf | None, exchanges: Mapping[int, LoggedExchange]
) -> OpenedEntry:
    if entry == 0:
        return OpenedEntry(entry, EntryState.START, log.start_leaf)
    if held is None or held.leaf is None or held.key is None:
        return OpenedEntry(entry, EntryState.SUPERSEDED)
    if held.exchange_id not in exchanges:
        return OpenedEntry(entry, EntryState.PRIVATE, held.leaf)
    fields = fields_of(replace(exchanges[held.exchange_id], supersedes=held.supersedes))
    committed = read_leaf(held.leaf).digests
    shown = {name: disclosure(held.key, name, value) for name, value in fields.items()}
    fitting = {name: one for name, one in shown.items() if digest_of(one) in committed}
    return OpenedEntry(entry, EntryState.OPEN, held.leaf, fitting, held.exchange_id)
