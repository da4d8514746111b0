"""Fixtures that the campaigns and their short versions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from torture.nursery import Nursery


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Return the process that forks servers."""
    with Nursery(tmp_path_factory.mktemp("nursery")) as opened:
        yield opened
