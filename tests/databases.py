"""What many tests begin with, made once and then copied: empty databases, and data folders with topics.

Running all migrations costs far more than everything else that opening a new folder does, and nearly every test opens
one. What making and migrating a database does is tested where ``real_migrations`` is asked for, and by every test that
starts a process of its own. Each test has a copy of its own, so that none sees what another did.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from exchanges import history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services.ports import ModelPort
from skilltrail.storage import migrate
from skilltrail.storage.engine import closed_reader, writer_engine

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""When tests begin."""

KEY = b"t" * 32
"""The template's own key; no folder has it."""

REAL = migrate._migrate
"""What Skilltrail itself does."""


class Template:
    """An empty database of today's form, and a ``migrate`` that copies it into every file that is new."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "template.db"
        self._head = migrate.HEAD
        self._path.touch(mode=0o600)
        REAL(self._path, KEY)

    def migrate(self, path: Path, key: bytes) -> None:
        """Do what ``REAL`` does; a file that holds something, or shall have another version, is really migrated."""
        if path.stat().st_size or self._head != migrate.HEAD:
            REAL(path, key)
            return
        # A connection for each copy: some tests open a folder in a thread.
        source = closed_reader(self._path, KEY)
        # The writer's own engine: its settings, the log among them, belong to what a new database is.
        engine = writer_engine(path, key)
        target = engine.raw_connection()
        try:
            source.backup(target.driver_connection)
        finally:
            target.close()
            engine.dispose()
            source.close()


class OneDialect:
    """Makes engines as SQLAlchemy does, but lets all have the statements that one of them has compiled.

    Each test opens databases of its own; a running Skilltrail compiles a statement once, not once a test.
    """

    def __init__(self) -> None:
        self._first: Engine | None = None

    def create_engine(self, *arguments: Any, **named: Any) -> Engine:
        """Return an engine with a pool of its own."""
        made = create_engine(*arguments, query_cache_size=5_000, **named)
        if self._first is None:
            self._first = made
        made.dialect = made.pool._dialect = self._first.dialect
        made._compiled_cache = self._first._compiled_cache
        return made


Fill = Callable[[Application], object]
"""Puts into an empty history what a test begins with."""

BeginWith = Callable[..., Application]
"""What the fixture ``begin_with`` gives."""


@cache
def in_topics(count: int) -> Fill:
    """Return what captures ``count`` exchanges on three subjects and finds their three topics."""

    def fill(application: Application) -> None:
        application.exchanges.capture(items(history(count)))
        application.processing.run_until_done()
        assert len(application.trail.topics()) == 3

    return fill


class Homes:
    """Closed data folders, each filled once by a function, and copied for every test that asks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[Fill, Callable[[], ModelPort]], Path] = {}

    def put(self, fill: Fill, home: Path, *, model: Callable[[], ModelPort] = HashEmbedder) -> None:
        """Put a copy of what ``fill`` makes, with a model of its own, at ``home``, where nothing may be yet."""
        shutil.copytree(self._filled(fill, model), home)

    def _filled(self, fill: Fill, model: Callable[[], ModelPort]) -> Path:
        if (fill, model) not in self._made:
            home = self._folder / f"home-{len(self._made)}"
            settings = Settings(home=home, keyring=False, open_browser=False)
            with Application.open(settings, clock=lambda: START, model=model()) as application:
                fill(application)
            self._made[fill, model] = home
        return self._made[fill, model]
