"""Routes of corrections: what the learner decides about topics, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.domain.carry_over import PALETTE_SIZE
from skilltrail.domain.corrections import NAME_LIMIT, Corrected, LogLine, Part, Standing
from skilltrail.web.access import DECIDE, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Count, Nothing, Strict
from skilltrail.web.space import application, spaces

_Name = Annotated[str, Field(max_length=4 * NAME_LIMIT)]
_TopicId = Annotated[str, Field(min_length=1, max_length=40)]
_Exchanges = Annotated[list[Count], Field(min_length=1, max_length=1_000)]


class NameIn(Strict):
    """A name of the learner's; null gives ours back."""

    name: _Name | None


class StandingIn(Strict):
    """Where the topic is shown."""

    standing: Literal["shown", "hidden", "not_skill"]


class KeptIn(Strict):
    """Whether later runs leave the topic as it is."""

    kept: bool


class ColourIn(Strict):
    """An index into the palette."""

    colour: Annotated[int, Field(ge=0, lt=PALETTE_SIZE)]


class AreaIn(Strict):
    """The name of an area that holds topics."""

    area: Annotated[str, Field(min_length=1, max_length=200)]


class MergeIn(Strict):
    """Topics that go into the one that is named in the address."""

    topics: Annotated[list[_TopicId], Field(min_length=1, max_length=50)]


class SplitIn(Strict):
    """Parts of the proposed division, from 0, that become topics of their own."""

    parts: Annotated[list[Annotated[int, Field(ge=0, le=1_000)]], Field(min_length=1, max_length=100)]


class MoveIn(Strict):
    """Exchanges, and the topic that they belong to; null: to none."""

    exchanges: _Exchanges
    topic: _TopicId | None


class SplitOffIn(Strict):
    """Exchanges that become a topic of their own, and its name."""

    exchanges: _Exchanges
    name: _Name


@dataclass(frozen=True, slots=True)
class PartsAnswer:
    """Parts into which a topic could be divided, the largest first; fewer than two: nothing in it stands apart."""

    parts: list[Part]


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """What changed, the newest first."""

    lines: list[LogLine]


@dataclass(frozen=True, slots=True)
class HiddenTopic:
    """A topic that is on no timeline and in no export."""

    id: str
    name: str
    standing: str
    colour: int
    exchanges: int


@dataclass(frozen=True, slots=True)
class HiddenList:
    """Topics that the learner hid or called no skill."""

    topics: list[HiddenTopic]


def rename_topic(topic_id: str, body: NameIn) -> Corrected:
    """Call a topic by a name of the learner's, or by ours again."""
    return spaces().own.corrections.rename(topic_id, body.name)


def set_topic_standing(topic_id: str, body: StandingIn) -> Corrected:
    """Hide a topic, call it no skill, or show it again."""
    return spaces().own.corrections.set_standing(topic_id, Standing(body.standing))


def keep_topic(topic_id: str, body: KeptIn) -> Corrected:
    """Keep a topic as it is, or no longer."""
    return spaces().own.corrections.keep(topic_id, on=body.kept)


def colour_topic(topic_id: str, body: ColourIn) -> Corrected:
    """Give a topic another colour."""
    return spaces().own.corrections.set_colour(topic_id, body.colour)


def put_topic_into_area(topic_id: str, body: AreaIn) -> Corrected:
    """Put a topic into another area."""
    return spaces().own.corrections.set_area(topic_id, body.area)


def merge_topics(topic_id: str, body: MergeIn) -> Corrected:
    """Make topics one."""
    return spaces().own.corrections.merge(body.topics, topic_id)


def propose_parts(topic_id: str) -> PartsAnswer:
    """Propose a division of a topic."""
    return PartsAnswer(list(application().corrections.divide(topic_id).parts))


def split_topic(topic_id: str, body: SplitIn) -> Corrected:
    """Divide a topic as proposed."""
    return spaces().own.corrections.split_as_proposed(topic_id, body.parts)


def move_exchanges(body: MoveIn) -> Corrected:
    """Put exchanges into a topic, or into none."""
    return spaces().own.corrections.move(body.exchanges, body.topic)


def split_exchanges_off(body: SplitOffIn) -> Corrected:
    """Make a topic of exchanges."""
    return spaces().own.corrections.split_off(body.exchanges, body.name)


def undo_correction(correction_id: int) -> Corrected:
    """Take one correction back."""
    return spaces().own.corrections.undo(correction_id)


def read_topic_log() -> LogAnswer:
    """Tell what changed."""
    return LogAnswer(application().corrections.log())


def list_hidden_topics() -> HiddenList:
    """Show what is hidden."""
    return HiddenList(list(hidden_topics()))


def hidden_topics() -> tuple[HiddenTopic, ...]:
    """Return the topics that are not shown."""
    return tuple(HiddenTopic(*row) for row in application().trail.hidden())


def _correction(path: str, view: object, words: str, takes: type[Strict | Nothing]) -> Route:
    return Route("POST", path, view, DECIDE, words, takes=takes, gives=Corrected)  # type: ignore[arg-type]


ROUTES = (
    _correction("/topics/<topic_id>/name", rename_topic, "Call a topic by the learner's name, or by ours.", NameIn),
    _correction("/topics/<topic_id>/standing", set_topic_standing, "Hide a topic, or show it again.", StandingIn),
    _correction("/topics/<topic_id>/kept", keep_topic, "Let no run change a topic, or again.", KeptIn),
    _correction("/topics/<topic_id>/colour", colour_topic, "Give a topic another colour.", ColourIn),
    _correction("/topics/<topic_id>/area", put_topic_into_area, "Put a topic into another area.", AreaIn),
    _correction("/topics/<topic_id>/merge", merge_topics, "Merge topics into this one.", MergeIn),
    Route(
        "GET",
        "/topics/<topic_id>/parts",
        propose_parts,
        READ,
        "A proposed division of a topic; nothing changes.",
        gives=PartsAnswer,
    ),
    _correction("/topics/<topic_id>/split", split_topic, "Divide a topic as proposed.", SplitIn),
    _correction("/exchanges/move", move_exchanges, "Put exchanges into a topic, or into none.", MoveIn),
    _correction("/exchanges/split", split_exchanges_off, "Make a topic of exchanges.", SplitOffIn),
    Route("GET", "/corrections", read_topic_log, READ, "What runs and the learner changed.", gives=LogAnswer),
    _correction("/corrections/<int:correction_id>/undo", undo_correction, "Take one correction back.", Nothing),
    Route("GET", "/hidden-topics", list_hidden_topics, READ, "Topics that are not shown.", gives=HiddenList),
)
