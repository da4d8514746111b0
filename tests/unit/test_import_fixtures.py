"""Every format and every documented oddity: what is present is stored, or left out for a named reason."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from skilltrail.importers import ImportedConversation, Source, look, read
from skilltrail.importers.contract import REASONS, Readable
from skilltrail.importers.formats import FORMATS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.name != "expected.json")


def only_source(name: str) -> Source:
    [source] = look([FOLDER / name]).sources
    return source


def conversations(name: str, *, start: int = 0) -> list[ImportedConversation]:
    return list(read(only_source(name), now=NOW, start=start))


def seen(found: ImportedConversation) -> dict[str, Any]:
    skipped: Counter[str] = Counter()
    for skip in found.skipped:
        skipped[skip.reason] += skip.messages
    return {
        "index": found.index,
        "id": found.conversation_id,
        "messages": found.messages,
        "used": found.used,
        "exchanges": [
            [
                *(one.prompt, one.reply, one.on_current_path, one.status.value),
                *(one.asked_at.isoformat(), one.asked_at_source),
                *([file.name for file in one.attachments], [source.url for source in one.citations]),
            ]
            for one in found.exchanges
        ],
        "skipped": dict(sorted(skipped.items())),
    }


def test_every_fixture_has_its_expectation_and_every_format_a_fixture() -> None:
    assert set(NAMES) == set(EXPECTED)
    assert {entry["format"] for entry in EXPECTED.values()} == {one.name for one in FORMATS}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_told_by_what_it_holds_and_read_as_expected(name: str) -> None:
    source = only_source(name)

    assert (source.format, source.provider) == (EXPECTED[name]["format"], EXPECTED[name]["provider"])
    assert [seen(found) for found in conversations(name)] == EXPECTED[name]["conversations"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_does_not_matter(name: str, tmp_path: Path) -> None:
    renamed = tmp_path / "anything.json"
    renamed.write_bytes((FOLDER / name).read_bytes())

    [source] = look([renamed]).sources

    assert source.format == EXPECTED[name]["format"]


@pytest.mark.parametrize("name", NAMES)
def test_every_message_is_accounted_for_by_a_known_reason(name: str) -> None:
    for found in conversations(name):
        assert found.balanced, found
        assert {skip.reason for skip in found.skipped} <= set(REASONS)
        assert all(skip.index == found.index or "gemini" in name for skip in found.skipped)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_private_no_thought_and_no_tool_talk_is_text(name: str) -> None:
    stored = repr([found.exchanges for found in conversations(name)])

    assert [word for word in ("PRIVATE", "TOOL", "HIDDEN", "CANVAS") if word in stored] == []


@pytest.mark.parametrize("name", NAMES)
def test_reading_goes_on_from_any_element(name: str) -> None:
    whole = conversations(name)

    for place, found in enumerate(whole):
        assert conversations(name, start=found.index + 1) == whole[place + 1 :]


@pytest.mark.parametrize("name", NAMES)
def test_progress_grows_up_to_the_size_of_the_file(name: str) -> None:
    source = only_source(name)
    places = [found.at_bytes for found in conversations(name)]

    assert places == sorted(places)
    assert 0 < places[-1] <= source.size


class Dribble:
    """A file that is read a few bytes at a time, whatever is asked for."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(min(size, 7) if size > 0 else size)


@pytest.mark.parametrize("name", NAMES)
def test_it_does_not_matter_in_which_pieces_a_file_arrives(name: str) -> None:
    from skilltrail.importers.contract import Reading
    from skilltrail.importers.formats import by_name

    data = (FOLDER / name).read_bytes()
    reading = Reading(name=Path(name).stem, now=NOW)

    def read_from(source: Readable) -> list[dict[str, Any]]:
        return [seen(found) for found in by_name(EXPECTED[name]["format"]).conversations(source, reading)]

    assert read_from(Dribble(data)) == read_from(io.BytesIO(data))


def test_ids_and_place_in_the_tree_are_the_sources_own() -> None:
    first, *_ = conversations("chatgpt-branches.json")
    again = next(one for one in first.exchanges if one.reply_id == "a1b")
    edited = next(one for one in first.exchanges if one.prompt_id == "u2b")

    assert (again.prompt_id, again.parent_id, again.conversation_id) == ("u1", "root", "c-branches")
    assert edited.parent_id == "a1b"


def test_projects_and_custom_gpts_are_told_apart() -> None:
    project, custom, _empty = conversations("chatgpt-plain.json")

    assert {(one.project_id, one.gizmo_id) for one in project.exchanges} == {("g-p-abc123", None)}
    assert {(one.project_id, one.gizmo_id) for one in custom.exchanges} == {(None, "g-Xyz9")}


def test_a_fault_is_reported_with_place_id_and_reason() -> None:
    found = conversations("chatgpt-damaged.json")
    faults = {(skip.index, skip.id, skip.reason) for one in found for skip in one.skipped}

    assert {
        (0, "no-mapping", "no_messages"),
        (21, None, "broken_json"),
        (25, None, "too_deep"),
        (9, "y", "bad_message"),
    } <= faults


def test_an_import_says_when_a_conversation_last_changed() -> None:
    updated = [found.updated_at for found in conversations("claude-tree.json")]

    assert updated == [datetime(2025, 6, 21, 20, 48, 50, 467685, UTC)]
