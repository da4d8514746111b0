"""What dashboard and command line say about imports, in the learner's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from skilltrail.domain.imports import ImportState
from skilltrail.exporters.wording import day_words, ngettext, one_line, provider_name
from skilltrail.formats import decimal, number
from skilltrail.i18n import _

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def reason_words(reason: str) -> str:
    """Say why something in a file did not become (part of) an exchange."""
    return _reasons().get(reason) or _refusals().get(reason) or one_line(reason).replace("_", " ")


def _reasons() -> dict[str, str]:
    return {
        "not_an_object": _("entry that is no chat"),
        "broken_json": _("damaged entry"),
        "cut_off": _("the file ends in the middle of it"),
        "too_deep": _("nested too deeply to be a chat"),
        "too_large": _("too large to be a chat"),
        "unknown_format": _("of a kind that is not known yet"),
        "unreadable": _("of a shape that nobody has seen yet"),
        "no_id": _("without an id, so it could not be told from others"),
        "no_messages": _("chat without messages"),
        "temporary": _("temporary chat, never kept"),
        "other_product": _("activity of another product"),
        "not_a_chat": _("activity that is no question"),
        "system": _("the provider's own note, not said by anyone"),
        "private": _("memory and instructions, never kept"),
        "thoughts": _("the model's thoughts before its answer"),
        "tool": _("the model's use of a tool"),
        "hidden": _("hidden on the provider's page too"),
        "unknown_content": _("of a kind that is not known yet"),
        "failed": _("answer that ended in an error"),
        "draft": _("variant that was not chosen"),
        "empty": _("without words"),
        "no_reply": _("question that nobody answered"),
        "no_prompt": _("answer without a question"),
        "bad_message": _("damaged message"),
        "same_id": _("the same message a second time"),
        "too_many_branches": _("more variants than can be told apart"),
        "excluded": _("left out by your own rules"),
    }


def _refusals() -> dict[str, str]:
    return {
        "forgotten": _("forgotten by you, so it stays out"),
        "provider_unknown": _("from a provider that is not known"),
        "text_empty": _("without words"),
        "conversation_id_invalid": _("with an id that is none"),
        "id_invalid": _("with an id that is none"),
        "time_invalid": _("with a time that is none"),
        "too_large": _("with too many attachments or sources"),
        "origin_not_allowed": _("not from an export"),
    }


def left_words(kind: str, count: int) -> str:
    """Say what members of an archive are that nobody reads."""
    words = {
        "images": ngettext("{n} picture", "{n} pictures", count),
        "sounds": ngettext("{n} sound", "{n} sounds", count),
        "videos": ngettext("{n} video", "{n} videos", count),
        "documents": ngettext("{n} document", "{n} documents", count),
        "private": ngettext("{n} file about your account", "{n} files about your account", count),
        "viewer": ngettext("{n} viewing page", "{n} viewing pages", count),
        "archives": ngettext("{n} archive", "{n} archives", count),
        "broken": ngettext("{n} damaged file", "{n} damaged files", count),
    }
    return words.get(kind) or ngettext("{n} other file", "{n} other files", count)


def format_words(format_: str, provider: str) -> str:
    """Name what a file is, as people would."""
    name = provider_name(provider)
    detail = {
        "gemini-json": _("Takeout, JSON"),
        "gemini-html": _("Takeout, HTML"),
        "copilot": _("activity history"),
        "gemini-cli": _("command line"),
    }.get(format_)
    return (
        _("{name} export ({detail})").format(name=name, detail=detail)
        if detail
        else _("{name} export").format(name=name)
    )


def size_words(count: int) -> str:
    """Return "14 MB"; three figures at most."""
    for unit, name in _UNITS:
        if count >= unit:
            value = count / unit
            return f"{decimal(value)} {name}" if value < 10 else f"{number(value)} {name}"
    return _("{n} bytes").format(n=count)


def range_words(first: datetime | None, last: datetime | None) -> str:
    """Return "1 May 2023 – 22 November 2026"; nothing for nothing."""
    if first is None or last is None:
        return ""
    begin, end = day_words(first), day_words(last)
    return begin if begin == end else f"{begin} – {end}"


def chats_words(count: int) -> str:
    """Return "1 chat" or "41 chats"."""
    return ngettext("{n} chat", "{n} chats", count)


def messages_words(count: int) -> str:
    """Return "1 message" or "41 messages"."""
    return ngettext("{n} message", "{n} messages", count)


def state_words(state: ImportState | str) -> str:
    """Say how far an import is."""
    return {
        ImportState.RUNNING: _("Importing"),
        ImportState.DONE: _("Complete"),
        ImportState.CANCELLED: _("Cancelled"),
        ImportState.FAILED: _("Ended early"),
        ImportState.INTERRUPTED: _("Cut off"),
        ImportState.UNDONE: _("Undone"),
    }[ImportState(state)]


def stay_words(reason: str, count: int) -> str:
    """Say why exchanges stay although their import is undone."""
    words = {
        "captured_too": ngettext(
            "{n} stays: the extension saved it too.", "{n} stay: the extension saved them too.", count
        ),
        "other_import": ngettext(
            "{n} stays: another import has it too.", "{n} stay: another import has them too.", count
        ),
        "same_words": ngettext(
            "{n} stays as it is: the import only confirmed its words.",
            "{n} stay as they are: the import only confirmed their words.",
            count,
        ),
        "changed_since": ngettext(
            "{n} stays as it is: it was captured anew since.",
            "{n} stay as they are: they were captured anew since.",
            count,
        ),
        "text_removed": ngettext(
            "{n} stays as it is: its text was removed by your rule.",
            "{n} stay as they are: their texts were removed by your rule.",
            count,
        ),
    }
    return words.get(reason) or f"{number(count)}: {one_line(reason)}"


def reasons_in_order(skipped: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return reasons with their counts, the most frequent first."""
    return sorted(skipped.items(), key=lambda pair: (-pair[1], pair[0]))
