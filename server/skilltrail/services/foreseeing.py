"""Saying before an import what it would bring; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from skilltrail.domain.merging import Copy, Shelf
from skilltrail.services.ingest import Prepared, of_account
from skilltrail.services.tombstones import FORGOTTEN, Gatekeeper, Verdict
from skilltrail.storage import capture_queries as queries

FRESH = "fresh"
KNOWN = "known"


class Foreseer:
    """Judges the exchanges of an import in their order; remembers those that it has seen in the same files."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def judge(self, session: Session, prepared: Sequence[Prepared]) -> list[str]:
        """Return for each exchange ``fresh``, ``known``, or the code of why it would be refused."""
        fit = [(item.captured, item.copy) for item in prepared if item.copy is not None]
        gatekeeper = Gatekeeper(session, fit)
        keys = {(captured.provider, captured.conversation_id) for captured, _copy in fit}
        records = queries.find_conversations(session, keys)
        rows = queries.copies_of(session, [record.id for record in records])
        shelves = {record.id: Shelf([row.copy for row in rows.get(record.id, [])]) for record in records}
        talks: dict[tuple[str, str], list[tuple[str, Shelf]]] = {}
        for record in records:
            key = (record.provider, record.source_id)
            talks.setdefault(key, []).append((record.account, shelves[record.id]))
        return [self._one(item, gatekeeper, talks) for item in prepared]

    def _one(
        self, item: Prepared, gatekeeper: Gatekeeper, talks: dict[tuple[str, str], list[tuple[str, Shelf]]]
    ) -> str:
        if item.copy is None:
            return item.code or KNOWN
        captured = item.captured
        found = talks.get((captured.provider, captured.conversation_id), [])
        shelf = of_account(found, captured.account, account_of=lambda pair: pair[0])
        held = shelf is not None and shelf[1].find(item.copy) is not None
        verdict = gatekeeper.judge(captured, item.copy)
        if verdict is Verdict.FORGOTTEN or (verdict is Verdict.LIKELY and not held):
            return FORGOTTEN
        # Two files of one export can hold the same chat.
        mark = _mark(captured.provider, captured.conversation_id, item.copy)
        again = mark in self._seen
        self._seen.add(mark)
        return KNOWN if held or again else FRESH


def _mark(provider: str, conversation_id: str, copy: Copy) -> int:
    return hash((provider, conversation_id, copy.prompt_id or copy.prompt_digest, copy.reply_id or copy.reply_digest))
