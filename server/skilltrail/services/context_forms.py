"""What learners type about clients, made clean; what could identify nobody is refused with a reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace

from skilltrail.domain.context_words import fold, short_form
from skilltrail.domain.contexts import NAME_LIMIT, WORDS_LIMIT, Context, ContextForm
from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _

_DOMAIN_LEAST = 4
_LABEL_MOST = 63
_DIGITS_LEAST = 4


def cleaned(form: ContextForm, common: Collection[str] = ()) -> ContextForm:
    """Return a form with its texts tidied; raises RequestInvalid. ``common`` words stand in nearly every text."""
    name = one_line(form.name)
    if not name:
        raise RequestInvalid(_("A name is missing."))
    known = {fold(name)}
    for word in (name, *form.others, *form.words):
        _refuse_common(one_line(word), common)
    return replace(
        form,
        name=_word(name),
        others=_each(form.others, known),
        domains=_domains(form.domains),
        words=_each(form.words, known),
    )


def missing_short(form: ContextForm, beside: Iterable[Context], common: Collection[str]) -> str | None:
    """Return the short form of a client's name by which texts do not find it yet; None where there is none.

    What one of the clients and projects ``beside`` is called is no short form of it; ``common`` words tell nobody.
    """
    short = short_form(form.name, common)
    if short is None or len(form.others) >= WORDS_LIMIT:
        return None
    known = {fold(word) for one in (form, *(each.form for each in beside)) for _how, word in one.named()}
    return None if fold(short) in known else short


def one_line(text: str) -> str:
    """Return a text on one line, in one spelling, without signs that nobody sees."""
    seen = "".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFC", text))
    return " ".join(seen.split())


def _each(words: Iterable[str], known: set[str]) -> tuple[str, ...]:
    """Return words without empty ones and those that are there already; ``known`` grows."""
    found = []
    for word in map(one_line, words):
        if word and fold(word) not in known:
            known.add(fold(word))
            found.append(_word(word))
    return _few(found)


def _word(word: str) -> str:
    folded = fold(word)
    letters = sum(sign.isalnum() for sign in folded)
    if len(word) > NAME_LIMIT:
        words = _("“{word}…” is too long: at most {most} characters.")
        raise RequestInvalid(words.format(word=word[:20], most=NAME_LIMIT))
    if letters < 2 and not (letters == 1 and not folded.isascii()):
        raise RequestInvalid(_("“{word}” is too short: two letters or digits at least.").format(word=word))
    return word


def _refuse_common(word: str, common: Collection[str]) -> None:
    folded = fold(word)
    if folded in common or (folded.isdecimal() and len(folded) < _DIGITS_LEAST):
        raise RequestInvalid(_("“{word}” stands in nearly every text; it tells no client.").format(word=word))


def _domains(domains: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for typed in map(one_line, domains):
        if typed:
            found[domain_of(typed)] = None
    return _few(list(found))


def domain_of(typed: str) -> str:
    """Return the bare domain of what was typed: an address of a page or of a person; raises RequestInvalid."""
    rest = typed.lower().rsplit("://", maxsplit=1)[-1].rsplit("@", maxsplit=1)[-1]
    domain = rest.replace("/", " ").replace("?", " ").replace("#", " ").replace(":", " ").split(" ")[0].strip(".")
    domain = domain.removeprefix("www.")
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) < _DOMAIN_LEAST or len(domain) > NAME_LIMIT or not all(map(_is_label, labels)):
        words = _("“{word}” is no domain, such as acme.example.").format(word=typed[:NAME_LIMIT])
        raise RequestInvalid(words)
    return domain


def _is_label(label: str) -> bool:
    plain = label.replace("-", "")
    return plain.isalnum() and label[:1] != "-" and label[-1:] != "-" and len(label) <= _LABEL_MOST


def _few(words: list[str]) -> tuple[str, ...]:
    if len(words) > WORDS_LIMIT:
        raise RequestInvalid(_("These are too many: at most {most} of a kind.").format(most=WORDS_LIMIT))
    return tuple(words)
