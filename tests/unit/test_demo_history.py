"""The invented freelancer's history: long, varied, coherent, and free of anything real."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from skilltrail.demo.clients import CLIENTS as NAMED
from skilltrail.demo.loader import LabelledExchange, invented_history, labelled_history
from skilltrail.domain.exchange import Fidelity, Origin, Status, normalised

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CLIENTS = {"Harbour & Finch Bakery", "Tidewell Physio", "Oakline Ledger", "Casa Brisal"}
PUBLIC_HOSTS = {"schema.org", "schemas.wp.org", "127.0.0.1"}


@pytest.fixture(scope="module")
def history() -> list[LabelledExchange]:
    return list(labelled_history(NOW))


def words(text: str) -> int:
    return len(text.split())


def test_it_holds_at_least_330_exchanges_in_90_to_130_conversations(history: list[LabelledExchange]) -> None:
    assert len(history) >= 330
    assert 90 <= len({item.captured.conversation_id for item in history}) <= 130


def test_it_covers_about_a_year_and_ends_within_the_last_week(history: list[LabelledExchange]) -> None:
    times = [item.captured.asked_at for item in history]
    assert times == sorted(times)
    assert timedelta(days=340) < times[-1] - times[0] < timedelta(days=372)
    assert timedelta(0) < NOW - times[-1] < timedelta(days=8)


@pytest.mark.parametrize("days", range(7))
def test_nothing_lies_in_the_future_whatever_the_day_of_the_week(days: int) -> None:
    now = datetime(2027, 3, 1, 0, 5, tzinfo=timezone(timedelta(hours=-8))) + timedelta(days=days)
    exchanges = list(invented_history(now))
    assert max(exchange.answered_at or exchange.asked_at for exchange in exchanges) < now
    weekend = sum(exchange.asked_at.astimezone(now.tzinfo).weekday() >= 5 for exchange in exchanges)
    assert 0 < weekend < len(exchanges) * 0.1


def test_ids_stay_the_same_when_it_is_loaded_on_another_day(history: list[LabelledExchange]) -> None:
    later = list(invented_history(NOW + timedelta(days=100)))
    assert [item.captured.source_key for item in history] == [exchange.source_key for exchange in later]
    assert later[0].asked_at > history[0].captured.asked_at


def test_every_exchange_comes_as_an_import_of_export_fidelity(history: list[LabelledExchange]) -> None:
    kinds = {(item.captured.provider, item.captured.origin, item.captured.fidelity) for item in history}
    assert kinds == {("chatgpt", Origin.IMPORT, Fidelity.EXPORT)}
    assert all(item.captured.asked_at.tzinfo is UTC for item in history)


def test_no_two_exchanges_share_their_source_key(history: list[LabelledExchange]) -> None:
    assert max(Counter(item.captured.source_key for item in history).values()) == 1


def test_at_least_ten_skills_have_a_history_worth_a_timeline(history: list[LabelledExchange]) -> None:
    counts = Counter(item.labels.skill for item in history if item.labels.skill not in {"private", "other"})
    assert sum(count >= 10 for count in counts.values()) >= 10


def test_most_skills_are_met_in_several_months(history: list[LabelledExchange]) -> None:
    months = defaultdict(set)
    for item in history:
        months[item.labels.skill].add(item.captured.asked_at.strftime("%Y-%m"))
    assert sum(len(seen) >= 4 for seen in months.values()) >= 10


def test_some_skills_rest_for_two_months_and_come_back(history: list[LabelledExchange]) -> None:
    times = defaultdict(list)
    for item in history:
        times[item.labels.skill].append(item.captured.asked_at)
    rested = [skill for skill, seen in times.items() if any(b - a > timedelta(days=60) for a, b in pairwise(seen))]
    assert {"sql", "pandas", "wordpress"} <= set(rested)


def test_learning_is_mixed_with_delegation_and_chatter(history: list[LabelledExchange]) -> None:
    size = len(history)
    assert 0.5 < sum(item.labels.learning for item in history) / size < 0.8
    assert 0.2 < sum(item.labels.intent == "doing" for item in history) / size < 0.45
    assert 0.03 < sum(item.labels.skill == "private" for item in history) / size < 0.12
    assert 0.1 < sum(item.labels.filler for item in history) / size < 0.25


def test_labels_come_from_the_fixed_lists(history: list[LabelledExchange]) -> None:
    assert {item.labels.intent for item in history} == {"asking", "doing", "expressing"}
    assert {item.labels.client for item in history} == CLIENTS | {None}
    assert not any(item.labels.learning for item in history if item.labels.skill == "private")


def test_replies_are_written_out_and_no_two_are_alike(history: list[LabelledExchange]) -> None:
    complete = [item.captured.reply for item in history if item.captured.status is Status.COMPLETE]
    lengths = sorted(words(reply) for reply in complete)
    assert lengths[0] >= 40
    assert 90 <= lengths[len(lengths) // 2] <= 180
    assert len({normalised(reply) for reply in complete}) == len(complete)


def test_no_long_sentence_is_used_in_two_conversations(history: list[LabelledExchange]) -> None:
    seen = defaultdict(set)
    for item in history:
        prose = re.sub(r"```.*?```", "", item.captured.reply, flags=re.DOTALL)
        for sentence in re.split(r"(?<=[.!?])\s+|\n", prose):
            if words(sentence) >= 10:
                seen[normalised(sentence)].add(item.captured.conversation_id)
    assert [sentence for sentence, where in seen.items() if len(where) > 1] == []


def test_code_blocks_are_closed(history: list[LabelledExchange]) -> None:
    unfinished = [
        item.captured.title
        for item in history
        if item.captured.status is Status.COMPLETE and item.captured.reply.count("```") % 2
    ]
    assert unfinished == []


def test_it_shows_regenerated_edited_and_interrupted_turns(history: list[LabelledExchange]) -> None:
    replaced = [item.captured for item in history if not item.captured.on_current_path]
    kept = {item.captured.prompt_id for item in history if item.captured.on_current_path}
    regenerated = [exchange for exchange in replaced if exchange.prompt_id in kept]
    assert len(regenerated) >= 3
    assert len(replaced) - len(regenerated) >= 3
    assert sum(item.captured.status is Status.INTERRUPTED for item in history) >= 2


def test_every_prompt_hangs_under_a_reply_on_the_path_of_its_conversation(history: list[LabelledExchange]) -> None:
    on_path = {
        (item.captured.conversation_id, item.captured.reply_id) for item in history if item.captured.on_current_path
    }
    below = [item.captured for item in history if item.captured.parent_id is not None]
    assert len(below) > 150
    assert all((exchange.conversation_id, exchange.parent_id) in on_path for exchange in below)


def test_secrets_are_marked_and_the_marks_counted(history: list[LabelledExchange]) -> None:
    marked = [item.captured for item in history if "[secret:" in item.captured.prompt + item.captured.reply]
    assert len(marked) >= 3
    assert all(exchange.redactions for exchange in marked)
    assert marked == [item.captured for item in history if item.captured.redactions]


def test_mail_and_web_addresses_are_reserved_or_documented_ones(history: list[LabelledExchange]) -> None:
    text = "\n".join(f"{item.captured.prompt}\n{item.captured.reply}" for item in history)
    mail_hosts = set(re.findall(r"[\w.+-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text))
    assert mail_hosts == {"example.com"}
    web_hosts = set(re.findall(r"https?://([a-z0-9.-]+\.[a-z0-9]+)", text))
    assert {host for host in web_hosts if not host.endswith(".example")} <= PUBLIC_HOSTS


def test_german_and_spanish_are_spoken_too(history: list[LabelledExchange]) -> None:
    replies = [item.captured.reply for item in history]
    assert any(" und " in reply and " nicht " in reply for reply in replies)
    assert sum(" página" in reply and " que " in reply for reply in replies) >= 2


def test_the_clients_that_are_named_are_those_that_a_reader_found() -> None:
    assert {form.name.removesuffix(" Ltd") for form, _projects in NAMED} == CLIENTS
