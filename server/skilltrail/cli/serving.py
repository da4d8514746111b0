"""Commands about the running service: serve · open · pair · extension · autostart."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Any

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import RunningServer, ServerAnswered, running_server
from skilltrail.config import Settings
from skilltrail.domain.keys import LockStanding
from skilltrail.errors import KeyUnavailable, PairingError, SkilltrailError
from skilltrail.i18n import _
from skilltrail.services.backups import Secret


class NotRunning(SkilltrailError):
    """The command needs a running server."""

    code = "not_running"


@command("serve", help="Start Skilltrail on 127.0.0.1 and keep it running.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; the extension looks on 8731, 8732 and 8733 only.")
@click.option("--no-open", is_flag=True, help="Print the dashboard's address instead of opening the browser.")
def serve_command(settings: Settings, answer: Answer, port: int | None, no_open: bool) -> None:
    """Run until Ctrl-C; a second server on the same data is refused."""
    from skilltrail.cli.unlocking import ask_for_secret
    from skilltrail.web.server import serve
    from skilltrail.worker import Worker

    if port is not None:
        settings = settings.changed(port=port)

    def announce(url: str, launch_url: str) -> None:
        answer.result({"ok": True, "url": url, "launch_url": launch_url})
        answer.say(_("Skilltrail is running at {url} (only this computer can reach it).").format(url=url))
        opened = settings.open_browser and not no_open and _opens(launch_url)
        if launch_url == url:
            answer.say(_("Your history is locked. Unlock it in the dashboard; new chats wait in the browser."))
        elif not opened:
            words = _("Open your dashboard with this link (good once, for 10 minutes):\n  {url}")
            answer.say(words.format(url=launch_url))
        answer.say(_("Stop with Ctrl-C."))

    def ask(standing: LockStanding) -> tuple[Secret, str | None] | None:
        return (
            None if answer.as_json else ask_for_secret(standing, otherwise=_("leave it empty to unlock in the browser"))
        )

    serve(settings, announce=announce, worker=Worker, ask=ask)


@command("open", help="Open the dashboard in the browser.")
@click.option("--print", "print_only", is_flag=True, help="Only print the sign-in link.")
def open_command(settings: Settings, answer: Answer, print_only: bool) -> None:
    """Make a sign-in link (good once, for 10 minutes) and open it."""
    server = _needed(settings)
    link = _link(server)
    answer.result({"ok": True, "url": link})
    if print_only or not _opens(link):
        answer.say(link)


@command("pair", help="Connect a browser extension that is waiting, without the dashboard.")
@click.option("--yes", is_flag=True, help="Connect without asking; only when exactly one extension waits.")
def pair_command(settings: Settings, answer: Answer, yes: bool) -> None:
    """Show waiting extensions with their numbers; connect the one that shows the same number."""
    server = _needed(settings)
    waiting = [row for row in server.call("GET", "/api/v1/pairings")["pairings"] if row["digits"]]
    if not waiting:
        raise PairingError(_("No extension is waiting. Open the extension's page and press its Connect button first."))
    if yes and len(waiting) > 1:
        words = _("{count} extensions are waiting: run without --yes and compare the numbers.")
        raise PairingError(words.format(count=len(waiting)))
    connected = [row for row in waiting if yes or _confirmed(row)]
    for row in connected:
        server.call("POST", f"/api/v1/pairings/{row['id']}/approve", {})
        answer.say(_("Connected: {label}").format(label=row["label"]))
    answer.result({"ok": True, "connected": [row["label"] for row in connected]})


def _confirmed(row: dict[str, Any]) -> bool:
    question = _("“{label}” wants to save your chats here. Does it show {digits}?")
    return click.confirm(question.format(label=row["label"], digits=row["digits"]))


@command("extension", help="Write the browser extension to a folder, ready to load.")
@click.option("--to", "target", type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
def extension_command(_settings: Settings, answer: Answer, target: Path | None) -> None:
    """Write the extension's files; in a clone, name the clone's own folder."""
    from skilltrail.application.extension import place_extension

    folder = place_extension(target)
    answer.result({"ok": True, "path": str(folder)})
    answer.say(_("The extension is in {path}").format(path=folder))
    answer.say(
        _(
            "In Chrome or Edge: open chrome://extensions, turn on Developer mode, press “Load unpacked” and choose "
            "that folder."
        )
    )


@command("autostart", help="Start Skilltrail when you sign in: on or off.")
@click.argument("state", type=click.Choice(["on", "off", "status"]), default="status")
def autostart_command(settings: Settings, answer: Answer, state: str) -> None:
    """Switch the start at sign-in."""
    from skilltrail.platform.autostart import autostart

    entry = autostart(home=settings.home)
    if state == "on":
        entry.turn_on()
    elif state == "off":
        entry.turn_off()
    answer.result({"ok": True, "on": entry.is_on(), "file": str(entry.file)})
    words = _("Skilltrail starts when you sign in.") if entry.is_on() else _("Skilltrail does not start by itself.")
    answer.say(words)


def _link(server: RunningServer) -> str:
    try:
        return str(server.call("POST", "/api/v1/launch-keys", {})["url"])
    except ServerAnswered as error:
        if error.code != KeyUnavailable.code:
            raise
        # The unlock page needs no session: what unlocks the history is the credential.
        return f"http://127.0.0.1:{server.port}/"


def _needed(settings: Settings) -> RunningServer:
    server = running_server(settings)
    if server is None:
        raise NotRunning(_("Skilltrail is not running. Start it with `skilltrail serve` (or `make run`)."))
    return server


def _opens(url: str) -> bool:
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
