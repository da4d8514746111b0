"""Search measured: what it finds of paraphrased questions, and how long it takes at several sizes.

``python -m benchmarks.search`` measures both. Quality: written histories (``benchmarks/histories/written`` and the
invented freelancer's) and the questions of ``search_queries.tsv``, each about one conversation; exchanges of that
conversation count 2, others of its skill 1. Speed: generated histories in real, encrypted databases.
"""

# ruff: noqa: SLF001 - parts are measured one by one
from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean

import numpy as np
from benchmarks.histories.generate import generate

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin
from skilltrail.domain.search import Order
from skilltrail.domain.search_reading import read_query
from skilltrail.domain.search_snippets import fuse
from skilltrail.ml.host import ModelHost
from skilltrail.services import search
from skilltrail.services.processing import packed
from skilltrail.storage import search_queries, work_queries
from skilltrail.storage.meta_queries import STATIC_MODEL, VECTOR_MODEL, set_value

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "server" / "skilltrail"
HISTORIES = (HERE / "histories" / "written", PACKAGE / "demo" / "history")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TOP = 10
SIZES = (1_000, 10_000, 100_000)
QUERIES = (
    "css grid", "react", "client", "invoice for a client", "how do I center something", '"database query"', "react -hook",
    "flexbox after:2026-06", "topic:css layout", "the", "why does my page look wrong on small screens", "colour contrast",
    "has:code loop", "source:chatgpt design", "in:title question", "contract clause about late payment", "translate",
    "index", "is:earlier react", "after:2026-01 before:2026-03", "font", "spreadsheet formula", "logo", "docker compose",
)  # fmt: skip


# --- quality ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the conversation that it is about."""

    kind: str
    conversation: str
    query: str


