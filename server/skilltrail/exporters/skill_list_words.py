"""What the list and the map of all skills say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from skilltrail.domain.skill_list import BEGUN, SkillLine, SkillOrder
from skilltrail.domain.stages import Stage, StageRules
from skilltrail.exporters.skill_words import stage_words
from skilltrail.exporters.wording import day_words, ngettext, one_line
from skilltrail.formats import number
from skilltrail.i18n import _

LONG_AGO = 90
"""Days after which the sentence counts a skill as quiet."""

_NAMED = 3
"""Skills that the sentence names."""


def order_words(order: str) -> str:
    """Return what an order is called."""
    return {
        SkillOrder.RECENT: _("Last practised first"),
        SkillOrder.PRACTISED: _("Most practised first"),
        SkillOrder.STAGE: _("By stage"),
        SkillOrder.NAME: _("By name"),
        SkillOrder.FRESHEN: _("Needs freshening first"),
    }[SkillOrder(order)]


def stage_choice(value: str) -> str:
    """Return the name of a stage as an address writes it."""
    return stage_words(None if value == BEGUN else Stage(value))


def reason_words(skill: SkillLine, rules: StageRules) -> str:
    """Say in one line why a skill stands at its stage."""
    counts = skill.counts
    if skill.is_own:
        return _("Your own word; it rests on no exchanges.")
    if skill.stage is Stage.ATTESTED:
        return ngettext(
            "{n} endorsement by somebody else; their key is not vouched for by us",
            "{n} endorsements by others; their keys are not vouched for by us",
            skill.endorsements,
        )
    if skill.stage is None:
        words = _("Learning exchanges: {have}, needed: {needed}")
        return words.format(have=number(counts.exchanges), needed=number(rules.explored_exchanges))
    learnt = ngettext("{n} learning exchange", "{n} learning exchanges", counts.exchanges)
    if skill.stage is Stage.EXPLORED:
        return learnt
    words = _("{learning} in {episodes} on {days}").format(
        learning=learnt,
        episodes=ngettext("{n} episode", "{n} episodes", counts.episodes),
        days=ngettext("{n} day", "{n} days", counts.days),
    )
    if skill.stage is Stage.PRACTISED:
        return words
    return f"{words}, " + ngettext("{n} deliverable", "{n} deliverables", skill.deliverables)


def idle_words(idle_days: int) -> str:
    """Say how long ago a skill was last practised, in a table's cell."""
    if idle_days == 0:
        return _("today")
    if idle_days == 1:
        return _("yesterday")
    return ngettext("{n} day ago", "{n} days ago", idle_days)


def share_words(skill: SkillLine) -> str:
    """Return how much of a skill is surely learning: "12 (30 %)"."""
    if not skill.exchanges:
        return number(0)
    percent = round(100 * skill.counts.exchanges / skill.exchanges)
    return _("{n} ({percent} %)").format(n=number(skill.counts.exchanges), percent=percent)


def goal_words(skill: SkillLine, today: date) -> str:
    """Say by when the goal of a skill is to be reached; "" where there is none."""
    if not skill.goal:
        return ""
    if skill.goal_by is None:
        return _("no day set")
    words = _("was due on {day}") if skill.goal_by < today else _("by {day}")
    return words.format(day=day_words(skill.goal_by))


def map_sentence(skills: Sequence[SkillLine]) -> str:
    """Say in words what the map shows: how many, the largest, and how many are quiet."""
    found = [skill for skill in skills if not skill.is_own]
    if not found:
        return _("There is no skill in this view yet.")
    largest = sorted(found, key=lambda skill: (-skill.exchanges, skill.topic_id or ""))[:_NAMED]
    quiet = sum(skill.idle_days > LONG_AGO for skill in found)
    head = _("{skills} in {areas}. Most practised: {largest}.").format(
        skills=ngettext("{n} skill", "{n} skills", len(found)),
        areas=ngettext("{n} area", "{n} areas", len({skill.area for skill in found})),
        largest=", ".join(f"{one_line(skill.name)} ({number(skill.exchanges)})" for skill in largest),
    )
    if not quiet:
        return head
    rest = ngettext(
        "{n} was not practised for more than {days} days.",
        "{n} were not practised for more than {days} days.",
        quiet,
        days=number(LONG_AGO),
    )
    return f"{head} {rest}"


def nearness_words() -> str:
    """Say what it means that skills are near each other on the map."""
    return _(
        "Each skill stands around its area's name, on the side of the areas that its first questions resemble; "
        "like areas are neighbours. Lengths and directions are no measure of anything."
    )
