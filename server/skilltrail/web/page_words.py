"""What the pages say about the state of things, in the learner's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from skilltrail.domain.capture import LedgerRow, LedgerView
from skilltrail.domain.timeline import Timeline, TopicLine
from skilltrail.exporters.wording import ago_words, exchanges_words, month_of, ngettext, one_line
from skilltrail.formats import number
from skilltrail.i18n import _


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence about capture; ``state`` is ok, degraded, lost or unknown and only colours it."""

    state: str
    words: str


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation of the ledger as the health page shows it."""

    it: LedgerRow
    name: str
    in_database: int
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class RecentTopic:
    """A topic with what happened in it lately."""

    topic: TopicLine
    words: str


def replies_words(count: int) -> str:
    """Return "1 reply" or "41 replies"."""
    return ngettext("{n} reply", "{n} replies", count)


def capture_verdict(view: LedgerView) -> Verdict:
    """Say in one sentence whether every reply that was seen is stored; only what the counts carry."""
    totals = view.totals
    missing = view.missing
    if totals.rejected:
        words = _("Stored: {stored}. Refused: {refused}; the extension's own page lists them with the reason.")
        return Verdict("lost", words.format(stored=replies_words(totals.stored), refused=number(totals.rejected)))
    if missing:
        words = _("Of {seen} seen, {missing} did not reach the database. The health page shows in which conversations.")
        return Verdict("lost", words.format(missing=number(missing), seen=replies_words(totals.replies_finished)))
    if totals.waiting:
        words = _("Stored: {stored}. Waiting in the browser: {waiting}; it follows without your help.")
        return Verdict("degraded", words.format(stored=replies_words(totals.stored), waiting=number(totals.waiting)))
    if totals.degraded:
        words = _("Stored: {replies}. Some could only be read from the page, which may miss what was scrolled away.")
        return Verdict("degraded", words.format(replies=replies_words(totals.stored)))
    return _untroubled(view)


def _untroubled(view: LedgerView) -> Verdict:
    seen = view.totals.replies_finished
    if seen == 1:
        return Verdict("ok", _("The one reply that was seen is stored."))
    if seen:
        return Verdict("ok", _("All {count} replies that were seen are stored.").format(count=number(seen)))
    if view.devices:
        return Verdict("unknown", _("Your browser is connected. No reply has been seen yet."))
    return Verdict("unknown", _("No browser is connected, so new chats are not kept."))


def demo_verdict() -> Verdict:
    """Say why the invented history has nothing to account for."""
    return Verdict("unknown", _("This history is invented; nothing was captured for it."))


def _missing(row: LedgerRow, view: LedgerView) -> int:
    """Return how many finished replies are neither stored nor waiting nor refused, by the lower of both counts."""
    stored = min(row.stored, view.in_database.get(row.conversation_id, 0) + row.forgotten)
    return max(0, row.replies_finished - stored - row.waiting - row.rejected)


def conversation_rows(view: LedgerView) -> list[ConversationRow]:
    """Return the ledger's rows, those that need a look first (the ledger's own order)."""
    return [_conversation_row(row, view) for row in view.rows]


def _conversation_row(row: LedgerRow, view: LedgerView) -> ConversationRow:
    state, words = _row_state(row, _missing(row, view))
    name = one_line(row.conversation_id)
    short = name if len(name) <= 14 else f"{name[:8]}…{name[-4:]}"
    return ConversationRow(row, short, view.in_database.get(row.conversation_id, 0), state, words)


def _row_state(row: LedgerRow, missing: int) -> tuple[str, str]:
    if row.rejected:
        return "lost", _("refused")
    if missing:
        return "lost", ngettext("{n} missing", "{n} missing", missing)
    if row.waiting:
        return "degraded", _("on its way")
    if row.degraded:
        return "degraded", _("read from the page")
    return "ok", _("all stored")


def device_words(state: str) -> str:
    """Say how an extension is doing, from the state it reports."""
    words = {
        "ok": _("Captures as it should"),
        "degraded": _("Reads from the page only"),
        "paused": _("Paused by you"),
        "away": _("Could not reach Skilltrail"),
    }
    return words.get(state, _("State unknown"))


def refusal_lines(refused: Mapping[str, int]) -> list[tuple[int, str]]:
    """Return what was turned away, most often first, in plain words."""
    words = _refusal_words()
    ranked = sorted(refused.items(), key=lambda pair: (-pair[1], pair[0]))
    other = _("requests refused for another reason ({code})")
    return [(count, words.get(code, other.format(code=one_line(code)))) for code, count in ranked if count]


def _refusal_words() -> dict[str, str]:
    return {
        "host_refused": _("requests under a name that is not this computer's"),
        "cross_site": _("requests that another website tried to send"),
        "origin_refused": _("requests from a page or extension that is not connected"),
        "not_paired": _("requests without a valid sign-in or connection"),
        "scope": _("requests for something their sender may not do"),
        "rate_limited": _("requests that came too fast"),
        "payload_too_large": _("deliveries that were too large"),
        "unsupported_media_type": _("requests in a form that is not accepted"),
        "extension_too_old": _("deliveries from an extension too old for this version"),
        "capture_invalid": _("exchanges that did not have the expected form"),
        "item_invalid": _("exchanges that did not have the expected form"),
        "body_invalid": _("deliveries that could not be read"),
        "pairing_failed": _("attempts to connect that had ended or did not fit"),
        "not_found": _("requests for something that does not exist"),
        "storage_full": _("deliveries while the disk was full (the browser keeps them)"),
        "secret_refused": _("passphrases or recovery keys that did not fit"),
        "shutting_down": _("deliveries while Skilltrail was stopping (the browser keeps them)"),
    }


def recent_topics(timeline: Timeline, now: datetime, *, limit: int = 6) -> list[RecentTopic]:
    """Return the topics of the latest exchanges, each with this month's count."""
    month = month_of(now)
    newest = sorted(timeline.topics, key=lambda topic: (topic.last_at, topic.id), reverse=True)[:limit]
    return [RecentTopic(topic, _recent_words(topic, month, now)) for topic in newest]


