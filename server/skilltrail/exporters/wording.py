"""Dates, counts and names in the learner's words: one wording for dashboard and exports."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo

from skilltrail import formats
from skilltrail.domain.timeline import Scale, Timeline
from skilltrail.exporters.area_words import area_words
from skilltrail.exporters.kind_words import kind_words
from skilltrail.exporters.plain_text import one_line, unmarked, visible, visible_lines
from skilltrail.formats import decimal, number
from skilltrail.i18n import _, plural

__all__ = [
    "ago_words", "area_words", "bytes_words", "check_words", "clock_words", "day_words", "days_words", "decimal",
    "duration_words",
    "exchanges_words", "fidelity_words", "kind_words", "moment_words", "month_days", "month_of", "month_short",
    "month_words", "ngettext", "number", "one_line", "origin_words", "provider_name", "span_words", "status_words",
    "timeline_sentence", "topics_words", "unmarked", "utc_stamp", "visible", "visible_lines",
]  # fmt: skip
"""What templates may say as ``w.…``."""

_PROVIDERS = {
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "gemini": "Gemini",
    "deepseek": "DeepSeek",
    "grok": "Grok",
    "copilot": "Copilot",
    "aistudio": "AI Studio",
}


def ngettext(one: str, many: str, count: int, **named: str) -> str:
    """Return the message for ``count`` with ``{n}`` filled in, thousands set apart, and what else is ``named``."""
    return plural(one, many, count).format(n=number(count), **named)


def exchanges_words(count: int) -> str:
    """Return "1 exchange" or "41 exchanges"."""
    return ngettext("{n} exchange", "{n} exchanges", count)


def topics_words(count: int) -> str:
    """Return "1 topic" or "14 topics"."""
    return ngettext("{n} topic", "{n} topics", count)


def check_words(state: str) -> str:
    """Return the word for the result of a check."""
    words = {"confirmed": _("confirmed"), "corrected": _("corrected"), "contradicted": _("contradicted")}
    return words.get(state, _("unchecked"))


def provider_name(provider: str) -> str:
    """Return the name people know a provider by; an unknown one as it is."""
    return _PROVIDERS.get(provider, one_line(provider))


def origin_words(origin: str) -> str:
    """Say how an exchange came to us."""
    words = {"extension": _("saved by the extension"), "import": _("imported"), "manual": _("added by hand")}
    return words.get(origin, origin)


def fidelity_words(fidelity: str) -> str:
    """Say in a few words how complete a capture is."""
    words = {
        "export": _("complete, from an export file"),
        "api_full": _("complete"),
        "api_window": _("complete, part of a long conversation"),
        "stream_complete": _("complete, as it was written"),
        "stream_partial": _("the beginning only"),
        "dom": _("read from the page"),
    }
    return words.get(fidelity, fidelity)


def status_words(status: str) -> str:
    """Say how a reply ended."""
    words = {
        "complete": _("finished"),
        "interrupted": _("stopped before the end"),
        "partial": _("not all of it was seen"),
    }
    return words.get(status, status)


def month_words(month: str) -> str:
    """Return "November 2026" for "2026-11"."""
    return formats.month_and_year(_first_day(month))


def month_short(month: str) -> str:
    """Return "Nov" for "2026-11"."""
    return formats.short_month(_first_day(month))


def month_of(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return "2026-11" in ``zone`` (None: the system's)."""
    return moment.astimezone(zone).strftime("%Y-%m")


def day_words(moment: datetime | date, zone: tzinfo | None = None) -> str:
    """Return "22 November 2026" in ``zone`` (None: the system's)."""
    day = moment.astimezone(zone) if isinstance(moment, datetime) else moment
    return formats.long_day(day)


