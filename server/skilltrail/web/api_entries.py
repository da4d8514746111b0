"""Routes of what learners write themselves: reflections, deliverables, skills of their own, goals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

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
)
from skilltrail.web.access import DECIDE, DECIDE_IN_WORDS, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Count, Nothing, Strict
from skilltrail.web.space import application, spaces


def _day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("not a day")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Topic = Annotated[str, Field(min_length=1, max_length=100)]
Name = Annotated[str, Field(max_length=NAME_LIMIT)]
Text = Annotated[str, Field(max_length=TEXT_LIMIT)]


class ReflectionIn(Strict):
    """A note on an exchange or a topic; with ``entry_id`` the new words of one."""

    text: Text
    exchange_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    topic_id: Topic | None = None
    entry_id: Annotated[int, Field(ge=1, le=2**53)] | None = None


class DeliverableIn(Strict):
    """A work product of a topic. Of a file: name (``title``), size and SHA-256; the file itself is never sent.

    ``dated`` is the day of the work, today where none is named.
    """

    form: Literal["url", "commit", "file"]
    title: Name = ""
    address: Annotated[str, Field(max_length=ADDRESS_LIMIT)] = ""
    commit: Annotated[str, Field(max_length=64)] = ""
    sha256: Annotated[str, Field(max_length=64)] = ""
    size: Count = 0
    dated: Day | None = None
    topic_id: Topic | None = None
    entry_id: Annotated[int, Field(ge=1, le=2**53)] | None = None


class SkillIn(Strict):
    """A skill of the learner's own."""

    name: Name
    about: Text = ""
    topic_id: Topic | None = None
    entry_id: Annotated[int, Field(ge=1, le=2**53)] | None = None


class GoalIn(Strict):
    """A skill to reach, by a day."""

    name: Name
    by: Day | None = None
    topic_id: Topic | None = None
    entry_id: Annotated[int, Field(ge=1, le=2**53)] | None = None


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """An entry. Which of the fields below ``kind`` are filled depends on it; see the bodies that make them."""

    id: int
    kind: str
    exchange_id: int | None
    topic_id: str | None
    topic_name: str
    created_at: datetime
    changed_at: datetime
    text: str = ""
    form: str = ""
    title: str = ""
    address: str = ""
    commit: str = ""
    sha256: str = ""
    size: int = 0
    dated: date | None = None
    name: str = ""
    about: str = ""
    by: date | None = None
    reached_on: date | None = None


@dataclass(frozen=True, slots=True)
class EntryList:
    """All that the learner wrote, the newest first."""

    entries: list[EntryAnswer]


@dataclass(frozen=True, slots=True)
class EntryUndone:
    """The entry as it stands after the undoing; null where it does not stand any more."""

    entry: EntryAnswer | None


def list_entries() -> EntryList:
    """Show all that the learner wrote."""
    return EntryList([entry_answer(entry) for entry in application().entries.all()])


def keep_reflection(body: ReflectionIn) -> EntryAnswer:
    """Keep a note."""
    return _kept("reflections", body, body.exchange_id)


def keep_deliverable(body: DeliverableIn) -> EntryAnswer:
    """Keep a work product."""
    return _kept("deliverables", body)


def keep_skill(body: SkillIn) -> EntryAnswer:
    """Keep a skill of the learner's own."""
    return _kept("skills", body)


def keep_goal(body: GoalIn) -> EntryAnswer:
    """Keep a goal."""
    return _kept("goals", body)


def reach_goal(entry_id: int) -> EntryAnswer:
    """Note that a goal was reached, or no longer."""
    return entry_answer(spaces().own.entries.reached(entry_id))


def remove_entry(entry_id: int) -> EntryAnswer:
    """Remove an entry."""
    return entry_answer(spaces().own.entries.remove(entry_id))


def undo_entry(entry_id: int) -> EntryUndone:
    """Take the last change of an entry back."""
    entry = spaces().own.entries.undo(entry_id)
    return EntryUndone(None if entry is None else entry_answer(entry))


def entry_answer(entry: Entry) -> EntryAnswer:
    """Return an entry as the API tells it."""
    return EntryAnswer(
        id=entry.id,
        kind=entry.kind.value,
        exchange_id=entry.exchange_id,
        topic_id=entry.topic_id,
        topic_name=entry.topic_name,
        created_at=entry.created_at,
        changed_at=entry.changed_at,
        **asdict(entry.value),
    )


def value_of(kind: str, body: dict[str, Any]) -> Written:
    """Return the value that a body names: its fields are those of the ``…In`` model of its kind."""
    if kind == "reflections":
        return Reflection(body["text"])
    if kind == "deliverables":
        names = ("form", "title", "address", "commit", "sha256", "size")
        return Deliverable(**{name: body[name] for name in names if name in body}, dated=_read_day(body.get("dated")))
    if kind == "skills":
        return OwnSkill(body["name"], body["about"])
    return Goal(body["name"], _read_day(body["by"]))


def _read_day(day: str | date | None) -> date | None:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _kept(kind: str, body: Any, exchange_id: int | None = None) -> EntryAnswer:
    value = value_of(kind, body.model_dump())
    kept = spaces().own.entries.keep(value, entry_id=body.entry_id, topic_id=body.topic_id, exchange_id=exchange_id)
    return entry_answer(kept)


def _keeps(path: str, view: Any, summary: str, takes: Any) -> Route:
    return Route("POST", path, view, DECIDE_IN_WORDS, summary, takes=takes, gives=EntryAnswer)


ROUTES = (
    Route("GET", "/entries", list_entries, READ, "All that the learner wrote.", gives=EntryList),
    _keeps("/reflections", keep_reflection, "Write a reflection on an exchange or topic, or change one.", ReflectionIn),
    _keeps("/deliverables", keep_deliverable, "Attach a deliverable to a topic, or change one.", DeliverableIn),
    _keeps("/skills", keep_skill, "Add a skill of one's own, or change one.", SkillIn),
    _keeps("/goals", keep_goal, "Set a goal, or change one.", GoalIn),
    Route(
        "POST", "/goals/<int:entry_id>/reached", reach_goal, DECIDE, "Note that a goal was reached, or no longer.",
        takes=Nothing, gives=EntryAnswer,
    ),
    Route(
        "POST", "/entries/<int:entry_id>/remove", remove_entry, DECIDE, "Remove an entry.", takes=Nothing,
        gives=EntryAnswer,
    ),
    Route(
        "POST", "/entries/<int:entry_id>/undo", undo_entry, DECIDE, "Take the last change of an entry back.",
        takes=Nothing, gives=EntryUndone,
    ),
)  # fmt: skip
