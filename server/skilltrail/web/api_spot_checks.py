"""Routes of spot checks: what somebody asked for, as the learner sees it, and the answer as one archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from flask import Response
from pydantic import Field

from skilltrail.application.spot_checks import SpotChecksFacade
from skilltrail.domain.spot_check import ENTRIES_MOST, REASON_LIMIT, AskedEntry, SpotAnswer
from skilltrail.domain.timeline import ExportFile
from skilltrail.web.access import DECIDE, DECIDE_LARGE
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Strict
from skilltrail.web.space import application, spaces

Number = Annotated[int, Field(ge=0, le=2**53)]
Name = Annotated[str, Field(max_length=40)]
Clients = Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=500)]


class AskedIn(Strict):
    """Entry numbers that somebody named; ``clients`` are those whose matter may be shown."""

    entries: Annotated[list[Number], Field(min_length=1, max_length=ENTRIES_MOST)]
    clients: Clients = Field(default_factory=list)


class ChosenIn(Strict):
    """What the learner decided about one entry: fields to show, or with none of them the reason.

    ``allowed`` are those of the fields in which the leak scan stops and that may be shown all the same;
    "reason" is that of the reason.
    """

    entry: Number
    names: Annotated[list[Name], Field(max_length=300)] = Field(default_factory=list)
    allowed: Annotated[list[Name], Field(max_length=300)] = Field(default_factory=list)
    reason: Annotated[str, Field(max_length=REASON_LIMIT)] = ""


class SpotAnswerIn(Strict):
    """The answer to a spot check; ``older`` is the checkpoint that the asker has, "" for none."""

    chosen: Annotated[list[ChosenIn], Field(min_length=1, max_length=ENTRIES_MOST)]
    clients: Clients = Field(default_factory=list)
    older: Annotated[str, Field(max_length=8_000)] = ""

    def answer(self) -> SpotAnswer:
        """Return what was decided."""
        return SpotAnswer(
            shown={one.entry: tuple(one.names) for one in self.chosen if one.names},
            withheld={one.entry: one.reason for one in self.chosen if not one.names},
            allowed=frozenset((one.entry, name) for one in self.chosen for name in one.allowed),
        )


@dataclass(frozen=True, slots=True)
class AskedPartAnswer:
    """A field of an entry; ``kinds`` are what the leak scan stops at in it. ``proposed``: shown unless left out."""

    name: str
    text: str
    kinds: list[str]
    proposed: bool


@dataclass(frozen=True, slots=True)
class AskedEntryAnswer:
    """An entry that was asked for; ``answered_by`` is the one that answers it, null where nothing can be shown."""

    entry: int
    state: str
    answered_by: int | None
    exchange_id: int | None
    parts: list[AskedPartAnswer]


@dataclass(frozen=True, slots=True)
class AskedEntries:
    """All entries that were asked for, by their numbers."""

    entries: list[AskedEntryAnswer]


def look_at_asked(body: AskedIn) -> AskedEntries:
    """Show the learner what an answer would disclose."""
    return asked_answer(application().spot_checks, body)


def answer_spot_check(body: SpotAnswerIn) -> Response:
    """Write the answer."""
    file = answer_file(spaces().own.spot_checks, body)
    answer = Response(file.data, mimetype=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{quote(file.name)}"'
    return answer


def asked_answer(spot_checks: SpotChecksFacade, body: AskedIn) -> AskedEntries:
    """Return what was asked for as the API tells it."""
    return AskedEntries([_entry(one) for one in spot_checks.asked(body.entries, body.clients)])


def answer_file(spot_checks: SpotChecksFacade, body: SpotAnswerIn) -> ExportFile:
    """Return the archive."""
    return spot_checks.answer(body.answer(), body.clients, body.older.encode() or None)


def _entry(one: AskedEntry) -> AskedEntryAnswer:
    parts = [AskedPartAnswer(part.name, part.text, list(part.kinds), part.proposed) for part in one.parts]
    return AskedEntryAnswer(one.entry, one.state.value, one.answered_by, one.exchange_id, parts)


ROUTES = (
    Route(
        "POST", "/evidence-log/asked", look_at_asked, DECIDE,
        "What could be shown of entries that somebody named, with what the leak scan stops at; nothing is disclosed.",
        takes=AskedIn, gives=AskedEntries,
    ),
    Route(
        "POST", "/evidence-log/answer", answer_spot_check, DECIDE_LARGE,
        "The answer to a spot check as an archive; refused where it would show what the leak scan stops at.",
        takes=SpotAnswerIn, media_types=("application/zip",),
    ),
)  # fmt: skip
