"""`skilltrail forget`: shows what would go, asks, waits ten seconds, and stays until no byte of it is left."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import click

from skilltrail.cli.options import DAY, Answer, command
from skilltrail.cli.running import RunningServer
from skilltrail.cli.unlocking import door_to
from skilltrail.config import Settings
from skilltrail.domain.forget import UNDO, ForgetPass, ForgetWish
from skilltrail.errors import ForgetInvalid
from skilltrail.i18n import _

_POLL_SECONDS = 0.2
_FINAL = ("done",)


@command("forget", help="Forget exchanges for good: from the database, topics, vectors and backups.")
@click.option("--exchange", type=click.IntRange(min=1), metavar="ID", help="One exchange, by its number.")
@click.option("--conversation", metavar="ID", help="A whole chat, by its id at the source (see `exchanges --csv`).")
@click.option("--word", metavar="WORD", help="All that holds a word or name, in any case; `-` reads it from the input.")
@click.option("--since", type=DAY, help="All from this day on.")
@click.option("--until", type=DAY, help="All up to this day, included.")
@click.option("--import", "import_id", type=click.IntRange(min=1), metavar="ID", help="Undo an import.")
@click.option("--client", type=click.IntRange(min=1), metavar="ID", help="A client with all that is its.")
@click.option("--everything", is_flag=True, help="All exchanges and all that was worked out from them.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--yes", is_flag=True, help="Do not ask. Ctrl-C within the ten seconds still undoes it.")
@click.option("--now", "at_once", is_flag=True, help="With --yes: do not wait the ten seconds either.")
def forget_command(
    settings: Settings,
    answer: Answer,
    exchange: int | None,
    conversation: str | None,
    word: str | None,
    since: datetime | None,
    until: datetime | None,
    import_id: int | None,
    client: int | None,
    everything: bool,
    dry_run: bool,
    yes: bool,
    at_once: bool,
) -> None:
    """Exit status 0: forgotten, or shown with --dry-run; 1: refused, or nothing fits."""
    wish = ForgetWish(
        exchange=exchange,
        conversation=conversation,
        word=_typed(word),
        since=_day(since),
        until=_day(until),
        import_id=import_id,
        client=client,
        everything=everything,
    )
    if wish.scope is None:
        raise click.UsageError(
            "Name one thing: --exchange, --conversation, --word, --since/--until, --import, --client or --everything."
        )
    if at_once and not yes:
        raise click.UsageError("--now goes with --yes only.")
    with _door(settings) as door:
        _run(door, answer, wish, dry_run=dry_run, yes=yes, at_once=at_once)


def _run(door: Door, answer: Answer, wish: ForgetWish, *, dry_run: bool, yes: bool, at_once: bool) -> None:
    plan = door.plan(wish)
    _show(answer, plan)
    if dry_run:
        answer.result({"ok": True, "dry_run": True, "plan": plan})
        return
    if not (plan["exchanges"] or plan["entries"] or plan["clients"]):
        raise ForgetInvalid(_("Nothing that is kept here fits, so nothing was forgotten."))
    if not yes and not _confirmed(answer, plan):
        answer.result({"ok": True, "forgotten": 0, "plan": plan})
        answer.say(_("Nothing changed."))
        return
    asked = door.ask(wish, timedelta() if at_once else UNDO)
    began = time.monotonic()
    done = _follow(door, answer, asked["id"], wait=0.0 if at_once else UNDO.total_seconds())
    if done is None:
        answer.result({"ok": True, "forgotten": 0, "undone": True, "plan": plan})
        answer.say(_("Undone. Nothing changed."))
        return
    seconds = round(time.monotonic() - began, 2)
    answer.result({"ok": True, "forgotten": done["exchanges"], "seconds": seconds, "pass": done, "plan": plan})
    answer.say(_("{count} forgotten, in the backups too.").format(count=_exchanges(done["exchanges"])))
    if done["exports"]:
        words = _("Files you saved that held some of it: {count}. The dashboard's page “Forget” names them.")
        answer.say(words.format(count=done["exports"]))


def _show(answer: Answer, plan: dict[str, Any]) -> None:
    words = _("This would forget {count} from {chats} chats ({whole} of them whole).")
    answer.say(
        words.format(
            count=_exchanges(plan["exchanges"]), chats=plan["conversations"], whole=plan["whole_conversations"]
        )
    )
    if plan["first_at"]:
        answer.say(_("Asked from {first} to {last}.").format(first=plan["first_at"][:10], last=plan["last_at"][:10]))
    if plan["by_title"]:
        answer.say(_("{count} of them because their chat's title holds the word.").format(count=plan["by_title"]))
    if plan["entries"]:
        answer.say(_("Entries of your own that go too: {count}.").format(count=plan["entries"]))
    if plan["clients"]:
        answer.say(_("Clients and projects that go, or lose a word: {count}.").format(count=plan["clients"]))
    for one in plan["examples"]:
        answer.say(f"  {one['id']:>7}  {one['asked_at'][:10]}  {one['question'][:90]}")


def _confirmed(answer: Answer, plan: dict[str, Any]) -> bool:
    if answer.as_json or not sys.stdin.isatty():
        raise ForgetInvalid(_("Say --yes to forget without being asked, or --dry-run to see what would go."))
    question = _("Forget {count} for good?")
    return click.confirm(question.format(count=_exchanges(plan["exchanges"])), default=False)


def _follow(door: Door, answer: Answer, pass_id: int, *, wait: float) -> dict[str, Any] | None:
    """Wait until a pass is done; Ctrl-C undoes it while that is possible, and returns None then."""
    try:
        if wait:
            answer.say(
                _("Forgotten in {seconds} seconds; Ctrl-C leaves everything as it is.").format(seconds=int(wait))
            )
        return door.wait(pass_id, wait)
    except KeyboardInterrupt:
        door.cancel(pass_id)
        return None


def _exchanges(count: int) -> str:
    from skilltrail.exporters.wording import exchanges_words

    return exchanges_words(count)


def _typed(word: str | None) -> str | None:
    """Return the word; ``-`` reads it from the input, so that it stands in no list of processes and no history."""
    if word != "-":
        return word
    return sys.stdin.readline().strip()


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


class Door(Protocol):
    """The history, through a running server or opened here."""

    def plan(self, wish: ForgetWish) -> dict[str, Any]:
        """Return what would go."""
        ...

    def ask(self, wish: ForgetWish, wait: timedelta) -> dict[str, Any]:
        """Note what is to be forgotten."""
        ...

    def wait(self, pass_id: int, seconds: float) -> dict[str, Any]:
        """Return the pass when it is done; it begins in ``seconds``."""
        ...

    def cancel(self, pass_id: int) -> None:
        """Undo it."""
        ...


def _door(settings: Settings) -> AbstractContextManager[Door]:
    return door_to(settings, there=_There, here=_Here)


class _There:
    """Through the running server."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    def plan(self, wish: ForgetWish) -> dict[str, Any]:
        found: dict[str, Any] = self._server.call("POST", "/api/v1/forget/plan", _body(wish))
        return found

    def ask(self, wish: ForgetWish, wait: timedelta) -> dict[str, Any]:
        body = _body(wish) | ({} if wait else {"at_once": True})
        asked: dict[str, Any] = self._server.call("POST", "/api/v1/forget", body)
        return asked

    def wait(self, pass_id: int, seconds: float) -> dict[str, Any]:
        time.sleep(seconds)
        while True:
            found: dict[str, Any] = self._server.call("GET", f"/api/v1/forget/{pass_id}")
            if found["state"] in _FINAL:
                return found
            time.sleep(_POLL_SECONDS)

    def cancel(self, pass_id: int) -> None:
        self._server.fetch("DELETE", f"/api/v1/forget/{pass_id}", {})


class _Here:
    """In a data folder that no server holds."""

    def __init__(self, application: Any) -> None:
        self._forgetting = application.forgetting

    def plan(self, wish: ForgetWish) -> dict[str, Any]:
        return _plain(asdict(self._forgetting.plan(wish)))

    def ask(self, wish: ForgetWish, wait: timedelta) -> dict[str, Any]:
        return _plain(asdict(self._forgetting.ask(wish, wait=wait)))

    def wait(self, pass_id: int, seconds: float) -> dict[str, Any]:
        time.sleep(seconds)
        self._forgetting.run_due()
        found: ForgetPass = self._forgetting.get(pass_id)
        return _plain(asdict(found))

    def cancel(self, pass_id: int) -> None:
        self._forgetting.cancel(pass_id)


def _body(wish: ForgetWish) -> dict[str, Any]:
    return {name: value for name, value in _plain(asdict(wish)).items() if value not in (None, False)}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    import orjson

    plain: dict[str, Any] = orjson.loads(orjson.dumps(values, option=orjson.OPT_UTC_Z))
    return plain
