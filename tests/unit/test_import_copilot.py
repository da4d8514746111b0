"""Copilot's table: its order turned round, quotes and line breaks kept, and no table that makes it fail."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.importers import ImportedConversation, copilot
from skilltrail.importers.contract import Head, Reading

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = "Conversation,Time,Author,Message\r\n"
TEXTS = st.text(alphabet='ab",\r\n;é\0', min_size=1, max_size=12).filter(lambda text: text.strip(" \r\n\0") != "")


def imported(text: str, *, start: int = 0) -> list[ImportedConversation]:
    return list(copilot.conversations(io.BytesIO(text.encode()), Reading("x", NOW, start)))


def table(rows: list[tuple[str, str, str, str]]) -> str:
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL).writerows(rows)
    return HEADER + made.getvalue()


@settings(max_examples=150, deadline=None)
@given(turns=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_turns_come_back_in_the_order_in_which_they_were_said(turns: list[tuple[str, str]]) -> None:
    rows = [
        row
        for number, (asked, said) in enumerate(turns)
        for row in (
            ("Chat", f"2026-01-01T09:{number:02}:00", "Human", asked),
            ("Chat", f"2026-01-01T09:{number:02}:00", "AI", said),
        )
    ]

    [found] = imported(table(rows[::-1]))

    def whole(text: str) -> str:
        return text.replace("\0", "").strip()

    assert [(one.prompt, one.reply) for one in found.exchanges] == [
        (whole(asked), whole(said)) for asked, said in turns
    ]


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='Human,AI"\r\n2026-01T:\0 ', max_size=150))
def test_no_table_makes_it_fail_or_lose_count(text: str) -> None:
    assert all(found.balanced for found in imported(HEADER + text))


def test_columns_may_stand_in_another_order() -> None:
    [found] = imported("Time,Message,Author,Conversation\r\n2026-01-01,Yes,AI,C\r\n2026-01-01,Well?,Human,C\r\n")

    assert [(one.prompt, one.reply) for one in found.exchanges] == [("Well?", "Yes")]


def test_a_field_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copilot, "FIELD_MAX", 200_000)

    found = imported(HEADER + 'C,2026-01-01,AI,Yes\r\nC,2026-01-01,Human,Well?\r\nC,x,Human,"' + "word " * 100_000)

    assert [one.reply for one in found[0].exchanges] == ["Yes"]
    assert {skip.reason for one in found for skip in one.skipped} <= {"too_large", "cut_off"}


@pytest.mark.parametrize(
    "first", ["\ufeffConversation,Time,Author,Message", '"Conversation","Time","Author","Message"']
)
def test_the_table_is_told_by_its_columns(first: str) -> None:
    assert copilot.FORMAT.recognises(Head(first + "\r\n"))


def test_another_table_is_none_of_copilots() -> None:
    assert not copilot.FORMAT.recognises(Head("Date,Amount,Payee\r\n"))
