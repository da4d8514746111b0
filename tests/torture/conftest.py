"""Long campaigns: `make torture`. A plain `pytest` leaves them out; name this folder or a file in it to run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from torture.fixtures import nursery

__all__ = ["nursery"]

HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("torture")
    group.addoption("--rounds", type=int, default=500, help="kills of the server")
    group.addoption("--operations", type=int, default=10_000, help="operations under network faults")
    group.addoption("--damages", type=int, default=200, help="damaged copies of a database")
    group.addoption("--examples", type=int, default=60, help="histories that Hypothesis tries")
    group.addoption(
        "--waiting", type=int, default=20_000, help="exchanges that wait in the extension; a multiple of 16"
    )
    group.addoption("--seed", type=int, default=1, help="seed of every campaign; printed with each figure")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    named = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    asked_for = any(path == HERE or HERE in path.parents for path in named)
    return None if asked_for else True
