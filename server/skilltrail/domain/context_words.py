"""How words that identify clients are compared: without case, accents and invisible signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

from skilltrail.domain.contexts import ContextForm

_ACCENTS = dict.fromkeys(range(0x300, 0x370))
_SPELT = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
# Letters that no decomposition takes apart, and signs that nobody sees: soft hyphen, joiners, marks of direction.
_PLAIN = str.maketrans(_SPELT | dict.fromkeys(map(chr, (173, *range(8203, 8208), 8288, 65279))))
_UNSEEN = frozenset((0x61C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_DIRECTIONS = dict.fromkeys(_UNSEEN)

SPELT_OUT = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ø": "oe",
    "Ø": "Oe",
    "å": "aa",
    "Å": "Aa",
}
"""How letters are written where a keyboard, an address or a file name has none of them."""

_SPELLING = str.maketrans(SPELT_OUT)

LEGAL = frozenset(
    """ab ag aps as bv co company corp corporation ev gbr gmbh inc kft kg limited llc llp ltd mbh nv ohg oy plc pty sa
    sarl sas se sl spa sprl srl srls ug und and et y the der die das le la""".split()  # noqa: SIM905 - words, to be read
)
_EVERYBODYS = frozenset(
    """www mail app shop blog api dev test stage staging web my com net org gov edu""".split()  # noqa: SIM905 - same
)

WHOLE = "="
"""What stands before a word to avoid that counts only where it stands alone; no folded word has it."""

_SHORT_LEAST = 2
"""Letters and digits of a name without its legal form that may still tell a client."""

_PREFIX_LEAST, _SUFFIX_LEAST = 4, 6
"""Letters from which on a word counts that begins, or ends, with a client's: "acmeshop", but not "sign" in "design"."""


def fold(text: str) -> str:
    """Return a text for comparing: no case, no accents, no invisible signs; ASCII keeps its length."""
    if text.isascii():
        return text.lower()
    seen = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN).translate(_DIRECTIONS)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", seen).translate(_ACCENTS))


def spelt(text: str) -> str:
    """Return a word with "ae" for "ä" and the like; others as they are."""
    return unicodedata.normalize("NFC", text).translate(_SPELLING)


def words_in(text: str) -> tuple[str, ...]:
    """Return the folded words of a text: runs of letters and digits."""
    return tuple("".join(sign if sign.isalnum() else " " for sign in fold(text)).split())


def avoided(forms: Iterable[ContextForm], common: Collection[str] = ()) -> frozenset[str]:
    """Return the folded words and phrases by which a name would give a client away.

    Of names the forms without "GmbH" and the like, of domains the part that is the client's own.

    Parameters
    ----------
    common
        Folded words and phrases that tell nobody: of a client "Data Co" the name is avoided, "data" is not. What the
        learner listed as it stands there is avoided whole alone, which ``WHOLE`` before it says: "Data", no "database".
    """
    listed: set[str] = set()
    worked_out: set[str] = set()
    for form in forms:
        named = (form.name, *form.others, *form.words)
        for word in dict.fromkeys((*named, *map(spelt, named))):
            parts = words_in(word)
            listed.add(" ".join(parts))
            worked_out.add(" ".join(part for part in parts if part not in LEGAL))
        for domain in form.domains:
            parts = words_in(domain)
            listed.add(" ".join(parts))
            # The last part is everybody's ("example", "de"); so are "www" and the like.
            worked_out.update(part for part in parts[:-1] if len(part) > 2 and part not in _EVERYBODYS)
    found = {f"{WHOLE}{word}" if word in common else word for word in listed if len(word) > 1}
    return frozenset(found | {word for word in worked_out - listed if len(word) > 1 and word not in common})


def short_form(name: str, common: Collection[str] = ()) -> str | None:
    """Return a name without the "GmbH" at its end, as it is spelt; None where that is no other name, or tells nobody.

    ``common`` as for ``avoided``: "Data" of "Data Co" stands in texts of everybody.
    """
    parts = name.split()
    while len(parts) > 1 and _is_legal(parts[-1]):
        parts.pop()
    short = " ".join(parts).rstrip(",;.-–&+ ")
    words = words_in(short)
    tells = len("".join(words)) >= _SHORT_LEAST and not "".join(words).isdecimal()
    return short if tells and words != words_in(name) and " ".join(words) not in common else None


def _is_legal(part: str) -> bool:
    """Tell whether a part of a name is a legal form ("S.L."), or no word at all ("&")."""
    word = "".join(words_in(part))
    return not word or word in LEGAL


def gives_away(text: str, avoid: frozenset[str]) -> bool:
    """Tell whether a name or term holds one of the words and phrases of ``avoided``."""
    if not avoid:
        return False
    words = words_in(text)
    spaced = f" {' '.join(words)} "
    return any(f" {one.removeprefix(WHOLE)} " in spaced or any(_carries(word, one) for word in words) for one in avoid)


def _carries(word: str, one: str) -> bool:
    """Tell whether a longer word is made with a client's: "acmeshop", "acmes"."""
    if " " in one or one.startswith(WHOLE):
        return False
    begins = len(one) >= _PREFIX_LEAST and word.startswith(one)
    return begins or (len(one) >= _SUFFIX_LEAST and word.endswith(one))
