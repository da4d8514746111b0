"""Pages of imports: handing files over, seeing what they hold, watching, and the account of every import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from skilltrail.domain.imports import (
    Counts,
    Exclusions,
    ImportRecord,
    ImportState,
    SourcePreview,
    UndoOutcome,
    Upload,
    UploadState,
)
from skilltrail.errors import NotFound
from skilltrail.exporters.wording import exchanges_words, ngettext
from skilltrail.i18n import _
from skilltrail.web import import_words
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment, spaces

bp = Blueprint("import_pages", __name__)

SKIPS_SHOWN = 200
SOURCES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the account: chats and messages; ``reason`` marks a part of what was left out."""

    words: str
    chats: int
    messages: int
    kind: str = "part"


@bp.get("/fragments/imports")
@asks(DASHBOARD_READ)
def imports_fragment() -> str:
    """Where files are handed over, what they hold, and all imports so far."""
    app = application()
    if in_demo():
        return _fragment("imports", revision=app.trail.revision(), live=60)
    upload, running = app.uploads.current(), app.imports.running
    record = None if running is None else app.imports.get(running)
    busy = running is not None or (upload is not None and upload.state is UploadState.LOOKING)
    return _fragment(
        "imports",
        revision=app.trail.revision(),
        live=1 if busy else 60,
        upload=upload,
        running=record,
        progress=None if running is None else app.imports.progress(running),
        totals=None if upload is None else preview_totals(upload),
        rules=rule_lines(app.imports.exclusions()),
        imports=app.imports.listing(),
    )


@bp.get("/fragments/imports/<int:import_id>")
@asks(DASHBOARD_READ)
@of_one_moment
def import_fragment(import_id: int) -> str:
    """The account of one import, and how far it is."""
    if in_demo():
        raise NotFound(_("The invented history was not imported."))
    imports = spaces().own.imports
    record, skipped = imports.get(import_id), imports.skipped(import_id)
    over = record.state not in (ImportState.RUNNING, ImportState.UNDONE)
    undo = imports.undo_plan(import_id) if over else record.undo
    return _fragment(
        "import",
        revision=spaces().own.trail.revision(),
        live=1 if record.state is ImportState.RUNNING else 60,
        it=record,
        title=title_words(record),
        progress=imports.progress(import_id),
        verdict=verdict(record),
        rows=account_rows(record.conversations, record.messages),
        undo=undo,
        can_undo=over and bool(undo and (undo.removed or undo.restored)),
        undo_lines=undo_lines(undo),
        skipped=skipped[:SKIPS_SHOWN],
    )


def preview_totals(upload: Upload) -> dict[str, Any]:
    """Return the sums over what an upload holds."""
    sources = upload.preview.sources if upload.preview else ()
    return {
        "fresh": sum(source.fresh for source in sources),
        "known": sum(source.known for source in sources),
        "shown": sources[:SOURCES_SHOWN],
        "more": sources[SOURCES_SHOWN:],
        "readable": any(source.exchanges for source in sources),
    }


def source_facts(source: SourcePreview) -> list[str]:
    """Return what a preview says of one file, a line each."""
    counted = _("{chats}, {messages}").format(
        chats=import_words.chats_words(source.conversations), messages=import_words.messages_words(source.messages)
    )
    fresh = ngettext("{n} exchange is new", "{n} exchanges are new", source.fresh)
    known = ngettext("{n} is here already", "{n} are here already", source.known)
    lines = [counted, f"{fresh}, {known}." if source.known else f"{fresh}."]
    span = import_words.range_words(source.first_at, source.last_at)
    return [lines[0] + (f", {span}" if span else ""), *lines[1:]]


def title_words(record: ImportRecord) -> str:
    """Name an import by what was chosen."""
    names = record.names
    if not names:
        return _("Import {n}").format(n=record.id)
    if len(names) == 1:
        return names[0]
    return _("{first} and {n} more").format(first=names[0], n=len(names) - 1)


def verdict(record: ImportRecord) -> tuple[str, str]:
    """Return a state (it only colours) and one sentence about an import."""
    chats, messages = record.conversations, record.messages
    if record.state is ImportState.RUNNING:
        return "unknown", _("It goes on in the background. You can leave this page, or close it.")
    if not record.agrees:
        return "lost", _(
            "The sums do not agree: something was lost on the way. Please report it with what “skilltrail doctor” says."
        )
    if record.state is ImportState.UNDONE:
        return "unknown", _("This import is undone. The files may be imported again.")
    counted = _("{chats} and {messages}").format(
        chats=import_words.chats_words(chats.found), messages=import_words.messages_words(messages.found)
    )
    if record.state is ImportState.DONE:
        return "ok", _("Every one is accounted for: {counted}.").format(counted=counted)
    words = {
        ImportState.CANCELLED: _("You cancelled it. What was read until then is stored and accounted for: {counted}."),
        ImportState.INTERRUPTED: _("It was cut off. What was read until then is safe: {counted}."),
    }.get(record.state, _("Not everything could be read. What could be is stored and accounted for: {counted}."))
    return "degraded", words.format(counted=counted)


def account_rows(conversations: Counts, messages: Counts) -> list[AccountRow]:
    """Return the account line by line: what is in the files, and what became of it."""
    rows = [AccountRow(_("In the files"), conversations.found, messages.found, "sum")]
    rows += [
        AccountRow(_("Stored, new"), conversations.stored, messages.stored),
        AccountRow(_("Known already"), conversations.known, messages.known),
        AccountRow(_("Known, and added to or improved"), conversations.updated, messages.updated),
    ]
    reasons = sorted(
        {*conversations.skipped, *messages.skipped},
        key=lambda reason: (-messages.skipped.get(reason, 0), -conversations.skipped.get(reason, 0), reason),
    )
    rows += [
        AccountRow(
            _("Left out: {reason}").format(reason=import_words.reason_words(reason)),
            conversations.skipped.get(reason, 0),
            messages.skipped.get(reason, 0),
            "reason",
        )
        for reason in reasons
    ]
    rows.append(AccountRow(_("Together"), conversations.accounted, messages.accounted, "sum"))
    return rows


def undo_lines(undo: UndoOutcome | None) -> list[str]:
    """Say what undoing does, a line each."""
    if undo is None:
        return []
    lines = [_("{count} from this import alone.").format(count=exchanges_words(undo.removed))]
    if undo.restored:
        lines.append(
            ngettext(
                "{n} that it had changed gets its earlier text back.",
                "{n} that it had changed get their earlier text back.",
                undo.restored,
            )
        )
    return lines + [import_words.stay_words(reason, count) for reason, count in sorted(undo.stay.items())]


def rule_lines(exclusions: Exclusions) -> list[tuple[str, str, str]]:
    """Return the rules for what stays out: kind, what it is in words, the rule."""
    kinds = (
        ("titles", _("title holds"), exclusions.titles),
        ("projects", _("project"), exclusions.projects),
        ("addresses", _("address"), exclusions.addresses),
    )
    return [(kind, words, rule) for kind, words, rules in kinds for rule in rules]


def left_list(left: Mapping[str, int]) -> str:
    """Return what nobody reads as one phrase."""
    return ", ".join(import_words.left_words(kind, count) for kind, count in sorted(left.items()))


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    return render_template(
        f"fragments/{name}.html",
        now=datetime.now(UTC),
        is_demo=demo,
        base="/demo" if demo else "",
        i=import_words,
        source_facts=source_facts,
        title_words=title_words,
        left_list=left_list,
        **context,
    )
