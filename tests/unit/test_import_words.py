"""What people read about imports."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skilltrail.domain.imports import EXCLUDED, ROUTINE, Counts, ImportState
from skilltrail.importers.contract import REASONS
from skilltrail.services import undo_import
from skilltrail.web.import_pages import account_rows
from skilltrail.web.import_words import (
    format_words,
    left_words,
    range_words,
    reason_words,
    size_words,
    state_words,
    stay_words,
)


@pytest.mark.parametrize("reason", [*REASONS, EXCLUDED, "forgotten"])
def test_every_reason_has_words(reason: str) -> None:
    assert reason_words(reason) != reason.replace("_", " ") or " " in reason_words(reason)
    assert "_" not in reason_words(reason)


def test_what_every_export_is_full_of_is_a_reason() -> None:
    assert set(REASONS) >= ROUTINE


@pytest.mark.parametrize("state", list(ImportState))
def test_every_state_has_words(state: ImportState) -> None:
    assert state_words(state)


@pytest.mark.parametrize(
    "reason",
    [
        undo_import.SAME_WORDS,
        undo_import.CHANGED_SINCE,
        undo_import.TEXT_REMOVED,
        undo_import.CAPTURED_TOO,
        undo_import.OTHER_IMPORT,
    ],
)
def test_every_reason_to_stay_has_words_for_one_and_many(reason: str) -> None:
    assert stay_words(reason, 1).startswith("1 stays")
    assert stay_words(reason, 2_000).startswith("2,000 stay")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 kB"), (32_191_796, "32 MB"), (1_500_000_000, "1.5 GB")],
)
def test_sizes_are_short(count: int, words: str) -> None:
    assert size_words(count) == words


def test_names_and_spans_are_those_that_people_use() -> None:
    first, last = datetime(2023, 5, 1, 12, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert format_words("chatgpt", "chatgpt") == "ChatGPT export"
    assert left_words("images", 20_000) == "20,000 pictures"
    assert range_words(first, last) == "1 May 2023 – 22 November 2026"
    assert range_words(first, first) == "1 May 2023"
    assert range_words(None, None) == ""


def test_the_account_ends_with_the_sum() -> None:
    counts = Counts(found=9, stored=4, known=2, updated=1, skipped={"system": 2})

    rows = account_rows(Counts(found=1, updated=1), counts)

    assert (rows[0].messages, rows[-1].messages) == (9, 9)
    assert [row.messages for row in rows[1:-1]] == [4, 2, 1, 2]
