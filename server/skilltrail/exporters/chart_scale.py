"""Columns of the timeline chart: months of the whole history, weeks of half a year, days of a month.

A column's key is its month ("2026-11") or the first of its days ("2026-11-02"). Marks name the days they stand for, so
that each leads to the exchanges of those days: ``cell-<topic>.<first day>.<last day>`` and
``days-<first day>.<last day>``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from skilltrail.domain.timeline import Scale, Timeline, TopicLine
from skilltrail.exporters.wording import (
    day_words,
    exchanges_words,
    month_days,
    month_short,
    month_words,
    topics_words,
)
from skilltrail.i18n import _

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
LEAST = 7
"""Days or weeks drawn at least: a lone column would be one dot in the middle of nowhere."""


def cells(topic: TopicLine, scale: Scale) -> list[tuple[str, int]]:
    """Return the columns in which a topic has exchanges, in order, and how many."""
    if scale is Scale.MONTHS:
        return sorted((count.month, count.exchanges) for count in topic.months)
    return [(count.first.isoformat(), count.exchanges) for count in topic.spans]


def days_of(first: str, last: str, scale: Scale) -> tuple[date, date]:
    """Return the first and the last day of the columns from ``first`` to ``last``."""
    if scale is Scale.MONTHS:
        return month_days(first)[0], month_days(last)[1]
    end = date.fromisoformat(last)
    return date.fromisoformat(first), end if scale is Scale.DAYS else end + _WEEK - _DAY


def span_words(first: str, last: str, scale: Scale) -> str:
    """Say what the columns from ``first`` to ``last`` are."""
    if scale is Scale.DAYS:
        return day_words(date.fromisoformat(first))
    if scale is Scale.WEEKS:
        return _("week of {day}").format(day=day_words(date.fromisoformat(first)))
    if first == last:
        return month_words(first)
    return _("{start} to {end}").format(start=month_words(first), end=month_words(last))


def columns(timeline: Timeline, topics: Sequence[TopicLine]) -> list[str]:
    """Return the weeks or days between the filter's bounds, or from the first to the last exchange of ``topics``."""
    seen = [date.fromisoformat(key) for topic in topics for key, _count in cells(topic, timeline.scale)]
    step = _DAY if timeline.scale is Scale.DAYS else _WEEK
    first, last = min(seen), max(seen)
    if timeline.filter.since is not None:
        first = min(first, _began(timeline.filter.since, timeline.scale))
    if timeline.filter.until is not None and timeline.filter.until <= timeline.generated_at.date():
        last = max(last, _began(timeline.filter.until, timeline.scale))
    first = min(first, last - (LEAST - 1) * step)
    return [(first + number * step).isoformat() for number in range((last - first) // step + 1)]


def head(keys: Sequence[str], counts: dict[str, list[int]], scale: Scale, step: float) -> list[dict[str, Any]]:
    """Return the labels over the columns: text ``t``, link ``u``, spoken words ``d``, and ``key`` for their place."""
    every = next((n for n in (1, 2, 5, 10) if step * n >= (22 if scale is Scale.DAYS else 44)), 20)
    return [_label(key, counts.get(key, []), scale) for index, key in enumerate(keys) if index % every == 0]


def upper(keys: Sequence[str], scale: Scale) -> list[tuple[str, str]]:
    """Return what stands over the labels: of days the month, of weeks the year, where each begins."""
    named = [(key, _over(key, scale)) for key in keys]
    return [pair for index, pair in enumerate(named) if index == 0 or pair[1] != named[index - 1][1]]


def _over(key: str, scale: Scale) -> str:
    day = date.fromisoformat(key)
    return month_words(f"{day:%Y-%m}") if scale is Scale.DAYS else str(day.year)


def _label(key: str, counts: Sequence[int], scale: Scale) -> dict[str, Any]:
    first, last = days_of(key, key, scale)
    text = str(first.day) if scale is Scale.DAYS else f"{first.day} {month_short(key[:7])}"
    # What is spoken holds what is seen, so that voice control finds the link.
    said = text if scale is Scale.WEEKS else span_words(key, key, scale)
    words = (
        _("{span}: {exchanges} in {topics}") if scale is Scale.DAYS else _("week of {span}: {exchanges} in {topics}")
    )
    spoken = words.format(span=said, exchanges=exchanges_words(sum(counts)), topics=topics_words(len(counts)))
    return {"key": key, "t": text, "u": f"#days-{first}.{last}", "d": spoken}


def _began(day: date, scale: Scale) -> date:
    return day if scale is Scale.DAYS else day - timedelta(days=day.weekday())
