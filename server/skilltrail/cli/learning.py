"""The command about learning told from delegation: shares of topics, one exchange, the learner's word, undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application
    from skilltrail.domain.learning import ToldExchange

Told = dict[str, Any]

ACTIONS = ("list", "show", "say", "undo")
_KINDS = ("learning", "delegated", "neither")
_INTENTS = ("asking", "doing", "expressing")


@command(
    "learning", help="What is learning and what was delegated: list topics, show or say what an exchange is, undo."
)
@click.argument("action", type=click.Choice(ACTIONS), default="list")
@click.argument("exchange", type=click.IntRange(min=1), required=False)
@click.argument("value", type=click.Choice((*_KINDS, *_INTENTS, "open")), required=False)
def learning_command(settings: Settings, answer: Answer, action: str, exchange: int | None, value: str | None) -> None:
    """Show the shares of topics, or what one exchange is; keep the learner's word; "open" leaves it to the program."""
    if action == "list":
        return _list(settings, answer)
    if exchange is None or (action == "say") != (value is not None):
        raise click.UsageError(_("Name an exchange by its number, and with “say” what it is."))
    number = exchange
    if action == "show":
        done = _asked(settings, number, "", None, lambda app: app.learning.exchange(number))
    elif action == "undo":
        done = _asked(settings, number, "/undo", {}, lambda app: app.learning.undo(number))
    else:
        done = _said(settings, number, str(value))
    answer.result({"ok": True, **done})
    answer.say(done["words"])
    if action == "show" and done["reasons"]:
        answer.say(_("What spoke for it: {reasons}.").format(reasons=_reasons(done)))
    return None


def _said(settings: Settings, number: int, value: str) -> Told:
    from skilltrail.web.api_learning import said

    part, kept = ("intent" if value in _INTENTS else "kind"), (None if value == "open" else value)
    body = {"part": part, "value": kept}
    return _asked(settings, number, "", body, lambda app: said(app.learning, number, part, kept))


def _reasons(done: Told) -> str:
    from skilltrail.domain.learning import Reason
    from skilltrail.web.learning_words import reason_words

    return ", ".join(reason_words(Reason(one["cue"], one["words"], one["weight"])) for one in done["reasons"])


def _list(settings: Settings, answer: Answer) -> None:
    from skilltrail.domain.learning import Shares
    from skilltrail.web.learning_words import shares_sentence

    topics, names = _shares(settings)
    answer.result({"ok": True, "topics": topics})
    if not topics:
        answer.say(_("No topics yet. Import or capture some exchanges, then run `skilltrail process`."))
    for row in topics:
        counts = {key: value for key, value in row.items() if key != "topic_id"}
        name = one_line(names.get(row["topic_id"]) or row["topic_id"])
        answer.say(f"{row['topic_id']}  {name}: {shares_sentence(Shares(**counts))}")


def _shares(settings: Settings) -> tuple[list[Told], dict[str, str]]:
    if (server := running_server(settings)) is not None:
        named = server.call("GET", "/api/v1/topics")["topics"]
        return list(server.call("GET", "/api/v1/learning")["topics"]), {row["id"]: row["name"] for row in named}
    from skilltrail.web.api_learning import shares_answer

    with _opened(settings) as application:
        rows = [asdict(shares_answer(key, found)) for key, found in sorted(application.learning.all_shares().items())]
        return rows, {str(topic.id): str(topic.name) for topic in application.trail.topics()}


def _asked(
    settings: Settings, number: int, what: str, body: Told | None, here: Callable[[Application], ToldExchange]
) -> Told:
    """Ask the running server, else do it here; without a body it is only read."""
    if (server := running_server(settings)) is not None:
        path = f"/api/v1/exchanges/{number}/learning{what}"
        return dict(server.call("GET" if body is None else "POST", path, body))
    from skilltrail.web.api_learning import learning_answer

    with _opened(settings) as application:
        return asdict(learning_answer(here(application)))


def _opened(settings: Settings) -> Application:
    from skilltrail.cli.unlocking import open_home

    return open_home(settings)
