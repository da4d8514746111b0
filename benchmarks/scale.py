"""How a topic run grows: time and peak memory at 1,000, 10,000 and 100,000 exchanges, beside the model's own time.

``python -m benchmarks.scale [EXCHANGES …]`` makes invented histories. Static vectors are those of the texts. The dense
model reads 1,000 of the texts, whose pace gives the time that it would take for all; the other dense vectors are those of
the 1,000, a little turned, for a run costs the same whatever they mean. Shown for each size: the first picture (static
vectors and a run over them), a full run, the same run again with what is known of it, placing one exchange, memory of the
model process. From an export file to pictures on a live server: ``benchmarks.first_picture``.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.histories.generate import generate

from skilltrail.domain.topics import representation
from skilltrail.ml.host import ModelHost
from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (1_000, 10_000, 100_000)
SEED = 7
READ = 1_000
TURNED = 0.02
PLACED = 200
KNOWN = 4_000
"""Rows that vote when one is placed: at most 40 of each of a hundred topics."""


@dataclass(slots=True)
class Made:
    """A history as a run sees it."""

    texts: list[str]
    keys: list[str]
    talks: list[str]


def main() -> None:
    """Run the sizes one after the other, each with a model process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES), metavar="EXCHANGES")
    before: tuple[int, dict[str, float]] | None = None
    for size in parser.parse_args().sizes:
        figures = measure(made(size))
        print(f"{size:,} exchanges: " + ", ".join(f"{name} {_shown(name, value)}" for name, value in figures.items()))
        if before is not None:
            ratio = size / before[0]
            grown = {name: figures[name] / before[1][name] for name in figures if before[1][name] > 0}
            words = ", ".join(f"{name} {value:.1f} ({_order(value, ratio)})" for name, value in grown.items())
            print(f"  times the size before ({ratio:.0f} ×): {words}", flush=True)
        before = (size, figures)


def made(size: int) -> Made:
    """Return an invented history."""
    rows = [item.captured for item in generate(size, SEED, datetime(2026, 11, 1, tzinfo=UTC))]
    texts = [representation(title=row.title, prompt=row.prompt, reply=row.reply, previous_prompt=None) for row in rows]
    keys = [f"{row.conversation_id}\x1f{row.prompt_id}\x1f{row.reply_id}" for row in rows]
    return Made(texts, keys, [row.conversation_id for row in rows])


def measure(history: Made) -> dict[str, float]:
    """Return seconds and megabytes by name."""
    host = ModelHost()
    figures: dict[str, float] = {}
    try:
        began = time.perf_counter()
        static = host.static(history.texts)
        figures["static vectors"] = time.perf_counter() - began
        began = time.perf_counter()
        host.discover(**_arguments(history, np.zeros((len(static), 0), np.float32), static))
        figures["first run"] = time.perf_counter() - began
        dense, figures["the model's own time"] = _dense(host, history)
        began = time.perf_counter()
        found = host.discover(**_arguments(history, dense, static))
        figures["full run"] = time.perf_counter() - began
        labels = {key: topic for topic, group in enumerate(found.groups) for key in group.members}
        held = np.array([labels.get(key, -1) for key in history.keys], dtype=np.int64)
        began = time.perf_counter()
        host.discover(
            **_arguments(history, dense, static), held=held, settled=held >= 0, spare=max(1, len(static) // 20)
        )
        figures["run again"] = time.perf_counter() - began
        figures["placing one"] = _placing(host, dense, static, held)
        figures["peak memory"] = _peak()
    finally:
        host.close()
    return figures


def _arguments(
    history: Made, dense: NDArray[np.float32], static: NDArray[np.float32]
) -> dict[str, list[str] | NDArray[np.float32]]:
    return {"dense": dense, "static": static, "texts": history.texts, "keys": history.keys, "talks": history.talks}


def _dense(host: ModelHost, history: Made) -> tuple[NDArray[np.float32], float]:
    chosen = np.random.default_rng(SEED).permutation(len(history.texts))[:READ]
    host.embed(["warm"])
    began = time.perf_counter()
    read = host.embed([history.texts[row] for row in chosen])
    seconds = (time.perf_counter() - began) * len(history.texts) / len(chosen)
    # Exchanges of one conversation get vectors of one: about as alike as they are.
    talks = {talk: number for number, talk in enumerate(dict.fromkeys(history.talks))}
    rows = np.array([talks[talk] % len(read) for talk in history.talks])
    turned = np.random.default_rng(SEED).normal(0, TURNED, (len(rows), read.shape[1])).astype(np.float32)
    return unit_rows(read[rows] + turned), seconds


def _placing(
    host: ModelHost, dense: NDArray[np.float32], static: NDArray[np.float32], held: NDArray[np.int64]
) -> float:
    joined = (np.hstack([dense, static]) * math.sqrt(0.5)).astype(np.float32)
    known = np.linspace(0, len(joined) - 1, min(KNOWN, len(joined))).astype(np.int64)
    began = time.perf_counter()
    for row in range(min(PLACED, len(joined))):
        host.place(vectors=joined[row : row + 1], known=joined[known], labels=held[known])
    return (time.perf_counter() - began) / min(PLACED, len(joined))


def _peak() -> float:
    """Return the most memory of the model process so far, in MB; Linux only."""
    own = Path(f"/proc/{os.getpid()}/task")
    children = [int(pid) for task in own.iterdir() for pid in (task / "children").read_text().split()]
    lines = [line for pid in children for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), default=0.0)


def _shown(name: str, value: float) -> str:
    if name == "peak memory":
        return f"{value:.0f} MB"
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.1f} s"


def _order(grown: float, ratio: float) -> str:
    """Return the growth as a power of the size."""
    return f"size^{math.log(grown) / math.log(ratio):.2f}"


if __name__ == "__main__":
    main()
