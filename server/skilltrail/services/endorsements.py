"""Endorsements: asking for one, taking in what comes back, and which of them stand.

Taken in is only what answers a request of this history, unaltered, by a key that is not the learner's. Whose key it is
nobody here can tell: that stands beside every endorsement, with where to ask back.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.context_words import fold
from skilltrail.domain.endorsement import (
    Asked,
    Statement,
    has_begun,
    has_ended,
    is_about,
    last_day,
    read_statement,
    skill_urn,
)
from skilltrail.domain.entries import Endorsement, EndorsementRequest, Entry, EntryKind
from skilltrail.domain.leak_hits import HitKind, PortfolioText, TextPlace
from skilltrail.domain.portfolio import Audience, Selection, ShownEndorsement
from skilltrail.domain.resolved_portfolio import Why
from skilltrail.errors import EvidenceInvalid, NotFound, RequestInvalid
from skilltrail.i18n import _, language
from skilltrail.platform.data_integrity import check_form, check_proof_of, read_credential
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.services import leak_scan
from skilltrail.services.leak_scan import Lookout
from skilltrail.services.leak_words import hit_words
from skilltrail.storage import entry_queries as queries
from skilltrail.storage.identity_queries import keys
from skilltrail.storage.meta_queries import bump_revision
from skilltrail.storage.touched import Touched

PERSON_LIMIT, NOTE_LIMIT, WORK_LIMIT, WORKS_MOST = 120, 1_000, 300, 20
"""Characters of what a request says, and how many deliverables it names at most."""

_CLOCKS = timedelta(days=1)
"""By so much the clocks of two people may differ, zones included."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the learner chose to tell the endorser. ``skill`` "" means the topic's name.

    ``since`` and ``until`` are months ("2026-11"), "" for none; ``deliverables`` lines of text, ``note`` words.
    ``allowed``: it is sent though the leak scan stops in it.
    """

    topic_id: str
    person: str
    skill: str = ""
    since: str = ""
    until: str = ""
    deliverables: tuple[str, ...] = ()
    note: str = ""
    allowed: bool = False


def cleared(
    session: Session,
    wish: Wish,
    *,
    redactor: SecretRedactor,
    exempt: Collection[str],
    common: Callable[[], Collection[str]] = frozenset,
    of_held_back: bool = False,
) -> Wish:
    """Return what is told as it may go out: without secrets, and looked through as a portfolio is.

    ``of_held_back``: the topic's name tells of what may not leave alone.

    Raises
    ------
    NotFound
        If there is no such topic (any more).
    RequestInvalid
        Naming the fields in which the leak scan stops and at what, unless ``allowed`` says to send it all the same.
    """
    name = queries.topic_name(session, wish.topic_id)
    if name is None:
        raise NotFound(_("This topic does not exist (any more)."))
    wish = replace(wish, skill=wish.skill or name)
    seen = leak_scan.lookout(session, _NOBODY, redactor=redactor, exempt=exempt, common=common)
    if not wish.allowed and (stopped := list(_stopped(wish, seen, name if of_held_back else ""))):
        words = _("Not before you have looked at it and allowed it: {fields}.")
        raise RequestInvalid(words.format(fields="; ".join(stopped)))
    return replace(
        wish,
        person=redactor.redact(wish.person)[0],
        skill=redactor.redact(wish.skill)[0],
        deliverables=tuple(redactor.redact(one)[0] for one in wish.deliverables),
        note=redactor.redact(wish.note)[0],
    )


_NOBODY = Selection(title="", audience=Audience.CLIENT, person="")
"""Nobody's matter is admitted."""


def suggested_name(
    session: Session,
    name: str,
    *,
    redactor: SecretRedactor,
    exempt: Collection[str],
    common: Callable[[], Collection[str]] = frozenset,
) -> str:
    """Return what a skill can be called in a request: the topic's name, or "" where the leak scan would stop in it."""
    seen = leak_scan.lookout(session, _NOBODY, redactor=redactor, exempt=exempt, common=common)
    line = " ".join(name.split())[:PERSON_LIMIT].strip()
    return "" if leak_scan.kinds_in(PortfolioText(TextPlace("request"), line), seen) else line


def _stopped(wish: Wish, seen: Lookout, held_back: str) -> Iterator[str]:
    named = [(_("Your name"), wish.person), (_("Name of the skill"), wish.skill)]
    named += [*((_("Deliverable"), one) for one in wish.deliverables), (_("A few words to them"), wish.note)]
    for what, text in named:
        kinds = leak_scan.kinds_in(PortfolioText(TextPlace("request"), text), seen)
        if held_back and fold(text).split() == fold(held_back).split():
            kinds = (*kinds, HitKind.HELD_BACK.value)
        if kinds:
            yield f"{what} ({', '.join(map(hit_words, kinds))})"


