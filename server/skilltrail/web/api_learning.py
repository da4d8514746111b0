"""Routes of learning told from delegation: what an exchange is, what the learner says, and the shares of topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skilltrail.domain.learning import SAYABLE, Intent, Kind, Shares, ToldExchange
from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _
from skilltrail.web import learning_words
from skilltrail.web.access import DECIDE, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces


class LearningSayIn(Strict):
    """The learner's word about an exchange: its kind or its intent; without a value it is left to the program again."""

    part: Literal["kind", "intent"]
    value: Literal["learning", "delegated", "neither", "asking", "doing", "expressing"] | None = None


@dataclass(frozen=True, slots=True)
class CueAnswer:
    """One thing that spoke for what is told; ``words`` of the prompt showed it."""

    cue: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class LearningAnswer:
    """What an exchange counts as. ``said_kind`` and ``said_intent`` are the learner's word; it counts before ours.

    ``told_kind``, ``told_intent``, ``chance`` (of learning, 0 to 1) and ``taught`` (corrections that moved it) are
    ours, null while nobody looked.
    """

    exchange: int
    kind: str
    intent: str | None
    signals: list[str]
    said_kind: str | None
    said_intent: str | None
    told_kind: str | None
    told_intent: str | None
    chance: float | None
    taught: int
    reasons: list[CueAnswer]
    undoable: bool
    words: str


@dataclass(frozen=True, slots=True)
class TopicShares:
    """How many exchanges of a topic are of each kind; ``said``: by the learner's word; ``waiting``: not told yet."""

    topic_id: str
    learning: int
    delegated: int
    neither: int
    unsure: int
    waiting: int
    said: int


@dataclass(frozen=True, slots=True)
class SharesAnswer:
    """The shares of all topics."""

    topics: list[TopicShares]


def read_learning(exchange_id: int) -> LearningAnswer:
    """Show what an exchange counts as, and why."""
    return learning_answer(application().learning.exchange(exchange_id))


def say_learning(exchange_id: int, body: LearningSayIn) -> LearningAnswer:
    """Keep the learner's word about an exchange."""
    return learning_answer(said(spaces().own.learning, exchange_id, body.part, body.value))


def undo_learning(exchange_id: int) -> LearningAnswer:
    """Take back the learner's last word about an exchange."""
    return learning_answer(spaces().own.learning.undo(exchange_id))


def list_shares() -> SharesAnswer:
    """Show the shares of all topics."""
    return SharesAnswer(
        [shares_answer(topic, found) for topic, found in sorted(application().learning.all_shares().items())]
    )


def said(facade: object, exchange_id: int, part: str, value: str | None) -> ToldExchange:
    """Keep a word of the learner; raises RequestInvalid where the value is none of the part's."""
    from skilltrail.application.learning import LearningFacade

    if not isinstance(facade, LearningFacade):
        raise TypeError(type(facade).__name__)
    if part == "kind" and (value is None or value in SAYABLE):
        return facade.say_kind(exchange_id, Kind(value) if value else None)
    if part == "intent" and (value is None or value in tuple(Intent)):
        return facade.say_intent(exchange_id, Intent(value) if value else None)
    raise RequestInvalid(_("A kind is learning, delegated or neither; an intent asking, doing or expressing."))


def learning_answer(told: ToldExchange) -> LearningAnswer:
    """Return what an exchange counts as, as the API tells it."""
    ours = told.told
    return LearningAnswer(
        exchange=told.exchange_id,
        kind=told.kind.value,
        intent=told.intent.value if told.intent else None,
        signals=[signal.value for signal in ours.signals] if ours and told.kind is Kind.LEARNING else [],
        said_kind=told.word.kind.value if told.word.kind else None,
        said_intent=told.word.intent.value if told.word.intent else None,
        told_kind=ours.kind.value if ours else None,
        told_intent=ours.intent.value if ours and ours.intent else None,
        chance=round(ours.chance, 4) if ours else None,
        taught=ours.taught if ours else 0,
        reasons=[CueAnswer(reason.cue, reason.words, round(reason.weight, 3)) for reason in told.reasons],
        undoable=told.undoable,
        words=learning_words.kind_sentence(told),
    )


def shares_answer(topic_id: str, shares: Shares) -> TopicShares:
    """Return the shares of a topic as the API tells them."""
    return TopicShares(
        topic_id, shares.learning, shares.delegated, shares.neither, shares.unsure, shares.waiting, shares.said
    )


ROUTES = (
    Route("GET", "/learning", list_shares, READ, "How many exchanges of each topic are learning.", gives=SharesAnswer),
    Route(
        "GET",
        "/exchanges/<int:exchange_id>/learning",
        read_learning,
        READ,
        "What an exchange counts as, and why.",
        gives=LearningAnswer,
    ),
    Route(
        "POST",
        "/exchanges/<int:exchange_id>/learning",
        say_learning,
        DECIDE,
        "Say what an exchange is; the learner's word counts before what is told.",
        takes=LearningSayIn,
        gives=LearningAnswer,
    ),
    Route(
        "POST",
        "/exchanges/<int:exchange_id>/learning/undo",
        undo_learning,
        DECIDE,
        "Take back the learner's last word about an exchange.",
        takes=Nothing,
        gives=LearningAnswer,
    ),
)
