"""The workbook of exchanges: the columns of the CSV, texts that stay texts, and nothing a reader calls damaged."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.exporters.exchanges_csv import COLUMNS
from skilltrail.exporters.exchanges_xlsx import exchanges_xlsx, safe_text, shown_row
from timelines import HOSTILE, summary

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
_NAME = re.compile(r"\{.*\}")


def sheets(*rows: ExchangeSummary, **options: int) -> list[list[list[tuple[str, str]]]]:
    """Return every sheet's rows as (cell type, content)."""
    with zipfile.ZipFile(io.BytesIO(exchanges_xlsx(rows, made_at=NOW, **options))) as book:
        shared = ["".join(part.itertext()) for part in _tree(book, "xl/sharedStrings.xml")]
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        return [_rows(_tree(book, name), shared) for name in names]


def _tree(book: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(book.read(name))  # noqa: S314 - our own file, read back


def _rows(root: ET.Element, shared: list[str]) -> list[list[tuple[str, str]]]:
    found = []
    for row in root.iter():
        if _NAME.sub("", row.tag) == "row":
            assert not [part for part in row.iter() if _NAME.sub("", part.tag) in {"f", "hyperlink"}]
            cells = [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row]
            found.append([(kind, shared[int(text)] if kind == "s" else text) for kind, text in cells])
    return found


def test_the_columns_are_those_of_the_csv() -> None:
    ((header,),) = sheets()

    assert [text for _kind, text in header] == list(COLUMNS)


def test_a_row_has_typed_cells() -> None:
    ((_header, cells),) = sheets(summary(on_current_path=False, redactions=2))

    assert cells == [
        ("s", "chatgpt"), ("s", "extension"), ("s", "c1"), ("s", "p1"), ("s", "r1"), ("n", "46083.375"),
        ("s", "stream_complete"), ("s", "complete"), ("s", "false"), ("n", "2"), ("s", "t1"), ("s", "SQL query tuning"),
        ("s", "Programming"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE, "=1+1", "@SUM(A1)", "https://evil.example", "mailto:a@b.example", "007"])
def test_what_others_wrote_is_a_text_cell_and_nothing_else(text: str) -> None:
    row = summary(conversation_id=text, prompt_id=text, reply_id=text, topic_name=text, area=text)

    ((_header, cells),) = sheets(row)

    for column in (2, 3, 4, 11, 12):
        assert cells[column][0] == "s"
        assert _plain(cells[column][1]) == _plain(safe_text(text))


def _plain(text: str) -> str:
    return " ".join(text.replace("_x000D_", " ").split())


def test_an_asking_time_that_no_spreadsheet_knows_is_a_text() -> None:
    ((_header, cells),) = sheets(summary(asked_at=datetime(1850, 1, 1, tzinfo=UTC)))

    assert cells[5] == ("s", "1850-01-01T00:00:00Z")


def test_more_rows_than_a_sheet_holds_go_to_further_sheets() -> None:
    found = sheets(*(summary(id=number, redactions=number) for number in range(5)), sheet_rows=3)

    assert [[row[9][1] for row in rows] for rows in found] == [
        ["redactions", "0", "1"],
        ["redactions", "2", "3"],
        ["redactions", "4"],
    ]


def test_the_same_rows_give_the_same_bytes() -> None:
    assert exchanges_xlsx([summary()], made_at=NOW) == exchanges_xlsx([summary()], made_at=NOW)


def test_a_row_can_be_looked_at() -> None:
    assert shown_row(summary(topic_name=None)) == (
        "chatgpt | extension | c1 | p1 | r1 | 2026-03-02T09:00:00Z | stream_complete | complete | true | 0 | t1 |  | "
        "Programming"
    )
