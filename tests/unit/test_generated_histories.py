"""Generated histories: the same for the same seed, of a known mixture, and readable by the importer."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest
from benchmarks.histories import patterns
from benchmarks.histories.chatgpt_export import write_chatgpt_export
from benchmarks.histories.generate import PRIVATE, GeneratedExchange, generate, main, skills

from skilltrail.domain.exchange import CapturedExchange, Status
from skilltrail.importers import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def history() -> list[GeneratedExchange]:
    return list(generate(4000, 7, NOW))


@pytest.fixture(scope="module")
def export(history: list[GeneratedExchange], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "conversations.json"
    write_chatgpt_export(path, (item.captured for item in history))
    return path


def test_it_makes_exactly_as_many_as_asked() -> None:
    assert [len(list(generate(n, 1, NOW))) for n in (1, 17, 250)] == [1, 17, 250]


def test_the_same_seed_gives_the_same_history_and_another_seed_another() -> None:
    first = list(generate(300, 3, NOW))
    assert first == list(generate(300, 3, NOW))
    other = list(generate(300, 4, NOW))
    assert {item.captured.prompt_id for item in first}.isdisjoint(item.captured.prompt_id for item in other)


def test_there_are_forty_skills_in_eight_fields_with_words_of_their_own() -> None:
    found = skills()
    assert len(found) >= 40
    assert len({skill.field for skill in found}) >= 8
    shared = Counter(term for skill in found for term in skill.terms)
    assert sum(count > 1 for count in shared.values()) < 0.03 * len(shared)


@pytest.mark.parametrize("kind", sorted(patterns.ASK))
def test_each_kind_of_skill_has_a_dozen_ways_to_ask(kind: str) -> None:
    assert len(set(patterns.ASK_ANY + patterns.ASK[kind])) >= 12
    assert any(skill.kind == kind for skill in skills())


def test_every_skill_of_a_large_history_appears(history: list[GeneratedExchange]) -> None:
    assert {skill.name for skill in skills()} | {PRIVATE} == {item.skill for item in history}


def test_texts_have_no_open_slots(history: list[GeneratedExchange]) -> None:
    slots = {name for text in patterns.ASK_ANY + patterns.DO for _, name, _, _ in Formatter().parse(text) if name}
    open_slot = re.compile("{(" + "|".join(sorted(slots)) + ")}")
    assert slots >= {"a", "b", "task", "work"}
    assert not any(open_slot.search(item.captured.prompt + item.captured.reply) for item in history)


def test_learning_delegation_chatter_and_fillers_have_their_shares(history: list[GeneratedExchange]) -> None:
    size = len(history)
    assert 0.4 < sum(item.learning for item in history) / size < 0.65
    assert 0.25 < sum(item.intent == "doing" for item in history) / size < 0.5
    assert 0.04 < sum(item.skill == PRIVATE for item in history) / size < 0.13
    assert 0.12 < sum(item.filler for item in history) / size < 0.3
    assert not any(item.learning for item in history if item.skill == PRIVATE or item.intent != "asking")


def test_all_turns_of_a_conversation_have_one_skill_and_fillers_never_come_first(
    history: list[GeneratedExchange],
) -> None:
    chats = defaultdict(list)
    for item in history:
        chats[item.captured.conversation_id].append(item)
    assert {len({item.skill for item in turns}) for turns in chats.values()} == {1}
    assert not any(turns[0].filler for turns in chats.values())


def test_lengths_spread_around_the_drawn_medians(history: list[GeneratedExchange]) -> None:
    prompts = sorted(len(item.captured.prompt) for item in history if not item.filler)
    replies = sorted(len(item.captured.reply) for item in history if item.skill != PRIVATE)
    assert 200 < prompts[len(prompts) // 2] < 420
    assert 900 < replies[len(replies) // 2] < 1700
    assert replies[-len(replies) // 100] > 2 * replies[len(replies) // 2]


def test_texts_vary(history: list[GeneratedExchange]) -> None:
    asked = [item.captured.prompt for item in history if not item.filler and item.skill != PRIVATE]
    assert len(set(asked)) > 0.9 * len(asked)
    assert len({item.captured.reply for item in history}) > 0.98 * len(history)


@pytest.mark.parametrize(("n", "days"), [(400, 365), (20_000, 800)])
def test_the_history_fills_its_years_and_never_reaches_the_future(n: int, days: int) -> None:
    times = [item.captured.asked_at for item in generate(n, 5, NOW)]
    assert times[-1] <= NOW
    assert max(times) <= NOW
    assert abs((max(times) - min(times)) - timedelta(days=days)) < timedelta(days=12)


def test_no_mail_address_and_only_invented_clients_occur(history: list[GeneratedExchange]) -> None:
    assert not any(re.search(r"\w@\w", item.captured.prompt + item.captured.reply) for item in history)
    assert {item.client for item in history} == {*patterns.CLIENTS, None}


def facts(exchange: CapturedExchange) -> tuple[object, ...]:
    ids = (exchange.conversation_id, exchange.prompt_id, exchange.reply_id, exchange.on_current_path)
    texts = (exchange.title, exchange.prompt.strip(), exchange.reply.strip())
    return (*ids, *texts, exchange.asked_at, exchange.status, exchange.model)


def test_the_importer_reads_the_export_back_without_loss(history: list[GeneratedExchange], export: Path) -> None:
    conversations = list(read(export, now=NOW))
    # The system's empty message and the instructions of each conversation, and no more.
    assert {skip.reason for conversation in conversations for skip in conversation.skipped} == {"system", "private"}
    back = {facts(exchange) for conversation in conversations for exchange in conversation.exchanges}
    assert back == {facts(item.captured) for item in history}


def test_the_export_has_hidden_context_and_regenerated_branches(export: Path) -> None:
    elements = json.loads(export.read_text(encoding="utf-8"))
    nodes = [node for element in elements for node in element["mapping"].values()]
    roots = [node for node in nodes if node["message"] is None]
    assert len(roots) == len(elements)
    assert all(node["id"] == "client-created-root" and node["parent"] is None for node in roots)
    kinds = Counter(node["message"]["content"]["content_type"] for node in nodes if node["message"])
    assert kinds["user_editable_context"] == len(elements)
    asked = [node for node in nodes if node["message"] and node["message"]["author"]["role"] == "user"]
    assert any(len(node["children"]) == 2 for node in asked)
    assert all(element["current_node"] in element["mapping"] for element in elements)


def test_links_between_parents_and_children_agree(export: Path) -> None:
    for element in json.loads(export.read_text(encoding="utf-8")):
        mapping = element["mapping"]
        downward = {(node["id"], child) for node in mapping.values() for child in node["children"]}
        upward = {(node["parent"], node["id"]) for node in mapping.values() if node["parent"]}
        assert downward == upward


def test_an_interrupted_answer_is_written_as_such(history: list[GeneratedExchange], export: Path) -> None:
    stopped = sum(item.captured.status is Status.INTERRUPTED for item in history)
    assert stopped > 0
    assert export.read_text(encoding="utf-8").count('"type": "interrupted"') == stopped


def test_the_command_writes_a_file_and_says_how_much(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "conversations.json"
    assert main(["--exchanges", "60", "--seed", "7", "--out", str(out), "--now", "2026-11-22T12:00:00+00:00"]) == 0
    exchanges = [one for conversation in read(out, now=NOW) for one in conversation.exchanges]
    assert len(exchanges) == 60
    assert capsys.readouterr().out.startswith("60 exchanges in ")
