"""A text as it is meant where it is written in code: entities, escapes, percent signs, quoted-printable; linear time.

For looking for words, never for showing: a reading may be wrong where what looks like code is none, so that it is only
ever looked through beside the text itself.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from skilltrail.domain.context_words import SPELT_OUT
from skilltrail.platform.linear import Subject

DEPTH = 3
"""Codes that are read within each other: "%25C3%25BC", "&amp;uuml;"."""

_HEX = "[0-9A-Fa-f]"
_CODES = (
    r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});",
    r"&#[0-9]{1,7}",
    rf"(?:\\u{_HEX}{{4}}|%u{_HEX}{{4}})+",
    rf"\\u\{{{_HEX}{{1,6}}\}}|\\U{_HEX}{{8}}",
    rf"(?:\\x{_HEX}{{2}})+",
    r"(?:\\[0-3][0-7]{2})+",
    r"\\[abfnrtv/\\\"']",
    rf"(?:%{_HEX}{{2}})+",
    r"\b[xX][nN]--[A-Za-z0-9-]{1,59}",
)
_CODED = f"(?P<secret>{'|'.join(_CODES)})"
_MAIL = rf"(?:={_HEX}{{2}})+|=\r?\n"
_MAILED = rf"(?P<secret>{'|'.join(_CODES)}|{_MAIL})"
"""With quoted-printable; apart, for many a "=" of a program is none."""

_BLANKS = {"n": "\n", "t": "\t", "r": "\r", "a": " ", "b": " ", "f": " ", "v": " "}

_UMLAUT = f"(?P<secret>[{''.join(SPELT_OUT)}]|[aouAOU]\\x{{308}}|[aA]\\x{{30A}})"
_DOTS = {"\N{COMBINING DIAERESIS}": "e", "\N{COMBINING RING ABOVE}": "a"}
"""The same of letters that are written in two signs."""

_Piece = tuple[str, int]
"""What stands for a piece of code, and how much of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is meant; ``places`` says for each sign of it, and for its end, where that stands in the text."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece of the reading stands in the text, end exclusive."""
        return self.places[start], max(self.places[end], self.places[start])


def readings(text: str) -> Iterator[Reading]:
    """Yield the ways in which a text can be meant other than as it stands; most have none."""
    found = _read(text, _CODED)
    if found is not None:
        yield found
    if "=" in text and Subject(text).holds(_MAIL):
        mailed = _read(text, _MAILED)
        if mailed is not None and (found is None or mailed.text != found.text):
            yield mailed


def spelt_out(text: str) -> Reading | None:
    """Return a text with "ae" for "ä" and the like; None where it has nothing of that kind."""
    return None if text.isascii() else _read_once(text, _UMLAUT, _two_letters)


def _read(text: str, pattern: str) -> Reading | None:
    found: Reading | None = None
    for _depth in range(DEPTH):
        once = _read_once(text if found is None else found.text, pattern, _pieces)
        if once is None:
            break
        found = once if found is None else Reading(once.text, [found.places[place] for place in once.places])
    return found


def _read_once(text: str, pattern: str, pieces: Callable[[str], Iterable[_Piece]]) -> Reading | None:
    signs: list[str] = []
    places: list[int] = []
    at = 0
    for start, end in Subject(text).places(pattern):
        signs.append(text[at:start])
        places += range(at, start)
        place = start
        for sign, length in pieces(text[start:end]):
            signs.append(sign)
            places += [place] * len(sign)
            place += length
        at = end
    if not at:
        return None
    read = "".join([*signs, text[at:]])
    return None if read == text else Reading(read, [*places, *range(at, len(text) + 1)])


def _two_letters(letter: str) -> list[_Piece]:
    if len(letter) == 1:
        return [(SPELT_OUT[letter], 1)]
    return [(letter[0], 1), (_DOTS[letter[1]], 1)]


def _pieces(code: str) -> Iterator[_Piece]:
    """Yield what a run of code means, sign by sign, each with its length as code."""
    if code[0] == "&":
        yield html.unescape(code), len(code)
    elif code[:2].lower() in ("\\u", "%u"):
        yield from _units(code)
    elif code[:2] == "\\x":
        yield from _bytes(bytes.fromhex(code.replace("\\x", "")), 4)
    elif code[0] == "\\" and code[1].isdigit():
        yield from _bytes(bytes(int(one, 8) for one in code.split("\\")[1:]), 4)
    elif code[0] == "\\":
        yield _BLANKS.get(code[1], code[1]), 2
    elif code[0] == "%" or (code[0] == "=" and code[1] not in "\r\n"):
        yield from _bytes(bytes.fromhex(code.replace(code[0], "")), 3)
    elif code[0] == "=":
        yield "", len(code)
    else:
        yield _host(code), len(code)


def _units(code: str) -> Iterator[_Piece]:
    """Yield the signs of a run of UTF-16 units, or of one code point in braces or eight digits."""
    if code[1] == "U" or code[2] == "{":
        number = int(code[2:].strip("{}"), 16)
        yield chr(number) if number < 0x110000 else "\N{REPLACEMENT CHARACTER}", len(code)
        return
    units = b"".join(int(code[at + 2 : at + 6], 16).to_bytes(2, "little") for at in range(0, len(code), 6))
    for sign in units.decode("utf-16-le", "replace"):
        yield sign, 12 if ord(sign) > 0xFFFF else 6


def _bytes(data: bytes, each: int) -> Iterator[_Piece]:
    """Yield the signs of bytes, each of which is so long as code: UTF-8, else one sign a byte."""
    try:
        yield from ((sign, each * len(sign.encode())) for sign in data.decode())
    except UnicodeDecodeError:
        yield from ((chr(byte), each) for byte in data)


def _host(label: str) -> str:
    """Return a label of a host's name as it is read ("xn--mller-kva")."""
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
