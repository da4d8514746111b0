"""Translations: in step with the sources, whole, and only words. ``tools/build_catalogues.py`` is the tool for them."""

from __future__ import annotations

import ast
import gettext
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from skilltrail import i18n

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "server" / "skilltrail"
sys.path.insert(0, str(ROOT))

from tools import build_catalogues as tool  # noqa: E402
from tools import catalogues as c  # noqa: E402

SPOKEN_AT_ONCE = {"_", "ngettext", "pgettext", "plural", "exchanges_words", "topics_words"}


def test_the_languages_offered_are_those_that_have_a_catalogue() -> None:
    assert set(i18n.LANGUAGES) == {i18n.SOURCE, *c.LANGUAGES}


def test_catalogues_are_in_step_with_the_sources() -> None:
    assert tool.stale() == [], "run tools/build_catalogues.py (make fix)"


@pytest.mark.parametrize("language", c.LANGUAGES)
def test_translations_have_the_same_holes_ends_and_no_markup(language: str) -> None:
    assert tool.faults(language) == []


@pytest.mark.parametrize("language", c.LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    missing = tool.missing(language)
    if missing and not c.COMPLETE:
        pytest.skip(f"{len(missing)} messages are not translated yet")
    assert missing == []


OTHER_WORDS = {"de": r"\bAustausch|\bEpisode|unterschr(ie|ei)b|\bComputer", "es": r"\bdiálogo|\bcomputadora"}
"""What translations called things before docs/glossary.md decided on one word for each."""

TO_READERS = {"de": r"[a-zäöüß] (Sie|Ihnen|Ihr|Ihre[mnrs]?)\b|[a-z]en Sie\b", "es": r"\b[Uu]sted\b"}
"""How those are spoken to who read a file that was sent; the learner is du and tú."""


@pytest.mark.parametrize("language", c.LANGUAGES)
def test_translations_use_one_word_and_one_address(language: str) -> None:
    said = [
        (words, {where for where, _line in message.locations})
        for message in c.ours(c.read(language))
        for words in (message.string if isinstance(message.string, tuple) else (message.string,))
    ]
    to_learner = [words for words, places in said if not all(place.startswith("exporters/") for place in places)]

    assert [words for words, _places in said if re.search(OTHER_WORDS[language], words)] == []
    assert [words for words in to_learner if re.search(TO_READERS[language], words)] == []


def calls_outside_of_functions(tree: ast.Module) -> Iterator[int]:
    """Yield the lines at which a message is said while a module is imported: that freezes it in one language."""

    def walk(node: ast.AST, *, inside: bool) -> Iterator[int]:
        if isinstance(node, ast.Call) and not inside:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SPOKEN_AT_ONCE:
                yield node.lineno
        for field, value in ast.iter_fields(node):
            later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and field == "body"
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child, inside=inside or later)

    yield from walk(tree, inside=False)


def test_the_search_for_early_words_finds_them() -> None:
    early = (
        "A = _('x')\ndef f(a=_('y')):\n    return _('z')\nclass C:\n    b = ngettext('a', 'b', 1)\nD = lambda: _('d')\n"
    )
    assert list(calls_outside_of_functions(ast.parse(early))) == [1, 2, 5]


def test_no_message_is_said_while_a_module_is_imported() -> None:
    early = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        for line in calls_outside_of_functions(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert early == set()


def test_every_message_stands_in_the_source_as_one_text() -> None:
    """What is put together while the program runs can be in no catalogue."""
    loose = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}:
                said = node.args[: 1 if node.func.id == "_" else 2]
                if not all(isinstance(one, ast.Constant) for one in said):
                    loose.add(f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}")
    assert {one.partition(":")[0] for one in loose} <= {"i18n.py", "exporters/area_words.py"}, loose


def test_no_message_stands_within_an_f_string() -> None:
    """What collects the messages does not look into those."""
    hidden = {
        f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for whole in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(whole, ast.JoinedStr)
        for node in ast.walk(whole)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}
    }
    assert hidden == set()


def test_what_is_wrong_with_a_translation_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool refuses it, and what it takes is what the program says."""
    monkeypatch.setattr(c, "FOLDER", tmp_path)
    plural = next(one for one in tool.missing("de") if one.get("plural") == "{n} exchanges")
    plain = next(one for one in tool.missing("de") if one["text"] == "Renamed to “{name}”.")
    wrong = {
        "holes": ("Umbenannt.", "placeholders"),
        "markup": ("Umbenannt in <b>{name}</b>.", "markup"),
        "ends": ("Umbenannt in „{name}“", "end with"),
        "blanks": ("Umbenannt in „{name}“. ", "blanks"),
        "nothing": ("", "no words"),
        "forms": (["Umbenannt in „{name}“.", "x {name}."], "forms"),
    }
    for said, fault in wrong.values():
        (told,) = tool.fill("de", {str(plain["key"]): said})[:1]
        assert fault in told
    assert "no such message" in tool.fill("de", {"00000000": "x"})[0]
    filled = {str(plain["key"]): "Umbenannt in „{name}“.", str(plural["key"]): ["{n} Dialog", "{n} Dialoge"]}
    assert tool.fill("de", filled) == []

    made = gettext.translation("skilltrail", str(tmp_path), languages=["de"])
    assert made.gettext("Renamed to “{name}”.") == "Umbenannt in „{name}“."
    assert made.ngettext("{n} exchange", "{n} exchanges", 0) == "{n} Dialoge"
    assert made.ngettext("{n} topic", "{n} topics", 2) == "{n} topics", "what has no words yet is said in English"
    before = (tmp_path / "de" / "LC_MESSAGES" / "skilltrail.mo").read_bytes()
    tool.write(tool.files())
    assert (tmp_path / "de" / "LC_MESSAGES" / "skilltrail.mo").read_bytes() == before
