"""Fixtures that every test may use; no test reaches anything beyond this computer."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder

# The same examples each time: a test fails for what was changed, not for luck.
hypothesis_settings.register_profile("steady", derandomize=True)
hypothesis_settings.load_profile("steady")


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


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


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
