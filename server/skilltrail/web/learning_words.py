"""Learning told from delegation in the learner's words: kinds, intents, signals, and why."""

from __future__ import annotations

from collections.abc import Iterable

from skilltrail.domain.learning import Intent, Kind, Reason, Shares, Signal, ToldExchange
from skilltrail.exporters.wording import ngettext, one_line
from skilltrail.formats import number, quoted
from skilltrail.i18n import _


def kind_words(kind: str) -> str:
    """Return what a kind is called where it is chosen."""
    words = {
        Kind.LEARNING: _("Learning"),
        Kind.DELEGATED: _("Delegated"),
        Kind.NEITHER: _("Neither"),
        Kind.UNSURE: _("Not sure"),
    }
    return words[Kind(kind)]


def kind_sentence(told: ToldExchange) -> str:
    """Say in a sentence what an exchange counts as, and by whose word."""
    if told.word.kind is not None:
        return {
            Kind.LEARNING: _("You said that this is learning."),
            Kind.DELEGATED: _("You said that this is work you handed over."),
            Kind.NEITHER: _("You said that this is neither learning nor work."),
        }[told.word.kind]
    if told.told is None:
        return _("It was not looked at yet; that takes a moment.")
    return {
        Kind.LEARNING: _("This looks like learning."),
        Kind.DELEGATED: _("This looks like work you handed over."),
        Kind.NEITHER: _("This looks like a look-up or talk: neither learning nor work handed over."),
        Kind.UNSURE: _("We are not sure whether this is learning."),
    }[told.told.kind]


def intent_words(intent: str | None) -> str:
    """Return what an intent means."""
    if intent is None:
        return _("not sure")
    words = {
        Intent.ASKING: _("asking: to know or to decide"),
        Intent.DOING: _("doing: to get a piece of work"),
        Intent.EXPRESSING: _("expressing: thanks, talk, feelings"),
    }
    return words[Intent(intent)]


def signal_words(signals: Iterable[Signal]) -> str:
    """Return the signals of learning as a list in words."""
    words = {
        Signal.EXPLANATION: _("an explanation"),
        Signal.HOW_WHY: _("how or why"),
        Signal.COMPARISON: _("a comparison"),
        Signal.DEBUGGING: _("finding a cause"),
        Signal.FEEDBACK: _("feedback on your own work"),
        Signal.PRACTICE: _("practice"),
        Signal.CORRECTION: _("putting the model right"),
    }
    return ", ".join(words[signal] for signal in signals)


def chance_words(told: ToldExchange) -> str:
    """Say how likely learning is, in tens: nothing finer was measured."""
    if told.told is None:
        return ""
    tens = min(9, max(1, round(told.told.chance * 10)))
    return _("Of ten prompts worded like this, about {n} were learning.").format(n=tens)


def reason_words(reason: Reason) -> str:
    """Say what one reason is."""
    if reason.cue == "word":
        return _("the words “{words}”").format(words=one_line(reason.words))
    said = _cues().get(reason.cue, reason.cue)
    return f"{said}: {quoted(one_line(reason.words))}" if reason.words else said


def reasons_lead(told: ToldExchange) -> str:
    """Return what stands before the reasons."""
    if told.told is not None and told.told.kind is Kind.UNSURE:
        return _("What spoke for learning and against it:")
    return _("What spoke for it:")


def taught_words(told: ToldExchange) -> str:
    """Say that corrections moved what is told; "" where none did."""
    count = told.told.taught if told.told is not None else 0
    if not count:
        return ""
    return ngettext(
        "{n} correction of yours about a similar wording moved this.",
        "{n} corrections of yours about similar wordings moved this.",
        count,
    )


def shares_sentence(shares: Shares) -> str:
    """Return "12 learning, 5 delegated, 2 not sure."; parts of which there are none are left out."""
    parts = [
        (shares.learning, _("{n} learning")),
        (shares.delegated, _("{n} delegated")),
        (shares.neither, _("{n} neither")),
        (shares.unsure, _("{n} not sure")),
        (shares.waiting, _("{n} not looked at yet")),
    ]
    said = ", ".join(words.format(n=number(count)) for count, words in parts if count)
    return f"{said}." if said else ""


def share_rows(shares: Shares) -> list[tuple[str, str, int]]:
    """Return kind, its words and how many, for the bars; the kinds in which there is something, and learning always."""
    rows = [
        (Kind.LEARNING, shares.learning),
        (Kind.DELEGATED, shares.delegated),
        (Kind.NEITHER, shares.neither),
        (Kind.UNSURE, shares.unsure),
    ]
    return [(kind.value, kind_words(kind), count) for kind, count in rows if count or kind is Kind.LEARNING]


def _cues() -> dict[str, str]:
    return {
        "why": _("asks for a reason"),
        "how": _("asks how"),
        "explain": _("asks for an explanation or a meaning"),
        "compare": _("compares"),
        "choice": _("offers a choice"),
        "ask": _("asks a question"),
        "make": _("asks for a piece of work"),
        "command": _("begins with an order"),
        "more": _("asks for more of the same, or for another version"),
        "measure": _("says how long or in what form"),
        "own": _("shows something of your own"),
        "judge": _("asks for an opinion"),
        "understand": _("speaks of understanding"),
        "check": _("checks whether you got it right"),
        "practice": _("practises"),
        "contradict": _("objects"),
        "trouble": _("describes what goes wrong"),
        "thanks": _("says thanks or praises"),
        "greet": _("greets"),
        "feeling": _("speaks of feelings"),
        "please": _("asks for a favour"),
        "fact": _("asks for a fact or a figure"),
        "pick": _("looks for something to choose"),
        "advice": _("asks what to do"),
        "private": _("is about private life"),
        "study": _("speaks of a course or an exam"),
        "self": _("wants to find out alone"),
        "attempt": _("shows an attempt of your own"),
        "task": _("is worded like an exercise in a book"),
        "play": _("wants to play a part"),
        "small": _("begins like small talk"),
        "told": _("tells what happened"),
        "question_mark": _("has a question mark"),
        "ends_with_question": _("ends with a question"),
        "code": _("holds code"),
        "quote": _("quotes something"),
        "numbers": _("holds figures"),
        "colon": _("hands something over after a colon"),
        "exclamation": _("has an exclamation mark"),
        "choices": _("lists answers to choose from"),
        "keywords": _("is a handful of key words"),
        "lookup": _("looks something up"),
        "no_request": _("asks for nothing"),
    }
