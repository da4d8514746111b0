"""The commands about what learners write themselves: deliver, reflect, skills, goals, evidence."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import DAY, Answer, command
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.domain.skill_list import SkillFilter, arranged
from skilltrail.domain.stages import Stage
from skilltrail.exporters.skill_words import fresh_words, stage_words
from skilltrail.exporters.wording import exchanges_words, one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application

Told = dict[str, Any]

_PIECE = 1_000_000  # bytes read at once
_SLOW = 50_000_000  # bytes from which on reading takes so long that its progress is shown
_TOPIC: Callable[[Any], Any] = click.option(
    "--topic", metavar="TOPIC", help="The topic's id, as `skilltrail topics` shows it."
)


@command("deliver", help="Attach a work product to a topic: a file (only its SHA-256 is kept), --url or --commit.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--topic", metavar="TOPIC", required=True, help="The topic's id, as `skilltrail topics` shows it.")
@click.option("--url", help="A web address in place of a file.")
@click.option("--commit", help="A commit's hash in place of a file.")
@click.option("--title", default="", help="What it is; a file keeps its own name.")
@click.option("--on", "day", type=DAY, help="The day of the work; today where none is named.")
def deliver_command(
    settings: Settings,
    answer: Answer,
    file: Path | None,
    topic: str,
    url: str | None,
    commit: str | None,
    title: str,
    day: datetime | None,
) -> None:
    """The file itself is never stored or sent."""
    if sum(one is not None for one in (file, url, commit)) != 1:
        raise click.UsageError(_("Name one thing: a file, --url or --commit."))
    body: Told = {"title": title, "topic_id": topic, "dated": day.date().isoformat() if day else None}
    if file is not None:
        size, sha256 = _fingerprint(file, answer)
        body |= {"form": "file", "title": file.name, "size": size, "sha256": sha256}
    else:
        body |= {"form": "url", "address": url} if url is not None else {"form": "commit", "commit": commit}
    _tell(answer, _kept(settings, "deliverables", body))


@command("reflect", help="Write a reflection on a topic or an exchange.")
@click.argument("words", nargs=-1, required=True)
@_TOPIC
@click.option("--exchange", type=click.IntRange(min=1), help="The exchange's number.")
def reflect_command(
    settings: Settings, answer: Answer, words: tuple[str, ...], topic: str | None, exchange: int | None
) -> None:
    """WORDS are yours; “-” reads them from the input."""
    text = sys.stdin.read() if words == ("-",) else " ".join(words)
    _tell(answer, _kept(settings, "reflections", {"text": text, "topic_id": topic, "exchange_id": exchange}))


@command("skills", help="List all skills with stage and freshness, or add one by hand.")
@click.argument("name", nargs=-1)
@_TOPIC
@click.option("--about", default="", help="What you can do with it.")
def skills_command(settings: Settings, answer: Answer, name: tuple[str, ...], topic: str | None, about: str) -> None:
    """Without NAME they are listed."""
    if not name:
        return _list_skills(settings, answer)
    return _tell(answer, _kept(settings, "skills", {"name": " ".join(name), "about": about, "topic_id": topic}))


@command("goals", help="List your goals, or set one.")
@click.argument("name", nargs=-1)
@_TOPIC
@click.option("--by", type=DAY, help="The day by which you want to reach it.")
def goals_command(
    settings: Settings, answer: Answer, name: tuple[str, ...], topic: str | None, by: datetime | None
) -> None:
    """Without NAME they are listed."""
    if not name:
        return _list(settings, answer, {"goal"})
    day = None if by is None else by.date().isoformat()
    return _tell(answer, _kept(settings, "goals", {"name": " ".join(name), "by": day, "topic_id": topic}))


@command("evidence", help="List all that you wrote yourself; remove an entry, undo its last change, reach a goal.")
@click.argument("action", type=click.Choice(["list", "remove", "undo", "reached"]), default="list")
@click.argument("entry", required=False, type=click.IntRange(min=1))
def evidence_command(settings: Settings, answer: Answer, action: str, entry: int | None) -> None:
    """ENTRY is its number in the list."""
    if action == "list":
        return _list(settings, answer, {"reflection", "deliverable", "skill", "goal"})
    if entry is None:
        raise click.UsageError(_("Name the entry by its number; “skilltrail evidence” lists them."))
    done = _changed(settings, action, entry)
    answer.result({"ok": True, "entry": done})
    answer.say(_("Gone.") if done is None else _line(done))
    return None


COMMANDS = (deliver_command, reflect_command, skills_command, goals_command, evidence_command)


def _fingerprint(file: Path, answer: Answer) -> tuple[int, str]:
    """Return size and SHA-256 of a file; it is read piece by piece."""
    digest, size = hashlib.sha256(), file.stat().st_size
    hidden = answer.as_json or size < _SLOW
    with file.open("rb") as opened, click.progressbar(length=size, label=_("Reading"), hidden=hidden) as bar:
        read = 0
        while piece := opened.read(_PIECE):
            digest.update(piece)
            read += len(piece)
            bar.update(len(piece))
    return read, digest.hexdigest()


def _tell(answer: Answer, entry: Told) -> None:
    answer.result({"ok": True, "entry": entry})
    answer.say(_line(entry))


def _list(settings: Settings, answer: Answer, kinds: set[str]) -> None:
    told = _asked(settings, "GET", "/entries", None, lambda app: {"entries": [_told(one) for one in app.entries.all()]})
    entries = [entry for entry in told["entries"] if entry["kind"] in kinds]
    answer.result({"ok": True, "entries": entries})
    if not entries:
        answer.say(_("Nothing yet."))
    for entry in entries:
        answer.say(_line(entry))


def _list_skills(settings: Settings, answer: Answer) -> None:
    told = _asked(settings, "GET", "/skills", None, _all_skills)
    answer.result({"ok": True, **told})
    if not told["skills"]:
        answer.say(_("Nothing yet."))
    for skill in told["skills"]:
        answer.say(_skill_line(skill))


def _skill_line(skill: Told) -> str:
    name = one_line(skill["name"])
    if skill["own_id"] is not None:
        return f"{name}  (" + _("added by you") + f")  [{skill['own_id']}]"
    stage = stage_words(None if skill["stage"] is None else Stage(skill["stage"]))
    told = "; ".join([stage, fresh_words(skill["idle_days"]), exchanges_words(skill["exchanges"])])
    return f"{name}  ({told})  {skill['topic_id']}"


def _all_skills(app: Application) -> Told:
    from skilltrail.cli.options import plain

    found = app.skills.all()
    return dict(plain(asdict(replace(found, skills=arranged(found.skills, SkillFilter())))))


def _line(entry: Told) -> str:
    words = one_line(entry["name"] or entry["title"] or entry["text"])[:100]
    more = [entry["address"] if entry["address"] != entry["title"] else "", entry["sha256"], str(entry["by"] or "")]
    if entry["reached_on"]:
        more.append(_("reached on {day}").format(day=entry["reached_on"]))
    return f"[{entry['id']}] {entry['kind']}: " + "  ".join([words, *filter(None, more)])


def _kept(settings: Settings, kind: str, body: Told) -> Told:
    return _asked(settings, "POST", f"/{kind}", body, lambda app: _told(_keep(app, kind, body)))


def _keep(app: Application, kind: str, body: Told) -> Any:
    from skilltrail.web.api_entries import value_of

    return app.entries.keep(value_of(kind, body), topic_id=body["topic_id"], exchange_id=body.get("exchange_id"))


def _changed(settings: Settings, action: str, entry: int) -> Told | None:
    if action == "undo":
        undone = _asked(settings, "POST", f"/entries/{entry}/undo", {}, lambda app: _undo(app, entry))
        return None if undone["entry"] is None else dict(undone["entry"])
    if action == "remove":
        return _asked(settings, "POST", f"/entries/{entry}/remove", {}, lambda app: _told(app.entries.remove(entry)))
    return _asked(settings, "POST", f"/goals/{entry}/reached", {}, lambda app: _told(app.entries.reached(entry)))


def _undo(app: Application, entry: int) -> Told:
    left = app.entries.undo(entry)
    return {"entry": None if left is None else _told(left)}


def _asked(settings: Settings, method: str, path: str, body: Told | None, here: Callable[[Application], Told]) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1{path}", body))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        return here(application)


def _told(entry: Any) -> Told:
    from skilltrail.cli.options import plain
    from skilltrail.web.api_entries import entry_answer

    return dict(plain(asdict(entry_answer(entry))))
