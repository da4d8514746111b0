"""What changed: every run and every correction in plain sentences, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Correction, Kind, LogLine, Standing
from skilltrail.exporters.wording import ngettext
from skilltrail.formats import listed, quoted
from skilltrail.i18n import _
from skilltrail.storage import correction_queries as queries
from skilltrail.storage.correction_queries import TopicState
from skilltrail.storage.topic_queries import RunEvents, run_events

LINES = 200
RUNS = 100


@dataclass(frozen=True, slots=True)
class _Names:
    """What topics are called now; one of which nothing is left has no name."""

    topics: dict[str, TopicState]

    def one(self, topic_id: str | None) -> str:
        found = self.topics.get(topic_id or "")
        name = found.shown_name if found is not None else ""
        return quoted(name) if name else _("a topic that is gone")

    def all(self, ids: Sequence[str]) -> str:
        return listed([self.one(topic_id) for topic_id in ids])


def read_log(session: Session, *, limit: int = LINES) -> list[LogLine]:
    """Return up to ``limit`` lines. Names are those of today: the log itself keeps ids alone."""
    runs = run_events(session, limit=RUNS)
    made = queries.corrections(session, limit=limit)
    ids = {one.topic_id for one in made if one.topic_id} | {topic for run in runs for topic in run.topics()}
    numbers = [one.id for one in made]
    left = queries.topics_left(session, numbers)
    ids |= {topic for topics in left.values() for topic in topics}
    names = _Names({found.id: found for found in queries.topics(session, ids)})
    counts = queries.counts_of(session, numbers)
    lines = [_correction_line(one, names, counts.get(one.id, 0), left.get(one.id, [])) for one in made]
    first = min((run.id for run in runs), default=0)
    for run in runs:
        lines += _run_lines(run, names, is_first=run.id == first and len(runs) < RUNS)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def _run_lines(run: RunEvents, names: _Names, *, is_first: bool) -> Iterator[LogLine]:
    if is_first:
        topics = ngettext("{n} topic", "{n} topics", run.found)
        words = _("Topics were found for the first time: {topics}.").format(topics=topics)
        yield LogLine(run.at, words)
        return
    for topic, into in run.splits:
        parts_made = [part for part in into if part != topic]
        kept = _("A part of {name} is a topic of its own now: {parts}.")
        words = kept if topic in into else _("{name} fell into {parts}.")
        told = words.format(name=names.one(topic), parts=names.all(parts_made))
        yield LogLine(run.at, told, parts_made[0], named=tuple(sorted({topic, *parts_made})))
    for merged_ones, into_one in run.merges:
        words = _("{names} turned out to be about the same as {name} and went into it.")
        others = names.all([topic for topic in merged_ones if topic != into_one])
        told = words.format(names=others, name=names.one(into_one))
        yield LogLine(run.at, told, into_one, named=tuple(sorted({*merged_ones, into_one})))
    merged = {topic for old, _into in run.merges for topic in old}
    for topic in run.deaths:
        if topic not in merged:
            went = run.went.get(topic, ())
            yield LogLine(run.at, _ended(names.one(topic), names.all(went)), named=tuple(sorted({topic, *went})))
    parts = {topic for _from, into in run.splits for topic in into}
    for topic in run.born:
        if topic not in parts:
            yield LogLine(run.at, _("{name} is new.").format(name=names.one(topic)), topic, named=(topic,))


def _ended(name: str, into: str) -> str:
    if into:
        return _("{name} ended. Its exchanges went to {topics}.").format(name=name, topics=into)
    return _("{name} ended. Its exchanges are spread over other topics.").format(name=name)


def _correction_line(one: Correction, names: _Names, count: int, left: list[str]) -> LogLine:
    words = _sentence(one, names, count, left)
    named = tuple(sorted({*left, *([one.topic_id] if one.topic_id else [])}))
    return LogLine(one.made_at, words, one.topic_id, one.id, undone=one.undone_at is not None, named=named)


def _sentence(one: Correction, names: _Names, count: int, left: list[str]) -> str:
    said = {
        "name": names.one(one.topic_id),
        "others": names.all(left),
        "count": ngettext("{n} exchange", "{n} exchanges", count),
        "value": one.value or "",
    }
    return _pattern(one).format(**said)


def _pattern(one: Correction) -> str:
    if one.kind is Kind.RENAME:
        return _("You called a topic “{value}”.") if one.value else _("You gave {name} a name of your own.")
    if one.kind is Kind.STANDING and one.value == Standing.NOT_SKILL.value:
        return _("You said that {name} is not a skill.")
    if one.kind is Kind.MOVE and one.topic_id is None:
        return _("You took {count} out of all topics.")
    return {
        Kind.STANDING: _("You hid {name}."),
        Kind.COLOUR: _("You gave {name} another colour."),
        Kind.AREA: _("You put {name} into the area “{value}”."),
        Kind.KEEP: _("You keep {name} as it is."),
        Kind.MERGE: _("You merged {others} into {name}."),
        Kind.SPLIT: _("You split {count} off from {others}."),
        Kind.MOVE: _("You moved {count} to {name}."),
    }[one.kind]
