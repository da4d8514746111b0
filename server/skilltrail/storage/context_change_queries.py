"""What was changed lately about clients, and said of exchanges: the newest changes with what they did."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import PastChange, SaidOf
from skilltrail.storage.context_queries import contexts, numbers_in
from skilltrail.storage.types import from_microseconds

_FORMS = text(
    "SELECT f.change, f.made_at, f.removed, json_extract(f.value, '$.name'), json_extract(f.value, '$.archived'), "
    "(SELECT json_extract(before.value, '$.archived') FROM context_form AS before "
    "WHERE before.context_id = f.context_id AND before.ended_by = f.change) "
    "FROM context_form AS f ORDER BY f.change DESC LIMIT :most"
)
_SAID = text(
    "SELECT change, min(made_at), min(said), min(clients), count(*) FROM context_said "
    "GROUP BY change ORDER BY change DESC LIMIT :most"
)


def past_changes(session: Session, most: int) -> list[PastChange]:
    """Return the newest changes, the newest first; two statements."""
    found: dict[int, PastChange] = {}
    for change, made_at, removed, name, archived, before in session.connection().execute(_FORMS, {"most": most}):
        did = _did(removed=bool(removed), archived=bool(archived), before=before)
        found[change] = PastChange(change, did, from_microseconds(made_at), name)
    living = contexts(session)
    for change, made_at, said, clients, count in session.connection().execute(_SAID, {"most": most}):
        if change in found:
            # What a removal said of the client's exchanges is undone with it.
            continue
        names = tuple(living[one].form.name for one in numbers_in(clients) if one in living)
        kind = SaidOf(said).value
        found[change] = PastChange(change, "said", from_microseconds(made_at), "", count, kind, names)
    return [found[change] for change in sorted(found, reverse=True)[:most]]


def _did(*, removed: bool, archived: bool, before: int | None) -> str:
    if removed:
        return "removed"
    if before is None:
        return "added"
    if archived == bool(before):
        return "changed"
    return "archived" if archived else "again"