def _recent_words(topic: TopicLine, month: str, now: datetime) -> str:
    this_month = next((count.exchanges for count in topic.months if count.month == month), 0)
    last = ago_words(topic.last_at, now)
    if not this_month:
        return _("last {ago}").format(ago=last)
    return _("{exchanges} this month, last {ago}").format(exchanges=exchanges_words(this_month), ago=last)


def waiting_words(timeline: Timeline) -> str:
    """Say how many exchanges stand in no topic, and why."""
    parts = []
    # With a first picture, what waits to be read closely stands in topics already.
    closely = bool(timeline.topics) and timeline.pending > timeline.unassigned
    if closely:
        parts.append(
            ngettext(
                "{n} exchange is still to be read closely; topics become finer meanwhile.",
                "{n} exchanges are still to be read closely; topics become finer meanwhile.",
                timeline.pending,
            )
        )
    elif timeline.pending:
        reading = ngettext("{n} exchange is about to be read.", "{n} exchanges are about to be read.", timeline.pending)
        parts.append(reading)
    rest = timeline.unassigned - (0 if closely else timeline.pending)
    if rest > 0 and timeline.topics:
        parts.append(ngettext("{n} exchange fits no topic so far.", "{n} exchanges fit no topic so far.", rest))
    return " ".join(parts)


def topics_by_area(topics: tuple[TopicLine, ...]) -> list[tuple[str, list[TopicLine]]]:
    """Return areas, largest first, each with its topics, largest first."""
    areas: dict[str, list[TopicLine]] = {}
    for topic in sorted(topics, key=lambda topic: (-topic.exchanges, topic.id)):
        areas.setdefault(topic.area, []).append(topic)
    return sorted(areas.items(), key=lambda pair: (-sum(topic.exchanges for topic in pair[1]), pair[0]))


def backup_words(reason: str) -> str:
    """Say why a backup was made."""
    words = {
        "daily": _("daily"),
        "asked": _("asked for"),
        "migration": _("before a new version"),
        "replaced": _("replaced by a restore"),
        "forget": _("after forgetting"),
    }
    return words.get(reason, _("made by Skilltrail"))


def key_words(location: str) -> str:
    """Say where the key of the database is."""
    if "keyring" in location:
        return _("in this computer's keyring")
    if "file" in location:
        return _("in a file beside the database, readable by you alone")
    if location == "passphrase":
        return _("closed with your passphrase")
    return _("not encrypted on this system") if location == "none" else location
