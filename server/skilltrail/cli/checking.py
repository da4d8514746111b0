"""The commands about checks: `skilltrail check`, `skilltrail review`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import DAY, Answer, command
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application

Told = dict[str, Any]

SAID = {
    "confirmed": "confirmed",
    "corrected": "corrected",
    "contradicted": "contradicted",
    "not-worth": "not_worth",
    "later": "later",
    "remove": "unchecked",
}
WAYS = ("show", *SAID, "undo")


@command("check", help="Say what you found when you checked an answer, or show its check.")
@click.argument("exchange", type=click.IntRange(min=1))
@click.argument("said", type=click.Choice(WAYS), default="show")
@click.option("--source", default="", help="Where you looked it up.")
@click.option("--note", default="", help="What you found.")
@click.option("--on", "day", type=DAY, help="The day of the check; today where none is named.")
def check_command(
    settings: Settings, answer: Answer, exchange: int, said: str, source: str, note: str, day: datetime | None
) -> None:
    """EXCHANGE is its number. A corrected error is strong evidence of learning."""
    dated = day.date().isoformat() if day else None
    body = {"said": SAID.get(said, ""), "source": source, "note": note, "dated": dated}
    if said == "show":
        done = _asked(settings, "GET", exchange, "", None, lambda app: app.checks.read(exchange))
    elif said == "undo":
        done = _asked(settings, "POST", exchange, "/undo", {}, lambda app: app.checks.undo(exchange))
    else:
        done = _asked(settings, "POST", exchange, "", body, lambda app: _say(app, exchange, body))
    answer.result({"ok": True, **done})
    answer.say(_line(done))


@command("review", help="Answers that are worth checking, first things first, each with the reason.")
def review_command(settings: Settings, answer: Answer) -> None:
    """Each line names an exchange; `skilltrail check` takes it."""
    told = _review(settings)
    answer.result({"ok": True, **told})
    if not told["items"]:
        answer.say(_("Nothing waits to be checked."))
    for item in told["items"]:
        for sentence in item["sentences"]:
            answer.say(f"{item['exchange_id']}  [{', '.join(sentence['reasons'])}] {one_line(sentence['text'])}")


def _say(app: Application, exchange: int, body: Told) -> Any:
    from skilltrail.domain.checks import Said

    dated = date.fromisoformat(body["dated"]) if body["dated"] else None
    return app.checks.say(exchange, Said(body["said"]), source=body["source"], note=body["note"], dated=dated)


def _line(done: Told) -> str:
    words = _("Exchange {id}: {state}").format(id=done["exchange_id"], state=done["state"])
    if done["strong"]:
        words += " " + _("(strong learning evidence)")
    if done["changed"]:
        words += " " + _("(the answer has changed since it was checked)")
    return words + (f"; {one_line(done['source'])}" if done["source"] else "")


def _review(settings: Settings) -> Told:
    if (server := running_server(settings)) is not None:
        return dict(server.call("GET", "/api/v1/review"))
    from skilltrail.cli.unlocking import open_home
    from skilltrail.web.api_checks import review_answer

    with open_home(settings) as application:
        while application.checks.step():
            continue
        return asdict(review_answer(application.checks.queue(limit=100)))


def _asked(
    settings: Settings, method: str, exchange: int, what: str, body: Told | None, here: Callable[[Application], Any]
) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1/exchanges/{exchange}/check{what}", body))
    from skilltrail.cli.unlocking import open_home
    from skilltrail.web.api_checks import check_answer

    with open_home(settings) as application:
        return asdict(check_answer(here(application)))
