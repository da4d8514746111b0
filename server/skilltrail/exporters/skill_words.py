"""Stages, turns and freshness in the learner's words: one wording for pages and exports."""

from __future__ import annotations

from skilltrail.domain.skills import SkillPath
from skilltrail.domain.stages import Condition, Stage, StageRules, Unit
from skilltrail.domain.trajectory import Milestone, Turn
from skilltrail.exporters.wording import day_words, exchanges_words, month_words, ngettext
from skilltrail.formats import number
from skilltrail.i18n import _


def stage_words(stage: Stage | None) -> str:
    """Return the name of a stage."""
    words = {
        None: _("Just begun"),
        Stage.EXPLORED: _("Explored"),
        Stage.PRACTISED: _("Practised"),
        Stage.APPLIED: _("Applied"),
        Stage.ATTESTED: _("Attested"),
    }
    return words[stage]


def rule_words(stage: Stage, rules: StageRules) -> str:
    """Say what a stage asks for."""
    if stage is Stage.EXPLORED:
        return _("At least {n} learning exchanges.").format(n=rules.explored_exchanges)
    if stage is Stage.PRACTISED:
        words = _("Learning in at least {episodes} episodes, on at least {days} days, over at least {span} days.")
        return words.format(episodes=rules.practised_episodes, days=rules.practised_days, span=rules.practised_span)
    if stage is Stage.APPLIED:
        return _("Practised, and a deliverable is attached; the learner names it.")
    return _(
        "Somebody else signed an endorsement of it, with a key of their own that nobody vouches for: ask back where "
        "they say."
    )


def condition_words(condition: Condition) -> str:
    """Say what is there of what a stage asks for: "Episodes: 2, needed: 3"."""
    units = {
        Unit.EXCHANGES: _("Learning exchanges: {have}, needed: {needed}"),
        Unit.EPISODES: _("Episodes: {have}, needed: {needed}"),
        Unit.DAYS: _("Days: {have}, needed: {needed}"),
        Unit.SPAN: _("Days from the first to the last: {have}, needed: {needed}"),
        Unit.DELIVERABLES: _("Deliverables: {have}, needed: {needed}"),
        Unit.ENDORSEMENTS: _("Endorsements: {have}, needed: {needed}"),
    }
    return units[condition.unit].format(have=number(condition.have), needed=number(condition.needed))


def fresh_words(idle_days: int) -> str:
    """Say how long ago a skill was last practised."""
    if idle_days == 0:
        return _("Last practised today")
    if idle_days == 1:
        return _("Last practised yesterday")
    return ngettext("Last practised {n} day ago", "Last practised {n} days ago", idle_days)


def turn_short(one: Milestone) -> str:
    """Name a turn in a word or two."""
    words = {
        Turn.FIRST_CONTACT: _("First contact"),
        Turn.PRACTICE: _("Practice"),
        Turn.PLATEAU: _("Plateau"),
        Turn.RETURN: _("Return"),
        Turn.APPLICATION: _("Application"),
        Turn.CORRECTED: _("Error corrected"),
        Turn.CHECKED: _("Checked"),
    }
    return words[one.turn]


def turn_words(one: Milestone) -> str:
    """Say what happened at a turn, and when."""
    day = day_words(one.at, one.at.tzinfo)
    if one.turn is Turn.PLATEAU:
        words = _("Plateau: about the same each month from {start} to {end}")
        return words.format(start=month_words(one.month), end=month_words(one.until or one.month))
    if one.turn is Turn.RETURN:
        pause = ngettext("a break of {n} day", "a break of {n} days", one.days)
        return _("Return on {day} after {pause}").format(day=day, pause=pause)
    if one.turn in (Turn.CORRECTED, Turn.CHECKED):
        return _check_words(one)
    words = {
        Turn.FIRST_CONTACT: _("First contact on {day}"),
        Turn.PRACTICE: _("Practice: by {day} there was enough for it to count as practised"),
        Turn.APPLICATION: _("Application: a deliverable of {day}"),
    }[one.turn]
    return words.format(day=day)


def _check_words(one: Milestone) -> str:
    month = month_words(one.month)
    if one.turn is Turn.CORRECTED:
        return ngettext("{n} error corrected in {month}", "{n} errors corrected in {month}", one.count, month=month)
    return ngettext("{n} answer confirmed in {month}", "{n} answers confirmed in {month}", one.count, month=month)


def path_sentence(path: SkillPath) -> str:
    """Say in words what the trajectory chart shows."""
    if not path.episodes:
        return _("There is nothing in it yet.")
    total = sum(month.exchanges for month in path.trajectory.months)
    learning = sum(month.learning for month in path.trajectory.months)
    busiest = max(path.trajectory.months, key=lambda month: (month.exchanges, month.month))
    head = _("{exchanges} ({learning} learning) in {episodes}, most in {month} ({count}).").format(
        learning=number(learning),
        exchanges=exchanges_words(total),
        episodes=ngettext("{n} episode", "{n} episodes", len(path.episodes)),
        month=month_words(busiest.month),
        count=number(busiest.exchanges),
    )
    # Two deliverables of one day read alike: said once.
    all_turns = list(dict.fromkeys(f"{turn_words(one)}." for one in path.trajectory.milestones))
    turns = all_turns[:_TURNS]
    more = len(all_turns) - len(turns)
    rest = [ngettext("{n} more in the table.", "{n} more in the table.", more)] if more > 0 else []
    return " ".join([head, *turns, *rest, f"{fresh_words(path.idle_days)}."])


_TURNS = 6
"""Turns that the sentence names; the table holds all."""
