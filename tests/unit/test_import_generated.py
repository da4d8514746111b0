"""Generated exports, by which importing is measured, are like real ones and always the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.exports.generate import Made, write

from skilltrail.importers import ImportedConversation, look, read

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def imported(path: Path) -> list[ImportedConversation]:
    return [found for source in look([path]).sources for found in read(source, now=NOW)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for name in ("one.json", "many.zip", "parts"):
        write(folder / name, conversations=250, pictures=30)
    return folder


@pytest.mark.parametrize("name", ["one.json", "many.zip", "parts"])
def test_every_exchange_that_was_written_is_read(name: str, folder: Path, tmp_path: Path) -> None:
    made = write(tmp_path / name, conversations=250)
    found = imported(folder / name)

    assert (len(found), sum(len(one.exchanges) for one in found)) == (made.conversations, made.exchanges)
    assert all(one.balanced for one in found)


def test_all_shapes_hold_the_same(folder: Path) -> None:
    shapes = [[one.exchanges for one in imported(folder / name)] for name in ("one.json", "many.zip", "parts")]

    assert shapes[0] == shapes[1] == shapes[2]


def test_no_id_occurs_twice(folder: Path) -> None:
    exchanges = [exchange for one in imported(folder / "one.json") for exchange in one.exchanges]

    assert len({(one.prompt_id, one.reply_id) for one in exchanges}) == len(exchanges)
    assert len({one.conversation_id for one in exchanges}) == 250


def test_texts_have_the_length_that_was_asked_for(folder: Path) -> None:
    lengths = [len(one.prompt) + len(one.reply) for found in imported(folder / "one.json") for one in found.exchanges]

    assert 1_500 < sum(lengths) / len(lengths) < 1_700


def test_an_export_can_be_made_by_its_size(tmp_path: Path) -> None:
    made = write(tmp_path / "export.json", size=3_000_000)

    assert made == Made(made.conversations, made.exchanges, (tmp_path / "export.json").stat().st_size)
    assert 3_000_000 <= made.size < 3_200_000
