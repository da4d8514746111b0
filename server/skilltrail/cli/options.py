"""Options that every command has, and how every command answers and fails."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from skilltrail.config import Settings, load_settings
from skilltrail.errors import SkilltrailError
from skilltrail.i18n import first_known, speak_by_default, system_wish

DAY = click.DateTime(["%Y-%m-%d"])
"""A day as an option takes it: 2026-11-22."""


class Answer:
    """Writes a command's result: words for people, or one JSON object with ``--json``."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def say(self, words: str) -> None:
        """Write a line for people; silent with ``--json``."""
        if not self.as_json:
            click.echo(printable(words))

    def result(self, value: object) -> None:
        """Write the machine-readable result; silent without ``--json``."""
        if self.as_json:
            click.echo(orjson.dumps(plain(value), option=orjson.OPT_INDENT_2).decode())


def printable(text: str) -> str:
    """Return ``text`` without control characters: captured words must not drive the learner's terminal."""
    return "".join(sign if sign == "\n" or sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def command(name: str, **settings: Any) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command with ``--home`` and ``--json``; the function gets ``settings`` and ``answer`` first."""

    def decorate(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(home: Path | None, as_json: bool, **arguments: Any) -> None:
            answer = Answer(as_json=as_json)
            try:
                chosen = _settings(home)
                speak_by_default(first_known(chosen.language, system_wish()))
                function(chosen, answer, **arguments)
            except SkilltrailError as error:
                _fail(answer, error.code, str(error))
            except OSError as error:
                _fail(answer, "system", f"{error.strerror or type(error).__name__}: {error.filename or ''}".strip(": "))

        folder = click.Path(path_type=Path, file_okay=False)
        with_home = click.option("--home", type=folder, help="Data folder (or set SKILLTRAIL_HOME).")(run)
        with_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")(with_home)
        made: click.Command = click.command(name, **({"cls": click.Command} | settings))(with_json)
        return made

    return decorate


def _settings(home: Path | None) -> Settings:
    try:
        return load_settings(home=home.expanduser().resolve() if home else None)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _fail(answer: Answer, code: str, words: str) -> None:
    answer.result({"ok": False, "code": code, "detail": words})
    if not answer.as_json:
        click.echo(printable(f"skilltrail: {words}"), err=True)
    sys.exit(1)


def plain(value: object) -> Any:
    """Return a value as JSON would give it back: dataclasses as dictionaries, times and paths as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
