"""`skilltrail identity …`: the key that signs for the learner, its passphrase, another key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import Answer, command, plain
from skilltrail.cli.running import running_server
from skilltrail.cli.unlocking import ask_hidden, somebody_there
from skilltrail.config import Settings
from skilltrail.exporters.wording import ngettext
from skilltrail.i18n import _
from skilltrail.services.backups import FOLDER

if TYPE_CHECKING:
    from skilltrail.application import Application
    from skilltrail.domain.identity import IdentityStanding

Told = dict[str, Any]
Here = Callable[["Application"], "IdentityStanding | None"]

_SECRETS = click.option(
    "--passphrases",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="Read them from a file (- for standard input): the one in use, then the new one, one a line.",
)


@command("identity", cls=click.Group, invoke_without_command=True, help="Show or change the key that signs for you.")
def identity_command(settings: Settings, answer: Answer) -> None:
    """A command behind it does something with it."""
    if click.get_current_context().invoked_subcommand is None:
        _say(settings, answer, _asked(settings, "GET", "/identity", None, lambda app: app.identity.look()))


@command("show", help="Show the key that signs for you; it is made if there is none yet.")
def show_command(settings: Settings, answer: Answer) -> None:
    """Say its address, so that it can be published."""
    _say(settings, answer, _asked(settings, "POST", "/identity", {}, lambda app: app.identity.standing()))


@command("export-public", help="Write the public address of the key to a file, to be published.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_command(settings: Settings, answer: Answer, file: Path) -> None:
    """FILE is new, or replaced."""
    found = _asked(settings, "POST", "/identity", {}, lambda app: app.identity.standing())
    file.write_text(found["did"] + "\n", encoding="ascii", newline="\n")
    answer.result({"ok": True, "file": str(file), **found})
    words = _("The address stands in {file}. Publish it where those who check you look: your site, your profiles.")
    answer.say(words.format(file=file))


@command("passphrase", help="Close the key with a passphrase of its own, change it, or take it away.")
@click.option("--none", "away", is_flag=True, help="Take the passphrase away.")
@_SECRETS
def passphrase_command(settings: Settings, answer: Answer, away: bool, passphrases: Any) -> None:
    """The passphrases are asked for; they are never arguments, which other programs can read."""
    held = _asked(settings, "POST", "/identity", {}, lambda app: app.identity.standing())
    old, new = _secrets(passphrases, locked=held["locked"], new=not away)
    body = {"passphrase": old, "new_passphrase": new}
    _say(
        settings,
        answer,
        _asked(settings, "PUT", "/identity/passphrase", body, lambda app: app.identity.set_passphrase(new, old)),
    )


@command("rotate", help="Begin another key; the one of now signs that it follows.")
@click.option("--lost", is_flag=True, help="The passphrase is lost: a new identity, not linked to the old one.")
@click.option(
    "--with-passphrase", "closed", is_flag=True, help="Close the new key with a passphrase, as the one of now."
)
@click.option("--none", "without", is_flag=True, help="The new key has no passphrase although the one of now has.")
@click.option("--undo", is_flag=True, help="Take the last change back, as long as the new key has signed nothing.")
@_SECRETS
def rotate_command(
    settings: Settings, answer: Answer, lost: bool, closed: bool, without: bool, undo: bool, passphrases: Any
) -> None:
    """What the old key has signed stays as it is; others must learn the new address."""
    if undo:
        _say(
            settings,
            answer,
            _asked(settings, "DELETE", "/identity/rotation", None, lambda app: app.identity.undo_rotation()),
        )
        return
    held = _asked(settings, "POST", "/identity", {}, lambda app: app.identity.standing())
    # A key that is closed is followed by one that is closed, unless the opposite is said.
    closed = closed or (held["locked"] and not without)
    old, new = _secrets(passphrases, locked=held["locked"] and not lost, new=closed)
    body = {"passphrase": old, "new_passphrase": new, "without_passphrase": without, "lost": lost}
    found = _asked(
        settings,
        "POST",
        "/identity/rotation",
        body,
        lambda app: app.identity.rotate(old, new_passphrase=new, without=without, lost=lost),
    )
    _say(settings, answer, found)
    if lost:
        answer.say(_("This is a new identity: nothing shows that it is yours but what you publish yourself."))


@command("drop-earlier", help="Make a new backup and delete those that still hold an earlier key.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def drop_command(settings: Settings, answer: Answer, yes: bool) -> None:
    """Only once the key of now has signed something; copies elsewhere are yours to delete."""
    held = _asked(settings, "GET", "/identity", None, lambda app: app.identity.look())
    if not held["old_backups"]:
        _say(settings, answer, held)
        return
    if not yes:
        words = ngettext(
            "Delete {n} backup for good, and make a new one before?",
            "Delete {n} backups for good, and make a new one before?",
            held["old_backups"],
        )
        click.confirm(words, abort=True, err=True)
    _say(settings, answer, _asked(settings, "POST", "/identity/backups", {}, _dropped))


COMMANDS = (show_command, export_command, passphrase_command, rotate_command, drop_command)


def _dropped(app: Application) -> IdentityStanding | None:
    app.backups.drop_ended_keys()
    return app.identity.look()


def _say(settings: Settings, answer: Answer, found: Told) -> None:
    answer.result({"ok": True, **found})
    if found["did"] is None:
        answer.say(_("There is no identity key yet; the first signature makes it, or “skilltrail identity show”."))
        return
    answer.say(_("Identity: {did}").format(did=found["did"]))
    answer.say(
        _("A passphrase of its own closes the key.") if found["locked"] else _("The key has no passphrase of its own.")
    )
    for one in found["earlier"]:
        words = _("Before: {did}, handed over.") if one["handed_over"] else _("Before: {did}, given up.")
        answer.say(words.format(did=one["did"]))
    if found["old_backups"]:
        _say_old(settings, answer, found)


def _say_old(settings: Settings, answer: Answer, found: Told) -> None:
    words = ngettext(
        "{n} backup in {folder} still holds an earlier key. Whoever can open it can sign with that key.",
        "{n} backups in {folder} still hold an earlier key. Whoever can open them can sign with that key.",
        found["old_backups"],
        folder=str(settings.home / FOLDER),
    )
    answer.say(words)
    if found["used"]:
        answer.say(_("“skilltrail identity drop-earlier” makes a new backup and deletes these."))
    else:
        answer.say(
            _("Once the new key has signed something, “skilltrail identity drop-earlier” replaces them by a new one.")
        )
    answer.say(_("Copies elsewhere hold it too; those only you can delete."))


def _secrets(given: Any, *, locked: bool, new: bool) -> tuple[str | None, str | None]:
    """Return the passphrase in use and the new one: from a file, or asked for at the terminal."""
    if given is not None:
        lines = iter(given.read(8_000).splitlines())
        return (next(lines, None) if locked else None), (next(lines, None) if new else None)
    otherwise = _("leave it empty to give up")
    old = ask_hidden(_("Passphrase of the identity key"), otherwise) if locked and somebody_there() else None
    if not new:
        return old or None, None
    if not somebody_there():
        raise click.UsageError(_("Nobody is here to type a passphrase; give it with --passphrases."))
    words = _("New passphrase, 12 characters or more")
    return old or None, str(click.prompt(words, hide_input=True, confirmation_prompt=True, err=True))


def _asked(
    settings: Settings,
    method: str,
    path: str,
    body: Told | None,
    here: Here,
) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1{path}", body))
    from skilltrail.cli.unlocking import open_home
    from skilltrail.web.api_identity import identity_answer

    with open_home(settings) as application:
        return dict(plain(asdict(identity_answer(application, here(application)))))