def moment_words(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return "22 November 2026, 14:05" in ``zone`` (None: the system's)."""
    local = moment.astimezone(zone)
    return _("{day}, {time}").format(day=day_words(local, zone), time=f"{local:%H:%M}")


def clock_words(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return "14:05" in ``zone`` (None: the system's)."""
    return f"{moment.astimezone(zone):%H:%M}"


def ago_words(moment: datetime, now: datetime) -> str:
    """Say how long ago ``moment`` was, roughly; after a week, say the day."""
    passed = max(now - moment, timedelta())
    minutes, hours = int(passed.total_seconds() // 60), int(passed.total_seconds() // 3600)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes)
    if hours < 24:
        return ngettext("{n} hour ago", "{n} hours ago", hours)
    if passed.days < 7:
        return ngettext("{n} day ago", "{n} days ago", passed.days)
    return day_words(moment)


def duration_words(seconds: float) -> str:
    """Say how long something will take, rounded so that it does not flicker."""
    if seconds < 50:
        return _("less than a minute")
    if seconds < 3600:
        return ngettext("about {n} minute", "about {n} minutes", max(1, round(seconds / 60)))
    return ngettext("about {n} hour", "about {n} hours", max(1, round(seconds / 3600)))


def bytes_words(size: int) -> str:
    """Return "12 KB" or "3.4 MB"."""
    return f"{number(max(1, size / 1000))} KB" if size < 1_000_000 else f"{decimal(size / 1_000_000)} MB"


def span_words(first: datetime, last: datetime, zone: tzinfo | None = None) -> str:
    """Return "March to November 2026", "November 2026" or "May 2025 to November 2026"."""
    start, end = month_of(first, zone), month_of(last, zone)
    if start == end:
        return month_words(start)
    if start[:4] == end[:4]:
        return _("{start} to {end}").format(start=formats.month_name(_first_day(start)), end=month_words(end))
    return _("{start} to {end}").format(start=month_words(start), end=month_words(end))


def _span_of(timeline: Timeline, first: datetime, last: datetime) -> str:
    zone = timeline.generated_at.tzinfo
    if timeline.scale is Scale.MONTHS:
        return span_words(first, last, zone)
    return days_words(first.astimezone(zone).date(), last.astimezone(zone).date())


def days_words(since: date | None, until: date | None) -> str:
    """Return "3 November 2026", "2 November 2026 to 8 November 2026", "from 2 November 2026" or "up to …"."""
    if since is not None and until is not None:
        if since == until:
            return day_words(since)
        return _("{start} to {end}").format(start=day_words(since), end=day_words(until))
    if since is not None:
        return _("from {day}").format(day=day_words(since))
    return _("up to {day}").format(day=day_words(until)) if until is not None else ""


def timeline_sentence(timeline: Timeline) -> str:
    """Say in words what the timeline chart shows: how much, over what time, about what most, and what came last."""
    if not timeline.topics or timeline.first_at is None or timeline.last_at is None:
        return _("There are no topics in this view yet.")
    areas = len({topic.area for topic in timeline.topics})
    largest = max(timeline.topics, key=lambda topic: (topic.exchanges, topic.id))
    newest = max(timeline.topics, key=lambda topic: (topic.last_at, topic.id))
    grouped = sum(topic.exchanges for topic in timeline.topics)
    words = _(
        "{span}: {exchanges} in {topics} and {areas}. "
        "Most are about {largest} ({count}); the latest are about {newest}."
    )
    said = words.format(
        span=_span_of(timeline, timeline.first_at, timeline.last_at),
        exchanges=exchanges_words(grouped),
        topics=topics_words(len(timeline.topics)),
        areas=ngettext("{n} area", "{n} areas", areas),
        largest=one_line(largest.name),
        count=number(largest.exchanges),
        newest=one_line(newest.name),
    )
    # Spanish months begin small, sentences do not.
    return said[:1].upper() + said[1:]


def utc_stamp(moment: datetime) -> str:
    """Return RFC 3339 in UTC with Z, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def month_days(month: str) -> tuple[date, date]:
    """Return the first and the last day of "2026-11"."""
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def _first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:7]), 1)
