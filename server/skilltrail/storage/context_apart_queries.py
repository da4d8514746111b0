"""The ids of what is kept apart because of clients: for counting from columns, which know no clients."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from skilltrail.storage.context_conditions import UNSEEN, confidential, is_of
from skilltrail.storage.models import Exchange
from skilltrail.storage.trail_queries import Bounds


def kept_apart(session: Session, bounds: Bounds) -> str:
    """Return the ids of exchanges on the current path, commas between them, that lie outside of bounds by their client.

    For an export these are all of clients but the admitted ones, and what was not looked at; with a client all others.
    """
    outside = [confidential(bounds.admitted), UNSEEN] if bounds.exported else []
    outside += [] if bounds.client is None else [~is_of(bounds.client)]
    statement = select(func.group_concat(Exchange.id)).where(Exchange.on_current_path.is_(True), or_(*outside))
    return session.execute(statement).scalar_one() or ""
