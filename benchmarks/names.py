"""What each sight of a term should be worth for naming, fitted and tried on histories whose writers were held out.

``python -m benchmarks.names`` finds topics in the hand-written histories, one person at a time, and in the generated one, at
the shipped settings and at coarser and finer ones; fits ``ml.name_fit.Weights`` so that accepted names come first
(conditional logit); and shows for every history the share of its topics whose best name is accepted, with weights
fitted on the other histories only, beside the shipped ones. A person's history makes a dozen topics, so that one topic is
eight per cent: "drawn" is the mean over five draws of four fifths of the conversations, and says more. The last line is
the fit to all of them.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.chats import main_skill
from benchmarks.histories.written import FOLDER, NO_SKILL, History, generated, written
from benchmarks.topics import embedded
from scipy.optimize import minimize

from skilltrail.ml.communities import TopicParams, centroids, side_by_side
from skilltrail.ml.context import with_context
from skilltrail.ml.discovery import discover
from skilltrail.ml.host import ModelHost
from skilltrail.ml.labelling import SAMPLE, parts_of
from skilltrail.ml.name_fit import Sights, Weights, sights, spoken_of
from skilltrail.ml.name_vectors import shipped_name_vectors
from skilltrail.ml.skill_terms import term_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CUTS = ({}, {"resolution": 1.2}, {"resolution": 3.0, "spread": 1.0}, {"spread": 0.8})
"""Settings to find topics with; the first, the shipped ones, are those that are judged."""

GENERATED = 2_400
DRAWS, DRAWN = 5, 0.8
"""How many draws of conversations, and which share of them each has."""

SHRINK = 0.001
"""Of the squares of the weights: they are few, and hardly need holding back."""


@dataclass(frozen=True, slots=True)
class Told:
    """One topic with a skill: what is seen of its candidates, which of them are accepted, and how pure it is."""

    seen: Sights
    accepted: NDArray[np.bool_]
    purity: float


def main() -> None:
    """Run the benchmark."""
    host = ModelHost()
    try:
        people = [written(path.stem) for path in sorted(FOLDER.glob("*.jsonl"))]
        topics = {history.name: _topics(host, history) for history in (*people, generated(GENERATED))}
        drawn = {history.name: _drawn(host, history) for history in people}
        together = _topics(host, written())[:1]
    finally:
        host.close()
    shipped = np.array(astuple(Weights()))
    print(f"{'history':44} topics  held out  as shipped  drawn: held out  as shipped")
    for name, cuts in topics.items():
        apart = fitted([topic for other, its in topics.items() if other != name for cut in its for topic in cut])
        _show(name, cuts[0], apart, shipped, drawn.get(name, ()))
    strange = [topic for name, its in topics.items() if name.startswith("generated") for cut in its for topic in cut]
    _show("all trades (weights of the generated one)", together[0], fitted(strange), shipped)
    every = fitted([topic for its in topics.values() for cut in its for topic in cut])
    print(", ".join(f"{field.name} {value:.2f}" for field, value in zip(fields(Weights), every, strict=True)))


def fitted(topics: Sequence[Told]) -> NDArray[np.float64]:
    """Return the weights, shape (8,), with which accepted names come first: McFadden 1974, conditional logit."""
    usable = [topic for topic in topics if topic.accepted.any()]
    columns = np.vstack([topic.seen.columns for topic in usable])
    accepted = np.concatenate([topic.accepted for topic in usable])
    starts = np.cumsum([0, *(len(topic.accepted) for topic in usable[:-1])])
    sizes = [len(topic.accepted) for topic in usable]
    purity = np.array([topic.purity for topic in usable])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = columns @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        mass = np.exp(scores)
        every, good = np.add.reduceat(mass, starts), np.add.reduceat(mass * accepted, starts)
        share = mass / np.repeat(every, sizes) - mass * accepted / np.repeat(good, sizes)
        gradient = columns.T @ (share * np.repeat(purity, sizes)) / len(usable)
        value = float((purity * np.log(every / good)).mean() + SHRINK * (weights**2 / SCALE).sum())
        return value, gradient + 2 * SHRINK * weights / SCALE

    return np.asarray(minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B").x, dtype=np.float64)


SCALE = np.array([25.0, 1.0, 1.0, 25.0, 1.0, 1.0, 1.0, 1.0])
"""Cosines differ by a fifth of what the other columns do, so their weights may be five times as large."""


def _show(
    name: str,
    topics: Sequence[Told],
    apart: NDArray[np.float64],
    shipped: NDArray[np.float64],
    drawn: Sequence[Sequence[Told]] = (),
) -> None:
    more = [np.mean([_right(draw, weights) for draw in drawn]) for weights in (apart, shipped)] if drawn else []
    print(
        f"{name:44} {len(topics):6}  {_right(topics, apart):8.0%}  {_right(topics, shipped):10.0%}"
        + "".join(f"  {share:15.0%}" for share in more),
        flush=True,
    )


def _right(topics: Sequence[Told], weights: NDArray[np.float64]) -> float:
    return float(np.mean([topic.accepted[np.argmax(topic.seen.columns @ weights)] for topic in topics]))


def _topics(host: ModelHost, history: History) -> list[list[Told]]:
    """Topics about a skill, for each of ``CUTS``."""
    dense, static = embedded(host, history.texts), host.static(history.texts)
    return [_cut(host, history, dense, static, replace(TopicParams(), **changed)) for changed in CUTS]


def _drawn(host: ModelHost, history: History) -> list[list[Told]]:
    """Topics about a skill at the shipped settings, for each of ``DRAWS`` draws of conversations."""
    known = dict(zip(history.texts, embedded(host, history.texts), strict=True))
    draws = [history.drawn(DRAWN, seed) for seed in range(DRAWS)]
    return [
        _cut(host, draw, np.array([known[text] for text in draw.texts]), host.static(draw.texts), TopicParams())
        for draw in draws
    ]


def _cut(
    host: ModelHost, history: History, dense: NDArray[np.float32], static: NDArray[np.float32], params: TopicParams
) -> list[Told]:
    known = shipped_name_vectors(host.identity)

    def embed_dense(names: Sequence[str]) -> NDArray[np.float32]:
        unknown = [name for name in names if name not in known]
        known.update(zip(unknown, embedded(host, unknown), strict=True) if unknown else ())
        return np.array([known[name] for name in names], dtype=np.float32)

    partition = discover(
        dense=dense,
        static=static,
        texts=history.texts,
        keys=history.keys,
        talks=history.talks,
        embed_dense=embed_dense,
        embed_static=host.static,
        params=params,
    )
    rows = {key: row for row, key in enumerate(history.keys)}
    found = np.full(len(rows), -1, dtype=np.int64)
    for number, group in enumerate(partition.groups):
        found[[rows[key] for key in group.members]] = number
    leaning = [with_context(vectors, history.talks, params.context) for vectors in (dense, static)]
    vectors = side_by_side(*leaning, params)
    middles = centroids(vectors, found, len(partition.groups))
    spoken = []
    for number in range(len(partition.groups)):
        members = np.flatnonzero(found == number)
        nearest = members[np.argsort(-(vectors[members] @ middles[number]), kind="stable")][:SAMPLE]
        spoken.append(spoken_of([parts_of(history.texts[row]) for row in nearest.tolist()], term_list()))

    def embed(names: Sequence[str]) -> NDArray[np.float32]:
        return side_by_side(embed_dense(names), host.static(names), params)

    seen = sights(spoken, middles, term_list(), embed)
    mains = [main_skill(history, found, number) for number in range(len(seen))]
    return [
        _told(history, skill, one, found == number)
        for number, (skill, one) in enumerate(zip(mains, seen, strict=True))
        if skill not in NO_SKILL
    ]


def _told(history: History, skill: str, seen: Sights, inside: NDArray[np.bool_]) -> Told:
    listed = history.names.get(skill, frozenset()) | history.judged.get(skill, frozenset())
    names = [term_list().terms[term].name.casefold() for term in seen.terms.tolist()]
    purity = np.mean([history.skills[row] == skill for row in np.flatnonzero(inside)])
    return Told(seen, np.array([name in listed for name in names]), float(purity))


if __name__ == "__main__":
    main()
