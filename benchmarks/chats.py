"""How well skills are found in chats, with the very settings the product ships, beside BERTopic and HDBSCAN.

``python -m benchmarks.chats [TRADE …]`` reads the hand-written histories (all trades as one history by default) and the
demo. Shown are V-measure and adjusted mutual information against the labels, the share of fillers that stand where the
exchange stands that they follow, and the share of topics whose name is on the list of their skill, fixed before any run
("judged": with the names of our own list that two judges accepted without having seen a run). "reached" is the share of
skills that have a topic with one of their names: few topics, all well named, would be no picture of a person.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.histories.written import NO_SKILL, History, demo, generated, written
from benchmarks.topics import embedded
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import adjusted_mutual_info_score, v_measure_score

from skilltrail.ml.communities import TopicParams
from skilltrail.ml.host import ModelHost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.domain.topics import TopicPartition

SHUFFLES = 5
UNASSIGNED = -1


@dataclass(frozen=True, slots=True)
class Figures:
    """One run; all but ``topics`` are from 0 to 1.

    ``names`` and ``judged`` are the shares of topics with a name of the lists written from memory, and with one of these
    or of the judged ones; ``reached`` is the share of skills that have a topic with one of both. None where there is no
    list.
    """

    v_measure: float
    information: float
    fillers: float
    topics: int
    unassigned: float
    names: float | None = None
    judged: float | None = None
    reached: float | None = None


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trades", nargs="*", metavar="TRADE")
    parser.add_argument("--table", action="store_true", help="print the topics with their names and reasons")
    parser.add_argument("--generated", type=int, metavar="EXCHANGES", help="a history made from patterns instead")
    parser.add_argument("--alone", action="store_true", help="without the baselines")
    options = parser.parse_args()
    host = ModelHost()
    try:
        print(f"settings {TopicParams()}")
        chosen = (generated(options.generated),) if options.generated else (written(*options.trades), demo())
        for history in chosen:
            compare(host, history, table=options.table, alone=options.alone)
    finally:
        host.close()


def compare(host: ModelHost, history: History, *, table: bool, alone: bool) -> None:
    """Print the product's figures, and those of the others in the same run."""
    skills = {skill for skill in history.skills if skill not in NO_SKILL}
    talks, fillers = len(set(history.talks)), sum(row >= 0 for row in history.subjects)
    print(f"\n{history.name}: {len(history.rows)} exchanges, {talks} conversations, {len(skills)} skills, ", end="")
    print(f"{fillers} fillers that follow something")
    dense, static = embedded(host, history.texts), host.static(history.texts)
    runs = [product(host, history, dense, static, seed) for seed in range(SHUFFLES)]
    show("Skilltrail (number not given)", [figures for figures, _ in runs])
    first = [product(host, history, dense[:, :0], static, seed) for seed in range(SHUFFLES)]
    show("its first picture (static vectors)", [figures for figures, _ in first])
    if not alone:
        show("k-means (told the number)", [k_means(history, dense, len(skills), seed) for seed in range(SHUFFLES)])
        show("HDBSCAN of scikit-learn, defaults", [measured(history, HDBSCAN(copy=True).fit_predict(dense))])
        others(history, dense)
    if table:
        show_topics(history, runs[0][1])


def product(
    host: ModelHost, history: History, dense: NDArray[np.float32], static: NDArray[np.float32], seed: int
) -> tuple[Figures, TopicPartition]:
    """One run of the product's own search, in its own process, on the rows in another order and with other keys."""
    order = np.random.default_rng(seed).permutation(len(history.rows))
    numbers = np.random.default_rng(seed + 1_000).permutation(len(history.rows))
    keys = [f"{numbers[row]:06d}\x1f{history.keys[row]}" for row in order]
    partition = host.discover(
        dense=dense[order],
        static=static[order],
        texts=[history.texts[row] for row in order],
        keys=keys,
        talks=[history.talks[row] for row in order],
    )
    rows = dict(zip(keys, order.tolist(), strict=True))
    found = np.full(len(history.rows), UNASSIGNED, dtype=np.int64)
    for topic, group in enumerate(partition.groups):
        found[[rows[key] for key in group.members]] = topic
    names = [group.name for group in partition.groups]
    return measured(history, found, names), partition


