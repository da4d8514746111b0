"""Entries of the evidence log that are shown together, under one head: a few statements, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from skilltrail.domain import merkle
from skilltrail.domain.evidence_log import EvidenceLog, StoredLeaf
from skilltrail.domain.log_leaf import LoggedExchange, digest_of, disclosure, fields_of, read_leaf
from skilltrail.storage import log_queries as queries
from skilltrail.storage import portfolio_evidence_queries as evidence


class OpenableEntry:
    """The newest entry of an exchange: its leaf, and a disclosure of each of its fields."""

    def __init__(self, held: StoredLeaf, exchange: LoggedExchange) -> None:
        if held.leaf is None or held.key is None:
            raise AssertionError("an entry that is due cannot be opened")
        self.entry = held.entry
        self.leaf = held.leaf
        self.exchange = exchange
        self.read = read_leaf(held.leaf)
        fields = fields_of(replace(exchange, supersedes=held.supersedes))
        shown = {name: disclosure(held.key, name, value) for name, value in fields.items()}
        self.fields = {name: fields[name] for name in fields if digest_of(shown[name]) in self.read.digests}
        self.disclosures = {name: shown[name] for name in self.fields}

    @property
    def committed(self) -> int:
        """Return how many fields the entry commits to."""
        return len(self.read.digests)


def open_entries(session: Session, log: EvidenceLog, ids: Sequence[int]) -> dict[int, OpenableEntry]:
    """Return the entries of exchanges that can be opened now; whether they may be shown is asked elsewhere."""
    leaves = evidence.leaves_of(session, ids, log.id)
    ready = [one for one in ids if one in leaves and leaves[one].leaf is not None and leaves[one].key is not None]
    rows = queries.logged(session, ready, log.id) if ready else []
    return {number: OpenableEntry(leaves[number], exchange) for number, _entry, exchange in rows}


def inclusions(session: Session, log: EvidenceLog, entries: Sequence[int], size: int) -> dict[int, tuple[bytes, ...]]:
    """Return the inclusion proofs of entries in the tree of ``size``, all their hashes read at once."""
    spans = {entry: merkle.inclusion_ranges(entry, size) for entry in entries}
    places = {place for found in spans.values() for span in found for place in merkle.pieces(*span)}
    held = queries.nodes(session, log.id, places)
    return {
        entry: tuple(merkle.range_hash(*span, lambda level, position: held[level, position]) for span in found)
        for entry, found in spans.items()
    }
