"""The published concepts that topics are matched with: ESCO, and O*NET's tools, skills and areas of knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from skilltrail.domain.claims import PublishedConcept
from skilltrail.ml.words import term_stems

DATA = Path(__file__).parent / "data"
MOST_FOUND = 30
_VIEW_LABELS = 4


@dataclass(frozen=True)
class Concepts:
    """All concepts; ``others`` are further labels of each, in the same order."""

    listed: tuple[PublishedConcept, ...]
    others: tuple[tuple[str, ...], ...]

    @cached_property
    def by_key(self) -> dict[str, PublishedConcept]:
        """The concepts by ``PublishedConcept.key``."""
        return {concept.key: concept for concept in self.listed}

    @cached_property
    def rows(self) -> dict[tuple[str, str], int]:
        """Row of each concept by framework and what a skill term knows of it: ESCO's code, O*NET's label."""
        return {(c.framework, c.code if c.framework == "esco" else c.label): row for row, c in enumerate(self.listed)}

    def views(self, row: int) -> tuple[str, str, str]:
        """Return the three texts that stand for a concept: its label, with its description, with other labels.

        Their mean is a better vector than any of them: the label is sharp, the description tells "rust" from rust,
        and other labels bring the words that people use.
        """
        concept = self.listed[row]
        labels = "; ".join((concept.label, *self.others[row][:_VIEW_LABELS]))
        return concept.label, f"{concept.label}: {concept.description}", labels

    def all_words(self, row: int) -> str:
        """Return all texts of a concept in one, for the static vectors, which only add words up."""
        concept = self.listed[row]
        return " ".join((concept.label, *self.others[row], concept.description))

    def find(self, query: str, *, most: int = MOST_FOUND) -> list[PublishedConcept]:
        """Return the concepts whose labels hold all words of ``query``, each as the beginning of a word.

        A label that is just the query comes first, then labels that begin with it, then shorter ones; a concept
        found by another of its labels comes after those found by their own.
        """
        wanted = term_stems(query)
        if not wanted:
            return []
        found = []
        for row, own, others in self._stems:
            if _holds(own, wanted):
                found.append(((own != wanted, own[: len(wanted)] != wanted, False, len(own)), row))
            elif any(_holds(other, wanted) for other in others):
                found.append(((True, True, True, len(own)), row))
        found.sort(key=lambda pair: (pair[0], self.listed[pair[1]].label.casefold(), pair[1]))
        return [self.listed[row] for _rank, row in found[:most]]

    @cached_property
    def _stems(self) -> list[tuple[int, tuple[str, ...], tuple[tuple[str, ...], ...]]]:
        return [
            (row, term_stems(concept.label), tuple(term_stems(other) for other in self.others[row]))
            for row, concept in enumerate(self.listed)
        ]


def _holds(label: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return all(any(stem.startswith(part) for stem in label) for part in wanted)


@lru_cache(maxsize=1)
def published_concepts() -> Concepts:
    """Return the shipped concepts."""
    return read_concepts(DATA / "concepts.tsv")


def read_concepts(path: Path) -> Concepts:
    """Read a file that ``tools/build_concepts.py`` made."""
    listed, others = [], []
    for line in path.read_text("utf-8").split("\n")[:-1]:
        framework, code, kind, label, further, description = line.split("\t")
        listed.append(PublishedConcept(framework, code, kind, label, description))
        others.append(tuple(part for part in further.split("|") if part))
    return Concepts(tuple(listed), tuple(others))
