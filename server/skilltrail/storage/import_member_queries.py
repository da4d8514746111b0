"""Which import brought or changed which exchange, and what undoing an import takes away and gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, exists, func, select, text, update
from sqlalchemy.orm import Session, aliased

from skilltrail.domain.imports import ImportState
from skilltrail.storage.import_models import ImportMember
from skilltrail.storage.models import Exchange, ExchangeRevision, ExchangeText, ImportBatch

_CHUNK = 500

# Plain SQL: written for every exchange of an import. What an import stored stays its own; the first text that it
# replaced is the one of before; how often the text had changed is what it was last.
_NOTE = text(
    """INSERT INTO import_member (import_id, exchange_id, how, revision, "after")
    VALUES (:import_id, :exchange_id, :how, :revision, :after)
    ON CONFLICT (import_id, exchange_id) DO UPDATE SET
    how = CASE WHEN how IN ('known', 'replaced', 'noted') AND excluded.how <> 'known' THEN excluded.how ELSE how END,
    revision = CASE WHEN how IN ('known', 'replaced', 'noted') AND excluded.how <> 'known' THEN excluded.revision
        ELSE revision END,
    "after" = COALESCE(excluded."after", "after")"""
)


@dataclass(frozen=True, slots=True)
class Member:
    """What an import did with an exchange; see ``ImportMember``."""

    how: str
    revision: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Improved:
    """An exchange that was there before an import, which changed it.

    ``untouched``: nothing has changed its text since, and the revision is still there. ``text_removed``: the retention
    rule took its texts.
    """

    exchange_id: int
    how: str
    revision: int | None
    untouched: bool
    text_removed: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A text that an exchange had before, with what was known of that capture."""

    prompt: str
    reply: str
    values: dict[str, Any]


def note_members(session: Session, import_id: int, members: Mapping[int, Member]) -> None:
    """Note what an import did with exchanges."""
    rows = [
        {
            "import_id": import_id,
            "exchange_id": exchange_id,
            "how": member.how,
            "revision": member.revision,
            "after": member.after,
        }
        for exchange_id, member in members.items()
    ]
    if rows:
        session.connection().execute(_NOTE, rows)


def claim(session: Session, exchange_ids: Iterable[int]) -> None:
    """Note that exchanges were captured by other means than an import."""
    ids = sorted(exchange_ids)
    for start in range(0, len(ids), _CHUNK):
        wanted = Exchange.id.in_(ids[start : start + _CHUNK])
        session.execute(update(Exchange).where(wanted, Exchange.import_id.is_not(None)).values(import_id=None))


def removable(session: Session, import_id: int) -> list[int]:
    """Return the exchanges that only this import brought: no capture and no other import had them too."""
    found = select(Exchange.id).where(Exchange.import_id == import_id, ~_in_another(import_id))
    return list(session.scalars(found.order_by(Exchange.id)))


def shared(session: Session, import_id: int) -> int:
    """Return how many exchanges of this import another import had too."""
    found = select(func.count()).where(Exchange.import_id == import_id, _in_another(import_id))
    return session.execute(found).scalar_one()


def captured_too(session: Session, import_id: int) -> int:
    """Return how many exchanges that this import stored were captured by other means later."""
    found = (
        select(func.count())
        .select_from(ImportMember)
        .join(Exchange, Exchange.id == ImportMember.exchange_id)
        .where(ImportMember.import_id == import_id, ImportMember.how == "stored", Exchange.import_id.is_(None))
    )
    return session.execute(found).scalar_one()


def hand_over(session: Session, import_id: int) -> None:
    """Give the exchanges that another import had too to the oldest of those."""
    other = aliased(ImportMember)
    heir = (
        select(func.min(other.import_id))
        .join(ImportBatch, ImportBatch.id == other.import_id)
        .where(
            other.exchange_id == Exchange.id,
            other.import_id != import_id,
            ImportBatch.state != ImportState.UNDONE.value,
        )
        .scalar_subquery()
    )
    session.execute(
        update(Exchange).where(Exchange.import_id == import_id, _in_another(import_id)).values(import_id=heir)
    )


