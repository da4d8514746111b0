"""`skilltrail endorsements …`: asking somebody for a few words about a skill, and taking in what they signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import Answer, command, plain
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import LANGUAGES, _

if TYPE_CHECKING:
    from skilltrail.application import Application

Told = dict[str, Any]

_FILE_MOST = 256 * 1024
_NUMBER = click.IntRange(min=1)


@command(
    "endorsements",
    cls=click.Group,
    invoke_without_command=True,
    help="Ask others for a few signed words about a skill; take in, list and remove what came back.",
)
def endorsements_command(settings: Settings, answer: Answer) -> None:
    """Without a command they are listed."""
    if click.get_current_context().invoked_subcommand is None:
        _list(settings, answer)


@command("list", help="List requests and endorsements.")
def list_command(settings: Settings, answer: Answer) -> None:
    """The newest first."""
    _list(settings, answer)


@command("request", help="Write the page that you send to somebody who saw you use a skill.")
@click.argument("topic")
@click.option("--person", required=True, metavar="NAME", help="Your name, as the reader knows it.")
@click.option("--skill", default="", metavar="NAME", help="What the skill is called there; else the topic's name.")
@click.option("--since", default="", metavar="2026-03", help="The first month; without it no period is told.")
@click.option("--until", default="", metavar="2026-11", help="The last month.")
@click.option("--work", "work", multiple=True, metavar="TEXT", help="A deliverable to name.")
@click.option("--note", default="", metavar="TEXT", help="A few words to the reader.")
@click.option("--allow", "allowed", is_flag=True, help="Send it though the leak scan stops in it.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="The page's language.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to write it.")
def request_command(
    settings: Settings, answer: Answer, topic: str, out: Path | None, language: str | None, work: tuple[str, ...],
    allowed: bool, **told: str,
) -> None:  # fmt: skip
    """TOPIC is its id, as `skilltrail topics` shows it. The page says nothing but what you name here."""
    body = {**told, "topic_id": topic, "deliverables": list(work), "language": language or "", "allowed": allowed}
    found = _asked(settings, "POST", "/endorsements/requests", body, lambda app: _ask(app, body))
    file = out or Path(found["name"])
    file.write_text(found["page"], encoding="utf-8", newline="\n")
    answer.result({"ok": True, "file": file, "request": found["request"]})
    words = _("Written: {file}. Send it; what comes back is taken in with “skilltrail endorsements add FILE”.")
    answer.say(words.format(file=file))
    answer.say(_("It can be answered until {day}.").format(day=found["request"]["answer_by"]))


@command("add", help="Take in an endorsement that came back.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--topic", metavar="TOPIC", help="Refuse it unless it is about this topic.")
def add_command(settings: Settings, answer: Answer, file: Path, topic: str | None) -> None:
    """FILE is what the page gave to who signed."""
    from skilltrail.errors import EvidenceInvalid

    with file.open("rb") as opened:
        data = opened.read(_FILE_MOST + 1)
    try:
        body = {"document": data.decode(), "topic_id": topic}
    except UnicodeDecodeError:
        raise EvidenceInvalid(_("This is not a credential.")) from None
    if len(data) > _FILE_MOST:
        raise EvidenceInvalid(_("This is not a credential."))
    found = _asked(settings, "POST", "/endorsements", body, lambda app: _take(app, body))
    answer.result({"ok": True, "endorsement": found})
    _say(answer, found)
    answer.say(
        _("Whose key this is we cannot tell. Ask back there before you rely on it: {contact}").format(**_safe(found))
    )


@command("remove", help="Remove a request or an endorsement; “undo” brings it back.")
@click.argument("number", type=_NUMBER)
def remove_command(settings: Settings, answer: Answer, number: int) -> None:
    """NUMBER is that of the list."""
    found = _asked(
        settings, "POST", f"/endorsements/{number}/remove", {}, lambda app: _told(app.endorsements.remove(number))
    )
    answer.result({"ok": True, "endorsement": found})
    answer.say(_("Gone."))


@command("undo", help="Take the last change of a request or an endorsement back.")
@click.argument("number", type=_NUMBER)
def undo_command(settings: Settings, answer: Answer, number: int) -> None:
    """NUMBER is that of the list."""
    found = _asked(settings, "POST", f"/endorsements/{number}/undo", {}, lambda app: _undo(app, number))
    answer.result({"ok": True, **found})
    if found["endorsement"] is None:
        answer.say(_("Gone."))
    else:
        _say(answer, found["endorsement"])


COMMANDS = (list_command, request_command, add_command, remove_command, undo_command)


def _list(settings: Settings, answer: Answer) -> None:
    found = _asked(settings, "GET", "/endorsements", None, _all)["endorsements"]
    answer.result({"ok": True, "endorsements": found})
    if not found:
        answer.say(_("Nothing yet."))
    for one in found:
        _say(answer, one)


def _say(answer: Answer, one: Told) -> None:
    told = _safe(one)
    if one["kind"] == "request":
        answer.say(_("[{id}] Asked on {made_on} about “{skill}”; it can be answered until {answer_by}.").format(**told))
        return
    answer.say(_("[{id}] {name}, signed on {signed_on} (by their clock), about “{topic_name}”:").format(**told))
    said = told["comment"] if one["whole"] else _("A word of it was hidden; it is no evidence any more.")
    answer.say(f"    {said}")
    answer.say(_("    ask back: {contact}; key, not vouched for by us: {did}").format(**told))


def _safe(one: Told) -> Told:
    return {name: one_line(value) if isinstance(value, str) else value for name, value in one.items()}


# --- without a running server ---------------------------------------------------------------------------------------


def _all(app: Application) -> Told:
    return {"endorsements": [_told(one) for one in app.endorsements.listed()]}


def _ask(app: Application, body: Told) -> Told:
    from skilltrail.web.api_endorsements import AskIn, asked_answer

    return dict(plain(asdict(asked_answer(app.endorsements, AskIn(**body)))))


def _take(app: Application, body: Told) -> Told:
    from skilltrail.web.api_endorsements import TakeIn, taken_answer

    return dict(plain(asdict(taken_answer(app.endorsements, TakeIn(**body)))))


def _undo(app: Application, number: int) -> Told:
    from skilltrail.web.api_endorsements import undone_answer

    return dict(plain(asdict(undone_answer(app.endorsements, number))))


def _told(entry: Any) -> Told:
    from skilltrail.web.api_endorsements import endorsement_answer

    return dict(plain(asdict(endorsement_answer(entry))))


def _asked(settings: Settings, method: str, path: str, body: Told | None, here: Callable[[Application], Told]) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1{path}", body))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        return here(application)
