"""Fixtures that every test may use; no test reaches anything beyond this computer."""

from __future__ import annotations

import gc
import ipaddress
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from werkzeug.routing import Rule

from databases import REAL, START, BeginWith, Fill, Homes, OneDialect, Template
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage import engine, migrate

# The same examples each time: a test fails for what was changed, not for luck.
hypothesis_settings.register_profile("steady", derandomize=True)
hypothesis_settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays to the end: modules and thousands of collected tests."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let fixtures that ask for ``begin_with`` go before the test's others, whatever the order of its arguments."""
    for item in items:
        if isinstance(item, pytest.Function) and "begin_with" in item.fixturenames:
            _put_beginning_first(item)


def _put_beginning_first(item: pytest.Function) -> None:
    info = item._fixtureinfo
    known = info.name2fixturedefs
    beginning = [name for name in item.fixturenames if name in known and "begin_with" in known[name][-1].argnames]
    others = [name for name in item.fixturenames if name not in beginning]
    # What is wider than a test, or goes before all of it by itself, stays in front.
    at = min((others.index(name) for name in info.argnames if name in others), default=len(others))
    item.fixturenames[:] = [*others[:at], *beginning, *others[at:]]


class SteppingClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **spans: float) -> datetime:
        """Move on by ``timedelta(**spans)`` and return the new time."""
        self.now += timedelta(**spans)
        return self.now


class OutsideRefused(AssertionError):
    """A test tried to leave this computer."""


def _stays_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _speaks_english() -> Iterator[None]:
    """What the developer's own system speaks is no part of a test."""
    patch = pytest.MonkeyPatch()
    for name in ("LANGUAGE", "LC_MESSAGES", "LANG", "SKILLTRAIL_LANGUAGE"):
        patch.delenv(name, raising=False)
    patch.setenv("LC_ALL", "C.UTF-8")
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _no_outside() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex", "sendto"):
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, *arguments: Any, _real: Any = real) -> Any:
            if not _stays_here(arguments[-1]):
                raise OutsideRefused("tests stay on this computer")
            return _real(self, *arguments)

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(engine, "create_engine", OneDialect().create_engine)
    patch.setattr(migrate, "_migrate", Template(tmp_path_factory.mktemp("template")).migrate)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _addresses_compiled_once() -> Iterator[None]:
    """Making a web side is mostly Werkzeug writing two functions for each of two hundred addresses.

    Such a function depends on the address alone, so all web sides may have the same ones.
    """
    real, known = Rule._compile_builder, {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (rule.rule, append_unknown, tuple(rule._trace), repr(rule.defaults))
        if key not in known:
            known[key] = real(rule, append_unknown)
        return known[key]

    patch = pytest.MonkeyPatch()
    patch.setattr(Rule, "_compile_builder", compiled)
    yield
    patch.undo()


@pytest.fixture
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """New databases are made as Skilltrail makes them, by all migrations, and are not copied."""
    monkeypatch.setattr(migrate, "_migrate", REAL)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(START)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", keyring=False, open_browser=False)


@pytest.fixture
def model() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def application(settings: Settings, clock: SteppingClock, model: HashEmbedder) -> Iterator[Application]:
    with Application.open(settings, clock=clock, model=model) as opened:
        yield opened


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Closed data folders to begin with; ``begin_with`` opens one at once."""
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def begin_with(homes: Homes, settings: Settings, request: pytest.FixtureRequest) -> BeginWith:
    """Open the application on a copy of what a function makes (see ``Homes.put``), before anything else opens it."""

    def opened(fill: Fill, **named: Any) -> Application:
        homes.put(fill, settings.home, **named)
        found: Application = request.getfixturevalue("application")
        return found

    return opened
