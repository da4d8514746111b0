"""Commands that work on the history: process · topics · exchanges · export."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import RunningServer, running_server
from skilltrail.config import Settings
from skilltrail.exporters.area_words import area_words
from skilltrail.i18n import _

FORMATS = ("markdown", "json", "html")
_POLL_SECONDS = 0.5
_WITH_CLIENT: Callable[[Any], Any] = click.option(
    "--with-client",
    "clients",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="ID",
    help="Let this client's exchanges stand in the file, which are left out else; may come again.",
)


@command("process", help="Embed and group everything that waits.")
def process_command(settings: Settings, answer: Answer) -> None:
    """Run until nothing is pending."""
    server = running_server(settings)
    with _bar(answer, _("Processing")) as advance:
        state = _process_there(server, advance) if server else _process_here(settings, advance)
    if state["state"] == "blocked":
        answer.result({"ok": False, **state})
        answer.say(state["problem"] or _("The model is not available; run `skilltrail doctor`."))
        raise click.exceptions.Exit(1)
    answer.result({"ok": True, **state})
    answer.say(_("{embedded} of {total} exchanges are embedded and grouped.").format(**state))
    if state["quarantined"]:
        answer.say(_("{quarantined} exchanges could not be processed and were set aside.").format(**state))


def _process_here(settings: Settings, advance: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        state = application.processing.run_until_done(lambda now: advance(now.embedded, now.total))
        return asdict(state)


def _process_there(server: RunningServer, advance: Any) -> dict[str, Any]:
    state: dict[str, Any] = server.call("POST", "/api/v1/process", {})
    while state["pending"] or state["topics_due"]:
        if state["state"] == "blocked":
            break
        time.sleep(_POLL_SECONDS)
        state = server.call("GET", "/api/v1/process")
        advance(state["embedded"], state["total"])
    return state


@command(
    "topics",
    cls=click.Group,
    invoke_without_command=True,
    help="List the topics with names, dates and ids, or correct them.",
)
def topics_command(settings: Settings, answer: Answer) -> None:
    """Show the topics, largest first; a command behind it corrects them."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    topics = _topics(settings)
    answer.result({"ok": True, "topics": topics})
    if not topics:
        answer.say(_("No topics yet. Import or capture some exchanges, then run `skilltrail process`."))
    for topic in topics:
        span = f"{topic['first_at'][:10]} – {topic['last_at'][:10]}"
        answer.say(f"{topic['exchanges']:>6}  {topic['name']}  ({area_words(topic['area'])}, {span})  {topic['id']}")


def _topics(settings: Settings) -> list[dict[str, Any]]:
    from dataclasses import asdict

    if (server := running_server(settings)) is not None:
        listed: list[dict[str, Any]] = server.call("GET", "/api/v1/topics")["topics"]
        return listed
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        rows = [asdict(line) for line in application.trail.topics()]
    return [{**row, "first_at": row["first_at"].isoformat(), "last_at": row["last_at"].isoformat()} for row in rows]


@command("exchanges", help="Write one row per stored exchange as CSV or as an Excel workbook.")
@_WITH_CLIENT
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="CSV file to write.")
@click.option("--xlsx", "xlsx_file", type=click.Path(dir_okay=False, path_type=Path), help="Workbook to write.")
def exchanges_command(
    settings: Settings, answer: Answer, csv_file: Path | None, xlsx_file: Path | None, clients: tuple[int, ...]
) -> None:
    """Write ids, times, fidelity and topics; never the text of an exchange."""
    wanted = [(kind, target) for kind, target in (("csv", csv_file), ("xlsx", xlsx_file)) if target is not None]
    if not wanted:
        raise click.UsageError("Name a file to write: --csv FILE or --xlsx FILE.")
    # Both tables hold the same exchanges.
    sizes, left = [], _say_left_out(settings, answer, wanted[0][0], clients)
    for kind, target in wanted:
        data = _export_bytes(settings, kind, clients)
        write_whole(target, data)
        sizes.append(len(data))
        answer.say(_("Written: {path}").format(path=target))
    answer.result(
        {
            "ok": True,
            "path": str(wanted[0][1]),
            "bytes": sizes[0],
            "paths": [str(row[1]) for row in wanted],
            "left_out": left,
        }
    )


@command("export", help="Export the timeline.")
@_WITH_CLIENT
@click.option("--format", "format_", required=True, type=click.Choice(FORMATS), help="Format of the file.")
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def export_command(settings: Settings, answer: Answer, format_: str, target: Path, clients: tuple[int, ...]) -> None:
    """Write the timeline; questions are shortened, replies are not included."""
    left = _say_left_out(settings, answer, format_, clients)
    data = _export_bytes(settings, format_, clients)
    write_whole(target, data)
    answer.result({"ok": True, "path": str(target), "bytes": len(data), "format": format_, "left_out": left})
    answer.say(_("Written: {path}").format(path=target))


def _say_left_out(settings: Settings, answer: Answer, format_: str, clients: tuple[int, ...]) -> dict[str, Any]:
    """Say what stays out of a file of this format because it is a client's, before the file is made."""
    from skilltrail.domain.contexts import LeftOut
    from skilltrail.web.export_page import left_out_words

    left = _left_out(settings, format_, clients)
    named = tuple((str(name), int(count)) for name, count in left["by_client"])
    for line in left_out_words(LeftOut(left["exchanges"], named, left["undecided"], left["waiting"])):
        answer.say(line)
    return left


def _left_out(settings: Settings, format_: str, clients: tuple[int, ...]) -> dict[str, Any]:
    if (server := running_server(settings)) is not None:
        listed = f"&with_clients={','.join(map(str, clients))}" if clients else ""
        return dict(server.call("GET", f"/api/v1/exports/left-out?format={format_}{listed}"))
    from skilltrail.application.exports import TABLES
    from skilltrail.cli.options import plain
    from skilltrail.cli.unlocking import open_home
    from skilltrail.domain.timeline import TimelineFilter

    with open_home(settings) as application:
        application.contexts.finish()
        part = None if format_ in TABLES else TimelineFilter()
        return dict(plain(application.contexts.left_out(part, clients)))


def _export_bytes(settings: Settings, format_: str, clients: tuple[int, ...]) -> bytes:
    if (server := running_server(settings)) is not None:
        listed = f"&with_clients={','.join(map(str, clients))}" if clients else ""
        return server.fetch("GET", f"/api/v1/exports?format={format_}{listed}")
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        application.contexts.finish()
        file = application.exports.file(format_, clients)
        application.data_rights.record(file, format_)
        data: bytes = file.data
        return data


def write_whole(target: Path, data: bytes) -> None:
    """Write a file whole or not at all: aside first, then renamed."""
    aside = target.with_name(f".{target.name}.part")
    with aside.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(target)


@contextmanager
def _bar(answer: Answer, words: str) -> Iterator[Any]:
    """Yield ``advance(done, total)``; draws a bar with the time left on a terminal, nothing with --json."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=answer.as_json, transient=True) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
