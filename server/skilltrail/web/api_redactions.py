"""Routes of redaction: the learner's lists, what was hidden, and what paired extensions are told of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from flask import Response
from pydantic import Field

from skilltrail.domain.redaction import (
    WORD_LIMIT,
    MarkStanding,
    RedactedExchange,
    RedactionLists,
    RedactionOverview,
    Replaced,
    WordFound,
)
from skilltrail.web import answers
from skilltrail.web.access import DECIDE, READ, REPORT
from skilltrail.web.json_door import dump_json
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Query, Strict
from skilltrail.web.space import application, spaces

PAGE = 50


class OwnWordIn(Strict):
    """A word that is to be hidden: exact, in any case, as a whole word."""

    word: Annotated[str, Field(min_length=1, max_length=WORD_LIMIT * 2)]


class AllowanceIn(Strict):
    """A mark that stood for no secret."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    mark: Annotated[str, Field(min_length=4, max_length=4)]


class PersonalIn(Strict):
    """Whether personal data is masked when it is captured."""

    mask_at_capture: bool


class OwnDataIn(Strict):
    """An address or number of the learner's own."""

    value: Annotated[str, Field(min_length=1, max_length=WORD_LIMIT * 2)]


class ListsQuestion(Strict):
    """A paired extension asks for the lists; ``known`` is the revision that it has."""

    known: Annotated[str, Field(max_length=64)] = ""


class RedactedQuery(Query):
    """Exchanges in which one kind was hidden; ``before`` is an exchange's id."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    before: Annotated[int, Field(ge=0, le=2**53)] | None = None


@dataclass(frozen=True, slots=True)
class ListedWord:
    """An own word with the number of its mark."""

    id: int
    word: str


@dataclass(frozen=True, slots=True)
class ListedAllowance:
    """A kind and a mark that are left alone."""

    kind: str
    mark: str


@dataclass(frozen=True, slots=True)
class ListsAnswer:
    """What an extension needs to hide the same as the server; all null when it has this ``revision`` already."""

    revision: str
    words: list[ListedWord] | None = None
    allowed: list[ListedAllowance] | None = None
    mask_personal: bool | None = None
    exempt: list[str] | None = None


@dataclass(frozen=True, slots=True)
class RedactedList:
    """A page of exchanges with the marks in them."""

    exchanges: list[RedactedExchange]


@dataclass(frozen=True, slots=True)
class OwnDataAnswer:
    """What kind of personal data the value is."""

    kind: str


def read_redactions() -> RedactionOverview:
    """Count what was hidden, and show the learner's lists."""
    return application().redactions.overview()


def list_redacted(query: RedactedQuery) -> RedactedList:
    """Show where one kind was hidden."""
    return RedactedList(list(application().redactions.exchanges(query.kind, query.before, PAGE)))


def add_own_word(body: OwnWordIn) -> WordFound:
    """Hide a word from now on; nothing stored is changed."""
    return spaces().own.redactions.add_word(body.word)


def remove_own_word(word_id: int) -> Response:
    """Hide a word no longer."""
    spaces().own.redactions.remove_word(word_id)
    return Response(status=204)


def find_own_word(word_id: int) -> WordFound:
    """Count the stored exchanges that hold a word."""
    return spaces().own.redactions.found(word_id)


def replace_own_word(word_id: int) -> Replaced:
    """Replace a word in everything that is stored."""
    return spaces().own.redactions.replace(word_id)


def allow_mark(body: AllowanceIn) -> MarkStanding:
    """Keep from now on what a mark stood for."""
    spaces().own.redactions.allow(body.kind, body.mark)
    return spaces().own.redactions.standing(body.kind, body.mark)


def disallow_mark(kind: str, mark: str) -> Response:
    """Hide again what a mark stands for."""
    spaces().own.redactions.disallow(kind, mark)
    return Response(status=204)


