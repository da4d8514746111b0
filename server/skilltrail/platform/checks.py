"""What a pattern cannot say about a secret: sums, mixtures, randomness. The extension has the same checks."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

# These look at one short secret, never at a text; each is linear for every engine.
# Every part of it ends where the next begins, so there is one way only to read a name; one part alone is no name.
_CLASS_NAME = re.compile(
    r"[a-z]{2,40}(?:[A-Z][a-z]{2,40}[0-9]{0,2})+"
    r"|(?:(?:[A-Z]{2,}|V)?[A-Z][a-z]{2,40}[0-9]{0,2}|(?:[A-Z]{2,}|V)[0-9]{1,2})+(?:[A-Z]{2,}|V)?"
)
_ONE_PART = re.compile(r"(?:[A-Z][a-z]{2,40}|[A-Z]{2,3}|V)[0-9]{0,2}")
_WORDS = re.compile(r"(?:[A-Za-z]{2,}[0-9]{0,2}[_/.=-]+){2,}[A-Za-z]{2,}[0-9]{0,2}")
_RUNS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_SESSION = re.compile(r"=[A-Za-z0-9%._+/-]{16}")
_NUMBERED_WORD = re.compile(
    r"[A-Za-z]+[0-9]|[A-Za-z]{1,5}[0-9]{1,2}|[0-9]+[A-Za-z]{1,3}|[A-Za-z_.-]*[0-9]+\.[0-9.]+[A-Za-z]{0,3}"
)
_SIGNS = "0123456789!@#$%^&*+?~"


def entropy_of(text: str) -> float:
    """Return the Shannon entropy of ``text`` in bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def passes_luhn(text: str) -> bool:
    """Tell whether the digits of ``text`` are 12 to 19 and have a valid check digit (ISO/IEC 7812-1, annex B)."""
    digits = [int(sign) for sign in text if "0" <= sign <= "9"]
    if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def is_mixed(secret: str) -> bool:
    """Tell whether there are letters with digits or signs: words and plain numbers are no secrets."""
    return _has_letter(secret) and any(sign in _SIGNS for sign in secret)


def is_token(secret: str) -> bool:
    """As mixed, but names of classes with a number in them ("ParserV2Factory") are none."""
    return is_mixed(secret) and not (_CLASS_NAME.fullmatch(secret) and not _ONE_PART.fullmatch(secret))


def is_session(secret: str) -> bool:
    """Tell whether one of a cookie header's values is long enough to be a session."""
    return _SESSION.search(secret) is not None


def is_strong(secret: str) -> bool:
    """Tell whether ``secret`` looks made up: letters with digits, and more than a word with a short number.

    Three kinds of character of four (lower, upper, digit, sign), or digits in two places, or two and more of them.
    """
    runs = re.findall(r"[0-9]+", secret)
    if len(secret) < 6 or not runs or not is_mixed(secret) or _NUMBERED_WORD.fullmatch(secret):
        return False
    return len({_kind(sign) for sign in secret}) >= 3 or len(runs) >= 2 or len(runs[0]) >= 2


def is_random(secret: str) -> bool:
    """Tell whether ``secret`` is strong and as no name or path is: digits in several places, and no words.

    Runs of letters or digits are about two signs long in what was drawn by chance, and four and more in names.
    """
    if not is_strong(secret) or len(re.findall(r"[0-9]+", secret)) < 2 or _WORDS.fullmatch(secret):
        return False
    runs = _RUNS.findall(secret)
    return 3 * len(runs) >= sum(map(len, runs)) or _HEX.fullmatch(secret) is not None


def _kind(sign: str) -> str:
    if "0" <= sign <= "9":
        return "digit"
    if sign != sign.lower():
        return "upper"
    return "lower" if sign != sign.upper() else "sign"


def _has_letter(secret: str) -> bool:
    return any("a" <= sign <= "z" or "A" <= sign <= "Z" for sign in secret)


CHECKS: dict[str, Callable[[str], bool]] = {
    "mixed": is_mixed,
    "token": is_token,
    "luhn": passes_luhn,
    "session": is_session,
    "strong": is_strong,
    "random": is_random,
}
