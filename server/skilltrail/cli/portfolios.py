"""`skilltrail portfolio …`: saved portfolios, what they would disclose, what the leak scan finds, and files of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.application.portfolio_files import FORMATS
from skilltrail.cli.history import write_whole
from skilltrail.cli.options import Answer, command, plain
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.wording import ngettext, one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application

Told = dict[str, Any]

_PORTFOLIO = click.argument("portfolio", type=click.IntRange(min=1))


@command(
    "portfolio",
    cls=click.Group,
    invoke_without_command=True,
    help="List your portfolios, look through one, or make files of it.",
)
def portfolio_command(settings: Settings, answer: Answer) -> None:
    """Without a command behind it: the same as `skilltrail portfolio list`."""
    if click.get_current_context().invoked_subcommand is None:
        _list(settings, answer)


@command("list", help="List your portfolios; they are put together in the dashboard.")
def list_command(settings: Settings, answer: Answer) -> None:
    """Show each with its number."""
    _list(settings, answer)


@command("show", help="Show exactly what a portfolio would disclose now.")
@_PORTFOLIO
def show_command(settings: Settings, answer: Answer, portfolio: int) -> None:
    """PORTFOLIO is a number, as `skilltrail portfolio list` shows it."""
    found = _asked(settings, f"/portfolios/{portfolio}/content", lambda app: _content_here(app, portfolio))
    answer.result({"ok": True, **found})
    for one in found["skills"]:
        words = _("{name}: {exchanges} exchanges, {learning} learning, {checked} checked, {excerpts} excerpts shown")
        answer.say(words.format(**one | {"name": one_line(one["name"])}))
        if one["held_back"]:
            answer.say(_("  {held_back} exchanges are neither counted nor shown").format(**one))
    for one in found["not_shown"]:
        answer.say(_("Chosen, but not shown ({why}): {what}").format(why=one["why"], what=one["place"]["what"]))
    _say_open(answer, found["open"])


@command("check", help="Look a portfolio through for what must not go out; ends with status 1 while anything is open.")
@_PORTFOLIO
def check_command(settings: Settings, answer: Answer, portfolio: int) -> None:
    """Findings are resolved in the dashboard."""
    found = _asked(settings, f"/portfolios/{portfolio}/scan", lambda app: _scan_here(app, portfolio))
    answer.result({"ok": not found["open"], **found})
    for one in found["hits"]:
        if not one["allowed"]:
            answer.say(
                f"{one['kind']} · {one['place']['what']}: {one_line(one['before'] + one['found'] + one['after'])}"
            )
    _say_open(answer, found["open"])
    if found["open"]:
        raise click.exceptions.Exit(1)


@command("export", help="Make a file of a portfolio, signed with your identity key.")
@_PORTFOLIO
@click.option("--format", "format_", default=FORMATS[0], show_default=True, type=click.Choice(FORMATS))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--ask-passphrase", is_flag=True, help="Ask for the passphrase of the identity key.")
def export_command(
    settings: Settings, answer: Answer, portfolio: int, format_: str, target: Path, ask_passphrase: bool
) -> None:
    """Nothing is written while the leak scan has found anything that nobody has resolved."""
    secret = click.prompt(_("Passphrase"), hide_input=True) if ask_passphrase else None
    data = _exported(settings, portfolio, format_, secret)
    write_whole(target, data)
    answer.result({"ok": True, "path": str(target), "bytes": len(data), "format": format_})
    answer.say(_("Written: {path}").format(path=target))


COMMANDS = (list_command, show_command, check_command, export_command)


def _list(settings: Settings, answer: Answer) -> None:
    found = _asked(settings, "/portfolios", _list_here)
    answer.result({"ok": True, **found})
    for one in found["portfolios"]:
        skills = ngettext("{n} skill", "{n} skills", len(one["skills"]))
        answer.say(f"[{one['id']}] {one_line(one['title'])} · {skills}")
    if not found["portfolios"]:
        answer.say(_("No portfolios yet: put one together in the dashboard (skilltrail open)."))


def _say_open(answer: Answer, count: int) -> None:
    if count:
        answer.say(ngettext("{n} finding of the leak scan is open.", "{n} findings of the leak scan are open.", count))
    else:
        answer.say(_("The leak scan has found nothing that is open."))


def _exported(settings: Settings, portfolio: int, format_: str, secret: str | None) -> bytes:
    if (server := running_server(settings)) is not None:
        return server.fetch("POST", f"/api/v1/portfolios/{portfolio}/export", {"format": format_, "passphrase": secret})
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        application.contexts.finish()
        data: bytes = application.portfolios.export(portfolio, format_, passphrase=secret).data
        return data


def _list_here(app: Application) -> Told:
    from skilltrail.web.portfolio_answers import portfolio_answer

    return {"portfolios": [plain(asdict(portfolio_answer(one))) for one in app.portfolios.all()]}


def _content_here(app: Application, portfolio: int) -> Told:
    from skilltrail.web.portfolio_answers import content_answer

    resolved = app.portfolios.resolve(portfolio)
    return dict(plain(asdict(content_answer(resolved, app.portfolios.scan(portfolio, resolved)))))


def _scan_here(app: Application, portfolio: int) -> Told:
    from skilltrail.web.portfolio_answers import scan_answer

    return dict(plain(asdict(scan_answer(app.portfolios.scan(portfolio)))))


def _asked(settings: Settings, path: str, here: Callable[[Application], Told]) -> Told:
    """Ask the running server, else look here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call("GET", f"/api/v1{path}"))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        application.contexts.finish()
        return here(application)