def ask(session: Session, wish: Wish, *, did: str, statements: Sequence[str], now: datetime) -> tuple[Asked, Entry]:
    """Note that somebody is asked, and return what they are told.

    Raises
    ------
    NotFound
        If there is no such topic (any more).
    RequestInvalid
        If something is missing, too long, or the period none: no months, its end before its begin, or in the future.
    """
    name = queries.topic_name(session, wish.topic_id)
    if name is None:
        raise NotFound(_("This topic does not exist (any more)."))
    asked = _asked(replace(wish, skill=wish.skill or name), did, statements, now)
    value = EndorsementRequest(
        request=asked.request,
        skill_id=asked.skill_id,
        digest=asked.digest(),
        did=did,
        title=asked.skill,
        made_on=date.fromisoformat(asked.made_on),
        answer_by=date.fromisoformat(asked.answer_by),
    )
    entry = queries.put(session, value, now=now, topic_id=wish.topic_id)
    bump_revision(session, Touched())
    return asked, _standing(session, entry)


def _asked(wish: Wish, did: str, statements: Sequence[str], now: datetime) -> Asked:
    made_on = now.astimezone(UTC).date()
    return Asked(
        request=uuid.uuid4().urn,
        nonce=secrets.token_urlsafe(16),
        person=_line(wish.person, PERSON_LIMIT),
        did=did,
        skill=_line(wish.skill, PERSON_LIMIT),
        skill_id=skill_urn(wish.topic_id),
        made_on=made_on.isoformat(),
        answer_by=last_day(made_on).isoformat(),
        language=language(),
        statements=tuple(statements),
        deliverables=tuple(_line(one, WORK_LIMIT) for one in wish.deliverables[:WORKS_MOST]),
        note=wish.note.strip()[:NOTE_LIMIT],
        **_period(wish, now),
    )


def _period(wish: Wish, now: datetime) -> dict[str, str]:
    if not wish.since and not wish.until:
        return {"since": "", "until": ""}
    since, until = wish.since or wish.until, wish.until or wish.since
    first, last = _month(since), _month(until)
    if first > last:
        raise RequestInvalid(_("The period ends before it begins."))
    if last > now.astimezone().date():
        raise RequestInvalid(_("The period lies in the future: {month} has not begun.").format(month=until))
    return {"since": since, "until": until}


def _month(month: str) -> date:
    """Return the first day of a month as browsers write it; nothing else that Python reads as a date is one."""
    year, _dash, number = month.partition("-")
    if not (month.isascii() and year.isdecimal() and number.isdecimal() and (len(year), len(number)) == (4, 2)):
        raise RequestInvalid(_("A month is written as 2026-11."))
    try:
        return date(int(year), int(number), 1)
    except ValueError:
        raise RequestInvalid(_("A month is written as 2026-11.")) from None


def _line(text: str, most: int) -> str:
    line = " ".join(text.split())
    if not line:
        raise RequestInvalid(_("Write something first."))
    if len(line) > most:
        raise RequestInvalid(_("This is too long: at most {most} characters.").format(most=most))
    return line


# --- what comes back ------------------------------------------------------------------------------------------------


def take(session: Session, data: bytes, *, now: datetime, topic_id: str | None = None) -> Entry:
    """Take an endorsement in that somebody sent back; with ``topic_id`` only one about that topic.

    Raises
    ------
    EvidenceInvalid
        If it is none, was altered, was signed by a key of the learner's, or does not answer a request of this history
        in its time.
    RequestInvalid
        If it is here already.
    """
    statement = _checked(data)
    if statement.issuer in {key.did for key in keys(session)}:
        raise EvidenceInvalid(_("It is signed with a key of your own. Only somebody else can endorse you."))
    request = _request_of(session, statement, topic_id)
    _names_a_key(session, request)
    value = _value(statement, data, now)
    _in_time(statement, value, request, now)
    _not_here_yet(session, value)
    entry = queries.put(session, value, now=now, topic_id=request.topic_id)
    bump_revision(session, Touched())
    return _standing(session, entry)


def _checked(data: bytes) -> Statement:
    document = read_credential(data)
    statement = read_statement(document)
    check_form(document)
    check_proof_of(document, statement.issuer)
    return statement


def _request_of(session: Session, statement: Statement, topic_id: str | None) -> Entry:
    for entry in queries.of_kind(session, EntryKind.REQUEST):
        value = entry.value
        if not isinstance(value, EndorsementRequest) or value.request != statement.request:
            continue
        if value.digest != statement.digest:
            raise EvidenceInvalid(_("It answers an altered copy of your request."))
        if value.skill_id != statement.subject:
            raise EvidenceInvalid(_("It is about another skill than your request."))
        if topic_id is not None and entry.id not in {one.id for one in queries.of_topic(session, topic_id)}:
            words = _("It is about another skill: “{skill}”. Add it there.")
            raise EvidenceInvalid(words.format(skill=entry.topic_name or value.title))
        return entry
    raise EvidenceInvalid(_("It answers no request of this history, or the request was removed."))


