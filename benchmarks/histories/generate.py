"""Invented histories of any size with known labels, the same for the same seed.

Run ``python -m benchmarks.histories.generate --exchanges 1000 --seed 7 --out conversations.json`` from the root of the
repository for a file in the shape of a ChatGPT data export.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from benchmarks.histories import patterns
from benchmarks.histories.chatgpt_export import write_chatgpt_export
from benchmarks.histories.texts import Skill, Writer

from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status

PRIVATE = "private"
EXTRACTOR = "generated-history@1"
_SKILLS_FOLDER = Path(__file__).with_name("skills")
_PER_DAY = 25
_PHASES = 24
_SHARE_PRIVATE = 0.08
_SHARE_WITH_CLIENT = 0.4
_SHARE_LEARNING = 0.6
_SHARE_REGENERATED = 0.03
_SHARE_EDITED = 0.02
_SHARE_INTERRUPTED = 0.01
_SHARE_FILLER = 0.3
_SHARE_EXPRESSING = 0.08
_SHARE_OTHER_WAY = 0.12
_SHARE_WEEKEND_MOVED = 0.7
_SATURDAY = 5
_TURNS = (1, 1, 2, 2, 3, 3, 4, 5, 7, 11)
_MODELS = ("gpt-5", "gpt-5", "gpt-5-mini", "gpt-5-thinking")


@dataclass(frozen=True, slots=True)
class GeneratedExchange:
    """An exchange and what is known about it because we made it.

    ``skill`` and ``field`` are ``private`` for chatter; ``intent`` is asking, doing or expressing; ``filler`` marks
    turns such as "give me an example", which belong to the skill of their conversation.
    """

    captured: CapturedExchange
    skill: str
    field: str
    intent: str
    learning: bool
    filler: bool
    client: str | None


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is decided about one turn before its texts are written."""

    intent: str
    learning: bool
    filler: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A prompt, where it hangs and when it was sent."""

    prompt: str
    prompt_id: str
    parent_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Chat:
    """What all turns of a conversation share; ``skill`` is None for private chatter."""

    id: str
    title: str
    skill: Skill | None
    client: str | None
    learning: bool
    model: str


def skills() -> tuple[Skill, ...]:
    """Return the skills of the vocabulary files, in their order."""
    found: list[Skill] = []
    for file in sorted(_SKILLS_FOLDER.glob("*.toml")):
        tables: Mapping[str, Mapping[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
        found.extend(Skill.read(name, table) for name, table in tables.items())
    return tuple(found)


def generate(n: int, seed: int, now: datetime) -> Iterator[GeneratedExchange]:
    """Yield ``n`` invented exchanges, conversation by conversation, oldest first (to the day).

    Parameters
    ----------
    n
        How many; 1 to some hundred thousand. The history covers a year, or more from about 9,000 on (25 a day).
    seed
        The same seed, ``n`` and ``now`` give the same history, ids included.
    now
        The present (aware); no exchange is later.
    """
    maker = _Maker(random.Random(seed), now.astimezone(UTC))
    everything = skills()
    phases = maker.phases(len(everything))
    span = timedelta(days=max(365, n // _PER_DAY))
    made = 0
    while made < n:
        phase = phases[min(_PHASES - 1, made * _PHASES // n)]
        for item in maker.conversation(everything, phase, ago=span * ((n - made) / n)):
            yield item
            made += 1
            if made == n:
                return


class _Maker:
    """Makes conversations from one random source."""

    def __init__(self, rng: random.Random, now: datetime) -> None:
        self._rng = rng
        self._now = now
        self._writer = Writer(rng)

    def phases(self, count: int) -> list[list[float]]:
        """Return cumulative weights by phase: each skill has one or two times in which it is in the foreground."""
        weights = [[0.15] * count for _ in range(_PHASES)]
        for skill in range(count):
            for _ in range(self._rng.randint(1, 2)):
                peak, width = self._rng.randrange(_PHASES), self._rng.randint(1, 4)
                for phase in range(max(0, peak - width), min(_PHASES, peak + width + 1)):
                    weights[phase][skill] += 2.0 / (1 + abs(phase - peak))
        return [list(accumulate(row)) for row in weights]

    def conversation(
        self, everything: tuple[Skill, ...], phase: list[float], *, ago: timedelta
    ) -> Iterator[GeneratedExchange]:
        """Yield the turns of one conversation; a replaced branch comes just before the one that took its place."""
        chat = self._chat(self._rng.choices(everything, cum_weights=phase)[0])
        at, parent = self._start(ago), None
        for index in range(self._writer.pick(_TURNS)):
            turn = self._turn(chat, first=index == 0)
            text = self._writer.prompt(chat.skill, turn.intent, filler=turn.filler, client=chat.client)
            asked = _Asked(text, self._identifier(), parent, at)
            branch = self._rng.random()
            if branch < _SHARE_REGENERATED + _SHARE_EDITED:
                yield self._generated(chat, turn, asked, on_path=False)
                asked = asked if branch < _SHARE_REGENERATED else self._edited(asked, chat)
            item = self._generated(chat, turn, asked, on_path=True)
            yield item
            parent = item.captured.reply_id
            at = asked.at + timedelta(seconds=self._rng.randrange(120, 900))

    def _chat(self, skill: Skill) -> _Chat:
        private = self._rng.random() < _SHARE_PRIVATE
        about = None if private else skill
        with_client = not private and self._rng.random() < _SHARE_WITH_CLIENT
        return _Chat(
            id=self._identifier(),
            title=self._writer.title(about),
            skill=about,
            client=self._writer.pick(patterns.CLIENTS) if with_client else None,
            learning=self._rng.random() < _SHARE_LEARNING,
            model=self._writer.pick(_MODELS),
        )

    def _start(self, ago: timedelta) -> datetime:
        """Return a plausible time that lies ``ago``: mostly on working days, between 8 and 20 o'clock, in the past."""
        moment = self._now - ago
        if moment.weekday() >= _SATURDAY and self._rng.random() < _SHARE_WEEKEND_MOVED:
            moment -= timedelta(days=moment.weekday() - _SATURDAY + 1)
        seconds = timedelta(hours=8, seconds=self._rng.randrange(12 * 3600))
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0) + seconds
        return min(moment, self._now - timedelta(hours=6))

    def _turn(self, chat: _Chat, *, first: bool) -> _Turn:
        if chat.skill is None:
            return _Turn(intent="asking", learning=False, filler=False)
        learning = chat.learning
        if not first and self._rng.random() < _SHARE_FILLER:
            return _Turn(intent="asking" if learning else "doing", learning=learning, filler=True)
        if not first and self._rng.random() < _SHARE_EXPRESSING:
            return _Turn(intent="expressing", learning=False, filler=False)
        if not first and self._rng.random() < _SHARE_OTHER_WAY:
            learning = not learning
        return _Turn(intent="asking" if learning else "doing", learning=learning, filler=False)

    def _edited(self, asked: _Asked, chat: _Chat) -> _Asked:
        text = f"{asked.prompt} {self._writer.addition(chat.skill, chat.client)}"
        later = asked.at + timedelta(seconds=self._rng.randrange(60, 180))
        return _Asked(text, self._identifier(), asked.parent_id, later)

    def _generated(self, chat: _Chat, turn: _Turn, asked: _Asked, *, on_path: bool) -> GeneratedExchange:
        interrupted = self._rng.random() < _SHARE_INTERRUPTED
        reply = self._writer.reply(chat.skill, turn.intent, client=chat.client)
        captured = CapturedExchange(
            provider="chatgpt",
            conversation_id=chat.id,
            prompt=asked.prompt,
            reply=reply[: len(reply) // 2].rstrip() if interrupted else reply,
            asked_at=asked.at,
            captured_at=self._now,
            origin=Origin.IMPORT,
            fidelity=Fidelity.EXPORT,
            status=Status.INTERRUPTED if interrupted else Status.COMPLETE,
            prompt_id=asked.prompt_id,
            reply_id=self._identifier(),
            parent_id=asked.parent_id,
            answered_at=asked.at + timedelta(seconds=self._rng.randrange(3, 45)),
            model=chat.model,
            title=chat.title,
            on_current_path=on_path,
            extractor=EXTRACTOR,
        )
        name, field = (chat.skill.name, chat.skill.field) if chat.skill else (PRIVATE, PRIVATE)
        return GeneratedExchange(captured, name, field, turn.intent, turn.learning, turn.filler, chat.client)

    def _identifier(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))


def main(arguments: list[str] | None = None) -> int:
    """Write an invented ChatGPT export and say how much is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exchanges", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("conversations.json"))
    parser.add_argument("--now", type=datetime.fromisoformat, help="the present, such as 2026-11-22T12:00:00Z")
    chosen = parser.parse_args(arguments)
    now = chosen.now or datetime.now(UTC)
    made = (item.captured for item in generate(chosen.exchanges, chosen.seed, now.astimezone(UTC)))
    conversations = write_chatgpt_export(chosen.out, made)
    print(f"{chosen.exchanges:,} exchanges in {conversations:,} conversations: {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
