"""A written history as an export: every row is read back, and its days lie in the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.histories.chatgpt_export import write_chatgpt_export
from benchmarks.histories.written import written
from benchmarks.histories.written_export import exchanges

from skilltrail.importers import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_every_row_is_read_back_with_words_and_time(tmp_path: Path) -> None:
    history = written("web-developer")
    made = list(exchanges(history, NOW))
    export = tmp_path / "conversations.json"

    talks = write_chatgpt_export(export, made)

    assert talks == len({row["conversation"] for row in history.rows})
    assert sorted((one.prompt, one.reply) for one in made) == sorted(
        (row["prompt"], row["reply"]) for row in history.rows
    )
    back = {one.source_key: one for talk in read(export, now=NOW) for one in talk.exchanges}
    assert {one.source_key: one.asked_at for one in made} == {key: one.asked_at for key, one in back.items()}
    assert timedelta(days=1) < NOW - max(one.asked_at for one in made) < timedelta(days=12)
    assert NOW - min(one.asked_at for one in made) > timedelta(days=365)
