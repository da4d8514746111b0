"""The table of exchanges: its columns are a contract, its cells are never formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.exporters.exchanges_csv import COLUMNS, safe_cell, write_exchanges_csv
from timelines import HOSTILE, summary


def written(*rows: ExchangeSummary) -> str:
    file = io.StringIO(newline="")
    write_exchanges_csv(rows, file)
    return file.getvalue()


def test_columns_are_the_contract() -> None:
    assert written() == (
        '"provider","origin","conversation_id","prompt_id","reply_id","asked_at","fidelity","status",'
        '"on_current_path","redactions","topic_id","topic","area"\r\n'
    )


def test_a_row_tells_where_an_exchange_came_from_and_where_it_stands() -> None:
    row = summary(on_current_path=False, redactions=2)

    assert written(row).splitlines()[1] == (
        '"chatgpt","extension","c1","p1","r1","2026-03-02T09:00:00Z","stream_complete","complete",'
        '"false","2","t1","SQL query tuning","Programming"'
    )


def test_what_is_unknown_is_an_empty_cell() -> None:
    row = summary(prompt_id=None, reply_id=None, topic_id=None, topic_name=None, area=None)

    assert list(csv.reader(io.StringIO(written(row))))[1][3:5] == ["", ""]
    assert list(csv.reader(io.StringIO(written(row))))[1][10:] == ["", "", ""]


def test_rows_are_written_as_they_come() -> None:
    file = io.StringIO()
    seen: list[int] = []

    def rows() -> Iterator[ExchangeSummary]:
        for number in range(3):
            seen.append(len(file.getvalue().splitlines()))
            yield summary(id=number)

    assert write_exchanges_csv(rows(), file) == 3
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|cmd", "'|cmd"),
        ("%0A=1", "'%0A=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("  =1", "'  =1"),
        ("\u200b\u202e=1", "'\u200b\u202e=1"),
        ("\t=1", "' =1"),
        ("\r=1", "' ⏎ =1"),
        ("a;=1", "a;'=1"),
        ("a, -1", "a, '-1"),
        ("one\r\ntwo", "one ⏎ two"),
        ("nul\x00led", "nulled"),
        ("plain words - and more", "plain words - and more"),
        ("", ""),
    ],
)
def test_a_spreadsheet_sees_words(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@given(st.text(max_size=60))
def test_no_text_begins_a_formula_or_breaks_a_line(text: str) -> None:
    cell = safe_cell(text)

    assert not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%"))
    assert len(cell.splitlines()) <= 1
    assert "\x00" not in cell


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_row_stays_one_row_of_thirteen_cells(text: str) -> None:
    row = summary(conversation_id=text, prompt_id=text, reply_id=text, topic_name=text, area=text, provider=text)

    rows = list(csv.reader(io.StringIO(written(row))))

    assert len(rows) == 2
    assert len(rows[1]) == len(COLUMNS)
    written(row).encode()
