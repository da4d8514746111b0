"""Poisonous, huge and odd exchanges: stored as they are or set aside with a reason, while the rest goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from callers import Caller, envelope, item
from conftest import SteppingClock
from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.errors import ModelUnavailable
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.work_queries import ATTEMPTS

ODD = {
    "one line of 1 MB": "x" * 1_000_000,
    "one word on a million lines": "word\n" * 200_000,
    "100,000 code blocks": "```\nx\n```\n" * 100_000,
    "deep quotes": ">" * 50_000 + " deep",
    "deep lists": "".join(" " * depth + "- x\n" for depth in range(500)),
    "open links": "[" * 50_000,
    "open emphasis": "*a " * 50_000,
    "a table of one row": "|" * 100_000,
    "control characters": "".join(map(chr, range(1, 32))) + " text",
    "right to left": "\u202e\u2066abc\u2069 שלום العالم",
    "joined emoji": "👩‍👩‍👧‍👦" * 5_000,
    "combining marks": "a" + "\u0301" * 20_000,
    "byte order marks": "\ufeff" * 1_000 + "text",
    "what looks like SQL": "'; DROP TABLE exchange; --",
    "what looks like a template": "{{ 7 * 7 }} ${jndi:ldap://x} %s %n",
    "a null character": "before\x00after",
}


class Poisoned(HashEmbedder):
    """Fails on texts that name the poison; one kind takes the whole process with it."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("arsenic" in text for text in texts):
            raise RuntimeError("no")
        if any("cyanide" in text for text in texts):
            raise ModelUnavailable("the model process ended")
        return super().embed(texts)


@pytest.mark.parametrize("name", list(ODD))
def test_odd_exchanges_are_stored_processed_and_shown(application: Application, page: Caller, name: str) -> None:
    odd = captured(1, prompt=f"What is this: {name}?", reply=ODD[name])

    report = application.exchanges.capture(items([odd, captured(2)]))
    done = application.processing.run_until_done()

    stored = application.exchanges.get(1).captured
    assert [result.outcome.value for result in report.results] == ["stored", "stored"]
    assert (done.pending, done.quarantined, done.embedded) == (0, 0, 2)
    assert stored.reply == ODD[name].replace("\x00", "")[:1_000_000]  # the one declared repair, and the cap
    assert page.get("/fragments/exchanges/1").status_code == 200


def test_a_body_full_of_the_longest_lines_is_taken(command_line: Caller) -> None:
    rows = [item(number, reply=chr(97 + number) * 930_000, origin="import") for number in range(2)]

    answer = command_line.post("/api/v1/exchanges", envelope(*rows))

    assert answer.status_code == 200
    assert [result["outcome"] for result in answer.json["results"]] == ["stored", "stored"]


@pytest.mark.parametrize("poison", ["arsenic", "cyanide"])
def test_a_poisonous_one_is_set_aside_after_five_tries_and_the_rest_goes_on(
    settings: Settings, clock: SteppingClock, poison: str
) -> None:
    with Application.open(settings, clock=clock, model=Poisoned()) as application:
        application.exchanges.capture(items([captured(n) for n in range(1, 40)]))
        application.exchanges.capture(items([captured(40, prompt=f"Where do I buy {poison}?")]))

        for _turn in range(200):
            if application.processing.step().idle and application.processing.progress().quarantined:
                break
            clock.move(seconds=30)

        progress = application.processing.progress()
        assert (progress.quarantined, progress.pending, progress.embedded) == (1, 0, 39)
        assert ATTEMPTS == 5
        application.exchanges.capture(items([captured(41)]))
        application.processing.step()
        assert application.processing.progress().embedded == 40


def test_a_clock_that_was_set_back_does_not_make_a_failed_one_wait_a_year(
    settings: Settings, clock: SteppingClock
) -> None:
    class Sick(HashEmbedder):
        ill = True

        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if self.ill and any("arsenic" in text for text in texts):
                raise RuntimeError("no")
            return super().embed(texts)

    model = Sick()
    with Application.open(settings, clock=clock, model=model) as application:
        clock.move(days=365)
        application.exchanges.capture(items([captured(1, prompt="Is arsenic sold?")]))
        application.processing.step()
        clock.move(days=-365)
        model.ill = False

        application.processing.step()

        assert application.processing.progress().embedded == 1
