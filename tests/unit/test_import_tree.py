"""Whatever a conversation's messages look like, each is in an exchange or has a reason why not."""

from __future__ import annotations

import copy
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.importers import tree
from skilltrail.importers.contract import REASONS, Reading
from skilltrail.importers.formats import FORMATS
from skilltrail.importers.tree import Message, Talk, assemble, in_line

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
BY_ELEMENT = [one for one in FORMATS if one.name not in {"copilot", "gemini-html"}]
DOCUMENTS = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.iterdir())
    if path.suffix in {".json", ""}
    and "damaged" not in path.name
    and "cut" not in path.name
    and path.stem != "expected"
]
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        1e308,
        2**70,
        "",
        "x",
        "root",
        "u1",
        "a1",
        [],
        {},
        [None],
        ["a"],
        [[]],
        {"a": 1},
        {"text": {}},
    ]
)


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """Draw a conversation of any links: trees, forests, cycles, nodes without messages."""
    count = draw(st.integers(0, 14))
    names = [f"n{number}" for number in range(count)]
    above = st.none() | st.sampled_from(names) if names else st.none()
    messages = {}
    for name in names:
        if draw(st.integers(0, 5)):
            role = draw(st.sampled_from(["user", "assistant", "assistant", "other"]))
            left = draw(st.sampled_from([None, None, None, "tool", "thoughts", "private"]))
            text = "" if left or not draw(st.integers(0, 4)) else f"text {name}"
            at = draw(st.none() | st.integers(0, 100).map(lambda day: datetime(2026, 1, 1, 0, day % 60, tzinfo=UTC)))
            messages[name] = Message(name, name, role if left is None or role != "other" else "other", text, left, at)
    return Talk(
        provider="chatgpt",
        extractor="test@1",
        conversation_id="c",
        messages=messages,
        parents={name: draw(above) for name in names},
        current=draw(above),
    )


@settings(max_examples=400, deadline=None)
@given(talk=talks())
def test_every_message_is_used_or_has_a_reason(talk: Talk) -> None:
    found = assemble(talk, index=3, now=NOW)

    assert found.balanced
    assert found.messages == len(talk.messages)
    assert sum(found.shares) == found.used
    assert len(found.shares) == len(found.exchanges)
    assert {skip.reason for skip in found.skipped} <= set(REASONS)


@settings(max_examples=400, deadline=None)
@given(talk=talks())
def test_an_exchange_has_a_prompt_a_reply_and_a_place_of_its_own(talk: Talk) -> None:
    exchanges = assemble(talk, index=0, now=NOW).exchanges

    assert all(one.prompt and one.reply for one in exchanges)
    assert len({(one.prompt_id, one.reply_id) for one in exchanges}) == len(exchanges)


@settings(max_examples=400, deadline=None)
@given(talk=talks())
def test_a_prompt_stands_with_at_most_one_reply_on_the_current_path(talk: Talk) -> None:
    standing = [one.prompt_id for one in assemble(talk, index=0, now=NOW).exchanges if one.on_current_path]

    assert len(standing) == len(set(standing))


@settings(max_examples=200, deadline=None)
@given(count=st.integers(1, 12))
def test_turns_in_a_line_are_all_on_the_current_path(count: int) -> None:
    messages = [Message(str(n), str(n), "assistant" if n % 2 else "user", f"t{n}") for n in range(count * 2)]
    talk = Talk("claude", "test@1", "c", {one.node: one for one in messages}, in_line(messages))

    found = assemble(talk, index=0, now=NOW)

    assert len(found.exchanges) == count
    assert all(one.on_current_path for one in found.exchanges)
    assert found.used == count * 2


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, below in inner for place in ((*path, key), *paths(below, (*path, key)))]


def damaged(document: Any, draw: st.DrawFn) -> Any:
    """Return a copy in which up to four values are gone, odd, or taken from elsewhere."""
    made = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 4))):
        places = paths(made)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder = made
        for key in way:
            holder = holder[key]
        if draw(st.integers(0, 4)) == 0:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(draw(ODD))
    return made


@settings(max_examples=250, deadline=None)
@given(data=st.data(), document=st.sampled_from(DOCUMENTS), format_=st.sampled_from(BY_ELEMENT))
def test_no_damage_makes_a_format_fail_or_lose_count(data: st.DataObject, document: Any, format_: Any) -> None:
    file = io.BytesIO(json.dumps(data.draw(st.composite(lambda draw: damaged(document, draw))())).encode())

    for found in format_.conversations(file, Reading("name", NOW)):
        assert found.balanced
        assert "unreadable" not in {skip.reason for skip in found.skipped}


def test_a_shape_nobody_has_seen_leaves_one_conversation_and_no_more() -> None:
    from skilltrail.importers.reading import by_element, left_out

    def convert(element: dict[str, Any], index: int, _reading: Reading) -> Any:
        if "odd" in element:
            raise KeyError("odd")
        return left_out("no_messages", index)

    found = list(by_element(convert)(io.BytesIO(b'[{"odd":1},{"a":1}]'), Reading("name", NOW)))

    assert [one.skipped[0].reason for one in found] == ["unreadable", "no_messages"]


def test_a_tree_made_to_be_slow_is_read_in_part_and_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "STEPS_MAX", 500)
    nodes = {"p": Message("p", "p", "user", "prompt")}
    parents: dict[str, str | None] = {"p": None}
    for number in range(200):
        nodes[f"a{number}"] = Message(f"a{number}", f"a{number}", "assistant", "part")
        nodes[f"b{number}"] = Message(f"b{number}", f"b{number}", "assistant", "end")
        parents[f"a{number}"] = f"a{number - 1}" if number else "p"
        parents[f"b{number}"] = f"a{number}"

    found = assemble(Talk("chatgpt", "test@1", "c", nodes, parents), index=0, now=NOW)

    assert found.balanced
    assert "too_many_branches" in {skip.reason for skip in found.skipped}
