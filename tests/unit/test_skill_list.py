"""The list of skills: its orders, its filters, and stages by counts that agree with those by episodes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from skilltrail.domain.episodes import Moment, episodes_of
from skilltrail.domain.skill_list import SkillFilter, SkillLine, SkillOrder, arranged
from skilltrail.domain.stages import LearningCounts, Stage, StageRules, stage_by_counts, stage_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def skill(name: str, *, idle: int = 0, exchanges: int = 1, stage: Stage | None = None, **more: object) -> SkillLine:
    last = NOON - timedelta(days=idle)
    return SkillLine(
        name, name.lower(), exchanges=exchanges, stage=stage, last_at=last, idle_days=idle, first_at=last, **more
    )  # type: ignore[arg-type]


SKILLS = (
    skill("SQL", idle=3, exchanges=9, stage=Stage.APPLIED, area="Databases", counts=LearningCounts(5, 3, 3, 20)),
    skill(
        "rust", idle=200, exchanges=40, stage=Stage.PRACTISED, area="Programming", counts=LearningCounts(9, 4, 4, 90)
    ),
    skill("Baking", idle=400, exchanges=2, area="Everyday life"),
    SkillLine("Letterpress", None, own_id=7),
)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (SkillOrder.RECENT, ["SQL", "rust", "Baking", "Letterpress"]),
        (SkillOrder.PRACTISED, ["rust", "SQL", "Baking", "Letterpress"]),
        (SkillOrder.STAGE, ["SQL", "rust", "Baking", "Letterpress"]),
        (SkillOrder.NAME, ["Baking", "Letterpress", "rust", "SQL"]),
        (SkillOrder.FRESHEN, ["rust", "SQL", "Baking", "Letterpress"]),
    ],
)
def test_each_order_is_the_same_however_skills_come(order: SkillOrder, names: list[str]) -> None:
    for turned in (SKILLS, SKILLS[::-1]):
        assert [one.name for one in arranged(turned, SkillFilter(order=order))] == names


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (SkillFilter(area="Databases"), ["SQL"]),
        (SkillFilter(stage="begun"), ["Baking"]),
        (SkillFilter(stage="practised"), ["rust"]),
        (SkillFilter(learning=True), ["SQL", "rust"]),
        (SkillFilter(quiet=200), ["rust", "Baking"]),
        (SkillFilter(quiet=201, learning=True), []),
    ],
)
def test_filters_leave_out_what_we_know_nothing_of(wanted: SkillFilter, names: list[str]) -> None:
    assert [one.name for one in arranged(SKILLS, wanted)] == names


def test_a_stage_by_counts_is_the_stage_by_episodes() -> None:
    draw = random.Random(6)
    seen = set()
    for _round in range(300):
        times = [NOON + timedelta(minutes=draw.randrange(60 * 24 * 40)) for _ in range(draw.randrange(9))]
        moments = [Moment(n, at, draw.random() < 0.6) for n, at in enumerate(times)]
        episodes, deliverables = episodes_of(moments), draw.randrange(2)
        learnt = [one for one in episodes if one.learning]
        days = [one.learning[0].at.date() for one in learnt]
        span = (max(days) - min(days)).days if days else 0
        counts = LearningCounts(sum(one.learning for one in moments), len(learnt), len(set(days)), span)

        expected = stage_of(episodes, deliverables=deliverables).stage
        assert stage_by_counts(counts, rules=StageRules(), deliverables=deliverables) is expected
        seen.add(expected)

    assert seen == {None, Stage.EXPLORED, Stage.PRACTISED, Stage.APPLIED}
