"""`skilltrail clients …`: clients and projects, whose exchanges are, and undoing what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
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

_CLIENT = click.IntRange(min=1)


def _words(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say by which words a client or project is told."""
    for name, words in (
        ("--word", "A word that nobody else uses: a product, a person, a code name; may come again."),
        ("--domain", "A domain, such as acme.example; may come again."),
        ("--other", "Another name; may come again."),
    ):
        function = click.option(name, f"{name[2:]}s", multiple=True, help=words)(function)
    return function


@command(
    "clients",
    cls=click.Group,
    invoke_without_command=True,
    help="List your clients and projects, or change them; say whose exchanges are.",
)
def clients_command(settings: Settings, answer: Answer) -> None:
    """Show clients with their counts; a command behind it changes them."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    found = _asked(settings, "GET", "/clients", None, _list_here)
    answer.result({"ok": True, **found})
    if not found["clients"]:
        answer.say(_("No clients yet. “skilltrail clients add NAME --domain acme.example” adds one."))
    for one in found["clients"]:
        answer.say(_line(one))
        if one["short"]:
            words = _("    It is not found as “{short}”; “skilltrail clients short {id}” changes that.")
            answer.say(words.format(short=one_line(one["short"]), id=one["client"]["id"]))
    answer.say(_("Own learning: {own}. Nobody’s: {none}. Undecided: {undecided}.").format(**found))
    if found["waiting"]:
        answer.say(_("{waiting} were not looked at yet; “skilltrail clients look” does it.").format(**found))


@command("add", help="Add a client, or with --of a project of one.")
@click.argument("name")
@_words
@click.option("--of", "client", type=_CLIENT, metavar="ID", help="The client that the project is of.")
@click.option("--no-short", is_flag=True, help="Do not find “Acme GmbH” as “Acme”, too.")
def add_command(
    settings: Settings,
    answer: Answer,
    name: str,
    others: tuple[str, ...],
    domains: tuple[str, ...],
    words: tuple[str, ...],
    client: int | None,
    no_short: bool,
) -> None:
    """Everything that names it belongs to it from now on."""
    path = "/clients" if client is None else f"/clients/{client}/projects"
    body = _body(name, others, domains, words)
    short = client is None and not no_short
    asked = body | ({"short": short} if client is None else {})
    _change(settings, answer, path, asked, lambda app: app.contexts.keep(_form(body), client_id=client, short=short))


@command("short", help="Find a client by the short form of its name, too: “Acme” of “Acme GmbH”.")
@click.argument("client", type=_CLIENT)
def short_command(settings: Settings, answer: Answer, client: int) -> None:
    """CLIENT is a number, as `skilltrail clients` shows it."""
    _change(settings, answer, f"/clients/{client}/short", {}, lambda app: app.contexts.keep_short(client))


@command("change", help="Give a client or project another name and other words, all of them anew.")
@click.argument("client", type=_CLIENT)
@click.argument("name")
@_words
def change_command(
    settings: Settings,
    answer: Answer,
    client: int,
    name: str,
    others: tuple[str, ...],
    domains: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    """CLIENT is a number, as `skilltrail clients` shows it."""
    body = _body(name, others, domains, words)

    def here(app: Application) -> Any:
        held = app.contexts.all().get(client)
        return app.contexts.keep(_form(body, archived=held is not None and held.form.archived), context_id=client)

    _change(settings, answer, f"/clients/{client}", body, here)


@command("archive", help="Offer a client or project no longer; what is its stays private.")
@click.argument("client", type=_CLIENT)
@click.option("--off", is_flag=True, help="Offer it again.")
def archive_command(settings: Settings, answer: Answer, client: int, off: bool) -> None:
    """CLIENT is a number, as `skilltrail clients` shows it."""
    body = {"archived": not off}
    path = f"/clients/{client}/archived"
    _change(settings, answer, path, body, lambda app: app.contexts.set_archived(client, archived=not off))


@command("remove", help="Remove a client or project.")
@click.argument("client", type=_CLIENT)
@click.option("--then", type=click.Choice(["release", "own"]), default="release", help="What its exchanges become.")
@click.option("--to", "other", type=_CLIENT, metavar="ID", help="Give its exchanges to another client.")
def remove_command(settings: Settings, answer: Answer, client: int, then: str, other: int | None) -> None:
    """Released exchanges are nobody's; `skilltrail forget --client` forgets them."""
    body: Told = {"then": then} if other is None else {"then": "move", "to": other}
    path = f"/clients/{client}/remove"
    _change(settings, answer, path, body, lambda app: app.contexts.remove(client, then=other or then))


