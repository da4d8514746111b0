"""Small steps that several tests take with an application."""

from __future__ import annotations

from sqlalchemy import text

from skilltrail.application import Application


def count(application: Application, table: str) -> int:
    with application._database.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def step_until_idle(application: Application) -> int:
    steps = 0
    while not application.processing.step().idle:
        steps += 1
        assert steps < 500
    return steps
