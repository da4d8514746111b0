"""The recovery key: what the learner prints once and types when everything else is lost.

Eight groups of five signs, "K7QWM-…": 31 signs that nobody takes for one another. In each group four signs are drawn
by lot (158 bits in all) and the fifth makes the group's weighted sum right, so a slip of the pen is found in its group:
31 is a prime, hence every wrong sign, every swap of two neighbours and every swap of two groups shows.
"""

from __future__ import annotations

import re
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from skilltrail.errors import SecretRefused
from skilltrail.i18n import _

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS = 8
GROUP_SIGNS = 5

_PRIME = len(SIGNS)
_INFO = b"skilltrail recovery key v1"
_WRITTEN = re.compile(rf"(?<![\w-])(?:[{SIGNS}]{{{GROUP_SIGNS}}}-){{{GROUPS - 1}}}[{SIGNS}]{{{GROUP_SIGNS}}}(?![\w-])")


def new_recovery_key() -> str:
    """Return a new recovery key as it is shown and printed."""
    return "-".join(_group(number, [secrets.randbelow(_PRIME) for _sign in range(4)]) for number in range(GROUPS))


def recovery_secret(text: str) -> bytes:
    """Return the 32 secret bytes of a recovery key.

    Parameters
    ----------
    text
        As typed, in any case and with any blanks or dashes, or the whole text of the saved file.

    Raises
    ------
    SecretRefused
        If it cannot be a recovery key; the message names the group with the slip.
    """
    signs = _signs_of(text)
    if len(signs) != GROUPS * GROUP_SIGNS:
        words = _("A recovery key has {groups} groups of {signs} signs; this has {found} signs.")
        raise SecretRefused(words.format(groups=GROUPS, signs=GROUP_SIGNS, found=len(signs)))
    groups = [signs[start : start + GROUP_SIGNS] for start in range(0, len(signs), GROUP_SIGNS)]
    wrong = [number + 1 for number, group in enumerate(groups) if not _is_right(number, group)]
    if wrong:
        words = _("There is a slip in group {group} of the recovery key. Compare it with the paper.")
        raise SecretRefused(words.format(group=", ".join(map(str, wrong))))
    drawn = "".join(group[:-1] for group in groups)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"", info=_INFO).derive(drawn.encode("ascii"))


def _signs_of(text: str) -> str:
    saved = _WRITTEN.search(text)
    return re.sub(r"[\s\-–—.]", "", saved.group() if saved else text).upper()


def _group(number: int, drawn: list[int]) -> str:
    # The sum of sign x place must be the group's number, modulo 31; so groups cannot change places either.
    rest = number + 1 - sum(place * value for place, value in enumerate(drawn, 1))
    check = rest * pow(GROUP_SIGNS, -1, _PRIME) % _PRIME
    return "".join(SIGNS[value] for value in [*drawn, check])


def _is_right(number: int, group: str) -> bool:
    values = [SIGNS.find(sign) for sign in group]
    return -1 not in values and sum(place * value for place, value in enumerate(values, 1)) % _PRIME == number + 1