def _names_a_key(session: Session, request: Entry) -> None:
    """Refuse what is about a key from which no handover leads to the one of now: nobody could tell that it is yours."""
    following = []
    for key in reversed(keys(session)):
        following.append(key.did)
        if key.statement is None:
            break
    if isinstance(request.value, EndorsementRequest) and request.value.did not in following:
        raise EvidenceInvalid(_("It is about an identity key that does not lead to yours of now. Ask again."))


def _value(statement: Statement, data: bytes, now: datetime) -> Endorsement:
    return Endorsement(
        request=statement.request,
        credential_id=statement.credential_id,
        did=statement.issuer,
        name=statement.issuer_name,
        address=statement.contact,
        text=statement.comment,
        about=statement.description,
        signed_on=_moment(statement.valid_from).date(),
        received_on=now.astimezone(UTC).date(),
        sha256=hashlib.sha256(data).hexdigest(),
        document=data.decode(),
    )


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise EvidenceInvalid(_("Its date is none."))
    return found.astimezone(UTC)


def _in_time(statement: Statement, value: Endorsement, request: Entry, now: datetime) -> None:
    if statement.valid_until and _moment(statement.valid_until) < now:
        raise EvidenceInvalid(_("It has expired: it says itself until when it holds."))
    asked = request.value
    if not isinstance(asked, EndorsementRequest):
        return
    if value.signed_on > asked.answer_by + _CLOCKS:
        words = _("It was signed on {day}; the request could be answered until {last}. Ask again.")
        raise EvidenceInvalid(words.format(day=value.signed_on, last=asked.answer_by))
    if value.signed_on < asked.made_on - _CLOCKS or _moment(statement.valid_from) > now + _CLOCKS:
        raise EvidenceInvalid(_("It is dated before it was asked for, or in the future."))


def _not_here_yet(session: Session, value: Endorsement) -> None:
    for entry in queries.of_kind(session, EntryKind.ENDORSEMENT):
        held = entry.value
        if isinstance(held, Endorsement) and held.credential_id == value.credential_id:
            raise RequestInvalid(_("This endorsement is here already (number {n}).").format(n=entry.id))


# --- what is there --------------------------------------------------------------------------------------------------


def listed(session: Session, topic_id: str | None = None) -> list[Entry]:
    """Return requests and endorsements, the newest first; with ``topic_id`` those of a topic."""
    found = queries.entries(session) if topic_id is None else queries.of_topic(session, topic_id)
    return [entry for entry in found if entry.kind in (EntryKind.REQUEST, EntryKind.ENDORSEMENT)]


def remove(session: Session, entry_id: int, *, now: datetime) -> Entry:
    """Remove a request or an endorsement; undoing brings it back. Raises NotFound."""
    entry = _standing(session, entry_id)
    queries.put(session, entry.value, now=now, entry_id=entry_id, topic_id=entry.topic_id, removed=True)
    bump_revision(session, Touched())
    return entry


def undo(session: Session, entry_id: int) -> Entry | None:
    """Take the last change back; return the entry as it stands then, None where it does not. Raises NotFound."""
    if not queries.undo(session, entry_id):
        raise NotFound(_("There is nothing to undo about this entry."))
    bump_revision(session, Touched())
    return queries.one(session, entry_id)


def why_not_counted(value: Endorsement, topic_id: str, name: str, now: datetime) -> Why | None:
    """Return why an endorsement says nothing of a topic by this name now; None where it does."""
    if not value.stands:
        return Why.GONE
    statement = read_statement(read_credential(value.document.encode()))
    if statement.subject != skill_urn(topic_id):
        return Why.OTHER_SKILL
    if has_ended(statement, now):
        return Why.ENDED
    return None if is_about(value.about, name) else Why.RENAMED


def is_dated_later(value: Endorsement, now: datetime) -> bool:
    """Tell whether an endorsement was signed later than now by its signer's clock, which may be ahead of ours."""
    return not has_begun(read_statement(read_credential(value.document.encode())), now)


def counted(entries: Iterable[Entry], topic_id: str, name: str, now: datetime) -> int:
    """Return how many endorsements lift a topic by this name now."""
    values = (one.value for one in entries)
    return sum(isinstance(one, Endorsement) and not why_not_counted(one, topic_id, name, now) for one in values)


def endorsements_of(session: Session, topic_id: str | None = None) -> dict[int, ShownEndorsement]:
    """Return endorsements as a portfolio shows them, by number; with ``topic_id`` those of a topic.

    One of which a word was hidden since has no document any more, and is left out.
    """
    found = {}
    for entry in listed(session, topic_id):
        value = entry.value
        if isinstance(value, Endorsement) and value.stands:
            found[entry.id] = ShownEndorsement(
                issuer_name=value.name,
                issuer_did=value.did,
                contact=value.address,
                comment=value.text,
                signed_on=value.signed_on,
                document=value.document.encode(),
                about=value.about,
            )
    return found


def _standing(session: Session, entry_id: int) -> Entry:
    found = queries.one(session, entry_id)
    if found is None or found.kind not in (EntryKind.REQUEST, EntryKind.ENDORSEMENT):
        raise NotFound(_("There is no such request or endorsement (any more)."))
    return found
