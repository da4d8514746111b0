"""`skilltrail evidence-log anchor …`: another's word on when a checkpoint existed, by files; nothing is sent."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import Answer, command, plain
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application

Told = dict[str, Any]

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_NUMBER = click.IntRange(min=1)
_FILE_MOST = 512 * 1024


@command(
    "anchor",
    cls=click.Group,
    invoke_without_command=True,
    help="Another's word on when your log existed: a time-stamping authority's, or a push. Off until you use it.",
)
def anchor_command(settings: Settings, answer: Answer) -> None:
    """Without a command anchors are listed."""
    if click.get_current_context().invoked_subcommand is None:
        _list(settings, answer)


@command("list", help="List anchors.")
def list_command(settings: Settings, answer: Answer) -> None:
    """The newest first."""
    _list(settings, answer)


@command("request", help="Write a request for a time-stamping authority; sending it is up to you.")
@click.option("--out", type=_FOLDER, default=Path(), metavar="FOLDER", help="Where to write the two files.")
def request_command(settings: Settings, answer: Answer, out: Path) -> None:
    """The request holds a hash of the checkpoint and a random number, and nothing else."""
    found = _asked(settings, "POST", "/evidence-log/anchors/request", {}, _request_here)
    note, query = _files(out, found)
    query.write_bytes(base64.b64decode(found["query"]))
    answer.result({"ok": True, "checkpoint": note, "request": query, **{name: found[name] for name in _TOLD}})
    answer.say(_("Written: {note} and {query}.").format(note=note, query=query))
    answer.say(_("In the request is the hash {digest}, a random number, and nothing else.").format(**found))
    answer.say(_("Send it to an authority of your choice, which learns that hash and your network address:"))
    answer.say(f"  {found['send']}")
    answer.say(_("Take the answer in with: skilltrail evidence-log anchor add FILE.tsr --certificate ROOT.pem"))
    answer.say(_("Anybody can check it: {command}").format(command=found["check"]))


@command("add", help="Take in the answer of a time-stamping authority (.tsr).")
@click.argument("file", type=_FILE)
@click.option("--certificate", type=_FILE, required=True, metavar="FILE", help="The authority's root certificate.")
def add_command(settings: Settings, answer: Answer, file: Path, certificate: Path) -> None:
    """FILE is the answer. The certificate must come from the authority itself, not with the answer."""
    body = {"token": _encoded(file), "certificate": _encoded(certificate)}
    found = _asked(settings, "POST", "/evidence-log/anchors", body, lambda app: _take_here(app, body))
    answer.result({"ok": True, "anchor": found})
    _say(answer, found)


@command("git", help="Write the checkpoint into a folder for a push, or note where it was pushed to.")
@click.argument("folder", type=_FOLDER)
@click.option("--pushed", metavar="ADDRESS", help="The address of the commit at its host, once it was pushed.")
def git_command(settings: Settings, answer: Answer, folder: Path, pushed: str | None) -> None:
    """FOLDER is a repository of yours, or one that you copy into it. Git itself is not run."""
    if pushed is not None:
        body = {"size": _pushed_size(folder), "address": pushed}
        found = _asked(settings, "POST", "/evidence-log/anchors/pushed", body, lambda app: _push_here(app, body))
        answer.result({"ok": True, "anchor": found})
        return _say(answer, found)
    found = _asked(settings, "POST", "/evidence-log/anchors/request", {}, _request_here)
    note, _query = _files(folder, found)
    key = folder / "log-key.txt"
    key.write_text(found["key"] + "\n", encoding="utf-8", newline="\n")
    answer.result({"ok": True, "checkpoint": note, "key": key, "size": found["size"]})
    answer.say(_("Written: {note} and {query}.").format(note=note, query=key))
    answer.say(_("They show how many entries your log has and a hash over them, and none of their words."))
    answer.say(_("Commit and push them. What counts is when the host received it; a commit’s own date is free text."))
    words = _("Then note it: skilltrail evidence-log anchor git {folder} --pushed ADDRESS")
    return answer.say(words.format(folder=folder))


@command("remove", help="Remove an anchor; “undo” brings it back.")
@click.argument("number", type=_NUMBER)
def remove_command(settings: Settings, answer: Answer, number: int) -> None:
    """NUMBER is that of the list."""
    path = f"/evidence-log/anchors/{number}/remove"
    found = _asked(settings, "POST", path, {}, lambda app: _told(app.anchors.remove(number)))
    answer.result({"ok": True, "anchor": found})
    answer.say(_("Gone."))


@command("undo", help="Bring a removed anchor back.")
@click.argument("number", type=_NUMBER)
def undo_command(settings: Settings, answer: Answer, number: int) -> None:
    """NUMBER is that of the list."""
    path = f"/evidence-log/anchors/{number}/undo"
    found = _asked(settings, "POST", path, {}, lambda app: _told(app.anchors.undo(number)))
    answer.result({"ok": True, "anchor": found})
    _say(answer, found)


COMMANDS = (list_command, request_command, add_command, git_command, remove_command, undo_command)

_TOLD = ("size", "digest", "send", "check")
_STEM = "skilltrail-checkpoint-"


def _list(settings: Settings, answer: Answer) -> None:
    found = _asked(settings, "GET", "/evidence-log/anchors", None, _all_here)["anchors"]
    answer.result({"ok": True, "anchors": found})
    if not found:
        answer.say(_("Nothing yet: no third party confirms any date."))
    for one in found:
        _say(answer, one)


def _say(answer: Answer, one: Told) -> None:
    told = {**one, "by": one_line(one["by"])}
    if one["kind"] == "git":
        words = _("[{id}] {size} entries: pushed to {by}; ask the host when. Nothing was looked up here.")
    else:
        words = _("[{id}] {size} entries existed by {at}, says {by}.")
    answer.say(words.format(**told))


def _files(folder: Path, found: Told) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / f"{found['stem']}.txt"
    note.write_text(found["checkpoint"], encoding="utf-8", newline="\n")
    return note, folder / f"{found['stem']}.tsq"


def _pushed_size(folder: Path) -> int:
    """Return the size of the newest checkpoint that was written into a folder."""
    ends = [file.stem.removeprefix(_STEM) for file in folder.glob(f"{_STEM}*.txt")]
    sizes = [int(end) for end in ends if end.isascii() and end.isdecimal() and len(end) < 16]
    if not sizes:
        raise click.UsageError(_("There is no checkpoint in this folder; write one first."))
    return max(sizes)


def _encoded(file: Path) -> str:
    from skilltrail.errors import EvidenceInvalid

    with file.open("rb") as opened:
        data = opened.read(_FILE_MOST + 1)
    if len(data) > _FILE_MOST:
        raise EvidenceInvalid(_("The file {name} is too large for what it is said to be.").format(name=file.name))
    return base64.b64encode(data).decode()


# --- without a running server ---------------------------------------------------------------------------------------


def _all_here(app: Application) -> Told:
    return {"anchors": [_told(one) for one in app.anchors.listed()]}


def _request_here(app: Application) -> Told:
    from skilltrail.web.api_anchors import request_answer

    return asdict(request_answer(app.anchors))


def _take_here(app: Application, body: Told) -> Told:
    return _told(app.anchors.take(base64.b64decode(body["token"]), base64.b64decode(body["certificate"])))


def _push_here(app: Application, body: Told) -> Told:
    return _told(app.anchors.note_push(body["size"], body["address"]))


def _told(anchor: Any) -> Told:
    from skilltrail.web.api_anchors import anchor_answer

    return dict(plain(asdict(anchor_answer(anchor))))


def _asked(settings: Settings, method: str, path: str, body: Told | None, here: Callable[[Application], Told]) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1{path}", body))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        return here(application)
