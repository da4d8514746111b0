"""A format nobody has heard of, added as docs/adding-a-format.md says: the proof that it takes about fifty lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from skilltrail.importers import formats, look, read

# --8<-- what stands in docs/adding-a-format.md, and would stand in importers/parrot.py
from skilltrail.importers.contract import Format, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble, in_line

_ROLES = {"person": "user", "bird": "assistant"}


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one talk into exchanges; what cannot be read is named."""
    talk_id, lines = id_of(element.get("talk")), element.get("lines")
    if talk_id is None or not isinstance(lines, list):
        return left_out("unknown_format", index, talk_id)
    read_lines = [_message(object_of(line), place) for place, line in enumerate(lines)]
    messages = [message for message in read_lines if message is not None]
    return assemble(
        Talk(
            provider="copilot",  # a new site's name goes into domain/exchange.py first
            extractor="parrot@1",
            conversation_id=talk_id,
            messages={message.node: message for message in messages},
            parents=in_line(messages),
            title=text_of(element.get("about")),
            bad=[Skip("bad_message", index)] * (len(read_lines) - len(messages)),
        ),
        index=index,
        now=reading.now,
    )


def _message(line: dict[str, Any], place: int) -> Message | None:
    role = _ROLES.get(str(line.get("who")))
    if role is None:
        return None
    return Message(
        node=f"#{place}",
        id=id_of(line.get("nr")),
        role=role,
        text=text_of(line.get("says")) or "",
        left="thoughts" if line.get("silently") is True else None,
        at=moment(line.get("when")),
    )


FORMAT = Format(
    "parrot", "copilot", lambda head: any("lines" in one for one in head.elements), by_element(conversation)
)
# --8<-- and FORMAT goes into the tuple of importers/formats.py

LINES = [
    {"who": "person", "nr": "1", "says": "Polly?", "when": 1_790_000_000},
    {"who": "bird", "nr": "2", "says": "a cracker", "silently": True},
    {"who": "bird", "nr": "3", "says": "Hello!", "when": "2026-09-21T14:13:25Z"},
    {"who": "cat"},
]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, FORMAT))
    path = tmp_path / "cage.json"
    path.write_text(json.dumps([{"talk": "t1", "about": "Crackers", "lines": LINES}, 7]), encoding="utf-8")
    return path


def test_it_is_recognised_and_read_with_every_message_accounted_for(export: Path) -> None:
    [source] = look([export]).sources
    talk, number = read(source, now=datetime(2026, 11, 22, tzinfo=UTC))

    assert source.format == "parrot"
    assert [(one.prompt, one.reply, one.prompt_id, one.title) for one in talk.exchanges] == [
        ("Polly?", "Hello!", "1", "Crackers")
    ]
    assert talk.balanced
    assert {skip.reason for skip in talk.skipped} == {"bad_message", "thoughts"}
    assert [skip.reason for skip in number.skipped] == ["not_an_object"]


def test_it_takes_about_fifty_lines() -> None:
    text = Path(__file__).read_text(encoding="utf-8").split("# --8<--")[1]

    assert len([line for line in text.splitlines() if line.strip()]) <= 50


def test_the_page_about_it_shows_the_same_lines() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "adding-a-format.md"
    own = Path(__file__).read_text(encoding="utf-8").split("# --8<--")[1].partition("\n")[2].strip()

    assert own in page.read_text(encoding="utf-8")
