"""Looks at everything that can be wrong on the learner's machine, changes nothing, and says what to do."""

from __future__ import annotations

import http.client
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from skilltrail.config import PORTS, Settings
from skilltrail.errors import DataFolderInUse, SkilltrailError
from skilltrail.i18n import _
from skilltrail.platform.keys import KeyLocked
from skilltrail.platform.recovery_record import RecoveryRecord
from skilltrail.services.backups import FOLDER, Shelf

DATABASE_FILE = "skilltrail.db"
LOW_DISK_BYTES = 500 * 1024 * 1024
"""Below this much free space a year of chats, its backups and a migration may no longer fit."""

State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``remedy`` is the one thing to do, or empty; ``code`` is the error's code, or empty."""

    subject: str
    state: State
    words: str
    remedy: str = ""
    code: str = ""


def examine(settings: Settings, *, port: int | None = None) -> tuple[Finding, ...]:
    """Run all checks.

    Parameters
    ----------
    settings
        Those of the data folder to look at.
    port
        Where this folder's server runs now, or None.
    """
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        lambda: _folder(settings),
        lambda: _database(settings, running=port is not None),
        lambda: _backups(settings),
        lambda: _model(settings),
        lambda: _ports(port),
        lambda: _autostart(settings),
    )
    return tuple(finding for check in checks for finding in check())


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield Finding("Python", "ok", version)
    else:
        yield Finding("Python", "fault", version, _("Install Python 3.11, 3.12 or 3.13."))


def _folder(settings: Settings) -> Iterator[Finding]:
    subject = _("Data folder")
    if not settings.home.exists():
        yield Finding(subject, "ok", _("{path} (made at the first start)").format(path=settings.home))
        return
    free = shutil.disk_usage(settings.home).free
    words = _("{path}, {free} MB free").format(path=settings.home, free=free // 1_000_000)
    if free < LOW_DISK_BYTES:
        yield Finding(subject, "warning", words, _("Free some space on this disk."))
    else:
        yield Finding(subject, "ok", words)
    if sys.platform != "win32" and settings.home.stat().st_mode & 0o077:
        remedy = _("Start Skilltrail once: it takes the rights of others away.")
        yield Finding(_("Rights"), "warning", _("other users of this computer can list the data folder"), remedy)


def _database(settings: Settings, *, running: bool) -> Iterator[Finding]:
    from skilltrail.application import Application

    subject = _("Database")
    if running:
        yield Finding(subject, "ok", _("in use by the running service"))
        return
    if not (settings.home / DATABASE_FILE).exists():
        yield Finding(subject, "ok", _("none yet"))
        return
    try:
        with Application.open(settings) as application:
            home = application.trail.home()
            damage = application.damage()
    except KeyLocked as error:
        yield _locked(settings, error)
        return
    except DataFolderInUse as error:
        yield Finding(subject, "warning", str(error))
        return
    except SkilltrailError as error:
        remedy = _("Nothing was changed. A backup helps: `skilltrail restore --latest`.")
        yield Finding(subject, "fault", str(error), remedy, error.code)
        return
    if damage:
        remedy = _("Make a copy of the data folder before anything else.")
        yield Finding(subject, "fault", _("the integrity check found damage"), remedy)
    else:
        words = _("{exchanges} exchanges, {topics} topics, encrypted, integrity good")
        yield Finding(subject, "ok", words.format(exchanges=home.exchanges, topics=home.topics))
    yield from _key(settings, home.key_location)


def _key(settings: Settings, location: str) -> Iterator[Finding]:
    if location == "file":
        remedy = _("Whoever copies the whole data folder can read it. Set a passphrase on the settings page.")
        yield Finding(_("Key"), "warning", _("in a file beside the database"), remedy)
    else:
        words = _("in the system's keyring") if location == "keyring" else _("closed with your passphrase")
        yield Finding(_("Key"), "ok", words)
    if not RecoveryRecord(settings.home).exists:
        remedy = _("Make one on the settings page: without it, a lost key means that nobody can open your history.")
        yield Finding(_("Recovery key"), "warning", _("none yet"), remedy)


def _locked(settings: Settings, error: KeyLocked) -> Finding:
    if error.reason == "passphrase":
        return Finding(_("Database"), "ok", _("closed with your passphrase; it is looked into when it is open"))
    if RecoveryRecord(settings.home).exists:
        remedy = _("Start Skilltrail: it asks for your recovery key. Nothing was changed.")
    else:
        remedy = _("Put the key back where it was, or restore a backup: `skilltrail restore --latest`.")
    return Finding(_("Database"), "fault", str(error), remedy, error.code)


def _backups(settings: Settings) -> Iterator[Finding]:
    if not (settings.home / DATABASE_FILE).exists():
        return
    subject, backups = _("Backups"), Shelf(settings.home / FOLDER).backups()
    if backups:
        words = _("{count}, the newest of {day}").format(
            count=len(backups), day=f"{backups[0].made_at.astimezone():%Y-%m-%d %H:%M}"
        )
        yield Finding(subject, "ok", words)
    else:
        yield Finding(
            subject, "warning", _("none yet"), _("`skilltrail backup` makes one now; a server makes one a day.")
        )


def _model(settings: Settings) -> Iterator[Finding]:
    from skilltrail.ml.model_files import find_model

    try:
        yield Finding(_("Model"), "ok", find_model(settings.embedder).identity)
    except SkilltrailError as error:
        remedy = _("Captures are kept meanwhile; topics wait for the model.")
        yield Finding(_("Model"), "fault", str(error), remedy, error.code)


def _ports(port: int | None) -> Iterator[Finding]:
    if port is not None:
        state: State = "ok" if port in PORTS else "warning"
        ports = ", ".join(map(str, PORTS))
        remedy = "" if port in PORTS else _("The extension looks on {ports} only.").format(ports=ports)
        yield Finding(_("Service"), state, _("running on port {port}").format(port=port), remedy)
        return
    remedy = _("Start it with `skilltrail serve`, or `skilltrail autostart on`.")
    yield Finding(_("Service"), "warning", _("not running"), remedy)
    for number in PORTS:
        holder = _holder(number)
        if holder:
            words = _("port {port} is taken by {holder}").format(port=number, holder=holder)
            yield Finding(_("Port"), "warning", words, _("Skilltrail takes the next of its three ports by itself."))


def _holder(port: int) -> str | None:
    """Say who answers on a port: another Skilltrail, another program, or nobody (None)."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        link.request("GET", "/api/v1/hello")
        known = b'"skilltrail"' in link.getresponse().read(4096)
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException):
        known = False
    finally:
        link.close()
    return _("a Skilltrail with another data folder") if known else _("another program")


def _autostart(settings: Settings) -> Iterator[Finding]:
    from skilltrail.platform.autostart import autostart

    if autostart(home=settings.home).is_on():
        yield Finding(_("Start at sign-in"), "ok", _("on"))
    else:
        remedy = _("`skilltrail autostart on` keeps capture going after a restart.")
        yield Finding(_("Start at sign-in"), "warning", _("off"), remedy)
