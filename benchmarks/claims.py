"""How well topics are matched with published concepts, and whether nothing is proposed where nothing fits.

``python -m benchmarks.claims`` reads benchmarks/labelled_topics: 83 topics of many trades with the concepts that fit
them, and 20 that fit nothing (birthday wishes, small talk, recipes). Each has five short exchanges, far fewer than a
real topic: the figures are a lower bound. Names are those that the product gives these very topics. The threshold is
chosen on one half of the topics and reported on the other, and the baselines get the same treatment.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.claims import LEAST_FIT
from skilltrail.ml.communities import TopicParams, side_by_side
from skilltrail.ml.concept_vectors import SHIPPED_FOR, ConceptVectors
from skilltrail.ml.concepts import published_concepts
from skilltrail.ml.embedding import Embedder
from skilltrail.ml.labelling import label_topics
from skilltrail.ml.matching import ConceptSpace, match_topics
from skilltrail.ml.model_files import DEFAULT_EMBEDDER
from skilltrail.ml.skill_terms import term_list
from skilltrail.ml.static_vectors import StaticVectors, unit_rows
from skilltrail.ml.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "labelled_topics"
WANTED_PRECISION = 0.75
"""On the half where the threshold is chosen: of four proposals three are right."""

STEPS = 5
TOP = 3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A topic with the labels that fit it, and its exchanges as representations."""

    name: str
    fits: frozenset[str]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What one method says of one topic: labels best first, and how sure it is of the first."""

    labels: tuple[str, ...]
    score: float


def labelled_topics() -> list[Labelled]:
    """Read all labelled topics, by file and place."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for name, topic in tomllib.loads(path.read_text("utf-8")).items():
            said = tuple(line.replace(" >> ", "\n", 1) for line in topic["said"].strip().split("\n"))
            found.append(Labelled(name, frozenset(topic["fits"]), said))
    return found


class Bench:
    """Vectors of topics and concepts, and the methods that are compared."""

    def __init__(self, topics: Sequence[Labelled]) -> None:
        self.topics = topics
        self.model = Embedder.load(DEFAULT_EMBEDDER, threads=1)
        static = StaticVectors()
        self.dense = [self.model.embed(topic.texts) for topic in topics]
        self.static = [static.embed(topic.texts) for topic in topics]
        vectors = ConceptVectors(published_concepts(), SHIPPED_FOR, None).matrix()
        if vectors is None:
            raise SystemExit("the shipped vectors do not belong to the shipped concepts")
        self.space = ConceptSpace.of(published_concepts(), vectors, static.embed, term_list())
        self.labels = [concept.label for concept in published_concepts().listed]

    def product(self) -> list[Ranked]:
        """The product's own matching."""
        texts = [list(topic.texts) for topic in self.topics]
        found = match_topics(
            names=self.names(),
            texts=texts,
            dense=self.dense,
            static=self.static,
            space=self.space,
            embed=self.model.embed,
        )
        return [
            Ranked(tuple(p.concept.label for p in match.proposals), match.proposals[0].fit if match.proposals else 0.0)
            for match in found
        ]

    def names(self) -> list[str]:
        """Names as the product's naming gives them; "" where it has none but "Mixed"."""
        rows = np.cumsum([0, *(len(topic.texts) for topic in self.topics)])
        members = [np.arange(first, last) for first, last in pairwise(rows.tolist())]
        params, static = TopicParams(), StaticVectors()
        both = side_by_side(np.concatenate(self.dense), np.concatenate(self.static), params)
        middles = unit_rows(np.stack([both[part].mean(axis=0) for part in members]).astype(np.float32))

        def embed(names: Sequence[str]) -> NDArray[np.float32]:
            return side_by_side(self.model.embed(names), static.embed(names), params)

        said = [text for topic in self.topics for text in topic.texts]
        named = label_topics(said, members, middles, terms=term_list(), embed=embed)
        return ["" if label.name.startswith("Mixed") else label.name for label in named]

    def nearest_label(self) -> list[Ranked]:
        """Baseline: the label nearest to the topic's mean by the dense model."""
        labels = self.model.embed(self.labels)
        return [self._best(labels @ unit_rows(rows.mean(axis=0, keepdims=True))[0]) for rows in self.dense]

    def words_only(self) -> list[Ranked]:
        """Baseline: the concept that most exchanges mention."""
        found = []
        for topic in self.topics:
            shares = np.zeros(len(self.labels))
            for text in topic.texts:
                terms = self.space.terms.mentioned(words_of(text))
                for row in {self.space.rows[term] for term in terms if term in self.space.rows}:
                    shares[row] += 1 / len(topic.texts)
            found.append(self._best(shares))
        return found

    def _best(self, scores: NDArray[np.floating]) -> Ranked:
        order = np.lexsort((np.arange(len(scores)), -scores))[:TOP]
        return Ranked(tuple(self.labels[row] for row in order if scores[row] > 0), float(scores[order[0]]))


