"""The tables opened in LibreOffice: no cell is ever a formula, whatever separator it reads (T10; G7)."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from skilltrail.application import Application
from timelines import summary
from torture.support_hostile import own, public_scripts

SEPARATORS = {"comma": 44, "semicolon": 59, "tab": 9, "pipe": 124}
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of LibreOffice of our own."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not here (apt-get install libreoffice-calc)")
    return tmp_path_factory.mktemp("office")


def converted(office: Path, file: Path, *, separator: int | None) -> Path:
    """Return ``file`` as LibreOffice reads it, as an ODS document; for CSV with formulas evaluated."""
    out = file.parent / f"out-{separator}"
    command = ["soffice", f"-env:UserInstallation={office.as_uri()}", "--headless", "--convert-to", "ods"]
    if separator is not None:
        # Separator, quote, UTF-8, first line 1; the 13th says that what looks like a formula is taken for one.
        options = f"{separator},34,76,1,,0,false,true,false,false,false,0,true"
        command.append(f"--infilter=Text - txt - csv (StarCalc):{options}")
    done = subprocess.run(
        [*command, "--outdir", str(out), str(file)], capture_output=True, timeout=240, check=False, text=True
    )
    made = out / f"{file.stem}.ods"
    assert made.exists(), done.stderr[-500:]
    return made


def cells(document: Path) -> list[tuple[str | None, str]]:
    """Return every cell's formula and text."""
    with zipfile.ZipFile(document) as archive:
        root = ET.fromstring(archive.read("content.xml"))  # noqa: S314 - made here
    return [
        (cell.get(f"{TABLE}formula"), "\n".join("".join(line.itertext()) for line in cell))
        for cell in root.iter(f"{TABLE}table-cell")
        if len(cell) or cell.get(f"{TABLE}formula")
    ]


def formulas(document: Path) -> list[str]:
    """Return the formulas of a document."""
    return [formula for formula, _text in cells(document) if formula is not None]


def rows_of(texts: Sequence[str]) -> list[object]:
    """Return exchanges that hold ``texts`` in every cell that takes words."""
    return [
        summary(
            id=number, conversation_id=text, prompt_id=text, reply_id=text, topic_id=text, topic_name=text, area=text
        )
        for number, text in enumerate(texts)
    ]


def written(application: Application, texts: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setattr(application.exchanges, "rows", lambda _admitted=(): iter(rows_of(texts)))
    return application


@pytest.fixture(params=["own", "public"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    return own()["cells"] if request.param == "own" else [*own()["cells"], *public_scripts()]


@pytest.mark.parametrize("name", SEPARATORS)
def test_the_csv_holds_no_formula(
    application: Application, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str], name: str
) -> None:
    file = tmp_path / "exchanges.csv"
    file.write_bytes(written(application, texts, monkeypatch).exports.file("csv").data)

    found = formulas(converted(office, file, separator=SEPARATORS[name]))

    print(f"G7 csv, {name}: {len(texts)} hostile cells, {len(found)} formulas")
    assert found == []


def test_the_workbook_holds_no_formula_and_every_text_as_it_was(
    application: Application, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str]
) -> None:
    file = tmp_path / "exchanges.xlsx"
    file.write_bytes(written(application, texts, monkeypatch).exports.file("xlsx").data)

    read = cells(converted(office, file, separator=None))

    found = [formula for formula, _text in read if formula is not None]
    print(f"G7 xlsx: {len(texts)} hostile cells, {len(found)} formulas, {len(read)} cells read")
    assert found == []
    shown = {text for _formula, text in read}
    assert {"=1+1", "+1+1", "-1+1", "@1+1"} <= shown


def test_harmless_cells_stay_readable(
    application: Application, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = own()["plain_cells"]
    made = written(application, plain, monkeypatch)
    for kind in ("csv", "xlsx"):
        file = tmp_path / f"plain.{kind}"
        file.write_bytes(made.exports.file(kind).data)
        read = cells(converted(office, file, separator=44 if kind == "csv" else None))
        shown = {" ".join(text.split()) for _formula, text in read}
        kept = [text for text in plain if " ".join(text.split()) in shown]
        print(f"G7 {kind}: {len(kept)} of {len(plain)} harmless cells as they were")
        # A number-like text may be shown as the number it looks like in a CSV; nothing else may change.
        assert set(plain) - set(kept) <= ({"007"} if kind == "csv" else set())


def test_raw_cells_would_be_formulas(office: Path, tmp_path: Path) -> None:
    """The control: LibreOffice, run like this, does take cells for formulas."""
    hostile = own()["cells"]
    file = tmp_path / "raw.csv"
    file.write_text("".join(f'"{text.replace(chr(34), chr(34) * 2)}","x"\r\n' for text in hostile), encoding="utf-8")

    found = {name: len(formulas(converted(office, file, separator=sign))) for name, sign in SEPARATORS.items()}

    print(f"G7 control: formulas of {len(hostile)} raw cells: {found}")
    assert found["comma"] >= 5
    assert sum(found.values()) >= 20
