"""Routes of endorsements: writing a request, taking in what comes back, removing it, and undoing that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.application.endorsements import EndorsementsFacade
from skilltrail.domain.entries import Endorsement, EndorsementRequest, Entry
from skilltrail.i18n import language, speaking
from skilltrail.services.endorsements import NOTE_LIMIT, PERSON_LIMIT, WORK_LIMIT, WORKS_MOST, Wish
from skilltrail.web.access import DECIDE, DECIDE_IN_WORDS, DECIDE_LARGE, READ
from skilltrail.web.api_entries import Topic
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces

Month = Annotated[str, Field(max_length=7)]


class AskIn(Strict):
    """What the request tells: nothing but this. Months are "2026-11"; ``deliverables`` are lines of text.

    It is refused where the leak scan stops in it, unless ``allowed`` says to send it all the same.
    """

    topic_id: Topic
    person: Annotated[str, Field(max_length=PERSON_LIMIT)]
    skill: Annotated[str, Field(max_length=PERSON_LIMIT)] = ""
    since: Month = ""
    until: Month = ""
    deliverables: Annotated[list[Annotated[str, Field(max_length=WORK_LIMIT)]], Field(max_length=WORKS_MOST)] = Field(
        default_factory=list
    )
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = ""
    language: Literal["", "en", "de", "es"] = ""
    allowed: bool = False


class TakeIn(Strict):
    """The file that came back, as text; with ``topic_id`` only one about that topic is taken."""

    document: Annotated[str, Field(max_length=262_144)]
    topic_id: Topic | None = None


@dataclass(frozen=True, slots=True)
class EndorsementAnswer:
    """A request or an endorsement; which fields below ``kind`` are filled depends on it.

    The signer's key is not vouched for by us: ``contact`` is where to ask back. ``whole`` is false where a word of it
    was hidden since; then it is no evidence any more.
    """

    id: int
    kind: str
    topic_id: str | None
    topic_name: str
    request: str
    skill: str = ""
    made_on: date | None = None
    answer_by: date | None = None
    name: str = ""
    contact: str = ""
    did: str = ""
    comment: str = ""
    confirmed: str = ""
    signed_on: date | None = None
    received_on: date | None = None
    sha256: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class EndorsementList:
    """All requests and endorsements, the newest first."""

    endorsements: list[EndorsementAnswer]


@dataclass(frozen=True, slots=True)
class EndorsementUndone:
    """The request or endorsement as it stands after the undoing; null where it does not stand any more."""

    endorsement: EndorsementAnswer | None


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """The page that is sent, and the note that it was made; it cannot be made again, for nothing else is kept of it."""

    name: str
    page: str
    request: EndorsementAnswer


def list_endorsements() -> EndorsementList:
    """Show all requests and endorsements."""
    return EndorsementList([endorsement_answer(one) for one in application().endorsements.listed()])


def ask_for_endorsement(body: AskIn) -> AskedAnswer:
    """Write a request for an endorsement."""
    return asked_answer(spaces().own.endorsements, body)


def take_endorsement(body: TakeIn) -> EndorsementAnswer:
    """Take in an endorsement that came back."""
    return taken_answer(spaces().own.endorsements, body)


def remove_endorsement(entry_id: int) -> EndorsementAnswer:
    """Remove a request or an endorsement."""
    return endorsement_answer(spaces().own.endorsements.remove(entry_id))


def undo_endorsement(entry_id: int) -> EndorsementUndone:
    """Take the last change of a request or an endorsement back."""
    return undone_answer(spaces().own.endorsements, entry_id)


def asked_answer(endorsements: EndorsementsFacade, body: AskIn) -> AskedAnswer:
    """Return the page of a request in the language that was chosen for it."""
    wish = Wish(
        topic_id=body.topic_id,
        person=body.person,
        skill=body.skill,
        since=body.since,
        until=body.until,
        deliverables=tuple(body.deliverables),
        note=body.note,
        allowed=body.allowed,
    )
    with speaking(body.language or language()):
        file, entry = endorsements.ask(wish)
    return AskedAnswer(file.name, file.data.decode(), endorsement_answer(entry))


def taken_answer(endorsements: EndorsementsFacade, body: TakeIn) -> EndorsementAnswer:
    """Take in, and return it as the API tells it."""
    return endorsement_answer(endorsements.take(body.document.encode(), body.topic_id))


def undone_answer(endorsements: EndorsementsFacade, entry_id: int) -> EndorsementUndone:
    """Undo, and return what stands then."""
    entry = endorsements.undo(entry_id)
    return EndorsementUndone(None if entry is None else endorsement_answer(entry))


def endorsement_answer(entry: Entry) -> EndorsementAnswer:
    """Return a request or an endorsement as the API tells it."""
    value = entry.value
    if isinstance(value, EndorsementRequest):
        return EndorsementAnswer(
            entry.id, entry.kind.value, entry.topic_id, entry.topic_name, value.request,
            skill=value.title, made_on=value.made_on, answer_by=value.answer_by, did=value.did,
        )  # fmt: skip
    if not isinstance(value, Endorsement):
        raise TypeError("not an endorsement")
    return EndorsementAnswer(
        entry.id, entry.kind.value, entry.topic_id, entry.topic_name, value.request,
        name=value.name, contact=value.address, did=value.did, comment=value.text, confirmed=value.about,
        signed_on=value.signed_on, received_on=value.received_on, sha256=value.sha256, whole=value.stands,
    )  # fmt: skip


ROUTES = (
    Route(
        "GET", "/endorsements", list_endorsements, READ,
        "Requests for endorsements, and those that came back; no signer’s key is vouched for by us.",
        gives=EndorsementList,
    ),
    Route(
        "POST", "/endorsements/requests", ask_for_endorsement, DECIDE_IN_WORDS,
        "Write the page by which somebody is asked for an endorsement of a topic.", takes=AskIn, gives=AskedAnswer,
    ),
    Route(
        "POST", "/endorsements", take_endorsement, DECIDE_LARGE,
        "Take in an endorsement that came back; it must answer a request, unaltered, by a key that is not the "
        "learner’s.",
        takes=TakeIn, gives=EndorsementAnswer,
    ),
    Route(
        "POST", "/endorsements/<int:entry_id>/remove", remove_endorsement, DECIDE,
        "Remove a request or an endorsement.", takes=Nothing, gives=EndorsementAnswer,
    ),
    Route(
        "POST", "/endorsements/<int:entry_id>/undo", undo_endorsement, DECIDE,
        "Take the last change of a request or an endorsement back.", takes=Nothing, gives=EndorsementUndone,
    ),
)  # fmt: skip
