"""The page on which the learner answers a spot check."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.domain.spot_check import ENTRIES_MOST, REASON_LIMIT, AskedEntry
from skilltrail.errors import SkilltrailError
from skilltrail.i18n import _
from skilltrail.services.leak_words import hit_words
from skilltrail.web import client_pages
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("spot_pages", __name__)

_NUMBER_SIGNS = 15
_TEXTS = frozenset({"prompt", "reply", "attachment", "citation"})


@bp.get("/fragments/spot-check")
@asks(DASHBOARD_READ)
@of_one_moment
def spot_check_fragment() -> str:
    """The entries that somebody named, each field with what the leak scan stops at."""
    numbers, admitted = _numbers(request.args.get("entries", "")), client_pages.admitted()
    asked, problem = _asked(numbers, admitted)
    demo = in_demo()
    return render_template(
        "fragments/spot_check.html",
        asked=asked,
        problem=problem,
        numbers=", ".join(str(number) for number in numbers),
        admitted=admitted,
        clients=client_pages.choices(),
        hit_words=hit_words,
        field_words=field_words,
        texts_of=texts_of,
        reason_limit=REASON_LIMIT,
        now=datetime.now(UTC),
        is_demo=demo,
        base="/demo" if demo else "",
    )


def field_words(name: str) -> str:
    """Say what a field of an entry is."""
    kind, _dot, number = name.partition(".")
    known: dict[str, Any] = {
        "prompt": _("Question, paragraph {n}"),
        "reply": _("Answer, paragraph {n}"),
        "attachment": _("Name of attachment {n}"),
        "citation": _("Address of source {n}"),
        "asked_at": _("When it was asked"),
        "answered_at": _("When it was answered"),
        "captured_at": _("When it was captured"),
        "asked_at_source": _("Whence the time is known"),
        "provider": _("Service"),
        "model": _("Model"),
        "conversation": _("Number of the chat at its service"),
        "fidelity": _("How complete the copy is"),
        "status": _("Status"),
        "supersedes": _("Entry whose place it took"),
    }
    return str(known.get(kind, name)).format(n=number)


def texts_of(asked: AskedEntry) -> list[str]:
    """Return the fields of an entry that somebody wrote; the others are facts about it."""
    return [part.name for part in asked.parts if part.name.partition(".")[0] in _TEXTS]


def _asked(numbers: list[int], admitted: tuple[int, ...]) -> tuple[list[AskedEntry], str]:
    if not numbers:
        return [], ""
    try:
        return application().spot_checks.asked(numbers, admitted), ""
    except SkilltrailError as error:
        return [], str(error)


def _numbers(text: str) -> list[int]:
    """Return the numbers in a text, however they are set apart; each once."""
    words = "".join(sign if sign.isascii() and sign.isdecimal() else " " for sign in text[:2_000]).split()
    found = dict.fromkeys(int(word) for word in words if len(word) <= _NUMBER_SIGNS)
    return list(found)[: ENTRIES_MOST + 1]