def right(topic: Labelled, ranked: Ranked, top: int = 1) -> bool:
    """Tell whether one of the first ``top`` fits."""
    return bool(topic.fits.intersection(ranked.labels[:top]))


def threshold(topics: Sequence[Labelled], ranked: Sequence[Ranked]) -> float:
    """Return the lowest score from which on the wanted precision is reached."""
    for score in sorted({found.score for found in ranked}):
        above = [right(topic, found) for topic, found in zip(topics, ranked, strict=True) if found.score >= score]
        if sum(above) >= WANTED_PRECISION * len(above):
            return score
    return float("inf")


def report(name: str, topics: Sequence[Labelled], ranked: Sequence[Ranked]) -> None:
    """Print the figures of one method, the threshold chosen on one half and used on the other."""
    pairs = list(zip(topics, ranked, strict=True))
    fitting = [(topic, found) for topic, found in pairs if topic.fits]
    top1 = np.mean([right(topic, found) for topic, found in fitting])
    top3 = np.mean([right(topic, found, TOP) for topic, found in fitting])
    chosen = threshold(topics[::2], ranked[::2])
    held = pairs[1::2]
    print(f"| {name} | {top1:.2f} | {top3:.2f} | {chosen:.2f} | {proposing(held, chosen)} |")


def proposing(pairs: Sequence[tuple[Labelled, Ranked]], least: float) -> str:
    """Return precision and recall of proposing and of abstaining above and below a score, as table cells."""
    made = [(topic, found) for topic, found in pairs if found.score >= least]
    kept = [(topic, found) for topic, found in pairs if found.score < least]
    good = sum(right(topic, found) for topic, found in made)
    nothing = sum(not topic.fits for topic, _found in pairs)
    silent = sum(not topic.fits for topic, _found in kept)
    # Saying nothing is also right where the best guess would have been wrong.
    spared = sum(not right(topic, found) for topic, found in kept)
    cells = (
        f"{good / max(len(made), 1):.2f} of {len(made)}",
        f"{good / max(sum(bool(topic.fits) for topic, _found in pairs), 1):.2f}",
        f"{spared / max(len(kept), 1):.2f} of {len(kept)}",
        f"{silent / max(nothing, 1):.2f} of {nothing}",
    )
    return " | ".join(cells)


def calibration(topics: Sequence[Labelled], ranked: Sequence[Ranked]) -> None:
    """Print how often the first concept is right, by its fit."""
    order = sorted(zip(topics, ranked, strict=True), key=lambda pair: pair[1].score)
    print("\n| fit | topics | first one right | fits nothing |\n| --- | --- | --- | --- |")
    for part in np.array_split(np.arange(len(order)), STEPS):
        pairs = [order[row] for row in part]
        good = np.mean([right(topic, found) for topic, found in pairs])
        none = sum(not topic.fits for topic, _found in pairs)
        print(f"| {pairs[0][1].score:.2f} to {pairs[-1][1].score:.2f} | {len(pairs)} | {good:.2f} | {none} |")


def main() -> None:
    """Compare, and show how sure a fit is."""
    topics = labelled_topics()
    bench = Bench(topics)
    fitting = sum(bool(topic.fits) for topic in topics)
    print(
        f"{fitting} topics that fit something, {len(topics) - fitting} that fit nothing; {len(bench.labels)} concepts\n"
    )
    print(
        "| method | first right | one of three | threshold | proposals right | topics served | silence right | nothing left alone |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    product = bench.product()
    report("nearest label, dense", topics, bench.nearest_label())
    report("words only", topics, bench.words_only())
    report("product", topics, product)
    print(
        f"| product, as shipped ({LEAST_FIT}), other half | | | {LEAST_FIT} | {proposing(list(zip(topics, product, strict=True))[1::2], LEAST_FIT)} |"
    )
    print(
        f"| product, as shipped ({LEAST_FIT}), all | | | {LEAST_FIT} | {proposing(list(zip(topics, product, strict=True)), LEAST_FIT)} |"
    )
    calibration(topics, product)


if __name__ == "__main__":
    main()
