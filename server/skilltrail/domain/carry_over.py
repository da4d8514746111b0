"""Which new group is which old topic: topics keep id, name and colour through runs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skilltrail.domain.topics import TopicGroup

PALETTE_SIZE = 12
"""Colours of the dashboard's palette; ``colour`` is an index into it."""

LEAST_OVERLAP = 0.2
"""Below this share of common exchanges a group is another topic: a third of a topic split in three still keeps it."""

SETTLED_SIZE = 8
"""Exchanges. A name found on fewer is provisional: it gives way once the topic has doubled."""

_EVENT_SHARE = 0.25
"""Smaller shares of a topic that go elsewhere are ordinary drift, not a split or a merge."""


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic of an earlier run; ``members`` are source keys, ``pinned_name`` is the learner's own name for it.

    ``provisional``: a first picture named it, by less than a full run knows, or its name was forgotten; the next run
    names it anew. ``corrected``: the learner has had a say about it.
    """

    id: str
    members: frozenset[str]
    name: str
    colour: int
    pinned_name: str | None = None
    provisional: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class CarriedTopic:
    """A group of the new run with its identity; ``overlap`` is 0 for a new topic.

    ``name`` is the one that is shown: ``own_name``, where the learner gave one.
    """

    id: str
    name: str
    colour: int
    group: TopicGroup
    kept: bool
    overlap: float
    own_name: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Exchanges of one old topic now stand in several; the first of ``into`` holds most of them."""

    topic_id: str
    into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Old topics whose exchanges now stand in one."""

    topic_ids: tuple[str, ...]
    into: str


@dataclass(frozen=True, slots=True)
class Death:
    """An old topic that no new group continues; most of its exchanges went ``into`` these, the largest part first.

    ``pinned_name`` tells the learner which of their names went with it.
    """

    topic_id: str
    pinned_name: str | None = None
    into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CarryOver:
    """The new run's topics with their identities, in the order of the groups, and what happened to the old ones."""

    topics: tuple[CarriedTopic, ...]
    splits: tuple[Split, ...] = ()
    merges: tuple[Merge, ...] = ()
    deaths: tuple[Death, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """A possible continuation: old topic ``old`` lives on in group ``new``."""

    old: int
    new: int
    overlap: float
    share: float


def carry_over(
    known: Sequence[KnownTopic],
    groups: Sequence[TopicGroup],
    *,
    retired: Iterable[str] = (),
    held: Sequence[str] = (),
) -> CarryOver:
    """Give every group of a run its identity.

    Parameters
    ----------
    known
        Living topics of the run before, any order.
    groups
        Groups of the new run.
    retired
        Ids of topics that ended earlier; they are never given out again.
    held
        Ids of the corrected topics, by the number that ``TopicGroup.held`` names: these are certain.

    Returns
    -------
    CarryOver
        The same for the same input, whatever the order of ``known``.

    Notes
    -----
    Overlap is the Jaccard index over the exchanges that were in a topic before: new exchanges, however many,
    do not make an old topic another one. Pairs are taken greedily, the best first; a topic that the learner
    named goes first wherever most of it went.
    """
    known = sorted(known, key=lambda topic: topic.id)
    pairs = _pairs(known, groups)
    chosen = _choose(known, groups, pairs, held)
    names = _names(known, groups, chosen)
    ids = _ids(groups, chosen, known, retired)
    colours = _colours(groups, chosen, known)
    topics = tuple(
        CarriedTopic(
            id=ids[new],
            name=names[new],
            colour=colours[new],
            group=group,
            kept=new in chosen,
            overlap=chosen[new].overlap if new in chosen else 0.0,
            own_name=known[chosen[new].old].pinned_name if new in chosen else None,
        )
        for new, group in enumerate(groups)
    )
    return CarryOver(topics, *_events(known, ids, chosen, pairs))


def topic_id(first_key: str, attempt: int = 0) -> str:
    """Return the id of a new topic, made from the first source key of its group alone."""
    text = first_key if attempt == 0 else f"{first_key}\x1e{attempt}"
    return "t" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _pairs(known: Sequence[KnownTopic], groups: Sequence[TopicGroup]) -> list[_Pair]:
    home = {key: old for old, topic in enumerate(known) for key in topic.members}
    pairs = []
    for new, group in enumerate(groups):
        shared = Counter(home[key] for key in group.members if key in home)
        before = sum(shared.values())
        for old, count in shared.items():
            size = len(known[old].members)
            pairs.append(_Pair(old, new, overlap=count / (size + before - count), share=count / size))
    return pairs


def _choose(
    known: Sequence[KnownTopic], groups: Sequence[TopicGroup], pairs: Sequence[_Pair], held: Sequence[str]
) -> dict[int, _Pair]:
    """Return the pair taken for each group that continues an old topic."""

    def claim(pair: _Pair) -> bool:
        return known[pair.old].pinned_name is not None and pair.share >= 0.5

    def order(pair: _Pair) -> tuple[bool, float, str, str]:
        return (not claim(pair), -pair.overlap, known[pair.old].id, groups[pair.new].members[0])

    chosen = _certain(known, groups, pairs, held)
    used = {pair.old for pair in chosen.values()}
    for pair in sorted(pairs, key=order):
        fits = pair.overlap >= LEAST_OVERLAP or claim(pair)
        if fits and pair.new not in chosen and pair.old not in used:
            chosen[pair.new] = pair
            used.add(pair.old)
    return chosen


def _certain(
    known: Sequence[KnownTopic], groups: Sequence[TopicGroup], pairs: Sequence[_Pair], held: Sequence[str]
) -> dict[int, _Pair]:
    """Return the pairs that the learner's corrections decide, however small the overlap."""
    places = {topic.id: old for old, topic in enumerate(known)}
    overlapping = {(pair.old, pair.new): pair for pair in pairs}
    chosen: dict[int, _Pair] = {}
    for new, group in enumerate(groups):
        old = None if group.held is None else places.get(held[group.held])
        if old is not None:
            chosen[new] = overlapping.get((old, new), _Pair(old, new, overlap=0.0, share=0.0))
    return chosen


def _names(known: Sequence[KnownTopic], groups: Sequence[TopicGroup], chosen: dict[int, _Pair]) -> dict[int, str]:
    """Return a name for each group; the learner's names first, then names kept, then new ones around those taken."""
    names: dict[int, str] = {}
    for new, pair in chosen.items():
        kept = _kept_name(known[pair.old], groups[new])
        if kept is not None:
            names[new] = kept
    taken = {name.casefold() for name in names.values()}
    for new, group in enumerate(groups):
        if new not in names:
            names[new] = _free_name(group, taken)
            taken.add(names[new].casefold())
    return names


def _kept_name(topic: KnownTopic, group: TopicGroup) -> str | None:
    if topic.pinned_name is not None:
        return topic.pinned_name
    small = len(topic.members) < SETTLED_SIZE and not topic.corrected
    doubled = small and len(group.members) >= 2 * len(topic.members)
    return None if topic.provisional or doubled else topic.name


def _free_name(group: TopicGroup, taken: set[str]) -> str:
    for name in (group.name, *group.alternatives):
        if name.casefold() not in taken:
            return name
    number = 2
    while f"{group.name} {number}".casefold() in taken:
        number += 1
    return f"{group.name} {number}"


def _ids(
    groups: Sequence[TopicGroup], chosen: dict[int, _Pair], known: Sequence[KnownTopic], retired: Iterable[str]
) -> dict[int, str]:
    ids: dict[int, str] = {}
    taken = {topic.id for topic in known} | set(retired)
    for new, group in enumerate(groups):
        if new in chosen:
            ids[new] = known[chosen[new].old].id
            continue
        attempt = 0
        while topic_id(group.members[0], attempt) in taken:
            attempt += 1
        ids[new] = topic_id(group.members[0], attempt)
        taken.add(ids[new])
    return ids


def _colours(groups: Sequence[TopicGroup], chosen: dict[int, _Pair], known: Sequence[KnownTopic]) -> dict[int, int]:
    """Return kept colours, and for new topics the colour least in use (ties: the lowest index)."""
    colours = {new: known[pair.old].colour for new, pair in chosen.items()}
    in_use = Counter(colours.values())
    for new in range(len(groups)):
        if new not in colours:
            colours[new] = min(range(PALETTE_SIZE), key=lambda colour: (in_use[colour], colour))
            in_use[colours[new]] += 1
    return colours


def _events(
    known: Sequence[KnownTopic], ids: dict[int, str], chosen: dict[int, _Pair], pairs: Sequence[_Pair]
) -> tuple[tuple[Split, ...], tuple[Merge, ...], tuple[Death, ...]]:
    large = [pair for pair in pairs if pair.share >= _EVENT_SHARE]
    large.sort(key=lambda pair: (-pair.share, ids[pair.new]))
    into: dict[int, list[str]] = {}
    sources: dict[str, list[str]] = {}
    for pair in large:
        into.setdefault(pair.old, []).append(ids[pair.new])
        # Only a topic that mostly went into a group was merged into it.
        if pair.share >= 0.5:
            sources.setdefault(ids[pair.new], []).append(known[pair.old].id)
    living = {pair.old for pair in chosen.values()}
    splits = tuple(Split(known[old].id, tuple(new)) for old, new in sorted(into.items()) if len(new) > 1)
    merges = tuple(Merge(tuple(sorted(old)), new) for new, old in sorted(sources.items()) if len(old) > 1)
    deaths = tuple(
        Death(topic.id, topic.pinned_name, tuple(into.get(old, ())))
        for old, topic in enumerate(known)
        if old not in living
    )
    return splits, merges, deaths
