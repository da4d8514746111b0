"""What the marks over the charts of a portfolio are called, and what they stand for."""

from __future__ import annotations

from skilltrail.domain.trajectory import Turn
from skilltrail.i18n import _


def turn_name(turn: Turn) -> str:
    """Name a turn in a word or two."""
    words = {
        Turn.FIRST_CONTACT: _("First question in this log"),
        Turn.PRACTICE: _("Practice"),
        Turn.PLATEAU: _("Plateau"),
        Turn.RETURN: _("Taken up again"),
        Turn.APPLICATION: _("Deliverable"),
        Turn.CORRECTED: _("Error corrected"),
        Turn.CHECKED: _("Checked"),
    }
    return words[turn]


def turn_in(turn: Turn, month: str) -> str:
    """Say in a sentence what was reached in a month ("October 2026")."""
    if turn is Turn.APPLICATION:
        return _("Deliverable dated {month}.").format(month=month)
    return f"{turn_name(turn)}: {month}."


def turn_meaning(turn: Turn) -> str:
    """Say what a turn's mark stands for."""
    words = {
        Turn.FIRST_CONTACT: _("the month of the first question about it"),
        Turn.PRACTICE: _("the rule for “Practised” was met"),
        Turn.PLATEAU: _("the first of several months with about as much activity each"),
        Turn.RETURN: _("a question after a long break"),
        Turn.APPLICATION: _("the month by which a deliverable is dated"),
        Turn.CORRECTED: _("an answer in which the learner found an error"),
        Turn.CHECKED: _("an answer that the learner checked and found right"),
    }
    return words[turn]
