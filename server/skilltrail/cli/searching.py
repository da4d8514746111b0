"""The command that searches the history."""

from __future__ import annotations

from typing import Any

import click

from skilltrail.cli.options import Answer, command, plain
from skilltrail.cli.running import RunningServer, running_server
from skilltrail.config import Settings
from skilltrail.i18n import _


@command(
    "search",
    help='Search your exchanges: words, "phrases", -without, prefix*, and filters (topic: area: source: client: after: '
    "before: on: in: has:). Put the whole query between single quotation marks.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("query", nargs=-1, required=True)
@click.option("--newest", is_flag=True, help="Newest first; else the best first.")
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="Results at most.")
def search_command(settings: Settings, answer: Answer, query: tuple[str, ...], newest: bool, limit: int) -> None:
    """Show what a query finds; its parts may also come one by one, as the shell hands them over."""
    text = query[0] if len(query) == 1 else " ".join(_typed(part) for part in query)
    found = _search(settings, text, "newest" if newest else "best", limit)
    answer.result({"ok": True, **found})
    if found["waiting"]:
        answer.say(_("{waiting} texts are not in the index yet; their words cannot be found.").format(**found))
    for topic in found["topics"]:
        answer.say(_("Topic: {name} ({exchanges} exchanges)").format(**topic))
    for result in found["results"]:
        answer.say(_line(result))
    answer.say(_summary(found))


def _typed(part: str) -> str:
    """Return a part as it was typed before the shell took its quotation marks: blanks in it mean a phrase."""
    if " " not in part or '"' in part:
        return part
    minus = "-" if part.startswith("-") else ""
    key, colon, value = part.removeprefix("-").partition(":")
    return f'{minus}{key}:"{value}"' if colon and key.isalpha() else f'{minus}"{part.removeprefix("-")}"'


def _line(result: dict[str, Any]) -> str:
    topic = f"  [{result['topic_name']}]" if result["topic_name"] else ""
    return f"{result['id']:>7}  {result['asked_at'][:10]}  {' '.join(result['question'].split())[:100]}{topic}"


def _summary(found: dict[str, Any]) -> str:
    if not found["by_words"] and not found["by_meaning"]:
        more = [f"{one['query']} ({one['exchanges']})" for one in found["suggestions"]]
        return _("Nothing found. {more}").format(
            more=_("Try: {queries}").format(queries=" · ".join(more)) if more else ""
        )
    return _("{by_words} hold all words, {by_meaning} more are similar.").format(**found)


def _search(settings: Settings, text: str, order: str, limit: int) -> dict[str, Any]:
    server = running_server(settings)
    if server is not None:
        return _gathered(lambda offset: _ask(server, text, order, offset), limit)
    from skilltrail.cli.unlocking import open_home
    from skilltrail.domain.search import Order
    from skilltrail.domain.search_answer import answer_of

    with open_home(settings) as application:
        while application.search.step():
            continue

        def page_at(offset: int) -> dict[str, Any]:
            page = application.search.search(text, offset=offset, order=Order(order))
            answered: dict[str, Any] = plain(answer_of(page))
            return answered

        return _gathered(page_at, limit)


def _ask(server: RunningServer, text: str, order: str, offset: int) -> dict[str, Any]:
    page: dict[str, Any] = server.call("POST", "/api/v1/search", {"query": text, "order": order, "offset": offset})
    return page


def _gathered(page_at: Any, limit: int) -> dict[str, Any]:
    """Return the first page with the results of further ones, ``limit`` at most."""
    found: dict[str, Any] = page_at(0)
    following = found["next_offset"]
    while following is not None and len(found["results"]) < limit:
        page = page_at(following)
        found["results"] += page["results"]
        following = page["next_offset"]
    found["results"] = found["results"][:limit]
    return found
