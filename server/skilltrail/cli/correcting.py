"""`skilltrail topics …`: the learner's corrections of topics, what changed, and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, Protocol

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import RunningServer
from skilltrail.cli.unlocking import door_to
from skilltrail.config import Settings
from skilltrail.domain.corrections import Standing
from skilltrail.i18n import _

Words = dict[str, Any]

_STANDINGS = {"show": Standing.SHOWN, "hide": Standing.HIDDEN, "not-a-skill": Standing.NOT_SKILL}


@command("rename", help="Call a topic by a name of yours; without NAME it gets our name back.")
@click.argument("topic")
@click.argument("name", required=False)
def rename_command(settings: Settings, answer: Answer, topic: str, name: str | None) -> None:
    """TOPIC is an id, as `skilltrail topics` shows it."""
    _correct(settings, answer, lambda door: door.topic(topic, "name", {"name": name}))


@command("standing", help="Show a topic, hide it, or say that it is not a skill.")
@click.argument("topic")
@click.argument("standing", type=click.Choice(sorted(_STANDINGS)))
def standing_command(settings: Settings, answer: Answer, topic: str, standing: str) -> None:
    """Hidden topics are on no timeline and in no export."""
    _correct(settings, answer, lambda door: door.topic(topic, "standing", {"standing": _STANDINGS[standing].value}))


@command("keep", help="Keep a topic as it is: no later run ends, splits or merges it.")
@click.argument("topic")
@click.option("--off", is_flag=True, help="Let runs change it again.")
def keep_command(settings: Settings, answer: Answer, topic: str, off: bool) -> None:
    """New exchanges may still join it."""
    _correct(settings, answer, lambda door: door.topic(topic, "kept", {"kept": not off}))


@command("merge", help="Merge topics; the result keeps id, name and colour of INTO.")
@click.argument("into")
@click.argument("others", nargs=-1, required=True)
def merge_command(settings: Settings, answer: Answer, into: str, others: tuple[str, ...]) -> None:
    """OTHERS are ids of the topics that go into INTO."""
    _correct(settings, answer, lambda door: door.topic(into, "merge", {"topics": list(others)}))


@command("move", help="Move exchanges to a topic, to a new one, or to none.")
@click.argument("exchanges", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option("--to", "topic", metavar="TOPIC", help="The topic's id.")
@click.option("--new", "name", metavar="NAME", help="Make a topic of them.")
@click.option("--none", "nowhere", is_flag=True, help="Take them out of all topics.")
def move_command(
    settings: Settings, answer: Answer, exchanges: tuple[int, ...], topic: str | None, name: str | None, nowhere: bool
) -> None:
    """EXCHANGES are their numbers."""
    if (topic is not None) + (name is not None) + nowhere != 1:
        raise click.UsageError("Say where: --to TOPIC, --new NAME or --none.")
    if name is not None:
        _correct(settings, answer, lambda door: door.exchanges("split", {"exchanges": list(exchanges), "name": name}))
    else:
        _correct(settings, answer, lambda door: door.exchanges("move", {"exchanges": list(exchanges), "topic": topic}))


@command("log", help="What changed: what runs did, and your corrections, each with its number.")
def log_command(settings: Settings, answer: Answer) -> None:
    """The newest first."""
    with _door(settings) as door:
        lines = door.log()
    answer.result({"ok": True, "lines": lines})
    if not lines:
        answer.say(_("Nothing yet."))
    for line in lines:
        number = f"[{line['correction_id']}]" if line["correction_id"] else ""
        undone = _(" (undone)") if line["undone"] else ""
        answer.say(f"{str(line['at'])[:16].replace('T', ' ')}  {number:>6} {line['words']}{undone}")


@command("undo", help="Take one correction back, by its number in `topics log`.")
@click.argument("number", type=click.IntRange(min=1))
def undo_command(settings: Settings, answer: Answer, number: int) -> None:
    """Exit status 1, with the reason, where it cannot be undone any more."""
    _correct(settings, answer, lambda door: door.undo(number))


COMMANDS = (rename_command, standing_command, keep_command, merge_command, move_command, log_command, undo_command)


class Door(Protocol):
    """The history, through a running server or opened here."""

    def topic(self, topic_id: str, what: str, body: Words) -> Words:
        """Correct a topic."""
        ...

    def exchanges(self, what: str, body: Words) -> Words:
        """Correct where exchanges stand."""
        ...

    def undo(self, number: int) -> Words:
        """Take a correction back."""
        ...

    def log(self) -> list[Words]:
        """Return what changed."""
        ...


def _correct(settings: Settings, answer: Answer, change: Callable[[Door], Words]) -> None:
    with _door(settings) as door:
        done = change(door)
    answer.result({"ok": True, "correction": done["id"], "topic": done["topic_id"], "words": done["words"]})
    answer.say(done["words"])


def _door(settings: Settings) -> AbstractContextManager[Door]:
    return door_to(settings, there=_There, here=_Here)


class _There:
    """Through the running server."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    def topic(self, topic_id: str, what: str, body: Words) -> Words:
        return self._post(f"/topics/{topic_id}/{what}", body)

    def exchanges(self, what: str, body: Words) -> Words:
        return self._post(f"/exchanges/{what}", body)

    def undo(self, number: int) -> Words:
        return self._post(f"/corrections/{number}/undo", {})

    def log(self) -> list[Words]:
        lines: list[Words] = self._server.call("GET", "/api/v1/corrections")["lines"]
        return lines

    def _post(self, path: str, body: Words) -> Words:
        done: Words = self._server.call("POST", f"/api/v1{path}", body)
        return done


class _Here:
    """In a data folder that no server holds."""

    def __init__(self, application: Any) -> None:
        self._corrections = application.corrections

    def topic(self, topic_id: str, what: str, body: Words) -> Words:
        own = self._corrections
        if what == "name":
            return asdict(own.rename(topic_id, body["name"]))
        if what == "standing":
            return asdict(own.set_standing(topic_id, Standing(body["standing"])))
        if what == "kept":
            return asdict(own.keep(topic_id, on=body["kept"]))
        return asdict(own.merge(body["topics"], topic_id))

    def exchanges(self, what: str, body: Words) -> Words:
        if what == "split":
            return asdict(self._corrections.split_off(body["exchanges"], body["name"]))
        return asdict(self._corrections.move(body["exchanges"], body["topic"]))

    def undo(self, number: int) -> Words:
        return asdict(self._corrections.undo(number))

    def log(self) -> list[Words]:
        return [{**asdict(line), "at": line.at.astimezone().isoformat()} for line in self._corrections.log()]
