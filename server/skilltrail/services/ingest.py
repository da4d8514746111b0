"""Taking captured exchanges in: each is stored once, whatever the number, order and kind of its copies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from skilltrail.domain.capture import CapturedItem, CaptureReport, CaptureResult, Outcome
from skilltrail.domain.exchange import PROVIDERS, CapturedExchange, Origin
from skilltrail.domain.merging import Copy, Shelf, TextChange, copy_of, merge
from skilltrail.domain.paths import current_path
from skilltrail.services import evidence_log
from skilltrail.services.cleaning import Cleaner
from skilltrail.services.forget import turn_of
from skilltrail.services.ports import Redactor
from skilltrail.services.tombstones import FORGOTTEN, Gatekeeper, Verdict
from skilltrail.storage import capture_queries as queries
from skilltrail.storage.capture_queries import ConversationRecord, StoredCopy
from skilltrail.storage.import_member_queries import Member, claim, note_members
from skilltrail.storage.meta_queries import LAST_SEQ, TOPICS_STALE, bump_revision, get_revision, raise_counter
from skilltrail.storage.touched import Touched

ID_LIMIT = 200
ATTACHMENTS_LIMIT = 50
CITATIONS_LIMIT = 100
T = TypeVar("T")
_PROVISIONAL = ("WEB:", "local-")
_CHANGES = {TextChange.REPLACE: "replaced", TextChange.REVISE: "revised", TextChange.NOTE: "noted"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item that is fit to be stored, or the code of why it is refused."""

    capture_id: str
    captured: CapturedExchange
    copy: Copy | None
    code: str | None = None


def prepare(items: Iterable[CapturedItem], *, redactor: Redactor, origins: Collection[Origin]) -> list[Prepared]:
    """Check, clean and redact items; needs no database, so no transaction waits for it.

    Parameters
    ----------
    items
        In the order of the request.
    redactor
        Replaces secrets; the sender may have done so already.
    origins
        What the sender's credential may bring.
    """
    cleaner = Cleaner(redactor)
    return [_prepared(item, cleaner, origins) for item in items]


def store(
    session: Session,
    prepared: Sequence[Prepared],
    *,
    now: datetime,
    device_id: str | None = None,
    import_id: int | None = None,
) -> CaptureReport:
    """Store what is new, merge what is known, in one transaction of the caller's.

    Returns
    -------
    CaptureReport
        One result per item, in order. It is true only once the caller's transaction is committed.
    """
    batch = _Batch(session, now=now, device_id=device_id, import_id=import_id)
    batch.load([item for item in prepared if item.code is None])
    results = [batch.take(item) for item in prepared]
    changed = batch.finish()
    evidence_log.keep_up(session, now=now, stored=len(prepared))
    return CaptureReport(tuple(results), bump_revision(session, batch.touched()) if changed else get_revision(session))


def refusal(captured: CapturedExchange, origins: Collection[Origin]) -> str | None:
    """Return the code of why an exchange cannot be stored, or None."""
    ids = (captured.prompt_id, captured.reply_id, captured.parent_id)
    times = (captured.asked_at, captured.answered_at, captured.captured_at)
    faults = (
        ("provider_unknown", captured.provider not in PROVIDERS),
        ("origin_not_allowed", captured.origin not in origins),
        ("text_empty", _asks_nothing(captured) or _is_empty(captured.reply)),
        ("conversation_id_invalid", _is_provisional(captured.conversation_id)),
        ("id_invalid", not all(_id_fits(value) for value in ids if value is not None)),
        ("time_invalid", any(time is not None and time.tzinfo is None for time in times)),
        ("too_large", len(captured.attachments) > ATTACHMENTS_LIMIT or len(captured.citations) > CITATIONS_LIMIT),
    )
    return next((code for code, fault in faults if fault), None)


def _asks_nothing(captured: CapturedExchange) -> bool:
    """A picture or a file may be sent without a word."""
    return _is_empty(captured.prompt) and not captured.attachments


def _is_empty(text: str) -> bool:
    return not text.strip(" \t\r\n\x00") or text.isspace()


def _is_provisional(conversation_id: str) -> bool:
    return not _id_fits(conversation_id) or conversation_id.startswith(_PROVISIONAL)


def _id_fits(value: str) -> bool:
    return 0 < len(value) <= ID_LIMIT and not value.isspace()


def _prepared(item: CapturedItem, cleaner: Cleaner, origins: Collection[Origin]) -> Prepared:
    code = refusal(item.exchange, origins)
    if code is not None:
        return Prepared(item.capture_id, item.exchange, None, code)
    captured = cleaner.clean(item.exchange)
    return Prepared(item.capture_id, captured, copy_of(captured))


class _Talk:
    """A conversation while a batch is taken in."""

    def __init__(self, record: ConversationRecord, rows: Sequence[StoredCopy]) -> None:
        self.record = record
        self.rows = list(rows)
        self.shelf = Shelf([row.copy for row in self.rows])
        self.touched = False

    def path_changes(self) -> dict[int, bool]:
        """Return the rows whose place on the current path is another one now."""
        on_path = current_path([turn_of(row) for row in self.rows])
        return {row.id: row.id in on_path for row in self.rows if row.on_current_path != (row.id in on_path)}


