"""Catalogues as values: what the sources say, what is translated, and what is wrong with a translation."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "server" / "skilltrail"
FOLDER = SOURCES / "locale"
TEMPLATE = FOLDER / "skilltrail.pot"
LANGUAGES = ("de", "es")
COMPLETE = True
"""True from the first time that nothing is missing: from then on a message without a translation fails the tests."""

KEYWORDS: dict[str, Any] = {"_": None, "noted": None, "ngettext": (1, 2), "plural": (1, 2), "pgettext": ((1, "c"), 2)}
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # in no file: a catalogue is the same bytes whenever it is built
_HOLE = re.compile(r"\{\w*\}")
_MARKUP = re.compile(r"[<>]|&\w+;")
_ENDS = tuple(".:…?!")


@lru_cache(maxsize=1)
def from_sources() -> Catalog:
    """Return every message that templates and Python say, with its files; read once, to be left as it is."""
    found = Catalog(domain="skilltrail", creation_date=_EPOCH, revision_date=_EPOCH)
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix not in (".py", ".html", ".j2") or path.name == "i18n.py":
            continue
        where = path.relative_to(SOURCES).as_posix()
        for message, context, notes in _messages(path):
            found.add(message, None, [(where, None)], auto_comments=notes, context=context)
    return found


def _messages(path: Path) -> Iterator[tuple[Any, str | None, list[str]]]:
    if path.suffix != ".py":
        for message, context in _of_template(path.read_text(encoding="utf-8")):
            yield message, context, []
        return
    with path.open("rb") as file:
        for _line, message, notes, context in extract(
            "python", file, KEYWORDS, ["Translators:"], {}, strip_comment_tags=True
        ):
            yield message, context, notes


def _of_template(text: str) -> Iterator[tuple[Any, str | None]]:
    """Yield messages of a template; Babel's own reader knows no functions of an object, such as ``w.ngettext``."""
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        name = getattr(call.node, "name", getattr(call.node, "attr", ""))
        words = [part.value for part in call.args if isinstance(part, nodes.Const) and isinstance(part.value, str)]
        if name in ("_", "gettext") and words:
            yield words[0], None
        elif name in ("ngettext", "plural") and len(words) >= 2:
            yield (words[0], words[1]), None
        elif name == "pgettext" and len(words) >= 2:
            yield words[1], words[0]


def read(language: str) -> Catalog:
    """Return the translations of a language as they lie in its file; empty when there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain="skilltrail", creation_date=_EPOCH, revision_date=_EPOCH)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="skilltrail")


def in_step(language: str, template: Catalog) -> Catalog:
    """Return the translations of exactly the messages of ``template``; a message that was reworded has none."""
    old = read(language)
    made = Catalog(locale=language, domain="skilltrail", creation_date=_EPOCH, revision_date=_EPOCH)
    for message in ours(template):
        known = old.get(message.id, message.context)
        text = known.string if known is not None and not known.fuzzy and _same_shape(message, known) else None
        made.add(message.id, text, message.locations, auto_comments=message.auto_comments, context=message.context)
    return made


def _same_shape(message: Message, known: Message) -> bool:
    return known.id == message.id


def po_path(language: str) -> Path:
    """Return where the translations of a language stand."""
    return FOLDER / language / "LC_MESSAGES" / "skilltrail.po"


def po_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as text: no times and no line numbers, so that it changes only with the words."""
    out = io.BytesIO()
    write_po(out, catalogue, width=118, omit_header=True, include_lineno=False, sort_by_file=False)
    head = ['msgid ""', 'msgstr ""', '"Content-Type: text/plain; charset=UTF-8\\n"']
    if catalogue.locale is not None:
        head += [f'"Language: {catalogue.locale}\\n"', f'"Plural-Forms: {catalogue.plural_forms}\\n"']
    return "\n".join([*head, "", ""]).encode() + out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as the program reads it: a message without words is left out, so that English stands in."""
    told = Catalog(locale=catalogue.locale, domain="skilltrail", creation_date=_EPOCH, revision_date=_EPOCH)
    for message in ours(catalogue):
        if is_translated(message):
            told.add(message.id, message.string, context=message.context)
    out = io.BytesIO()
    write_mo(out, told)
    return out.getvalue()


def ours(catalogue: Catalog) -> list[Message]:
    """Return the messages of a catalogue without its head."""
    return [message for message in catalogue if message.id]


def key_of(message: Message) -> str:
    """Return a short name of a message that stays as long as its words do."""
    parts = [message.context or "", *_sources(message)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def _sources(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def is_translated(message: Message) -> bool:
    """Tell whether every form of a message has words, and nobody doubts them."""
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(texts) and not message.fuzzy


def faults_of(message: Message, texts: tuple[str, ...], forms: int) -> list[str]:
    """Return what is wrong with ``texts`` as the translation of a message; ``forms``: plurals of the language."""
    sources = _sources(message)
    if len(texts) != (forms if len(sources) > 1 else 1):
        return [f"{len(texts)} forms instead of {forms if len(sources) > 1 else 1}"]
    return [fault for index, text in enumerate(texts) for fault in _faults(sources[min(index, len(sources) - 1)], text)]


def _faults(source: str, text: str) -> Iterator[str]:
    if not text.strip():
        yield "no words"
        return
    if sorted(set(_HOLE.findall(source))) != sorted(set(_HOLE.findall(text))):
        yield f"placeholders differ: {source!r} → {text!r}"
    if sorted(_MARKUP.findall(source)) != sorted(_MARKUP.findall(text)):
        yield f"markup differs: {text!r}"
    if (source[:1].isspace(), source[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace()):
        yield f"blanks at the ends differ: {text!r}"
    if source.endswith(_ENDS) and not text.endswith(source[-1]):
        yield f"should end with {source[-1]!r}: {text!r}"
    if source.count("\n") != text.count("\n"):
        yield f"line breaks differ: {text!r}"
