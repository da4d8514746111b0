"""Asks at the terminal for what opens a locked history."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from skilltrail.cli.running import RunningServer, running_server
from skilltrail.config import Settings
from skilltrail.domain.keys import LockStanding
from skilltrail.errors import SecretRefused
from skilltrail.i18n import _
from skilltrail.services.backups import Secret

if TYPE_CHECKING:
    from skilltrail.application import Application

Door = TypeVar("Door")


def somebody_there() -> bool:
    """Tell whether a person sits at a terminal; a service at sign-in has none."""
    return sys.stdin.isatty()


def ask_for_secret(standing: LockStanding, *, otherwise: str) -> tuple[Secret, str | None] | None:
    """Ask for the passphrase or the recovery key, and for a new passphrase where the old one is lost.

    ``otherwise`` says what an empty answer does; it returns None, as does a call where nobody sits at a terminal.
    """
    if not somebody_there():
        return None
    click.echo(standing.words, err=True)
    if standing.passphrase and (typed := ask_hidden(_("Passphrase"), otherwise)):
        return Secret(passphrase=typed), None
    if standing.recovery and (typed := ask_open(_("Recovery key"), otherwise)):
        return Secret(recovery_key=typed), _new_passphrase() if standing.renew else None
    return None


def ask_hidden(what: str, otherwise: str) -> str:
    """Ask for something that nobody beside the learner should read; empty when they leave it."""
    words = _("{what} ({otherwise})").format(what=what, otherwise=otherwise)
    return str(click.prompt(words, hide_input=True, default="", show_default=False, err=True))


def ask_open(what: str, otherwise: str) -> str:
    """Ask for something that is easier to type when it is seen."""
    words = _("{what} ({otherwise})").format(what=what, otherwise=otherwise)
    return str(click.prompt(words, default="", show_default=False, err=True))


def open_home(settings: Settings) -> Application:
    """Open the data folder; ask for what opens it when it is locked and somebody sits at a terminal.

    Raises
    ------
    KeyUnavailable
        If it stays locked.
    """
    from skilltrail.application import Application
    from skilltrail.application.opening import LockedHome, open_or_hold

    opened = open_or_hold(settings, open_folder=Application.open)
    while isinstance(opened, LockedHome):
        typed = ask_for_secret(opened.standing(), otherwise=_("leave it empty to give up"))
        if typed is None:
            opened.close()
            raise opened.error
        try:
            opened = opened.unlock(typed[0], new_passphrase=typed[1])
        except SecretRefused as error:
            click.echo(str(error), err=True)
        except BaseException:
            opened.close()
            raise
    opened.language.speak_alone()
    return opened


@contextmanager
def door_to(
    settings: Settings, *, there: Callable[[RunningServer], Door], here: Callable[[Application], Door]
) -> Iterator[Door]:
    """Yield the way to the history: ``there`` through the server that holds it, else ``here``, in the folder opened.

    Raises
    ------
    KeyUnavailable
        If the folder stays locked.
    """
    server = running_server(settings)
    if server is not None:
        yield there(server)
        return
    with open_home(settings) as application:
        yield here(application)


def _new_passphrase() -> str:
    words = _("A new passphrase, for the old one is lost")
    return str(click.prompt(words, hide_input=True, confirmation_prompt=True, err=True))