def asked() -> list[Asked]:
    """Return the questions."""
    lines = (HERE / "search_queries.tsv").read_text("utf-8").splitlines()
    return [Asked(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def written(folders: Sequence[Path]) -> list[dict[str, object]]:
    """Return the exchanges of written histories."""
    files = sorted(file for folder in folders if folder.is_dir() for file in folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def captured_of(row: dict[str, object], number: int) -> CapturedExchange:
    """Return a written exchange as a capture."""
    at = NOW + timedelta(days=float(str(row["day"])), seconds=number)
    values = {name: str(row[name]) for name in ("prompt", "reply", "title")}
    return CapturedExchange(
        provider="chatgpt",
        conversation_id=str(row["conversation"]),
        asked_at=at,
        captured_at=at,
        origin=Origin.IMPORT,
        fidelity=Fidelity.EXPORT,
        prompt_id=f"p-{row['conversation']}-{row['turn']}",
        reply_id=f"r-{row['conversation']}-{row['turn']}",
        **values,
    )


class Quality:
    """Ranks the exchanges of a filled application in several ways."""

    def __init__(self, application: Application, model: ModelHost) -> None:
        self._application = application
        self._model = model
        self._dense = self._vectors(work_queries.DENSE, model.identity)

    def _vectors(self, kind: str, identity: str) -> dict[int, np.ndarray]:
        with self._application._database.read() as session:
            ids = [row.id for row in self._application.exchanges.rows()]
            found = search_queries.vectors_of(session, ids, model=identity, kind=kind)
        return {one: np.frombuffer(vector, "<f2").astype(np.float32) for one, vector in found.items()}

    def words(self, query: str) -> list[int]:
        """All words must occur; BM25."""
        return self._expression(query, "AND")

    def any_word(self, query: str) -> list[int]:
        """Some words occur; BM25."""
        return self._expression(query, "OR")

    def _expression(self, query: str, joined: str) -> list[int]:
        terms = read_query(query, today=NOW.date()).wanted
        with self._application._database.read() as session:
            expression = search_queries.expression_of(terms, joined=joined)
            return [int(one) for one in search_queries.ranked(session, expression, 200).split(",") if one]

    def static(self, query: str) -> list[int]:
        """Token vectors alone."""
        ids, cosines = self.nearness(query)
        return ids[np.argsort(-cosines)][:200].tolist()

    def nearness(self, query: str) -> tuple[np.ndarray, np.ndarray]:
        """Return ids and cosines of token vectors."""
        held = self._application.search
        with self._application._database.read() as session:
            return held._index(session, work_queries.STATIC).nearness(self._model.static([query])[0])

    def dense(self, query: str) -> list[int]:
        """The query read by the model: what waiting for it would bring."""
        return self._by_dense(self._model.embed([query])[0])

    def _by_dense(self, vector: np.ndarray) -> list[int]:
        ids = sorted(self._dense)
        near = np.stack([self._dense[one] for one in ids]) @ vector
        return [ids[place] for place in np.argsort(-near)[:200]]

    def feedback(self, query: str, *, of: int = 5) -> list[int]:
        """Dense vectors of the best static hits in place of the query's own (Rocchio 1971)."""
        best = [self._dense[one] for one in self.static(query)[:of] if one in self._dense]
        return self._by_dense(np.mean(best, axis=0)) if best else []

    def fused(self, query: str) -> list[int]:
        """Words and static vectors, fused."""
        return fuse(self.words(query), self.static(query)[:50])

    def fused_any(self, query: str) -> list[int]:
        """Words, some words and static vectors, fused."""
        return fuse(self.words(query), self.any_word(query)[:50], self.static(query)[:50])

    def fused_feedback(self, query: str) -> list[int]:
        """Words, static vectors and feedback, fused."""
        return fuse(self.words(query), self.static(query)[:50], self.feedback(query)[:50])

    def fused_all(self, query: str) -> list[int]:
        """Words, some words, static vectors and feedback, fused."""
        parts = (self.words(query), self.any_word(query)[:50], self.static(query)[:50], self.feedback(query)[:50])
        return fuse(*parts, weights=(1, 1, 1, 0.5))

    def fused_dense(self, query: str) -> list[int]:
        """Words, static vectors and the model's own reading, fused."""
        return fuse(self.words(query), self.any_word(query)[:50], self.static(query)[:50], self.dense(query)[:50])

    def shipped(self, query: str) -> list[int]:
        """The product's own search, the model at hand."""
        return self._search(query)

    def shipped_cold(self, query: str) -> list[int]:
        """The product's own search, the model not at hand."""
        at_hand, self._model.embed_now = self._model.embed_now, lambda _texts: None
        try:
            return self._search(query)
        finally:
            self._model.embed_now = at_hand

    def _search(self, query: str) -> list[int]:
        wanted = read_query(query, today=NOW.date())
        with self._application._database.read() as session:
            readings = self._application.search._readings(session, wanted)
            return list(search.find(session, wanted, readings, order=Order.BEST).order)


WAYS = (
    "words",
    "any_word",
    "static",
    "feedback",
    "fused",
    "fused_any",
    "fused_feedback",
    "fused_all",
    "shipped",
    "dense",
    "fused_dense",
)


def measure_quality(folders: Sequence[Path]) -> None:
    """Print what each way finds."""
    rows = written(folders)
    with tempfile.TemporaryDirectory() as home, _real(Path(home)) as (application, model):
        items = [CapturedItem(str(number), captured_of(row, number)) for number, row in enumerate(rows)]
        for start in range(0, len(items), 200):
            application.exchanges.capture(items[start : start + 200], origin_allowed=(Origin.IMPORT,))
        application.processing.run_until_done()
        while application.search.step():
            pass
        talks = {row.id: row.conversation_id for row in application.exchanges.rows()}
        skills = {str(row["conversation"]): row["skill"] for row in rows}
        questions = [one for one in asked() if one.conversation in skills]
        print(f"\nquality: {len(rows):,} exchanges, {len(questions)} of {len(asked())} questions\n")
        quality = Quality(application, model)
        for kind in ("paraphrase", "words"):
            own = [one for one in questions if one.kind == kind]
            print(f"{kind:16} {'nDCG@10':>8} {'MRR@10':>8} {'found@10':>9}   ({len(own)} questions)")
            for way in WAYS:
                found = [_judged(getattr(quality, way)(one.query)[:TOP], one, talks, skills) for one in own]
                print(f"  {way:14} " + " ".join(f"{mean(column):8.3f}" for column in zip(*found, strict=True)))
        _print_cosines(quality, questions, talks)


def _judged(ids: Sequence[int], one: Asked, talks: dict[int, str], skills: dict[str, object]) -> tuple[float, ...]:
    gains = [_gain(talks[number], one.conversation, skills) for number in ids]
    ideal = sorted((_gain(talk, one.conversation, skills) for talk in talks.values()), reverse=True)[:TOP]
    first = next((rank for rank, gain in enumerate(gains, 1) if gain == 2), 0)
    return _dcg(gains) / _dcg(ideal), 1 / first if first else 0.0, float(first > 0)


def _gain(talk: str, target: str, skills: dict[str, object]) -> int:
    if talk == target:
        return 2
    return int(skills[talk] == skills[target] and skills[target] not in ("none", "private"))


def _dcg(gains: Sequence[float]) -> float:
    return sum((2**gain - 1) / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _print_cosines(quality: Quality, questions: Sequence[Asked], talks: dict[int, str]) -> None:
    """Print at which static cosine how much is found: the least nearness is chosen from this."""
    print("\nleast cosine   of its conversation   results a question")
    nears = [quality.nearness(one.query) for one in questions]
    for least in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        kept = [ids[cosines >= least].tolist() for ids, cosines in nears]
        held = [
            any(talks[number] == one.conversation for number in ids) for ids, one in zip(kept, questions, strict=True)
        ]
        print(f"{least:12.2f} {mean(held):21.2f} {mean(len(ids) for ids in kept):20.0f}")


# --- speed ------------------------------------------------------------------------------------------------------------


def measure_speed(sizes: Sequence[int], *, rounds: int) -> None:
    """Print times of searches and of putting texts into the index at several sizes.

    ``scan`` is the baseline of the same run: reading all texts for a word, which is what searching costs without an index.
    ``p95 cpu`` is the service's own processor time, without the model's process: other work beside it changes it little.
    """
    print(f"\nspeed: {len(QUERIES)} queries, {rounds} rounds, nothing remembered; times in ms\n")
    names = (
        "p50",
        "p95",
        "most",
        "p95 cpu",
        "typing p95",
        "first",
        "scan",
        "p95/scan",
        "index MB",
        "texts MB",
        "memory MB",
        "put in/s",
    )
    print(f"{'exchanges':>10} " + " ".join(f"{name:>10}" for name in names))
    before: float | None = None
    for size in sizes:
        with tempfile.TemporaryDirectory() as home, _real(Path(home)) as (application, model):
            rate = fill(application, model, size)
            found = times_of(application, model, rounds)
            growth = "" if before is None else f"   p95 grew {found[1] / before:.1f} times"
            print(
                f"{size:10,} "
                + " ".join(f"{value:10,.2f}" if value < 10 else f"{value:10,.0f}" for value in (*found, rate))
                + growth
            )
            before = found[1]


def times_of(application: Application, model: ModelHost, rounds: int) -> tuple[float, ...]:
    """Return what ``measure_speed`` prints of a filled history, but for the rate."""
    model.embed(["the model is at hand, as it is some seconds after the page was opened"])
    first = _timed(lambda: application.search.search("first of all"))
    order = [query for _round in range(rounds) for query in QUERIES]
    random.Random(7).shuffle(order)
    times = sorted(_searched(application, query) for query in order)
    typed = [query[:length] for query in QUERIES for length in range(3, len(query) + 1, 3)]
    typing = sorted(_searched(application, query, typing=True) for query in typed)
    p95 = times[int(len(times) * 0.95)]
    cpu = sorted(_searched(application, query, clock=time.process_time) for query in order)
    if os.environ.get("SEARCH_SLOWEST"):
        print(
            "\n".join(
                f"    {_searched(application, query, clock=time.process_time):7.1f}  {query}" for query in QUERIES
            )
        )
    with application._database.read() as session:
        driver = session.connection().connection.dbapi_connection
        index = driver.execute("SELECT sum(length(block)) FROM search_words_data").fetchone()[0]
        texts = driver.execute("SELECT sum(length(prompt) + length(reply)) FROM exchange_text").fetchone()[0]
        question = "SELECT count(*) FROM exchange_text WHERE prompt LIKE '%zebra%' OR reply LIKE '%zebra%'"
        scan = min(_timed(lambda: driver.execute(question).fetchone()) for _round in range(3))
    memory = application.search.memory
    shares = (value / 1e6 for value in (index, texts, memory))
    return (
        times[len(times) // 2],
        p95,
        times[-1],
        cpu[int(len(cpu) * 0.95)],
        typing[int(len(typing) * 0.95)],
        first,
        scan,
        p95 / scan,
        *shares,
    )


def _searched(
    application: Application, query: str, *, typing: bool = False, clock: Callable[[], float] = time.perf_counter
) -> float:
    # Pages of one search are remembered; here every search is the first.
    application.search._remembered.clear()
    return _timed(lambda: application.search.search(query, typing=typing), clock)


def fill(application: Application, model: ModelHost, size: int) -> float:
    """Fill a history with texts and vectors; return how many texts a second went into the index."""
    batch: list[CapturedItem] = []
    for number, made in enumerate(generate(size, 7, NOW), 1):
        batch.append(CapturedItem(str(number), made.captured))
        if len(batch) == 400 or number == size:
            application.exchanges.capture(batch, origin_allowed=(Origin.IMPORT,))
            batch = []
    _give_vectors(application, model)
    began = time.perf_counter()
    while application.search.step():
        pass
    seconds = time.perf_counter() - began
    with application._database.write() as session:
        set_value(session, VECTOR_MODEL, model.identity)
        set_value(session, STATIC_MODEL, model.static_identity)
    return size / seconds


def _give_vectors(application: Application, model: ModelHost) -> None:
    """Static vectors as the worker gives them, and dense ones of the right size, for their place on the disk."""
    noise = np.random.default_rng(7)
    with application._database.read() as session:
        rows = (
            session.connection()
            .exec_driver_sql(
                "SELECT e.id, c.title || ' ' || substr(t.prompt, 1, 500) || ' ' || substr(t.reply, 1, 700) FROM exchange e "
                "JOIN exchange_text t ON t.exchange_id = e.id JOIN conversation c ON c.id = e.conversation_id ORDER BY e.id"
            )
            .fetchall()
        )
    for start in range(0, len(rows), 2_000):
        part = rows[start : start + 2_000]
        static = model.static([row[1] for row in part])
        dense = noise.standard_normal((len(part), 384), dtype=np.float32) / 19.6
        with application._database.write() as session:
            for kind, vectors, name in (
                (work_queries.STATIC, static, model.static_identity),
                (work_queries.DENSE, dense, model.identity),
            ):
                kept = {row[0]: packed(vector) for row, vector in zip(part, vectors, strict=True)}
                work_queries.keep_vectors(session, kept, model=name, kind=kind)


def _timed(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    call()
    return (clock() - began) * 1000


class _real:  # noqa: N801 - reads as a word
    """An application with the real model, in a folder."""

    def __init__(self, home: Path) -> None:
        self._model = ModelHost()
        self._application = Application.open(Settings(home=home / "home", keyring=False), model=self._model)

    def __enter__(self) -> tuple[Application, ModelHost]:
        return self._application, self._model

    def __exit__(self, *_error: object) -> None:
        self._application.close()
        self._model.close()


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--only", choices=("quality", "speed"))
    parser.add_argument("--histories", type=Path, nargs="*", default=HISTORIES)
    parser.add_argument("--rounds", type=int, default=8)
    chosen = parser.parse_args()
    if chosen.only != "speed":
        measure_quality(chosen.histories)
    if chosen.only != "quality":
        measure_speed(chosen.sizes, rounds=chosen.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
