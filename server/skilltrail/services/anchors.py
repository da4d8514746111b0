"""Anchors of the evidence log: taking in an authority's answer, noting a push, and what a portfolio shows of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.anchors import ADDRESS_LIMIT, AnchorKind, StoredAnchor
from skilltrail.domain.evidence_log import EvidenceLog
from skilltrail.domain.portfolio import Anchor
from skilltrail.errors import EvidenceInvalid, NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.timestamps import TimeToken, check_token
from skilltrail.storage import anchor_queries as queries
from skilltrail.storage import log_queries


def take_token(session: Session, answer: bytes, root: bytes, *, now: datetime) -> StoredAnchor:
    """Take in the answer of a time-stamping authority (.tsr) over one of this log's checkpoints.

    Parameters
    ----------
    root
        The authority's root certificate (PEM or DER), as the learner has it from them: without it anybody could have
        made the answer.

    Raises
    ------
    EvidenceInvalid
        If it is no answer, about something else, or not signed as it says.
    RequestInvalid
        If it is here already.
    """
    log = _log(session)
    size, note = _checkpoint_of(session, log, answer)
    told = check_token(answer, note, [root])
    if any(one.token == answer for one in queries.of_checkpoint(session, log.id, size)):
        raise RequestInvalid(_("This time token is here already."))
    return _kept(session, log, size, kind=AnchorKind.RFC3161, token=answer, root=root, told=told, now=now)


def note_push(session: Session, size: int, address: str, *, redactor: SecretRedactor, now: datetime) -> StoredAnchor:
    """Note where the checkpoint over ``size`` entries was pushed to, without secrets; nothing is looked up.

    Raises
    ------
    RequestInvalid
        If it is no web address, or holds a name or password for signing in.
    NotFound
        If there is no such checkpoint.
    """
    log, address = _log(session), address.strip()
    if not address.startswith("https://") or len(address) > ADDRESS_LIMIT or any(sign.isspace() for sign in address):
        raise RequestInvalid(_("This is no web address: it begins with https:// and has no blanks."))
    if "@" in address.removeprefix("https://").replace("\\", "/").split("/")[0].split("?")[0].split("#")[0]:
        raise RequestInvalid(_("Leave out the name and password before the @: the address stands in portfolios."))
    address = redactor.redact(address)[0]
    if size not in {one for one, _note, _made_at in log_queries.checkpoints(session, log.id)}:
        raise NotFound(_("There is no such checkpoint."))
    return _kept(session, log, size, kind=AnchorKind.GIT, by=address, now=now)


def remove(session: Session, anchor_id: int, *, now: datetime) -> StoredAnchor:
    """Remove an anchor; ``undo`` brings it back. Raises NotFound."""
    found = queries.one(session, anchor_id)
    if found is None:
        raise NotFound(_("There is no such anchor (any more)."))
    queries.set_removed(session, anchor_id, now)
    return found


def undo(session: Session, anchor_id: int) -> StoredAnchor:
    """Bring a removed anchor back; raises NotFound."""
    if not queries.is_removed(session, anchor_id):
        raise NotFound(_("There is nothing to undo about this anchor."))
    queries.set_removed(session, anchor_id, None)
    return _there(session, anchor_id)


def anchors_for(session: Session, size: int, log: EvidenceLog | None = None) -> tuple[Anchor, ...]:
    """Return the anchors of this log's checkpoint over ``size`` entries, as a portfolio shows them."""
    log = log or _log(session)
    head = log_queries.open_log(session)
    is_head = head is not None and (head.id, head.size) == (log.id, size)
    found = queries.of_head(session) if is_head else queries.of_checkpoint(session, log.id, size)
    return tuple(Anchor(one.kind.value, one.checkpoint, one.token, one.at, one.by) for one in reversed(found))


def _checkpoint_of(session: Session, log: EvidenceLog, answer: bytes) -> tuple[int, bytes]:
    """Return the checkpoint that an answer is about."""
    other = EvidenceInvalid(_("The time token is about something else than a checkpoint of this log."))
    for size, note, _made_at in reversed(log_queries.checkpoints(session, log.id)):
        try:
            check_token(answer, note)
        except EvidenceInvalid as error:
            other = error
        else:
            return size, note
    raise other


def _kept(
    session: Session,
    log: EvidenceLog,
    size: int,
    *,
    kind: AnchorKind,
    now: datetime,
    token: bytes = b"",
    root: bytes = b"",
    told: TimeToken | None = None,
    by: str = "",
) -> StoredAnchor:
    at, who = (None, by) if told is None else (told.at, told.by)
    anchor = StoredAnchor(0, log.id, size, kind, b"", token, root, at, who, now)
    return _there(session, queries.add(session, anchor))


def _there(session: Session, anchor_id: int) -> StoredAnchor:
    found = queries.one(session, anchor_id)
    if found is None:
        raise NotFound(_("There is no such anchor (any more)."))
    return found


def _log(session: Session) -> EvidenceLog:
    log = log_queries.open_log(session)
    if log is None:
        raise NotFound(_("The evidence log has no such entry."))
    return log
