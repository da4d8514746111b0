"""The timeline as one Markdown file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from skilltrail.domain.timeline import ExportEntry, Timeline, TimelineExport, TopicLine
from skilltrail.exporters import disclosure
from skilltrail.exporters.wording import (
    area_words,
    check_words,
    day_words,
    exchanges_words,
    month_words,
    ngettext,
    one_line,
    provider_name,
    timeline_sentence,
)
from skilltrail.i18n import _

# Captured words always stand inside a line of ours, so only inline signs can act; "#" because it may close a heading,
# "@", "www." and "://" because readers make links of bare addresses.
_SIGNS = re.compile(r"([\\`*_\[\]|~!#$@{}^=])")
_BARE_LINK = re.compile(r"(://|www\.)", re.IGNORECASE)


def timeline_markdown(export: TimelineExport) -> str:
    """Return the export as CommonMark text in which captured words are words only."""
    return "\n".join(_lines(export)) + "\n"


def literal(text: str) -> str:
    """Return captured text as one line that Markdown shows as it is."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _BARE_LINK.sub(_broken_link, _SIGNS.sub(r"\\\1", line))


def _broken_link(found: re.Match[str]) -> str:
    return "\\://" if found.group().startswith(":") else found.group()[:-1] + "\\."


def _lines(export: TimelineExport) -> Iterator[str]:
    timeline, zone = export.timeline, export.timeline.generated_at.tzinfo
    yield "# " + _("What I learned through AI chats: a timeline")
    yield ""
    yield f"> {disclosure.self_recorded()} {disclosure.withheld()}"
    yield ""
    yield literal(timeline_sentence(timeline))
    yield ""
    yield from _overview(timeline, zone)
    for topic, entries in disclosure.by_topic(export):
        yield from _topic(topic, entries, zone)
    rest = disclosure.without_topic(export)
    if rest:
        yield from ["## " + _("In no topic yet"), ""]
        yield from (_entry(entry, zone) for entry in rest)
        yield ""
    for notice in disclosure.notices(export):
        yield from [literal(notice), ""]
    made = _("Made with Skilltrail {version} on {day}.")
    yield made.format(version=export.product_version, day=day_words(timeline.generated_at, zone))


def _overview(timeline: Timeline, zone: tzinfo | None) -> Iterator[str]:
    heads = (_("Topic"), _("Area"), _("First"), _("Last"), _("Exchanges"), _("Days"))
    yield "| " + " | ".join(heads) + " |"
    yield "| --- | --- | --- | --- | ---: | ---: |"
    for topic in timeline.topics:
        first, last = day_words(topic.first_at, zone), day_words(topic.last_at, zone)
        named = f"{literal(topic.name)} | {literal(area_words(topic.area))}"
        yield f"| {named} | {first} | {last} | {topic.exchanges} | {topic.days} |"
    yield ""


def _topic(topic: TopicLine, entries: list[ExportEntry], zone: tzinfo | None) -> Iterator[str]:
    yield f"## {literal(topic.name)}"
    yield ""
    episodes = ngettext("{n} episode", "{n} episodes", topic.episodes)
    days = ngettext("{n} day", "{n} days", topic.days)
    yield _("{area}: {exchanges} in {episodes} on {days}.").format(
        area=literal(area_words(topic.area)), exchanges=exchanges_words(topic.exchanges), episodes=episodes, days=days
    )
    if topic.terms:
        yield _("Words it stands for: {terms}.").format(terms=", ".join(literal(term) for term in topic.terms))
    for concept in topic.alignments:
        # The address is ours to print, and not to be followed by a reader that nobody asked.
        address = f" ({literal(concept.address)})" if concept.address else ""
        yield ""
        yield f"{literal(disclosure.aligned(concept))}{address}."
    if topic.months:
        yield ""
        yield "; ".join(f"{month_words(count.month)}: {count.exchanges}" for count in topic.months) + "."
    yield ""
    yield from (_entry(entry, zone) for entry in entries)
    yield ""


def _entry(entry: ExportEntry, zone: tzinfo | None) -> str:
    title = f" ({literal(entry.title)})" if entry.title and one_line(entry.title) else ""
    provider = literal(provider_name(entry.provider))
    edited = f" ({disclosure.edited(entry)})" if entry.masked else ""
    checked = "" if entry.check == "unchecked" else f" ({check_words(entry.check)})"
    return f"- {day_words(entry.asked_at, zone)}, {provider}: {literal(entry.question)}{title}{checked}{edited}"
