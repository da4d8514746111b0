"""What learners write themselves: keeping it, changing it, taking it back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.entries import (
    ADDRESS_LIMIT,
    NAME_LIMIT,
    TEXT_LIMIT,
    Deliverable,
    Entry,
    Goal,
    OwnSkill,
    Reflection,
    Written,
    kind_of,
)
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.services.work_days import checked_day
from skilltrail.storage import entry_queries as queries
from skilltrail.storage.meta_queries import bump_revision
from skilltrail.storage.touched import Touched

_ADDRESS = re.compile(r"https?://[^\s/?#]{1,253}(?:[/?#]\S{0,1990})?", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def keep(
    session: Session,
    value: Written,
    *,
    now: datetime,
    entry_id: int | None = None,
    exchange_id: int | None = None,
    topic_id: str | None = None,
) -> Entry:
    """Keep a new entry, or with ``entry_id`` another form of one.

    Parameters
    ----------
    exchange_id, topic_id
        What it is about. A reflection needs exactly one of them, a deliverable a topic; skills and goals may name a
        topic. A changed entry stays about what it was about, but for skills and goals.

    Raises
    ------
    NotFound
        If the entry, exchange or topic is not there (any more).
    RequestInvalid
        If something is missing, too long, or no address, hash or the like.
    """
    value = _checked(value, now)
    if entry_id is not None:
        before = _standing(session, entry_id)
        if before.kind is not kind_of(value):
            raise NotFound(_("This entry does not exist (any more)."))
        if isinstance(value, Reflection | Deliverable):
            exchange_id, topic_id = before.exchange_id, before.topic_id
        if isinstance(value, Deliverable) and value.dated is None:
            value = replace(value, dated=before.dated)
        if isinstance(value, Goal) and isinstance(before.value, Goal):
            value = replace(value, reached_on=before.value.reached_on)
    else:
        _place(session, value, exchange_id, topic_id)
        if isinstance(value, Deliverable) and value.dated is None:
            value = replace(value, dated=now.astimezone().date())
    kept = queries.put(session, value, now=now, entry_id=entry_id, exchange_id=exchange_id, topic_id=topic_id or None)
    bump_revision(session, Touched())
    return _standing(session, kept)


def remove(session: Session, entry_id: int, *, now: datetime) -> Entry:
    """Remove an entry; undoing brings it back. Raises NotFound."""
    entry = _standing(session, entry_id)
    queries.put(
        session,
        entry.value,
        now=now,
        entry_id=entry_id,
        exchange_id=entry.exchange_id,
        topic_id=entry.topic_id,
        removed=True,
    )
    bump_revision(session, Touched())
    return entry


def undo(session: Session, entry_id: int) -> Entry | None:
    """Take the last change of an entry back; return it as it stands then, None where it does not.

    Raises
    ------
    NotFound
        If there is nothing to undo.
    """
    if not queries.undo(session, entry_id):
        raise NotFound(_("There is nothing to undo about this entry."))
    bump_revision(session, Touched())
    return queries.one(session, entry_id)


def reached(session: Session, entry_id: int, *, now: datetime) -> Entry:
    """Note that a goal was reached today, or no longer; raises NotFound."""
    entry = _standing(session, entry_id)
    if not isinstance(entry.value, Goal):
        raise NotFound(_("This is no goal."))
    goal = replace(entry.value, reached_on=None if entry.value.reached_on else now.astimezone().date())
    queries.put(session, goal, now=now, entry_id=entry_id, topic_id=entry.topic_id)
    bump_revision(session, Touched())
    return _standing(session, entry_id)


def _standing(session: Session, entry_id: int) -> Entry:
    found = queries.one(session, entry_id)
    if found is None:
        raise NotFound(_("This entry does not exist (any more)."))
    return found


def _place(session: Session, value: Written, exchange_id: int | None, topic_id: str | None) -> None:
    if isinstance(value, Reflection) and (exchange_id is None) == (topic_id is None):
        raise RequestInvalid(_("A reflection is about one exchange or one topic."))
    if isinstance(value, Deliverable) and topic_id is None:
        raise RequestInvalid(_("Name the topic that the deliverable belongs to."))
    if topic_id and not queries.is_there(session, topic_id=topic_id):
        raise NotFound(_("This topic does not exist (any more)."))
    if exchange_id is not None and not queries.is_there(session, exchange_id=exchange_id):
        raise NotFound(_("This exchange does not exist (any more)."))


def _checked(value: Written, now: datetime) -> Written:
    if isinstance(value, Reflection):
        return Reflection(_text(value.text, TEXT_LIMIT))
    if isinstance(value, OwnSkill):
        return OwnSkill(_text(value.name, NAME_LIMIT), value.about.strip()[:TEXT_LIMIT])
    if isinstance(value, Goal):
        return replace(value, name=_text(value.name, NAME_LIMIT))
    dated = None if value.dated is None else checked_day(value.dated, now)
    return replace(_deliverable(value), dated=dated)


def _text(text: str, most: int) -> str:
    clean = text.strip()
    if not clean:
        raise RequestInvalid(_("Write something first."))
    if len(clean) > most:
        raise RequestInvalid(_("This is too long: at most {most} characters.").format(most=most))
    return clean


def _deliverable(value: Deliverable) -> Deliverable:
    title = " ".join(value.title.split())[:NAME_LIMIT]
    if value.form == "url":
        address = value.address.strip()
        # A mark in place of a secret has brackets, but no blanks: it stays an address.
        if len(address) > ADDRESS_LIMIT or not _ADDRESS.fullmatch(address):
            raise RequestInvalid(_("This is no web address: it begins with http:// or https:// and has no blanks."))
        return Deliverable("url", title or address[:NAME_LIMIT], address=address)
    if value.form == "commit":
        commit = value.commit.strip().lower()
        if not _COMMIT.fullmatch(commit):
            raise RequestInvalid(_("This is no commit: 7 to 64 digits and letters from a to f."))
        return Deliverable("commit", title or commit, commit=commit)
    # Browsers and systems name folders too; nobody needs to know them.
    name = title.replace("\\", "/").rsplit("/", 1)[-1]
    if value.form != "file" or not _SHA256.fullmatch(value.sha256) or value.size < 0 or not name:
        raise RequestInvalid(_("A file needs its name, its size and its SHA-256."))
    return Deliverable("file", name, sha256=value.sha256, size=value.size)
