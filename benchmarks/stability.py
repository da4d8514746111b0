"""Whether topics stay what they are: half as much again of new exchanges, corrections, and runs on the same data.

``python -m benchmarks.stability [FILE.jsonl …]`` takes histories as ``benchmarks/histories`` has them, a line an exchange;
without a file it generates one. Real model, real database, the settings that the product ships. The first two thirds
are grouped, then corrected in all ways, then the rest comes; twice: by time, and with the rest drawn from everywhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.histories.generate import generate
from numpy.typing import NDArray
from sklearn.metrics import v_measure_score
from sqlalchemy import text

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.corrections import Standing
from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status
from skilltrail.ml.host import ModelHost

RERUNS = 5
_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_BATCH = 200

Places = dict[int, str]


class Remembering:
    """The model, with its dense vectors kept in the temporary folder between runs of the benchmark."""

    def __init__(self, host: ModelHost) -> None:
        self._host = host
        self._path = Path(tempfile.gettempdir()) / f"skilltrail-stability-{host.identity.replace('/', '_')}.npz"
        self._known: dict[str, NDArray[np.float32]] = {}
        if self._path.exists():
            with np.load(self._path) as kept:
                self._known = dict(zip(kept["names"].tolist(), kept["vectors"], strict=True))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        names = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
        new = [place for place, name in enumerate(names) if name not in self._known]
        if new:
            for place, vector in zip(new, self._host.embed([texts[place] for place in new]), strict=True):
                self._known[names[place]] = vector
        return np.stack([self._known[name] for name in names])

    def keep(self) -> None:
        """Write what was read."""
        np.savez(self._path, names=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))


def read(path: Path) -> list[tuple[CapturedExchange, str | None]]:
    """Read a history, a line an exchange, with the skill of each where one is known."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(_captured(row, f"{path.stem}-{number}"), row.get("skill")) for number, row in enumerate(rows)]


def _captured(row: dict[str, Any], name: str) -> CapturedExchange:
    at = _NOW + timedelta(days=row.get("day", 0), seconds=_seconds(row.get("time", "12:00:00")))
    return CapturedExchange(
        provider="chatgpt",
        conversation_id=row["conversation"],
        prompt=row["prompt"],
        reply=row["reply"],
        asked_at=at,
        captured_at=at,
        origin=Origin.IMPORT,
        fidelity=Fidelity.EXPORT,
        status=Status.COMPLETE,
        prompt_id=f"p-{name}",
        reply_id=f"r-{name}",
        title=row.get("title"),
    )


def _seconds(clock: str) -> int:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return 3600 * hours + 60 * minutes + seconds


def capture(application: Application, exchanges: Sequence[CapturedExchange]) -> None:
    """Store exchanges and let all be read and grouped."""
    for start in range(0, len(exchanges), _BATCH):
        items = [CapturedItem(str(number), one) for number, one in enumerate(exchanges[start : start + _BATCH])]
        application.exchanges.capture(items, origin_allowed=(Origin.IMPORT,))
    application.processing.run_until_done()


def places(application: Application) -> Places:
    """Return the topic of each exchange that has one."""
    with application._database.read() as session:  # noqa: SLF001 - looks at rows that no page shows
        return {row[0]: row[1] for row in session.execute(text("SELECT exchange_id, topic_id FROM topic_membership"))}


def state(application: Application) -> str:
    """Return everything that a run may change, as a digest."""
    with application._database.read() as session:  # noqa: SLF001 - looks at rows that no page shows
        topics = session.execute(
            text(
                "SELECT id, name, pinned_name, colour, terms, name_reason, area_id, retired_at IS NULL FROM topic ORDER BY id"
            )
        ).all()
        members = session.execute(text("SELECT * FROM topic_membership ORDER BY exchange_id")).all()
    return hashlib.sha256(repr((topics, members)).encode()).hexdigest()


def run_again(application: Application) -> None:
    """Let all topics be found anew on the same data."""
    with application._database.write() as session:  # noqa: SLF001 - looks at rows that no page shows
        session.execute(text("UPDATE meta SET value = '1000000' WHERE name = 'topics_stale'"))
    application.processing.run_until_done()


@dataclass(frozen=True, slots=True)
class Check:
    """A correction, and how to tell whether it still holds."""

    name: str
    holds: Callable[[Application], bool]


def together(rows: Sequence[int], topic: str) -> Callable[[Application], bool]:
    """Return the check that exchanges stand in a topic, all of them."""
    return lambda app: all(places(app).get(row) == topic for row in rows)


def nowhere(rows: Sequence[int]) -> Callable[[Application], bool]:
    """Return the check that exchanges stand in no topic."""
    return lambda app: not places(app).keys() & set(rows)


def called(topic: str, name: str) -> Callable[[Application], bool]:
    """Return the check that a topic is called so."""
    return lambda app: any(line.id == topic and line.name == name for line in app.trail.topics())


def standing(topic: str, wanted: Standing) -> Callable[[Application], bool]:
    """Return the check that a topic is shown where it should be, and holds exchanges."""
    return lambda app: app.corrections.say(topic).standing is wanted and topic in places(app).values()


