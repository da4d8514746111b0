"""Areas: a coarser level over topics, named from a fixed list so that they stay the same as a history grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.communities import TopicParams, leiden, neighbour_graph
from skilltrail.ml.neighbours import nearest_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.ml.name_fit import Embed
    from skilltrail.ml.skill_terms import TermList

NEAREST_TERMS = 3
NEIGHBOURS = 4
# An area that all topics lean to must not take them all: votes are compared within a topic.
_SHARPNESS = 12.0


def find_areas(
    middles: NDArray[np.float32],
    sizes: Sequence[int],
    names: Sequence[str],
    *,
    terms: TermList,
    embed: Embed,
    params: TopicParams,
) -> list[str]:
    """Put topics into areas.

    Parameters
    ----------
    middles
        Unit centroids of the topics, shape (topics, dims), in the space of ``embed``.
    sizes
        Exchanges of each topic.
    names
        Names of the topics; a name of our own list brings its area with it.
    terms, embed, params
        As for ``label_topics``.

    Returns
    -------
    list[str]
        The area's name for each topic: communities of topics, each named by the vote of its topics; communities
        that vote alike are one area.
    """
    if not len(middles):
        return []
    areas = terms.areas
    votes = _votes(middles, names, terms, embed, areas) * np.sqrt(np.asarray(sizes, dtype=np.float64))[:, None]
    labels = leiden(neighbour_graph(nearest_neighbours(middles, NEIGHBOURS), 0.0), params.area_resolution, params.seed)
    named: list[str] = [""] * len(middles)
    for label in np.unique(labels):
        inside = np.flatnonzero(labels == label)
        for topic, area in zip(inside, _agree(votes[inside]), strict=True):
            named[topic] = areas[area]
    return named


def _agree(votes: NDArray[np.float64]) -> list[int]:
    """Area of each topic of one community: the common choice, unless a topic is sure of another one."""
    common = int(votes.sum(axis=0).argmax())
    own = votes.argmax(axis=1)
    share = votes / votes.sum(axis=1, keepdims=True)
    sure = share[np.arange(len(votes)), own] > 2 * share[:, common]
    return [int(choice) if certain else common for choice, certain in zip(own, sure, strict=True)]


def _votes(
    middles: NDArray[np.float32], names: Sequence[str], terms: TermList, embed: Embed, areas: Sequence[str]
) -> NDArray[np.float64]:
    """Vote of every topic for every area, rows sum to 1: nearness to the area's terms, and the area of its own name."""
    trade = [term for term in terms.terms if term.area]
    near = middles @ embed([term.spelled_out for term in trade]).T
    scores = np.empty((len(middles), len(areas)), dtype=np.float64)
    for column, area in enumerate(areas):
        own = near[:, [place for place, term in enumerate(trade) if term.area == area]]
        scores[:, column] = np.sort(own, axis=1)[:, -NEAREST_TERMS:].mean(axis=1)
    votes = np.exp(_SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
    votes /= votes.sum(axis=1, keepdims=True)
    known = {term.name.casefold(): areas.index(term.area) for term in trade}
    for topic, name in enumerate(names):
        own_area = known.get(name.partition(" · ")[0].casefold())
        if own_area is not None:
            votes[topic, own_area] += 1.0
    return np.asarray(votes / votes.sum(axis=1, keepdims=True), dtype=np.float64)
