"""The lines that `skilltrail import` writes for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from skilltrail.exporters.wording import exchanges_words, one_line
from skilltrail.formats import number
from skilltrail.i18n import _
from skilltrail.web.import_words import (
    chats_words,
    format_words,
    left_words,
    messages_words,
    range_words,
    reason_words,
    reasons_in_order,
    size_words,
    state_words,
    stay_words,
)


def count(exchanges: int) -> str:
    """Return how many exchanges there are so far."""
    return exchanges_words(exchanges)


def report(done: dict[str, Any]) -> Iterator[str]:
    """Yield the account of an import."""
    names = ", ".join(one_line(name) for name in done["names"])
    yield _("Import {id}: {names}. {state}.").format(
        id=done["import_id"], names=names, state=state_words(done["state"])
    )
    yield _(
        "{found} exchanges in {conversations} conversations: {stored} new, {known} already known, "
        "{revised} improved, {refused} refused."
    ).format(**done)
    span = range_words(_moment(done["first_at"]), _moment(done["last_at"]))
    if span:
        yield _("Asked from {span}.").format(span=span)
    yield from _counts(_("Chats in the files"), done["conversation_counts"])
    yield from _counts(_("Messages in the files"), done["message_counts"])
    for source in done["sources"]:
        if source["problem"]:
            yield _("Not read to its end: {why}").format(why=source["problem"])
    if done["left"]:
        members = ", ".join(left_words(kind, amount) for kind, amount in sorted(done["left"].items()))
        yield _("Not read: {members}.").format(members=members)
    if done["undo"]:
        yield from undo_plan(done["undo"])


def _counts(title: str, counts: dict[str, Any]) -> Iterator[str]:
    parts = [(_("new"), counts["stored"]), (_("already known"), counts["known"]), (_("updated"), counts["updated"])]
    left_out = sum(counts["skipped"].values())
    said = [f"{number(amount)} {name}" for name, amount in [*parts, (_("left out"), left_out)] if amount]
    yield f"{title}: {number(counts['found'])} = {' + '.join(said) or '0'}"
    for reason, amount in reasons_in_order(counts["skipped"]):
        yield f"  {number(amount):>8}  {reason_words(reason)}"


def preview(found: dict[str, Any]) -> Iterator[str]:
    """Yield what files hold."""
    for source in found["sources"]:
        what = format_words(source["format"], source["provider"])
        yield f"{one_line(source['key'])}: {what}, {size_words(source['size'])}"
        fresh, known = source["fresh"], source["known"]
        yield "  " + _("{chats}, {messages}; {fresh} new exchanges, {known} already known").format(
            chats=chats_words(source["conversations"]),
            messages=messages_words(source["messages"]),
            fresh=number(fresh),
            known=number(known),
        )
        span = range_words(_moment(source["first_at"]), _moment(source["last_at"]))
        if span:
            yield f"  {span}"
        for reason, amount in reasons_in_order(source["skipped"]):
            yield f"  {number(amount):>8}  {reason_words(reason)}"
        if source["problem"]:
            yield "  " + _("Not readable to its end: {why}").format(why=source["problem"])
    for kind, amount in sorted(found["left"].items()):
        yield _("Not read: {members}.").format(members=left_words(kind, amount))
    yield _("Nothing was stored.")


def line(one: dict[str, Any]) -> str:
    """Return an import as a line of the list."""
    names = ", ".join(one_line(name) for name in one["names"]) or "–"
    return f"{one['import_id']:>5}  {one['started_at'][:16]}  {state_words(one['state']):<12} " + _(
        "{stored} new, {held} still there: {names}"
    ).format(stored=number(one["stored"]), held=number(one["held"]), names=names)


def skipped(element: dict[str, Any]) -> str:
    """Return a skipped element as a line: its place, its id and the reason."""
    place = f"{one_line(element['source'])}[{element['index']}]"
    return f"  {place}  {one_line(element['id'] or '–')}  {reason_words(element['reason'])}"


def undo_plan(plan: dict[str, Any]) -> Iterator[str]:
    """Yield what undoing an import does."""
    yield _("By undoing it {removed} go, {restored} get their earlier text back.").format(
        removed=exchanges_words(plan["removed"]), restored=number(plan["restored"])
    )
    for reason, amount in sorted(plan["stay"].items()):
        yield "  " + stay_words(reason, amount)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
