"""Commands that keep what there is: backup · restore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import RunningServer, ServerAnswered, absolute, running_server
from skilltrail.cli.unlocking import ask_hidden, ask_open, open_home, somebody_there
from skilltrail.config import Settings
from skilltrail.domain.backups import Backup, Reason
from skilltrail.errors import BackupUnusable, KeyUnavailable, NotFound, SecretRefused
from skilltrail.exporters.wording import bytes_words, exchanges_words, moment_words
from skilltrail.i18n import _
from skilltrail.services.backups import FOLDER, Secret, Shelf

_PATIENCE_SECONDS = 1_800
"""A copy of ten years takes a minute or two; a slow disk takes its time."""

_ASKING = (BackupUnusable, KeyUnavailable, SecretRefused)


@command("backup", help="Make a verified backup now.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to, e.g. another disk.")
def backup_command(settings: Settings, answer: Answer, out: Path | None) -> None:
    """Write a backup, checked and encrypted like the history, to the data folder or to OUT."""
    folder = Path(absolute((out,))[0]) if out else settings.home / FOLDER
    server = running_server(settings)
    made = _made_there(server, folder if out else None) if server else _made_here(settings, folder if out else None)
    path = folder / made["name"]
    answer.result({"ok": True, "path": str(path), "exchanges": made["exchanges"], "bytes": made["bytes"]})
    words = _("Backed up: {exchanges}, {size}, checked. {path}")
    counted = exchanges_words(made["exchanges"] or 0)
    answer.say(words.format(exchanges=counted, size=bytes_words(made["bytes"]), path=path))
    if out:
        answer.say(_("Take the file ending in .json along: your passphrase or recovery key opens the backup by it."))


def _made_there(server: RunningServer, folder: Path | None) -> dict[str, Any]:
    if folder is None:
        return dict(server.call("POST", "/api/v1/backups", {}, seconds=_PATIENCE_SECONDS))
    body = {"folder": str(folder)}
    return dict(server.call("POST", "/api/v1/backup-copies", body, seconds=_PATIENCE_SECONDS))


def _made_here(settings: Settings, folder: Path | None) -> dict[str, Any]:
    with open_home(settings) as application:
        made = application.backups.make(folder=folder)
    return {"name": made.name, "exchanges": made.exchanges, "bytes": made.bytes}


@command("restore", help="Put a backup in the place of the history; what is there now becomes a backup itself.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--latest", is_flag=True, help="The newest backup of the data folder.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def restore_command(settings: Settings, answer: Answer, file: Path | None, latest: bool, yes: bool) -> None:
    """Restore FILE, or the newest backup; also when the history is damaged, gone, or its key is lost."""
    if (file is None) is not latest:
        raise click.UsageError(_("Name a backup file, or say --latest."))
    path = Path(absolute((file,))[0]) if file else _latest(settings)
    if not yes:
        click.confirm(_question(path), abort=True, err=True)
    server = running_server(settings)
    done = _asking(lambda secret: _restored(server, settings, path, secret))
    answer.result({"ok": True, **done})
    answer.say(_("Restored: {exchanges}.").format(exchanges=exchanges_words(done["exchanges"])))
    if done["identity"]:
        words = _("The identity key is the one of then: {did}. If another has followed it since, do not sign with it.")
        answer.say(words.format(did=done["identity"]))
    if done["replaced"]:
        undo = settings.home / FOLDER / done["replaced"]
        answer.say(_("What was there before is kept. To undo: skilltrail restore {path}").format(path=undo))


def _latest(settings: Settings) -> Path:
    shelf = Shelf(settings.home / FOLDER)
    found = [backup for backup in shelf.backups() if backup.reason is not Reason.REPLACED]
    if not found:
        raise NotFound(_("There is no backup in {folder}.").format(folder=shelf.folder))
    return shelf.path(found[0].name)


def _question(path: Path) -> str:
    try:
        known: Backup | None = Shelf(path.parent).get(path.name)
    except NotFound:  # another name than ours; it may be a backup all the same
        known = None
    if known is None or known.exchanges is None:
        return _("Put {path} in the place of your history? What is there now is kept.").format(path=path)
    words = _("Put the backup of {day} ({exchanges}) in the place of your history? What is there now is kept.")
    return words.format(day=moment_words(known.made_at), exchanges=exchanges_words(known.exchanges))


def _restored(server: RunningServer | None, settings: Settings, path: Path, secret: Secret | None) -> dict[str, Any]:
    if server is not None:
        body = {"path": str(path)}
        if secret is not None:
            body |= {"passphrase": secret.passphrase or "", "recovery_key": secret.recovery_key or ""}
        return dict(server.call("POST", "/api/v1/restores", body, seconds=_PATIENCE_SECONDS))
    from skilltrail.application.opening import restore_closed

    restored = restore_closed(settings, path, secret=secret)
    return {"exchanges": restored.exchanges, "replaced": restored.replaced, "identity": restored.identity}


def _asking(restore: Any) -> dict[str, Any]:
    """Try without a secret first; ask for one as long as it is needed and somebody sits at a terminal."""
    secret: Secret | None = None
    while True:
        try:
            return dict(restore(secret))
        except (*_ASKING, ServerAnswered) as error:
            if error.code not in {kind.code for kind in _ASKING} or not somebody_there():
                raise
            click.echo(str(error), err=True)
            if (secret := _secret()) is None:
                raise


def _secret() -> Secret | None:
    otherwise = _("leave it empty to give up")
    if typed := ask_open(_("Recovery key"), _("leave it empty to use a passphrase")):
        return Secret(recovery_key=typed)
    if typed := ask_hidden(_("Passphrase"), otherwise):
        return Secret(passphrase=typed)
    return None
