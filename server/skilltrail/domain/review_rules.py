"""What makes an answer worth checking: plain rules that anyone can read, and the sentences that they concern.

The rules look for kinds of claims that language models often get wrong and that a reader can look up. They say nothing
about whether a claim is right. Words are those of English, German, Spanish and French.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

RULES_VERSION = 1
"""A higher one makes all answers be looked at anew."""

READ_CHARACTERS = 60_000
"""Of a longer answer the beginning is looked at."""

FINDINGS_MOST = 24
"""Findings kept of one answer."""

SENTENCE_MOST = 400
"""Characters of a sentence that are shown on each side of what was found."""

RULES = ("law", "health", "citation", "money", "figure", "version", "date")
"""Names of the rules, the gravest first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: the sentence from ``start`` to ``end``, and in it what it found, from ``at`` to ``to``.

    All are positions in the answer, counted in characters from 0, ends not included.
    """

    rule: str
    start: int
    end: int
    at: int
    to: int


MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
YEAR = r"(?:19|20)\d\d"

_LAW = re.compile(
    r"\b(?:by law|legally|illegal|unlawful|GDPR|DSGVO|RGPD|CCPA|HIPAA|liable|liability|copyright(?:ed)?|statutes?|"
    r"lawsuit|court ruling|tax(?:able|es|ed)?|VAT|sales tax|withholding|breach of contract|licen[cs]e terms|"
    r"gesetzlich|Gesetz(?:es)?|Urheberrecht|haftbar|Haftung|Umsatzsteuer|Mehrwertsteuer|steuerpflichtig|"
    r"ilegal|legalmente|impuestos?|IVA|illégal|impôts?|TVA|Article \d{1,4}|Artikel \d{1,4})\b|§\s?\d{1,4}",
    re.IGNORECASE,
)
_HEALTH = re.compile(
    r"\b(?:dosages?|doses?|symptoms?|diagnosis|diagnosed with|medications?|side effects?|pregnan(?:t|cy)|vaccin\w{1,6}|"
    r"blood pressure|blood sugar|allergic|disease|Dosis|Dosierung|Nebenwirkung(?:en)?|Schwangerschaft|Blutdruck|"
    r"Medikamente?n?|Krankheit(?:en)?|dosis|síntomas?|embarazo|medicamentos?|enfermedad|symptômes?|grossesse|"
    r"médicaments?|maladies?|\d{1,4}\s?(?:mg|mcg|µg))\b",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"\bhttps?://[^\s<>)\]]{4,200}|\bdoi:\s?10\.\d{4,9}/|\bet al\b|\bRFC \d{3,5}\b|\bISBN\b|"
    r"\b(?:according to|studies show|study (?:by|from|found)|research (?:shows|by|found)|survey (?:by|of|found)|"
    r"laut einer|eine Studie|einer Studie|según un|un estudio|selon une|une étude)\b",
    re.IGNORECASE,
)
_AUTHOR = re.compile(r"\([A-ZÄÖÜ][\w'’-]{1,30}(?: (?:&|and|und|y|et) [A-ZÄÖÜ][\w'’-]{1,30})?,? (?:19|20)\d\d[a-z]?\)")
_MONEY = re.compile(
    r"(?:[€£¥]|(?<![\w$])(?:US|CA|AU)?\$)\s?\d[\d.,]{0,14}|"
    r"(?<![\w.,])\d[\d.,]{0,14}\s?(?:€|£|¥|(?:EUR|USD|GBP|CHF|JPY|euros?|dollars?|pounds sterling)\b)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![\w.,])\d[\d.,]{0,14}\s?(?:%|(?:percent|per cent|Prozent|por ciento|pour cent|million|billion|trillion|"
    r"Millionen|Milliarden?|millones|millions|milliards?|times (?:faster|slower|more|as)|mal so|"
    r"km|kg|TB|GB|MB|GHz|MHz|kWh|ms|°C|°F)(?!\w))|"
    r"(?<![\w.,])\d{1,3}(?:[,.\u202f]\d{3}){1,4}(?![\w])|\b\d{1,4} out of (?:every )?\d{1,4}\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?<![\w.])v?\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w]|\.\d)|"
    r"\b(?:version|release|Python|Node(?:\.js)?|PHP|Java|Django|React|Vue|Angular|PostgreSQL|MySQL|MariaDB|SQLite|"
    r"Ubuntu|Debian|Android|iOS|macOS|Windows|Rails|Laravel|WordPress|TypeScript|Chrome|Firefox|Safari|Photoshop|"
    r"Excel|Figma|Unity|Kotlin|Swift|Rust|Go)\s{1,3}v?\d{1,4}(?:\.\d{1,4}){0,3}\b|"
    r"\b(?:deprecated|removed|introduced|no longer supported) (?:in|since|as of)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b" + YEAR + r"-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]" + YEAR + r"\b|"
    r"\b(?:in|since|by|until|before|after|from|as of|seit|im Jahr|bis|desde|depuis|en)\s{1,3}" + YEAR + r"\b|"
    r"\b\d{1,2}(?:\.|st|nd|rd|th)?\s(?:de |of )?" + MONTHS + r"\b|\b" + MONTHS + r"\s\d{1,2}(?!\w)|"
    r"\b" + MONTHS + r"\s" + YEAR + r"\b",
    re.IGNORECASE,
)
_OF = {
    "law": (_LAW,),
    "health": (_HEALTH,),
    "citation": (_CITATION, _AUTHOR),
    "money": (_MONEY,),
    "figure": (_FIGURE,),
    "version": (_VERSION,),
    "date": (_DATE,),
}
_INLINE_CODE = re.compile(r"`[^`\n]{1,200}`")
_BREAK = re.compile(r"(?<=[.!?…])\s{1,4}(?=[\w\"“„«¿¡(*])|(?<=[。！？])")


def find(reply: str) -> tuple[Finding, ...]:
    """Return what the rules find in an answer, in its order; a rule counts once in a sentence.

    Code is left out, for numbers in it claim nothing; so are questions.
    """
    text = reply[:READ_CHARACTERS]
    spans = _sentences(text)
    starts = [start for start, _end in spans]
    plain = _INLINE_CODE.sub(lambda found: " " * len(found.group()), text)
    found: dict[tuple[int, str], Finding] = {}
    for rule in RULES:
        for pattern in _OF[rule]:
            for match in pattern.finditer(plain):
                place = bisect_right(starts, match.start()) - 1
                if place >= 0 and match.end() <= spans[place][1]:
                    found.setdefault((place, rule), _finding(rule, spans[place], match.start(), match.end()))
    return tuple(sorted(found.values(), key=lambda one: (one.start, RULES.index(one.rule))))[:FINDINGS_MOST]


def _finding(rule: str, span: tuple[int, int], at: int, to: int) -> Finding:
    return Finding(rule, max(span[0], at - SENTENCE_MOST), min(span[1], to + SENTENCE_MOST), at, to)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return begin and end of each sentence that claims something, in order."""
    found: list[tuple[int, int]] = []
    at, in_code = 0, False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith(("```", "~~~")):
            in_code = not in_code
        elif not in_code:
            found += _of_line(line, at)
        at += len(line)
    return found


def _of_line(line: str, offset: int) -> list[tuple[int, int]]:
    breaks = [0, *(found.end() for found in _BREAK.finditer(line)), len(line)]
    pieces = []
    for start, end in pairwise(breaks):
        piece = line[start:end]
        body = piece.strip()
        if body and not body.endswith(("?", "？")):
            begin = offset + start + len(piece) - len(piece.lstrip())
            pieces.append((begin, begin + len(body)))
    return pieces