def change_personal(body: PersonalIn) -> answers.Done:
    """Choose whether personal data is masked when it is captured."""
    spaces().own.redactions.set_mask_personal(body.mask_at_capture)
    return answers.Done()


def add_own_data(body: OwnDataIn) -> OwnDataAnswer:
    """Except an address or number of the learner's own."""
    return OwnDataAnswer(spaces().own.redactions.add_own_data(body.value))


def remove_own_data(body: OwnDataIn) -> Response:
    """Treat it as anyone's again. The value is in the body: it must not stand in an address."""
    spaces().own.redactions.remove_own_data(body.value)
    return Response(status=204)


def tell_lists(body: ListsQuestion) -> ListsAnswer:
    """Tell a paired extension what to hide; it keeps the lists where no page can read them."""
    lists = spaces().own.redactions.lists()
    whole = _told(lists)
    revision = hashlib.sha256(dump_json(whole)).hexdigest()[:32]
    if body.known == revision:
        return ListsAnswer(revision=revision)
    return ListsAnswer(revision, whole.words, whole.allowed, whole.mask_personal, whole.exempt)


def _told(lists: RedactionLists) -> ListsAnswer:
    return ListsAnswer(
        revision="",
        words=[ListedWord(word.id, word.word) for word in lists.words],
        allowed=[ListedAllowance(kind, mark) for kind, mark in sorted(lists.allowed)],
        mask_personal=lists.mask_personal,
        exempt=list(lists.exempt),
    )


ROUTES = (
    Route("GET", "/redactions", read_redactions, READ, "What was hidden, by kind.", gives=RedactionOverview),
    Route(
        "GET",
        "/redactions/exchanges",
        list_redacted,
        READ,
        "Exchanges in which one kind was hidden; never what.",
        query=RedactedQuery,
        gives=RedactedList,
    ),
    Route(
        "POST",
        "/redactions/words",
        add_own_word,
        DECIDE,
        "Hide a word of the learner's own from now on.",
        takes=OwnWordIn,
        gives=WordFound,
        status=201,
    ),
    Route("DELETE", "/redactions/words/<int:word_id>", remove_own_word, DECIDE, "Hide it no longer.", status=204),
    Route(
        "GET",
        "/redactions/words/<int:word_id>",
        find_own_word,
        DECIDE,
        "How many stored exchanges hold it; changes nothing.",
        gives=WordFound,
    ),
    Route(
        "POST",
        "/redactions/words/<int:word_id>/replace",
        replace_own_word,
        DECIDE,
        "Replace it in everything that is stored; cannot be undone.",
        takes=Nothing,
        gives=Replaced,
    ),
    Route(
        "POST",
        "/redactions/allowances",
        allow_mark,
        DECIDE,
        "Keep from now on what a mark stood for.",
        takes=AllowanceIn,
        gives=MarkStanding,
        status=201,
    ),
    Route(
        "DELETE",
        "/redactions/allowances/<kind>/<mark>",
        disallow_mark,
        DECIDE,
        "Hide it again from now on.",
        status=204,
    ),
    Route(
        "PUT",
        "/redactions/personal",
        change_personal,
        DECIDE,
        "Mask personal data at capture, or keep it.",
        takes=PersonalIn,
        gives=answers.Done,
    ),
    Route(
        "POST",
        "/redactions/own-data",
        add_own_data,
        DECIDE,
        "Except an address or number of the learner's own.",
        takes=OwnDataIn,
        gives=OwnDataAnswer,
        status=201,
    ),
    Route(
        "POST",
        "/redactions/own-data/remove",
        remove_own_data,
        DECIDE,
        "Treat it as anyone's again.",
        takes=OwnDataIn,
        status=204,
    ),
    Route(
        "POST",
        "/redaction-lists",
        tell_lists,
        REPORT,
        "What a paired extension must hide: words, allowances, personal data.",
        takes=ListsQuestion,
        gives=ListsAnswer,
    ),
)