@command("assign", help="Say whose exchanges are.")
@click.argument("exchanges", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option("--to", "clients", type=_CLIENT, multiple=True, metavar="ID", help="A client; of several: all of them.")
@click.option("--project", type=_CLIENT, metavar="ID", help="A project of the client.")
@click.option("--own", is_flag=True, help="They are your own learning.")
@click.option("--rules", is_flag=True, help="Let the words decide again.")
@click.option("--chat", is_flag=True, help="Their whole chats, with all that comes to them.")
def assign_command(
    settings: Settings,
    answer: Answer,
    exchanges: tuple[int, ...],
    clients: tuple[int, ...],
    project: int | None,
    own: bool,
    rules: bool,
    chat: bool,
) -> None:
    """Your word counts more than any rule, whatever comes later."""
    if sum((bool(clients), own, rules)) != 1:
        raise click.UsageError(_("Name one: --to CLIENT, --own or --rules."))
    said = "clients" if clients else "own" if own else "left"
    body: Told = {"exchanges": list(exchanges), "said": said, "clients": list(clients), "project": project}
    body["whole"] = chat

    def here(app: Application) -> Any:
        from skilltrail.domain.contexts import SaidOf

        return app.contexts.say(exchanges, SaidOf(said), clients=clients, project_id=project, whole=chat)

    _change(settings, answer, "/exchanges/client", body, here)


@command("undo", help="Take a change back, by the number that it was told with.")
@click.argument("change", type=click.IntRange(min=1))
def undo_command(settings: Settings, answer: Answer, change: int) -> None:
    """Whatever came after it stays."""
    _change(settings, answer, f"/client-changes/{change}/undo", {}, lambda app: app.contexts.undo(change))


@command("why", help="Say whose an exchange is, and why.")
@click.argument("exchange", type=click.IntRange(min=1))
def why_command(settings: Settings, answer: Answer, exchange: int) -> None:
    """EXCHANGE is its number."""
    found = _asked(settings, "GET", f"/exchanges/{exchange}/client", None, lambda app: _why_here(app, exchange))
    answer.result({"ok": True, **found})
    if found["own"]:
        answer.say(_("Your own learning: you said so."))
    elif not found["clients"]:
        answer.say(_("Nobody’s: it names no client."))
    for one in found["clients"]:
        certain = "" if one["certain"] else _(" (undecided: several are named)")
        answer.say(_("Client {client_id}, by {by}{certain}").format(**one | {"certain": certain}))
    for one in found["reasons"]:
        answer.say(f"  {one['client_id']}: {one['place']}: {one_line(one['word'])}")


@command("look", help="Look at all exchanges that were not looked at since the clients changed.")
def look_command(settings: Settings, answer: Answer) -> None:
    """A running server does so by itself; this waits for it."""
    import time

    if (server := running_server(settings)) is not None:
        while waiting := server.call("GET", "/api/v1/clients")["waiting"]:
            answer.say(_("{n} left").format(n=waiting))
            time.sleep(0.5)
        answer.result({"ok": True, "looked": None})
        return
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        done = application.contexts.finish()
    answer.result({"ok": True, "looked": done})
    answer.say(_("Looked at: {n}.").format(n=done))


COMMANDS = (
    add_command,
    change_command,
    short_command,
    archive_command,
    remove_command,
    assign_command,
    undo_command,
    why_command,
    look_command,
)


def _body(name: str, others: tuple[str, ...], domains: tuple[str, ...], words: tuple[str, ...]) -> Told:
    return {"name": name, "others": list(others), "domains": list(domains), "words": list(words)}


def _form(body: Told, *, archived: bool = False) -> Any:
    from skilltrail.domain.contexts import ContextForm

    others, domains, words = (tuple(body[name]) for name in ("others", "domains", "words"))
    return ContextForm(body["name"], others, domains, words, archived)


def _line(one: Told) -> str:
    client = one["client"]
    names = "".join(f"  [{project['id']}] {one_line(project['name'])}" for project in one["projects"])
    undecided = _(", {n} undecided").format(n=one["undecided"]) if one["undecided"] else ""
    archived = _(" (archived)") if client["archived"] else ""
    return f"[{client['id']}] {one_line(client['name'])}{archived}: {one['exchanges']}{undecided}{names}"


def _change(settings: Settings, answer: Answer, path: str, body: Told, here: Callable[[Application], Any]) -> None:
    """Change something, look at what that concerns, and say how it is undone."""

    def changed(app: Application) -> Told:
        from skilltrail.web.api_clients import change_answer

        done = change_answer(here(app))
        app.contexts.finish()
        return dict(plain(asdict(done)))

    done = _asked(settings, "POST", path, body, changed)
    answer.result({"ok": True, **done})
    named = f"[{done['context']['id']}] {one_line(done['context']['name'])}. " if done["context"] else ""
    about = _("{n} exchanges. ").format(n=done["exchanges"]) if done["exchanges"] else ""
    answer.say(named + about + _("“skilltrail clients undo {change}” takes it back.").format(**done))


def _list_here(app: Application) -> Told:
    from skilltrail.web.api_clients import overview_answer

    return dict(plain(asdict(overview_answer(app.contexts.overview()))))


def _why_here(app: Application, exchange: int) -> Told:
    from skilltrail.web.api_clients import exchange_answer

    return dict(plain(asdict(exchange_answer(app.contexts.exchange(exchange)))))


def _asked(settings: Settings, method: str, path: str, body: Told | None, here: Callable[[Application], Told]) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1{path}", body))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        return here(application)
