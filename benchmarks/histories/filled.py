"""A history of any size in a real, encrypted database, with vectors and topics, within a minute or two.

Exchanges go in as captures do, through redaction and the application's own store. Static vectors are the real ones; in
the place of the dense ones, which would take an hour for 100,000, stand unit vectors of noise: they take the same room.
Topics are not found but assigned, one to a skill of the generator, for pages ask what is in a topic and not who found it.
"""

# ruff: noqa: SLF001 - a measurement fills tables that the product fills over years
from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from benchmarks.histories.generate import PRIVATE, GeneratedExchange, generate
from sqlalchemy import text

from skilltrail.application import Application
from skilltrail.domain.access import Device
from skilltrail.domain.capture import CapturedItem, LedgerRow, OutboxState
from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Deliverable, Goal, Reflection
from skilltrail.domain.exchange import Origin
from skilltrail.ml.host import ModelHost
from skilltrail.services.processing import packed
from skilltrail.storage import access_queries, work_queries
from skilltrail.storage.meta_queries import STATIC_MODEL, VECTOR_MODEL, bump_revision, set_value

SEED = 7
BATCH = 400
UNASSIGNED_EVERY = 20
"""Each twentieth exchange fits no topic, as in histories of ours that were grouped for real."""

EXEMPLARS = 5
CHECK_EVERY, CHECKS_MOST = 200, 300
DEVICE = "bench-device"


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one stored exchange."""

    exchange_id: int
    skill: str
    field: str
    conversation_id: str
    at: datetime


def fill(application: Application, model: ModelHost, size: int, now: datetime) -> None:
    """Fill an empty application with ``size`` exchanges up to ``now``, all of them read and grouped."""
    labels = _captured(application, size, now)
    _give_vectors(application, model)
    _assign_topics(application, labels, now)
    _account(application, labels, now)
    _finish(application)
    _say(application, labels)
    with application._database.write() as session:
        set_value(session, VECTOR_MODEL, model.identity)
        set_value(session, STATIC_MODEL, model.static_identity)
        bump_revision(session)


def _finish(application: Application) -> None:
    """Let the worker's other steps do all that they have to do."""
    for step in (application.search.step, application.learning.step, application.checks.step):
        while step():
            pass


def _say(application: Application, labels: Sequence[Label]) -> None:
    """Say what a learner says over years: checks of each 200th answer, a deliverable and a reflection a topic."""
    said = (Said.CONFIRMED, Said.CORRECTED, Said.CONTRADICTED, Said.NOT_WORTH)
    for number, label in enumerate(labels[:: max(CHECK_EVERY, len(labels) // CHECKS_MOST)]):
        application.checks.say(label.exchange_id, said[number % len(said)])
    for number, topic in enumerate(application.trail.topics()):
        application.entries.keep(
            Deliverable("url", "Report", address=f"https://example.org/{number}"), topic_id=topic.id
        )
        application.entries.keep(Reflection("What was hard, and what helped."), topic_id=topic.id)
        application.entries.keep(Goal(f"Reach {number}", date(2027, 1, 1)), topic_id=topic.id)


def _captured(application: Application, size: int, now: datetime) -> list[Label]:
    labels: list[Label] = []
    batch: list[GeneratedExchange] = []
    for number, made in enumerate(generate(size, SEED, now), 1):
        batch.append(made)
        if len(batch) == BATCH or number == size:
            labels += _stored(application, batch)
            batch = []
    return labels


def _stored(application: Application, batch: Sequence[GeneratedExchange]) -> list[Label]:
    items = [CapturedItem(str(number), made.captured) for number, made in enumerate(batch)]
    report = application.exchanges.capture(items, origin_allowed=(Origin.IMPORT,))
    return [
        Label(result.exchange_id, made.skill, made.field, made.captured.conversation_id, made.captured.asked_at)
        for result, made in zip(report.results, batch, strict=True)
        if result.exchange_id is not None
    ]


def _give_vectors(application: Application, model: ModelHost) -> None:
    noise = np.random.default_rng(SEED)
    heads = text(
        "SELECT e.id, c.title || ' ' || substr(t.prompt, 1, 500) || ' ' || substr(t.reply, 1, 700) FROM exchange e "
        "JOIN exchange_text t ON t.exchange_id = e.id JOIN conversation c ON c.id = e.conversation_id ORDER BY e.id"
    )
    with application._database.read() as session:
        rows = [(row[0], row[1]) for row in session.execute(heads)]
    for start in range(0, len(rows), 2_000):
        part = rows[start : start + 2_000]
        static = model.static([words for _id, words in part])
        dense = noise.standard_normal((len(part), 384), dtype=np.float32) / 384**0.5
        with application._database.write() as session:
            for kind, vectors, name in (
                (work_queries.STATIC, static, model.static_identity),
                (work_queries.DENSE, dense, model.identity),
            ):
                kept = {row[0]: packed(vector) for row, vector in zip(part, vectors, strict=True)}
                work_queries.keep_vectors(session, kept, model=name, kind=kind)


def _assign_topics(application: Application, labels: Sequence[Label], now: datetime) -> None:
    fields = sorted({label.field for label in labels})
    skills = sorted({(label.skill, label.field) for label in labels})
    topics = {skill: f"t-{number}" for number, (skill, _field) in enumerate(skills)}
    members = [label for label in labels if label.exchange_id % UNASSIGNED_EVERY]
    seen: dict[str, int] = {}
    rows = []
    for label in members:
        rank = seen[label.skill] = seen.get(label.skill, -1) + 1
        strength = 0.5 + zlib.crc32(label.conversation_id.encode()) % 500 / 1000
        exemplar = rank if rank < EXEMPLARS else None
        rows.append({"row": label.exchange_id, "topic": topics[label.skill], "strength": strength, "rank": exemplar})
    with application._database.write() as session:
        for number, field in enumerate(fields):
            session.execute(text("INSERT INTO area (id, name) VALUES (:id, :name)"), {"id": number + 1, "name": field})
        for number, (skill, field) in enumerate(skills):
            session.execute(
                text(
                    "INSERT INTO topic (id, name, name_reason, terms, area_id, colour, created_at, standing) VALUES "
                    "(:id, :name, 'Its words stand out.', '[\"one\", \"two\"]', :area, :colour, :at, :standing)"
                ),
                {
                    "id": topics[skill],
                    "name": skill.replace("-", " ").title(),
                    "area": fields.index(field) + 1,
                    "colour": number % 12,
                    "at": int(now.timestamp() * 1e6),
                    # Chatter is what people hide first, and what is hidden must be found out by every count.
                    "standing": "hidden" if skill == PRIVATE else "shown",
                },
            )
        session.execute(text("INSERT INTO topic_membership VALUES (:row, :topic, :strength, :rank)"), rows)


def _account(application: Application, labels: Sequence[Label], now: datetime) -> None:
    """Give every conversation its row in the ledger, as years of capturing leave it."""
    counts: dict[str, int] = {}
    for label in labels:
        counts[label.conversation_id] = counts.get(label.conversation_id, 0) + 1
    rows = [
        LedgerRow("chatgpt", talk, n, n, n, n, n, updated_at=now - timedelta(seconds=number))
        for number, (talk, n) in enumerate(counts.items())
    ]
    device = Device(DEVICE, "Chromium", "chrome-extension://" + "a" * 32, now, now)
    with application._database.write() as session:
        access_queries.add_device(session, device, shared_key=bytes(32), token_hash=bytes(32))
        access_queries.save_report(session, DEVICE, state="ok", outbox=OutboxState(), now=now)
        access_queries.save_ledger_rows(session, DEVICE, rows, now)
