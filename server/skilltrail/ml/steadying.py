"""Topics that stay put: a run may move only as many of the old exchanges as the new ones allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.communities import UNASSIGNED, Communities, by_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.ml.neighbours import Neighbours

LEAST_OVERLAP = 0.2
"""As in ``domain.carry_over``: below this share of common rows a community is another topic."""


@dataclass(frozen=True, slots=True)
class Known:
    """Where rows stood before.

    ``numbers``: shape (n,), int64, each row's topic, -1 for none. ``settled``: shape (n,), bool, rows that count.
    ``bound``: shape (n,), bool, rows that the learner put where they stand. ``spare``: how many settled rows may change
    their topic.
    """

    numbers: NDArray[np.int64]
    settled: NDArray[np.bool_]
    bound: NDArray[np.bool_]
    spare: int

    def at(self, rows: NDArray[np.int64]) -> Known:
        """Return the same of some rows."""
        return Known(self.numbers[rows], self.settled[rows], self.bound[rows], self.spare)


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of topic ``number`` that the run found in community ``label``, which is another topic."""

    number: int
    label: int
    rows: NDArray[np.int64]
    cost: int
    evidence: float


def steady(found: Communities, known: Known) -> tuple[Communities, dict[int, int]]:
    """Leave rows in their topics but for the best founded changes.

    Parameters
    ----------
    found
        What was found anew.
    known
        Of the same rows, in the same order.

    Returns
    -------
    tuple
        The communities, and the topic that each of them continues; those that are new are not in it.

    Notes
    -----
    Each community continues the topic with which it shares most, greedily. Rows of another topic in it are a block that
    would change its topic as a whole. Blocks are taken by evidence: how much more of its rows' neighbours stand in the
    community than in what stays of the topic. A block that is not taken stays, and where it would have been most of a
    new topic, new rows like it stay with it: an old and a new half of one skill would be worse than either.
    """
    if not known.settled.any():
        return found, {}
    continues = _continues(found.labels, known.numbers)
    labels = found.labels.copy()
    stays = {number: label for label, number in continues.items()}
    left, following = known.spare, found.count
    kept: dict[int, list[_Block]] = {}
    for block in _blocks(found, known, continues):
        if block.cost <= left and not known.bound[block.rows].any():
            left -= block.cost
            continue
        if block.number not in stays:
            stays[block.number], following = following, following + 1
        labels[block.rows] = stays[block.number]
        kept.setdefault(block.label, []).append(block)
    for label, blocks in kept.items():
        _follow(labels, found.labels, label, blocks, continues, stays)
    return _numbered(found, labels, stays)


def _continues(labels: NDArray[np.int64], numbers: NDArray[np.int64]) -> dict[int, int]:
    """Return the topic of each community that continues one."""
    both = (labels >= 0) & (numbers >= 0)
    pairs, counts = np.unique(np.stack([numbers[both], labels[both]]), axis=1, return_counts=True)
    of_topic, of_label = np.bincount(numbers[numbers >= 0]), np.bincount(labels[both], minlength=1)
    order = sorted(
        (-round(count / (of_topic[number] + of_label[label] - count), 9), number, label)
        for (number, label), count in zip(pairs.T.tolist(), counts.tolist(), strict=True)
    )
    found: dict[int, int] = {}
    for overlap, number, label in order:
        if -overlap >= LEAST_OVERLAP and label not in found and number not in found.values():
            found[label] = number
    return found


def _blocks(found: Communities, known: Known, continues: dict[int, int]) -> list[_Block]:
    """Return the blocks that would change their topic, the best founded first; single rows without a place last."""
    here = np.array([continues.get(label, UNASSIGNED) for label in range(found.count)] + [UNASSIGNED], dtype=np.int64)
    moving = np.flatnonzero((known.numbers >= 0) & (here[found.labels] != known.numbers))
    if not len(moving):
        return []
    evidence = _evidence(found.labels, known.numbers, found.neighbours, moving)
    pairs, place = np.unique(np.stack([known.numbers[moving], found.labels[moving]]), axis=1, return_inverse=True)
    blocks = []
    for index, (number, label) in enumerate(pairs.T.tolist()):
        inside = np.flatnonzero(place.ravel() == index)
        rows = moving[inside]
        worth = float(evidence[inside].mean()) if label != UNASSIGNED else -1.0
        blocks.append(_Block(number, label, rows, int(known.settled[rows].sum()), round(worth, 6)))
    return sorted(blocks, key=lambda block: (-block.evidence, block.number, block.label))


def _evidence(
    labels: NDArray[np.int64], numbers: NDArray[np.int64], neighbours: Neighbours, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return for rows how much more of their neighbours stand in their community than in what stays of their topic."""
    near = neighbours.indices[rows]
    weights = np.maximum(neighbours.similarities[rows], 0).astype(np.float64)
    beside = labels[near] == labels[rows][:, None]
    behind = (numbers[near] == numbers[rows][:, None]) & ~beside
    total = np.maximum(weights.sum(axis=1), np.finfo(np.float64).tiny)
    return np.asarray((weights * beside).sum(axis=1) / total - (weights * behind).sum(axis=1) / total)


def _follow(
    labels: NDArray[np.int64],
    before: NDArray[np.int64],
    label: int,
    blocks: list[_Block],
    continues: dict[int, int],
    stays: dict[int, int],
) -> None:
    """Let the new rows of a would-be topic stay with the old ones, where these are most of it."""
    if label == UNASSIGNED or label in continues:
        return
    largest = max(blocks, key=lambda block: (len(block.rows), -block.number))
    if 2 * sum(len(block.rows) for block in blocks) >= int((before == label).sum()):
        labels[labels == label] = stays[largest.number]


def _numbered(
    found: Communities, labels: NDArray[np.int64], stays: dict[int, int]
) -> tuple[Communities, dict[int, int]]:
    """Number the communities anew without gaps, the largest first."""
    after = by_size(labels)
    continues = {}
    for number, label in stays.items():
        rows = np.flatnonzero(labels == label)
        if len(rows):
            continues[int(after[rows[0]])] = number
    return replace(found, labels=after), continues
