"""Which language is spoken, and how it writes numbers, days and kept sentences."""

from __future__ import annotations

import gettext
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import skilltrail
from skilltrail import formats, i18n
from skilltrail.domain.contexts import LeftOut
from skilltrail.domain.topics import REASONS, Concept, NameReason
from skilltrail.exporters import wording
from skilltrail.exporters.area_words import AREAS
from skilltrail.ml.skill_terms import term_list
from skilltrail.web.export_page import left_out_words


class Doubled(gettext.NullTranslations):
    """Says every message twice, so that a test sees where it came from."""

    def gettext(self, message: str) -> str:
        return f"{message} | {message}"


@pytest.fixture
def doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "catalogue", lambda code: Doubled() if code == "de" else gettext.NullTranslations())


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (("de_AT.UTF-8",), "de"),
        (("fr_FR:es_MX:en", None), "es"),
        ((None, "C.UTF-8", "de"), "de"),
        (("est",), "en"),
        (("",), "en"),
        ((), "en"),
    ],
)
def test_the_first_wish_that_is_known_is_spoken(wishes: tuple[str | None, ...], expected: str) -> None:
    assert i18n.first_known(*wishes) == expected


def test_the_system_is_asked_as_gettext_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert i18n.system_wish() is None
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert i18n.first_known(i18n.system_wish()) == "de"


def test_a_thread_speaks_as_the_process_and_a_context_as_it_was_told() -> None:
    heard: list[str] = []
    with i18n.speaking("es"):
        thread = threading.Thread(target=lambda: heard.append(i18n.language()))
        thread.start()
        thread.join()
        heard.append(i18n.language())
    assert [*heard, i18n.language()] == ["en", "es", "en"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ("1,234,567", "3.4", "22 September 2026", "September 2026", "Sep", "a, b and c")),
        ("de", ("1.234.567", "3,4", "22. September 2026", "September 2026", "Sep", "a, b und c")),
        ("es", ("1.234.567", "3,4", "22 de septiembre de 2026", "septiembre de 2026", "sept", "a, b y c")),
    ],
)
def test_numbers_days_and_lists_are_written_as_people_write_them(code: str, expected: tuple[str, ...]) -> None:
    day = date(2026, 9, 22)
    with i18n.speaking(code):
        said = (
            formats.number(1234567), formats.decimal(3.4), wording.day_words(day), wording.month_words("2026-09"),
            wording.month_short("2026-09"), formats.listed(["a", "b", "c"]),
        )  # fmt: skip
    assert said == expected


def test_a_span_names_the_first_month_without_its_year() -> None:
    first, last = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    assert wording.span_words(first, last, UTC) == "March to November 2026"
    with i18n.speaking("es"):
        said = wording.span_words(first, last, UTC)
    assert said.startswith("marzo ")
    assert said.endswith(" noviembre de 2026")


REASONED: dict[str, tuple[Any, ...]] = {
    "by words": (("node.js", "sql. join"),),
    "by a concept": (("sum", "pivot"), Concept("esco", "use. spreadsheets”, software"), 0.61, 0.34),
}


@pytest.mark.parametrize("values", REASONED.values(), ids=REASONED)
def test_a_kept_reason_is_told_anew_whatever_its_words(values: tuple[Any, ...], doubled: None) -> None:
    terms, *rest = values
    kept = NameReason(terms, (), *rest).sentence()
    assert i18n.retold(kept, REASONS) == kept
    with i18n.speaking("de"):
        assert NameReason(terms, (), *rest).sentence() == kept, "what is kept is kept in English"
        assert i18n.retold(kept, REASONS) == f"{kept} | {kept}"


def test_a_sentence_of_another_time_stays_as_it_was_kept(doubled: None) -> None:
    with i18n.speaking("de"):
        assert i18n.retold("Named by chance.", REASONS) == "Named by chance."
        assert i18n.retold("", REASONS) == ""


def test_every_area_of_our_list_has_words() -> None:
    assert term_list().areas == AREAS
    assert wording.area_words("Made\nby nobody") == "Made by nobody"


def test_what_an_export_leaves_out_is_counted_as_the_language_writes_numbers() -> None:
    with i18n.speaking("de"):
        lines = left_out_words(LeftOut(exchanges=12345, by_client=(("Zqacme", 12345),)))

    assert "Zqacme (12.345)" in lines[0]


def test_every_number_is_written_as_the_language_writes_it() -> None:
    sources = [path for end in ("py", "html") for path in Path(skilltrail.__file__).parent.rglob(f"*.{end}")]

    assert len(sources) > 100
    assert [path.name for path in sources if ":,}" in path.read_text(encoding="utf-8")] == []
