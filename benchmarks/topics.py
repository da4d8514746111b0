"""How well topics are found on labelled short texts, with the very settings the product ships.

``python -m benchmarks.topics PATH_TO_TSV`` reads a header line, then lines of ``label<tab>text``. Five shuffles (other
source keys, hence another order), the number of topics not given; BERTopic's defaults (where it is installed) and k-means,
which is told the number, in the same run. Names are compared with ``acceptable_tag_names.toml``, fixed before any run.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from skilltrail.ml.communities import TopicParams, side_by_side
from skilltrail.ml.host import ModelHost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.domain.topics import TopicPartition

SHUFFLES = 5
UNASSIGNED = -1


@dataclass(frozen=True, slots=True)
class Texts:
    """Labelled texts; ``truth`` numbers the labels."""

    texts: list[str]
    labels: list[str]
    truth: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one run; accuracy and unassigned are shares of all texts."""

    accuracy: float
    nmi: float
    topics: int
    unassigned: float
    seconds: float


def read(path: Path) -> Texts:
    """Read the labelled texts."""
    rows = [line.split("\t", 1) for line in path.read_text("utf-8").splitlines()[1:] if "\t" in line]
    labels, truth = np.unique([row[0] for row in rows], return_inverse=True)
    return Texts([row[1] for row in rows], [str(label) for label in labels], truth.astype(np.int64))