def measured(history: History, found: NDArray[np.int64], names: list[str] | None = None) -> Figures:
    """Compare what was found with the labels; what has no skill counts in no figure but the share of unassigned."""
    skills = np.array(history.skills)
    told = ~np.isin(skills, sorted(NO_SKILL))
    joined = [
        found[row] == found[subject] != UNASSIGNED
        for row, subject in enumerate(history.subjects)
        if subject >= 0 and told[row]
    ]
    named = named_well(history, found, names) if names and history.names else (None, None, None)
    return Figures(
        v_measure=float(v_measure_score(skills[told], found[told])),
        information=float(adjusted_mutual_info_score(skills[told], found[told])),
        fillers=float(np.mean(joined)),
        topics=len(set(found.tolist()) - {UNASSIGNED}),
        unassigned=float((found == UNASSIGNED).mean()),
        names=named[0],
        judged=named[1],
        reached=named[2],
    )


def named_well(history: History, found: NDArray[np.int64], names: list[str]) -> tuple[float, float, float]:
    """Shares of the topics about a skill with an accepted name, strictly and judged, and of the skills so reached."""
    mains = [(main_skill(history, found, topic), name) for topic, name in enumerate(names)]
    told = [(skill, name) for skill, name in mains if skill not in NO_SKILL]
    strictly = [is_accepted(history, skill, name, judged=False) for skill, name in told]
    judged = [is_accepted(history, skill, name) for skill, name in told]
    reached = {skill for (skill, _name), accepted in zip(told, judged, strict=True) if accepted}
    return float(np.mean(strictly)), float(np.mean(judged)), len(reached) / len(set(history.skills) - NO_SKILL)


def main_skill(history: History, found: NDArray[np.int64], topic: int) -> str:
    """The commonest label of a topic."""
    inside = Counter(history.skills[row] for row in np.flatnonzero(found == topic))
    return min(inside, key=lambda skill: (-inside[skill], skill))


def is_accepted(history: History, skill: str, name: str, *, judged: bool = True) -> bool:
    """Tell whether a name is on a list of the skill; what follows " · " only tells two topics apart."""
    listed = history.names.get(skill, frozenset()) | (history.judged.get(skill, frozenset()) if judged else frozenset())
    return name.casefold().partition(" · ")[0] in listed


def k_means(history: History, dense: NDArray[np.float32], count: int, seed: int) -> Figures:
    """A baseline that is told the number of skills."""
    return measured(history, KMeans(n_clusters=count, n_init=1, random_state=seed).fit_predict(dense).astype(np.int64))


def others(history: History, dense: NDArray[np.float32]) -> None:
    """BERTopic with its defaults, where it is installed."""
    try:
        from bertopic import BERTopic  # noqa: PLC0415 - only for this comparison, and slow to load
    except ImportError:
        print("  BERTopic is not installed: pip install -r benchmarks/requirements-comparison.txt", file=sys.stderr)
        return
    runs = []
    for _run in range(SHUFFLES):
        found, _ = BERTopic().fit_transform(history.texts, dense)
        runs.append(measured(history, np.array(found, dtype=np.int64)))
    show("BERTopic, defaults", runs)


def show(name: str, runs: list[Figures]) -> None:
    """Print means, with the spread of the V-measure."""
    v = [run.v_measure for run in runs]
    names = [run.names for run in runs if run.names is not None]
    judged = [run.judged for run in runs if run.judged is not None]
    reached = [run.reached for run in runs if run.reached is not None]
    counts = sorted({run.topics for run in runs})
    print(
        f"  {name:36} V {np.mean(v):.3f} ({min(v):.3f} to {max(v):.3f})"
        f"  AMI {np.mean([run.information for run in runs]):.3f}"
        f"  fillers {np.mean([run.fillers for run in runs]):4.0%}"
        f"  names {f'{np.mean(names):.0%}, judged {np.mean(judged):.0%}, reached {np.mean(reached):.0%}' if names else '–'}"
        f"  topics {counts[0]}{f'-{counts[-1]}' if len(counts) > 1 else ''}"
        f"  unassigned {np.mean([run.unassigned for run in runs]):.1%}",
        flush=True,
    )


def show_topics(history: History, partition: TopicPartition) -> None:
    """Print the topics of one run as a Markdown table: exchanges, main label, name, why."""
    labels = dict(zip(history.keys, history.skills, strict=True))
    print("\n| exchanges | main label | name | area | why |\n| --- | --- | --- | --- | --- |")
    for group in partition.groups:
        inside = Counter(labels[key.split("\x1f", 1)[1]] for key in group.members)
        skill, count = min(inside.items(), key=lambda item: (-item[1], item[0]))
        mark = "" if skill in NO_SKILL or not history.names or is_accepted(history, skill, group.name) else " ✗"
        print(
            f"| {len(group.members)} | {skill} {count / len(group.members):.0%} | {group.name}{mark} | {group.area}"
            f" | {group.reason.sentence()} |"
        )


if __name__ == "__main__":
    main()