def improved(session: Session, import_id: int) -> list[Improved]:
    """Return the exchanges whose text this import changed, though it did not bring them."""
    kept = exists(
        select(ExchangeRevision.id).where(
            ExchangeRevision.exchange_id == ImportMember.exchange_id, ExchangeRevision.number == ImportMember.revision
        )
    )
    rows = session.execute(
        select(
            ImportMember.exchange_id,
            ImportMember.how,
            ImportMember.revision,
            and_(Exchange.revision == ImportMember.after, kept),
            Exchange.text_removed,
        )
        .join(Exchange, Exchange.id == ImportMember.exchange_id)
        .where(ImportMember.import_id == import_id, ImportMember.how.in_(("replaced", "revised", "noted")))
        .order_by(ImportMember.exchange_id)
    )
    return [Improved(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]


def earlier_text(session: Session, exchange_id: int, number: int) -> Earlier | None:
    """Return a revision of an exchange, or None when it is gone."""
    row = session.scalars(
        select(ExchangeRevision).where(ExchangeRevision.exchange_id == exchange_id, ExchangeRevision.number == number)
    ).one_or_none()
    if row is None:
        return None
    names = ("prompt_digest", "reply_digest", "origin", "fidelity", "status", "extractor", "captured_at")
    return Earlier(row.prompt, row.reply, {name: getattr(row, name) for name in names})


def put_back(session: Session, exchange_id: int, earlier: Earlier, values: Mapping[str, Any]) -> None:
    """Give an exchange an earlier text back, with ``values`` for its columns."""
    texts = {"prompt": earlier.prompt, "reply": earlier.reply}
    session.execute(update(ExchangeText).where(ExchangeText.exchange_id == exchange_id).values(**texts))
    session.execute(update(Exchange).where(Exchange.id == exchange_id).values(**earlier.values, **values))


def drop_revision(session: Session, exchange_id: int, number: int) -> None:
    """Delete a revision, and count anew how often the text has changed."""
    where = (ExchangeRevision.exchange_id == exchange_id, ExchangeRevision.number == number)
    session.execute(delete(ExchangeRevision).where(*where))
    newest = (
        select(func.coalesce(func.max(ExchangeRevision.number), 0))
        .where(ExchangeRevision.exchange_id == exchange_id)
        .scalar_subquery()
    )
    session.execute(update(Exchange).where(Exchange.id == exchange_id).values(revision=newest))


def note_undo_pass(session: Session, import_id: int, pass_id: int) -> None:
    """Note which forgetting undoes an import; the number may have been that of another one before."""
    session.execute(update(ImportBatch).where(ImportBatch.undo_pass == pass_id).values(undo_pass=None))
    session.execute(update(ImportBatch).where(ImportBatch.id == import_id).values(undo_pass=pass_id))


def undone_by(session: Session, pass_id: int) -> int | None:
    """Return the import that a forgetting undoes, or None."""
    return session.scalars(select(ImportBatch.id).where(ImportBatch.undo_pass == pass_id)).one_or_none()


def note_undone(session: Session, import_id: int, undo: dict[str, Any]) -> None:
    """Note that an import is undone and what that did; what it did with each exchange is forgotten."""
    values: dict[str, Any] = {
        "state": ImportState.UNDONE.value,
        "undo": undo,
        "undo_pass": None,
        "paths": [],
        "upload": None,
    }
    session.execute(update(ImportBatch).where(ImportBatch.id == import_id).values(**values))
    session.execute(delete(ImportMember).where(ImportMember.import_id == import_id))


def _in_another(import_id: int) -> Any:
    other = aliased(ImportMember)
    return exists(
        select(other.exchange_id)
        .join(ImportBatch, ImportBatch.id == other.import_id)
        .where(
            and_(
                other.exchange_id == Exchange.id,
                other.import_id != import_id,
                ImportBatch.state != ImportState.UNDONE.value,
            )
        )
    )
