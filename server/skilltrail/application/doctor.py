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

DATABASE_FILE = "skilltrail.db"
LOW_DISK_BYTES = 500 * 1024 * 1024
"""Below this much free space a year of chats, its backups and a migration may no longer fit."""

State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``remedy`` is the one thing to do, or empty."""

    subject: str
    state: State
    words: str
    remedy: str = ""


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
    except DataFolderInUse as error:
        yield Finding(subject, "warning", str(error))
        return
    except SkilltrailError as error:
        remedy = _("Nothing was changed. Restore a copy of the folder, or ask for help with this code: {code}")
        yield Finding(subject, "fault", str(error), remedy.format(code=error.code))
        return
    if damage:
        remedy = _("Make a copy of the data folder before anything else.")
        yield Finding(subject, "fault", _("the integrity check found damage"), remedy)
    else:
        words = _("{exchanges} exchanges, {topics} topics, encrypted, integrity good")
        yield Finding(subject, "ok", words.format(exchanges=home.exchanges, topics=home.topics))
    yield _key(home.key_location)


def _key(location: str) -> Finding:
    if location == "keyring":
        return Finding(_("Key"), "ok", _("in the system's keyring"))
    remedy = _("Whoever copies the whole data folder can read it. A system keyring would prevent that.")
    return Finding(_("Key"), "warning", _("in a file beside the database"), remedy)


def _model(settings: Settings) -> Iterator[Finding]:
    from skilltrail.ml.model_files import find_model

    try:
        yield Finding(_("Model"), "ok", find_model(settings.embedder).identity)
    except SkilltrailError as error:
        yield Finding(_("Model"), "fault", str(error), _("Captures are kept meanwhile; topics wait for the model."))


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