def embedded(host: ModelHost, texts: list[str]) -> NDArray[np.float32]:
    """Dense vectors, kept in the temporary folder between runs."""
    digest = hashlib.sha256("\n".join([host.identity, *texts]).encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"skilltrail-benchmark-{digest}.npy"
    if path.exists():
        return np.asarray(np.load(path), dtype=np.float32)
    began = time.perf_counter()
    vectors = np.concatenate([host.embed(texts[first : first + 2_000]) for first in range(0, len(texts), 2_000)])
    print(f"embedded {len(texts)} texts in {time.perf_counter() - began:.0f} s")
    np.save(path, vectors)
    return vectors


def accuracy(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Share of texts in the right topic under the best one-to-one matching; unassigned ones count as wrong."""
    table = np.zeros((truth.max() + 1, max(int(found.max()) + 1, 1)))
    inside = found != UNASSIGNED
    np.add.at(table, (truth[inside], found[inside]), 1)
    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum() / len(truth))


def measured(truth: NDArray[np.int64], found: NDArray[np.int64], seconds: float) -> Result:
    """Compare what was found with the labels."""
    nmi = float(normalized_mutual_info_score(truth, found))
    topics = len(set(found.tolist()) - {UNASSIGNED})
    return Result(accuracy(truth, found), nmi, topics, float((found == UNASSIGNED).mean()), seconds)


def product(
    host: ModelHost, data: Texts, dense: NDArray[np.float32], static: NDArray[np.float32], seed: int
) -> tuple[Result, TopicPartition]:
    """One shuffle through the product's own topic run, in its own process."""
    numbers = np.random.default_rng(seed).permutation(len(data.texts))
    rows = {f"text-{number:07d}": row for row, number in enumerate(numbers.tolist())}
    began = time.perf_counter()
    partition = host.discover(dense=dense, static=static, texts=data.texts, keys=list(rows))
    seconds = time.perf_counter() - began
    found = np.full(len(data.texts), UNASSIGNED, dtype=np.int64)
    for topic, group in enumerate(partition.groups):
        found[[rows[key] for key in group.members]] = topic
    return measured(data.truth, found, seconds), partition


def k_means(data: Texts, dense: NDArray[np.float32], seed: int) -> Result:
    """The baseline: told the number of labels."""
    began = time.perf_counter()
    found = KMeans(n_clusters=len(data.labels), n_init=1, random_state=seed).fit_predict(dense)
    return measured(data.truth, found.astype(np.int64), time.perf_counter() - began)


def bertopic(data: Texts, dense: NDArray[np.float32]) -> list[Result]:
    """BERTopic with its defaults, on the same vectors; nothing where it is not installed."""
    try:
        from bertopic import BERTopic  # noqa: PLC0415 - only for this comparison, and slow to load
    except ImportError:
        print("BERTopic is not installed: pip install -r benchmarks/requirements-comparison.txt")
        return []
    began = time.perf_counter()
    found, _ = BERTopic().fit_transform(data.texts, dense)
    return [measured(data.truth, np.array(found, dtype=np.int64), time.perf_counter() - began)]


def show_names(data: Texts, partition: TopicPartition, seed: int) -> None:
    """Print how many labels have a topic, mostly theirs, with a name of their list."""
    lists = tomllib.loads(Path(__file__).with_name("acceptable_tag_names.toml").read_text("utf-8"))
    numbers = np.random.default_rng(seed).permutation(len(data.texts)).tolist()
    labels = {f"text-{number:07d}": data.labels[data.truth[row]] for row, number in enumerate(numbers)}
    named: dict[str, list[str]] = {label: [] for label in data.labels if label in lists}
    for group in partition.groups:
        inside = [labels[key] for key in group.members]
        commonest = max(sorted(set(inside)), key=inside.count)
        if commonest in named:
            named[commonest].append(group.name)
    good = [label for label, names in named.items() if _any_accepted(names, lists[label]["names"])]
    if named:
        missing = {label: names for label, names in named.items() if label not in good}
        print(f"labels with a topic of an acceptable name: {len(good)} of {len(named)}; not: {missing or 'none'}")


def _any_accepted(names: list[str], accepted: list[str]) -> bool:
    known = {name.casefold() for name in accepted}
    return any(name.casefold().partition(" · ")[0] in known for name in names)


def show(name: str, results: list[Result]) -> None:
    """Print mean and spread of the runs."""
    scores = np.array([[result.accuracy, result.nmi] for result in results])
    mean, low, high = scores.mean(axis=0), scores.min(axis=0), scores.max(axis=0)
    topics = "-".join(str(count) for count in sorted({min(r.topics for r in results), max(r.topics for r in results)}))
    unassigned = max(result.unassigned for result in results)
    seconds = np.mean([result.seconds for result in results])
    print(
        f"{name:34}  accuracy {mean[0]:.3f} ({low[0]:.3f} to {high[0]:.3f})"
        f"  NMI {mean[1]:.3f} ({low[1]:.3f} to {high[1]:.3f})"
        f"  topics {topics}  unassigned {unassigned:.1%}  {seconds:.1f} s"
    )


def show_topics(data: Texts, partition: TopicPartition, seed: int) -> None:
    """Print the topics of one run: size, commonest label, name, area and why."""
    numbers = np.random.default_rng(seed).permutation(len(data.texts)).tolist()
    labels = {f"text-{number:07d}": data.labels[data.truth[row]] for row, number in enumerate(numbers)}
    for group in partition.groups:
        inside = [labels[key] for key in group.members]
        commonest = max(sorted(set(inside)), key=inside.count)
        share = inside.count(commonest) / len(inside)
        words = ", ".join(group.terms[:4])
        print(f"{len(inside):6}  {commonest:14} {share:4.0%}  {group.name:28} {group.area:24} {words}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, nargs="?", help="TSV file with a header: label, text")
    options = parser.parse_args()
    if options.path is None:
        sys.exit("Name a TSV file of labelled texts (label<tab>text, with a header line); none is shipped.")
    data = read(options.path)
    host = ModelHost()
    try:
        dense = embedded(host, data.texts)
        began = time.perf_counter()
        static = host.static(data.texts)
        print(f"{len(data.texts)} static vectors in {time.perf_counter() - began:.1f} s; settings {TopicParams()}")
        runs = [product(host, data, dense, static, seed) for seed in range(SHUFFLES)]
        show("Skilltrail (number not given)", [result for result, _ in runs])
        show("k-means on dense (told the number)", [k_means(data, dense, seed) for seed in range(SHUFFLES)])
        both = side_by_side(dense, static, TopicParams())
        show("k-means on both (told the number)", [k_means(data, both, seed) for seed in range(SHUFFLES)])
        found = bertopic(data, dense)
        if found:
            show("BERTopic, defaults", found)
        for seed, (_result, partition) in enumerate(runs):
            show_names(data, partition, seed)
        show_topics(data, runs[-1][1], SHUFFLES - 1)
    finally:
        host.close()


if __name__ == "__main__":
    main()
