"""What the learner decided, obeyed by a run: rows that are bound to a topic stay in it, and no corrected topic ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.communities import UNASSIGNED, Communities, TopicParams, by_size, vote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from skilltrail.ml.neighbours import Neighbours


_NEVER = 2.0
"""No cosine is as large."""


@dataclass(frozen=True, slots=True)
class Holds:
    """Which rows stand in a corrected topic.

    ``numbers``: shape (n,), int64, the topic's number, -1 for rows in none. ``bound``: shape (n,), bool, whether a row
    must stay exactly there; the others of a topic are only its members of before.
    """

    numbers: NDArray[np.int64]
    bound: NDArray[np.bool_]

    def at(self, rows: NDArray[np.int64]) -> Holds:
        """Return the holds of some rows."""
        return Holds(self.numbers[rows], self.bound[rows])


def obey(
    found: Communities, holds: Holds, params: TopicParams, others: Mapping[int, int] | None = None
) -> tuple[Communities, tuple[int | None, ...]]:
    """Change communities as little as the learner's decisions ask.

    Parameters
    ----------
    found
        As ``find_communities`` gave them.
    holds
        Of the same rows, in the same order.
    params
        Of the run.
    others
        Numbers of topics that nobody corrected, by the community that continues them.

    Returns
    -------
    tuple
        The communities, and for each the number of the topic that it is, None for new ones.

    Notes
    -----
    A topic with bound rows (kept, merged or split by the learner) is made of exactly these, and of what its neighbours
    send there. A topic without (renamed, hidden) may drift: it is the community that holds at least half of it. Where
    there is none, or another topic has more in it, all of its rows are bound. A community that these take most of is
    given out by the vote of each row's neighbours: it would be the same topic a second time.
    """
    others = others or {}
    if not (holds.numbers >= 0).any():
        return found, tuple(others.get(community) for community in range(found.count))
    continued, holds = _settle(found.labels, holds, list(others))
    labels = _bind(found, holds, continued, params)
    after = by_size(labels)
    named = dict(others) | {community: number for number, community in continued.items()}
    named |= {found.count + rank: number for rank, number in enumerate(_bound_numbers(holds))}
    numbers: list[int | None] = [None] * (int(after.max(initial=UNASSIGNED)) + 1)
    for label, number in named.items():
        rows = np.flatnonzero(labels == label)
        if len(rows):
            numbers[int(after[rows[0]])] = number
    return replace(found, labels=after), tuple(numbers)


def _bound_numbers(holds: Holds) -> list[int]:
    return [int(number) for number in np.unique(holds.numbers[holds.bound])]


def _settle(labels: NDArray[np.int64], holds: Holds, others: list[int]) -> tuple[dict[int, int], Holds]:
    """Return the community of each topic that lives on in one, and the holds with the rows of all others bound."""
    while True:
        continued = _continued(labels, holds, others)
        open_to_all = np.setdiff1d(holds.numbers[holds.numbers >= 0], _bound_numbers(holds))
        lost = np.setdiff1d(open_to_all, list(continued))
        if not len(lost):
            return continued, holds
        # Binding rows may take another topic's community apart, so it is looked at again.
        holds = Holds(holds.numbers, holds.bound | np.isin(holds.numbers, lost))


def _continued(labels: NDArray[np.int64], holds: Holds, others: list[int]) -> dict[int, int]:
    """Return for each topic without bound rows the community that it lives on in; the one with more rows goes first.

    Those in which ``others`` live on are not to be had.
    """
    whole = np.setdiff1d(labels[labels >= 0], [*_taken_apart(labels, holds).tolist(), *others])
    bound = _bound_numbers(holds)
    numbers, sizes = np.unique(holds.numbers[holds.numbers >= 0], return_counts=True)
    claims = []
    for number, size in zip(numbers.tolist(), sizes.tolist(), strict=True):
        homes, counts = np.unique(labels[holds.numbers == number], return_counts=True)
        claims += [
            (-count, number, home)
            for home, count in zip(homes.tolist(), counts.tolist(), strict=True)
            if number not in bound and home in whole and 2 * count >= size
        ]
    continued: dict[int, int] = {}
    for _count, number, home in sorted(claims):
        if number not in continued and home not in continued.values():
            continued[number] = home
    return continued


def _taken_apart(labels: NDArray[np.int64], holds: Holds) -> NDArray[np.int64]:
    """Return the communities of which topics with bound rows hold more than half, members of before counted."""
    of_bound = np.isin(holds.numbers, _bound_numbers(holds)) & (labels >= 0)
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    taken = np.bincount(labels[of_bound], minlength=len(sizes))
    return np.flatnonzero(2 * taken > sizes)


def _bind(found: Communities, holds: Holds, continued: dict[int, int], params: TopicParams) -> NDArray[np.int64]:
    """Return labels in which bound rows stand together under numbers behind those of the communities."""
    labels, first = found.labels.copy(), found.count
    given_out = np.isin(labels, _taken_apart(labels, holds))
    labels[given_out] = UNASSIGNED
    for rank, number in enumerate(_bound_numbers(holds)):
        # Members of before that the run found there, or near nothing, are where they belong.
        labels[(holds.bound | (labels == UNASSIGNED)) & (holds.numbers == number)] = first + rank
    given_out &= labels == UNASSIGNED
    # Too little that is left of a community is none, unless a topic lives on in it.
    sizes = np.bincount(labels[labels >= 0], minlength=first)[:first]
    small = np.setdiff1d(np.flatnonzero(sizes < params.smallest), list(continued.values()))
    remains = np.isin(labels, small)
    labels[remains] = UNASSIGNED
    _give_out(labels, np.flatnonzero(given_out | remains), found.neighbours, params)
    return labels


def _give_out(labels: NDArray[np.int64], rows: NDArray[np.int64], neighbours: Neighbours, params: TopicParams) -> None:
    """Let rows follow their neighbours, those first whose neighbours stand somewhere already."""
    left = rows
    while len(left):
        # A topic of a single exchange may be joined too: the learner made it.
        sizes = np.full(int(labels.max(initial=0)) + 1, params.smallest)
        before = labels.copy()
        for row in left.tolist():
            near = neighbours.indices[row]
            labels[row] = vote(before[near], neighbours.similarities[row], sizes, params)
        still = left[labels[left] == UNASSIGNED]
        if len(still) == len(left):
            return
        left = still


def finer(params: TopicParams) -> TopicParams:
    """Return settings that show the parts of one topic: no two are joined for being alike, which all of them are."""
    return replace(params, alike=_NEVER, alike_static=_NEVER)