def correct(application: Application, seed: int) -> list[Check]:
    """Correct topics in every way there is, each another topic, as often as there are topics; return the checks."""
    own, corrections = random.Random(seed), application.corrections
    held: dict[str, list[int]] = {}
    for row, topic in sorted(places(application).items()):
        held.setdefault(topic, []).append(row)
    free = [topic for topic in sorted(held) if len(held[topic]) >= 4]
    own.shuffle(free)
    checks: list[Check] = []
    while len(free) >= 8:
        topic, kept, into, gone, cut, left, hidden, private = (free.pop() for _turn in range(8))
        name = f"My name {len(free)}"
        corrections.rename(topic, name)
        corrections.keep(kept, on=True)
        corrections.merge([gone], into)
        part = own.sample(held[cut], len(held[cut]) // 2)
        new = corrections.split_off(part, f"My part {len(free)}").topic_id or ""
        moved, out = own.sample(held[left], 2), held[left][0]
        corrections.move(moved, topic)
        corrections.move([out], None)
        corrections.set_standing(hidden, Standing.HIDDEN)
        corrections.set_standing(private, Standing.NOT_SKILL)
        checks += [
            Check("rename", called(topic, name)),
            Check("keep", together(held[kept], kept)),
            Check("merge", together([*held[into], *held[gone]], into)),
            Check("split", together(part, new)),
            Check("split, the rest", together([row for row in held[cut] if row not in part], cut)),
            Check("move", together([row for row in moved if row != out], topic)),
            Check("move to none", nowhere([out])),
            Check("hidden", standing(hidden, Standing.HIDDEN)),
            Check("not a skill", standing(private, Standing.NOT_SKILL)),
        ]
    return checks


def measure(
    exchanges: Sequence[CapturedExchange],
    model: Remembering,
    skills: Mapping[str, str],
    *,
    corrected: bool,
    name: str,
) -> None:
    """Group two thirds, add the rest, and print what stayed."""
    cut = 2 * len(exchanges) // 3
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", keyring=False, open_browser=False)
        with Application.open(settings, model=model) as application:  # type: ignore[arg-type]
            capture(application, exchanges[:cut])
            checks = correct(application, seed=7) if corrected else []
            before = places(application)
            capture(application, exchanges[cut:])
            after = places(application)
            stayed = sum(after.get(row) == topic for row, topic in before.items())
            print(
                f"{name:34} {cut} + {len(exchanges) - cut} exchanges, {len(set(before.values()))} topics, then"
                f" {len(set(after.values()))}: {stayed / len(before):.1%} of the old ones keep their topic"
            )
            _print_checks(application, checks)
            if not corrected:
                at_once = found_at_once(exchanges, model, skills)
                kept = v_measure(application, skills)
                print(f"{'':34} V-measure {kept:.3f}, of topics found from all at once {at_once:.3f}")
            states = []
            for _turn in range(RERUNS):
                run_again(application)
                states.append(state(application))
            again = places(application)
            print(
                f"{'':34} {RERUNS} runs on the same data: {len(set(states))} different,"
                f" {sum(again.get(row) == topic for row, topic in after.items()) / len(after):.1%} as before them"
            )
            _print_checks(application, checks)


def v_measure(application: Application, skills: Mapping[str, str]) -> float:
    """Return how well the topics fit the labels (V-measure, 0 to 1); exchanges without a label do not count."""
    with application._database.read() as session:  # noqa: SLF001 - looks at rows that no page shows
        statement = text(
            "SELECT e.prompt_id, m.topic_id FROM exchange e JOIN topic_membership m ON m.exchange_id = e.id"
        )
        rows = [(skills[row[0]], row[1]) for row in session.execute(statement) if row[0] in skills]
    return float(v_measure_score([row[0] for row in rows], [row[1] for row in rows]))


def found_at_once(exchanges: Sequence[CapturedExchange], model: Remembering, skills: Mapping[str, str]) -> float:
    """Return how well topics fit the labels that are found from the whole history at once."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", keyring=False, open_browser=False)
        with Application.open(settings, model=model) as application:  # type: ignore[arg-type]
            capture(application, exchanges)
            return v_measure(application, skills)


def _print_checks(application: Application, checks: Sequence[Check]) -> None:
    if checks:
        broken = Counter(check.name for check in checks if not check.holds(application))
        lost = f", lost: {dict(broken)}" if broken else ""
        print(f"{'':34} {len(checks) - broken.total()} of {len(checks)} corrections hold{lost}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--exchanges", type=int, default=2_400, help="of the generated history, without a file")
    options = parser.parse_args()
    if options.files:
        labelled = [one for path in options.files for one in read(path)]
    else:
        labelled = [(one.captured, one.skill) for one in generate(options.exchanges, 7, _NOW)]
    history = [one for one, _skill in labelled]
    skills = {one.prompt_id: skill for one, skill in labelled if skill and one.prompt_id}
    by_time = sorted(history, key=lambda one: (one.asked_at, one.conversation_id))
    talks = sorted({one.conversation_id for one in history})
    random.Random(11).shuffle(talks)
    order = {talk: number for number, talk in enumerate(talks)}
    mixed = sorted(by_time, key=lambda one: order[one.conversation_id])
    model = Remembering(ModelHost(idle_minutes=0))
    try:
        for name, exchanges in (("by time", by_time), ("from everywhere", mixed)):
            measure(exchanges, model, skills, corrected=False, name=name)
            model.keep()
            measure(exchanges, model, skills, corrected=True, name=f"{name}, corrected")
    finally:
        model.close()


if __name__ == "__main__":
    sys.exit(main())
