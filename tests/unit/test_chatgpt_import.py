"""A plain ChatGPT conversations.json: what becomes an exchange, and what is left out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from skilltrail.domain.exchange import Status
from skilltrail.errors import ImportFailed
from skilltrail.importers import ImportedConversation, read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def message(id_: str, role: str, text: str, *, time: float | None = 1_790_000_000.5, **more: Any) -> dict[str, Any]:
    content = more.pop("content", {"content_type": "text", "parts": [text]})
    return {"id": id_, "author": {"role": role}, "create_time": time, "content": content, "recipient": "all", **more}


def conversation(nodes: list[tuple[str, str | None, dict[str, Any] | None]], **more: Any) -> dict[str, Any]:
    mapping = {id_: {"id": id_, "parent": parent, "children": [], "message": body} for id_, parent, body in nodes}
    base = {"id": "c1", "conversation_id": "c1", "title": "Grid", "create_time": 1_790_000_000.0, "mapping": mapping}
    return base | more


def read_all(tmp_path: Path, document: Any) -> list[ImportedConversation]:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return list(read(path, now=NOW))


SIMPLE = [
    ("root", None, None),
    ("u1", "root", message("u1", "user", "How does grid work?")),
    ("a1", "u1", message("a1", "assistant", "In two dimensions.", time=1_790_000_009.0)),
]


def test_one_prompt_with_its_reply_is_one_exchange(tmp_path: Path) -> None:
    [only] = read_all(tmp_path, [conversation(SIMPLE, current_node="a1")])

    [exchange] = only.exchanges
    assert (exchange.prompt, exchange.reply) == ("How does grid work?", "In two dimensions.")
    assert (exchange.prompt_id, exchange.reply_id, exchange.on_current_path) == ("u1", "a1", True)
    assert exchange.asked_at == datetime.fromtimestamp(1_790_000_000.5, UTC)


def test_children_are_found_by_their_parents_when_child_links_are_missing(tmp_path: Path) -> None:
    document = conversation(SIMPLE, current_node="a1")
    for node in document["mapping"].values():
        del node["children"]

    [only] = read_all(tmp_path, [document])

    assert len(only.exchanges) == 1


def test_a_regenerated_reply_is_a_further_exchange_off_the_current_path(tmp_path: Path) -> None:
    nodes = [*SIMPLE, ("a2", "u1", message("a2", "assistant", "With rows and columns.", time=1_790_000_020.0))]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a2")])

    assert {(e.reply_id, e.on_current_path) for e in only.exchanges} == {("a1", False), ("a2", True)}


def test_two_edits_below_one_reply_do_not_double_that_reply(tmp_path: Path) -> None:
    nodes = [
        *SIMPLE,
        ("u2", "a1", message("u2", "user", "And flex?")),
        ("b2", "u2", message("b2", "assistant", "One dimension.")),
        ("u3", "a1", message("u3", "user", "And subgrid?")),
        ("b3", "u3", message("b3", "assistant", "Inherits tracks.")),
    ]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="b3")])

    on_path = {e.prompt_id: e.on_current_path for e in only.exchanges}
    assert on_path == {"u1": True, "u2": False, "u3": True}


def test_thoughts_memory_tool_calls_and_hidden_messages_are_never_text(tmp_path: Path) -> None:
    secret = "remember: the learner's instructions"
    context = {"content_type": "user_editable_context", "parts": [secret]}
    thoughts = {"content_type": "thoughts", "thoughts": [{"content": secret}]}
    nodes = [
        ("root", None, None),
        ("ctx", "root", message("ctx", "user", "", content=context)),
        ("u1", "ctx", message("u1", "user", "Plot it")),
        ("t1", "u1", message("t1", "assistant", "", content=thoughts)),
        ("c1", "t1", message("c1", "assistant", secret, recipient="python")),
        ("h1", "c1", message("h1", "assistant", secret, metadata={"is_visually_hidden_from_conversation": True})),
        ("k1", "h1", message("k1", "assistant", secret, channel="commentary")),
        ("a1", "k1", message("a1", "assistant", "Here is the plot.", channel="final")),
    ]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a1")])

    [exchange] = only.exchanges
    assert exchange.reply == "Here is the plot."


def test_consecutive_visible_replies_are_joined_and_the_last_names_the_exchange(tmp_path: Path) -> None:
    nodes = [*SIMPLE, ("a2", "a1", message("a2", "assistant", "Second half."))]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a2")])

    [exchange] = only.exchanges
    assert (exchange.reply, exchange.reply_id) == ("In two dimensions.\n\nSecond half.", "a2")


def test_a_cycle_in_the_tree_does_not_hang(tmp_path: Path) -> None:
    nodes = [("u1", "a1", message("u1", "user", "Hm?")), ("a1", "u1", message("a1", "assistant", "Yes."))]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a1")])

    assert [e.reply for e in only.exchanges] == ["Yes."]


def test_voice_words_are_text_and_images_are_not(tmp_path: Path) -> None:
    image = {"content_type": "image_asset_pointer"}
    parts = [{"content_type": "audio_transcription", "text": "spoken question"}, image]
    nodes = [
        ("u1", None, message("u1", "user", "", content={"content_type": "multimodal_text", "parts": parts})),
        ("a1", "u1", message("a1", "assistant", "Answer")),
    ]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a1")])

    assert only.exchanges[0].prompt == "spoken question"


def test_a_reply_the_learner_stopped_is_interrupted(tmp_path: Path) -> None:
    stopped = message("a1", "assistant", "In two", metadata={"finish_details": {"type": "interrupted"}})
    nodes = [SIMPLE[0], SIMPLE[1], ("a1", "u1", stopped)]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a1")])

    assert only.exchanges[0].status is Status.INTERRUPTED


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ("text", "not_an_object"),
        ({"title": "x", "conversation_id": "c"}, "no_messages"),
        ({"chat_messages": []}, "unknown_format"),
        (conversation(SIMPLE, is_temporary=True), "temporary"),
    ],
)
def test_a_bad_element_is_named_and_does_not_stop_the_rest(tmp_path: Path, element: Any, reason: str) -> None:
    bad, good = read_all(tmp_path, [element, conversation(SIMPLE, current_node="a1")])

    assert [skip.reason for skip in bad.skipped] == [reason]
    assert len(good.exchanges) == 1


def test_a_prompt_without_a_reply_is_skipped_by_name(tmp_path: Path) -> None:
    [only] = read_all(tmp_path, [conversation(SIMPLE[:2], current_node="u1")])

    assert [(skip.reason, skip.id) for skip in only.skipped] == [("no_reply", "u1")]


def test_missing_times_are_inherited_and_said_to_be(tmp_path: Path) -> None:
    reply = message("a1", "assistant", "A", time=None)
    nodes = [("u1", None, message("u1", "user", "Q", time=None)), ("a1", "u1", reply)]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a1")])

    assert (only.exchanges[0].asked_at_source, only.exchanges[0].asked_at.year) == ("conversation", 2026)


def test_citation_marks_are_replaced_by_what_people_see(tmp_path: Path) -> None:
    mark = "\ue200cite\ue202turn0search1\ue201"
    references = {"content_references": [{"matched_text": mark, "alt": "(MDN)"}]}
    reply = message("a1", "assistant", f"Rows {mark}.\ue206", metadata=references)
    nodes = [SIMPLE[0], SIMPLE[1], ("a1", "u1", reply)]

    [only] = read_all(tmp_path, [conversation(nodes, current_node="a1")])

    assert only.exchanges[0].reply == "Rows (MDN)."


@pytest.mark.parametrize("wrap", [lambda c: {"conversations": [c]}, lambda c: c, lambda c: [c]])
def test_array_wrapped_and_bare_documents_are_read(tmp_path: Path, wrap: Any) -> None:
    [only] = read_all(tmp_path, wrap(conversation(SIMPLE, current_node="a1")))

    assert len(only.exchanges) == 1


def test_a_cut_off_file_is_refused_by_name_and_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([conversation(SIMPLE)])[:-40], encoding="utf-8")

    with pytest.raises(ImportFailed, match=r"conversations\.json") as caught:
        list(read(path, now=NOW))
    assert "grid" not in str(caught.value).lower()


def test_a_conversation_without_an_id_gets_one_that_stays_as_it_goes_on(tmp_path: Path) -> None:
    longer = [*SIMPLE, ("u2", "a1", message("u2", "user", "And?")), ("a2", "u2", message("a2", "assistant", "So."))]

    [one] = read_all(tmp_path, [conversation(SIMPLE, id=None, conversation_id=None)])
    [two] = read_all(tmp_path, [conversation(longer, id=None, conversation_id=None)])

    assert one.conversation_id == two.conversation_id
    assert (len(one.exchanges), len(two.exchanges)) == (1, 2)