class _Batch:
    """One batch on its way into the database; new rows are gathered and go in together."""

    def __init__(self, session: Session, *, now: datetime, device_id: str | None, import_id: int | None) -> None:
        self._session = session
        self._now = now
        self._device_id = device_id
        self._import_id = import_id
        self._talks: dict[tuple[str, str], list[_Talk]] = {}
        self._gatekeeper = Gatekeeper(session, ())
        self._next = raise_counter(session, LAST_SEQ, 0) + 1
        self._rows: dict[int, dict[str, Any]] = {}
        self._texts: list[dict[str, Any]] = []
        self._seen: dict[int, dict[str, Any]] = {}
        self._members: dict[int, Member] = {}
        self._stored = 0
        self._changed = False

    def load(self, items: Sequence[Prepared]) -> None:
        arriving = [(item.captured, item.copy) for item in items if item.copy is not None]
        self._gatekeeper = Gatekeeper(self._session, arriving)
        records = queries.find_conversations(
            self._session, {(item.captured.provider, item.captured.conversation_id) for item in items}
        )
        rows = queries.copies_of(self._session, [record.id for record in records])
        for record in records:
            talk = _Talk(record, rows.get(record.id, []))
            self._talks.setdefault((record.provider, record.source_id), []).append(talk)

    def take(self, item: Prepared) -> CaptureResult:
        if item.copy is None:
            return CaptureResult(item.capture_id, Outcome.REFUSED, code=item.code)
        if self._is_forgotten(item.captured, item.copy):
            # Before its conversation is looked for: not even a title may come back with it.
            return CaptureResult(item.capture_id, Outcome.REFUSED, code=FORGOTTEN)
        talk = self._talk(item.captured)
        position = talk.shelf.find(item.copy)
        if position is None:
            return CaptureResult(item.capture_id, Outcome.STORED, self._add(talk, item.captured, item.copy))
        outcome = self._merge(talk, position, item.captured, item.copy)
        return CaptureResult(item.capture_id, outcome, talk.rows[position].id)

    def _is_forgotten(self, captured: CapturedExchange, copy: Copy) -> bool:
        verdict = self._gatekeeper.judge(captured, copy)
        if verdict is not Verdict.LIKELY:
            return verdict is Verdict.FORGOTTEN
        talk = _talk_of(self._talks.get((captured.provider, captured.conversation_id), []), captured.account)
        return talk is None or talk.shelf.find(copy) is None

    def finish(self) -> bool:
        """Write what was gathered; return whether anything changed."""
        moved = self._set_paths()
        self._flush()
        queries.see_again(self._session, self._seen)
        if self._import_id is not None:
            note_members(self._session, self._import_id, self._members)
        else:
            # What was captured too is no longer an import's alone: undoing the import leaves it.
            claim(self._session, self._members)
        if self._stored:
            raise_counter(self._session, LAST_SEQ, self._stored)
        if moved:
            raise_counter(self._session, TOPICS_STALE, moved)
        return self._changed or bool(self._stored or moved)

    def touched(self) -> Touched:
        """Return the conversations of this batch: in no other one did anything change."""
        return Touched(conversations=frozenset(talk.record.id for talks in self._talks.values() for talk in talks))

    def _talk(self, captured: CapturedExchange) -> _Talk:
        key = (captured.provider, captured.conversation_id)
        talks = self._talks.setdefault(key, [])
        talk = _talk_of(talks, captured.account)
        if talk is None:
            talk = _Talk(queries.add_conversation(self._session, captured), [])
            talks.append(talk)
            return talk
        learned = _learned(talk.record, captured)
        if learned != talk.record:
            # The same title, said again later, is noted but is nothing new on any page.
            self._changed = self._changed or replace(learned, titled_at=talk.record.titled_at) != talk.record
            talk.record = learned
            queries.change_conversation(self._session, learned)
        return talk

    def _add(self, talk: _Talk, captured: CapturedExchange, copy: Copy) -> int:
        number = self._next
        self._next += 1
        self._stored += 1
        self._rows[number] = queries.copy_values(copy) | {
            "id": number,
            "seq": number,
            "conversation_id": talk.record.id,
            "received_at": self._now,
            "extractor": captured.extractor,
            "redactions": captured.redactions,
            "truncated": captured.truncated,
            "revision": 0,
            "on_current_path": True,
            "vectors_due": True,
            "device_id": self._device_id,
            "import_id": self._import_id,
        }
        self._texts.append(queries.text_values(captured) | {"exchange_id": number})
        talk.rows.append(StoredCopy(id=number, copy=copy, revision=0, on_current_path=True))
        talk.shelf.add(copy)
        talk.touched = True
        if self._import_id is not None:
            self._members[number] = Member("stored")
        return number

    def _merge(self, talk: _Talk, position: int, captured: CapturedExchange, copy: Copy) -> Outcome:
        row = talk.rows[position]
        decision = merge(row.copy, copy)
        text, outcome = decision.text, decision.outcome
        if text is TextChange.NOTE and queries.has_revision(self._session, row.id, copy):
            text, outcome = TextChange.KEEP, Outcome.KNOWN
        self._members.setdefault(row.id, Member("known"))
        if text is TextChange.KEEP and _only_seen_again(row.copy, decision.merged):
            self._see(talk, position, decision.merged)
            return outcome
        # What a revision or a change names must be in the database.
        self._flush()
        self._seen.pop(row.id, None)
        revision = row.revision + self._change_text(row, text, captured, copy)
        self._note_change(row, text, revision)
        self._write(row, decision.merged, text, revision, captured)
        talk.rows[position] = replace(row, copy=decision.merged, revision=revision)
        talk.shelf.change(position, decision.merged)
        talk.touched = self._changed = True
        return outcome

    def _see(self, talk: _Talk, position: int, merged: Copy) -> None:
        """Note when an exchange was seen again; only its place on the path can depend on it."""
        row = talk.rows[position]
        if merged == row.copy:
            return
        values = {"path_flag": merged.path_flag, "path_at": merged.path_at, "active_at": merged.active_at}
        if row.id in self._rows:
            self._rows[row.id] |= values
        else:
            self._seen[row.id] = values
        talk.rows[position] = replace(row, copy=merged)
        talk.shelf.change(position, merged)
        talk.touched = True

    def _note_change(self, row: StoredCopy, text: TextChange, revision: int) -> None:
        """Note what an import does to an exchange that was there: undoing it gives the text of before back."""
        before = self._members[row.id]
        if self._import_id is None or text is TextChange.KEEP or before.how == "stored":
            return
        kept = queries.revision_number(self._session, row.id, row.copy) if text is TextChange.REVISE else revision
        first = before.revision if before.how == "revised" else kept
        self._members[row.id] = Member(_CHANGES[text], first, revision)

    def _change_text(self, row: StoredCopy, text: TextChange, captured: CapturedExchange, copy: Copy) -> int:
        """Write the texts; return the number of revisions this added."""
        added = 0
        if text is TextChange.NOTE:
            queries.keep_other(self._session, row, copy, captured, noted_at=self._now)
            return 1
        if text is TextChange.REVISE:
            if not queries.has_revision(self._session, row.id, row.copy):
                queries.keep_replaced(self._session, row, noted_at=self._now)
                added = 1
            queries.drop_derived(self._session, row.id)
        if text is not TextChange.KEEP:
            queries.replace_text(self._session, row.id, captured)
        return added

    def _write(
        self, row: StoredCopy, merged: Copy, text: TextChange, revision: int, captured: CapturedExchange
    ) -> None:
        values = queries.copy_values(merged) | {"revision": revision}
        if text in {TextChange.REPLACE, TextChange.REVISE}:
            values |= {
                "extractor": captured.extractor,
                "redactions": captured.redactions,
                "truncated": captured.truncated,
            }
        if text is TextChange.REVISE:
            values["vectors_due"] = row.on_current_path
        queries.change_exchange(self._session, row.id, values)

    def _set_paths(self) -> int:
        """Work out the current paths; return how many stored exchanges moved."""
        moved: dict[int, bool] = {}
        for talks in self._talks.values():
            for talk in talks:
                if talk.touched:
                    moved |= talk.path_changes()
        for number in moved.keys() & self._rows.keys():
            on_path = moved.pop(number)
            self._rows[number] |= {"on_current_path": on_path, "vectors_due": on_path}
        queries.set_current_path(self._session, moved)
        return len(moved)

    def _flush(self) -> None:
        queries.add_exchanges(self._session, list(self._rows.values()), self._texts)
        self._rows = {}
        self._texts = []


def _only_seen_again(before: Copy, after: Copy) -> bool:
    return replace(after, path_flag=before.path_flag, path_at=before.path_at, active_at=before.active_at) == before


def _talk_of(talks: Sequence[_Talk], account: str) -> _Talk | None:
    return of_account(talks, account, account_of=lambda talk: talk.record.account)


def of_account(talks: Sequence[T], account: str, *, account_of: Callable[[T], str]) -> T | None:
    """Return the conversation of this account; an account that is not known is no contradiction."""
    exact = [talk for talk in talks if account_of(talk) == account]
    near = [talk for talk in talks if not account or not account_of(talk)]
    return next(iter(exact or near), None)


def _learned(record: ConversationRecord, captured: CapturedExchange) -> ConversationRecord:
    """Return the conversation with what this capture knows of it; of two titles the newer one."""
    newer = captured.title is not None and (
        record.titled_at is None or (captured.captured_at, captured.title) > (record.titled_at, record.title or "")
    )
    return replace(
        record,
        account=record.account or captured.account,
        title=captured.title if newer else record.title,
        titled_at=captured.captured_at if newer else record.titled_at,
        project_id=record.project_id or captured.project_id,
        gizmo_id=record.gizmo_id or captured.gizmo_id,
    )
