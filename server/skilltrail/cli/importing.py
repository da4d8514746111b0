"""`skilltrail import`: brings exports in, and says what became of everything in them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from skilltrail.cli import import_words as words
from skilltrail.cli.import_door import Door, import_door
from skilltrail.cli.options import Answer, command
from skilltrail.config import Settings
from skilltrail.errors import ImportFailed
from skilltrail.i18n import _

_POLL_SECONDS = 0.25
_USAGE = "Name files, folders or archives to import, or one of --list, --show, --resume and --undo."


@command("import", help="Import exports of ChatGPT, Claude, Gemini, DeepSeek, Grok, Copilot or AI Studio.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--account", default="", metavar="LABEL", help="Whose chats these are, if you have several accounts.")
@click.option("--only", multiple=True, metavar="FILE", help="Read only this file of an archive or folder (repeatable).")
@click.option("--dry-run", is_flag=True, help="Only say what the files hold; store nothing.")
@click.option("--list", "listing", is_flag=True, help="List the imports so far.")
@click.option("--show", type=click.IntRange(min=1), metavar="ID", help="Show the account of an import.")
@click.option("--resume", type=click.IntRange(min=1), metavar="ID", help="Go on with an import that was cut off.")
@click.option("--undo", type=click.IntRange(min=1), metavar="ID", help="Undo an import; it may be imported again.")
@click.option("--yes", is_flag=True, help="With --undo: do not ask.")
def import_command(
    settings: Settings,
    answer: Answer,
    paths: tuple[Path, ...],
    account: str,
    only: tuple[str, ...],
    dry_run: bool,
    listing: bool,
    show: int | None,
    resume: int | None,
    undo: int | None,
    yes: bool,
) -> None:
    """Importing the same file twice changes nothing. Exit status 1: something could not be read, or sums disagree."""
    asked = [bool(paths), listing, show is not None, resume is not None, undo is not None]
    if sum(asked) != 1:
        raise click.UsageError(_USAGE)
    with import_door(settings) as door:
        if paths and dry_run:
            _preview(door, answer, paths, account)
        elif paths:
            with _bar(answer, _("Importing")) as advance:
                done = door.run([path.absolute() for path in paths], account, only, advance)
            _account(answer, done)
        elif listing:
            _list(door, answer)
        elif show is not None:
            _show(door, answer, show)
        elif resume is not None:
            with _bar(answer, _("Importing")) as advance:
                done = door.resume(resume, advance)
            _account(answer, done)
        elif undo is not None:
            _undo(door, answer, undo, yes=yes)


def _account(answer: Answer, done: dict[str, Any]) -> None:
    """Say what became of everything; exit status 1 if not all of it is accounted for."""
    answer.result({"ok": done["agrees"] and done["state"] != "failed", **done})
    for line in words.report(done):
        answer.say(line)
    if not done["agrees"]:
        answer.say(_("The sums do not agree: please report this with the output of `skilltrail doctor`."))
    if not done["agrees"] or done["state"] == "failed":
        raise click.exceptions.Exit(1)


def _preview(door: Door, answer: Answer, paths: tuple[Path, ...], account: str) -> None:
    with _bar(answer, _("Looking")) as advance:
        found = door.preview([path.absolute() for path in paths], account, advance)
    answer.result({"ok": True, "dry_run": True, **found})
    for line in words.preview(found):
        answer.say(line)
    if any(source["problem"] for source in found["sources"]):
        raise click.exceptions.Exit(1)


def _list(door: Door, answer: Answer) -> None:
    imports = door.listing()
    answer.result({"ok": True, "imports": imports})
    if not imports:
        answer.say(_("Nothing was imported yet."))
    for one in imports:
        answer.say(words.line(one))


def _show(door: Door, answer: Answer, import_id: int) -> None:
    done, skipped = door.show(import_id), door.skipped(import_id)
    answer.result({"ok": True, **done, "elements": skipped})
    for line in words.report(done):
        answer.say(line)
    for element in skipped:
        answer.say(words.skipped(element))


def _undo(door: Door, answer: Answer, import_id: int, *, yes: bool) -> None:
    plan = door.undo_plan(import_id)
    for line in words.undo_plan(plan):
        answer.say(line)
    if not yes:
        if answer.as_json or not sys.stdin.isatty():
            raise ImportFailed(_("Say --yes to undo the import without being asked."))
        if not click.confirm(_("Undo this import?"), default=False):
            answer.say(_("Nothing changed."))
            return
    door.undo(import_id)
    done = door.show(import_id)
    answer.result({"ok": True, "import_id": import_id, "state": done["state"], "undo": done["undo"]})
    answer.say(_("Undone. The files may be imported again."))


@contextmanager
def _bar(answer: Answer, title: str) -> Iterator[Any]:
    """Yield ``advance(progress)``; draws a bar with the time left on a terminal, nothing with --json."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[count]}"), disable=answer.as_json, transient=True) as shown:
        task = shown.add_task(title, total=1.0, count="")
        began = time.monotonic()

        def advance(progress: dict[str, Any]) -> None:
            if time.monotonic() - began >= _POLL_SECONDS:
                shown.update(task, completed=progress["share"], count=words.count(progress["exchanges"]))

        yield advance
