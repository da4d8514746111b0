"""Finds structured personal data: e-mail addresses, phone numbers, IBANs, network addresses.

Names, postal addresses and birth dates are not looked for: no pattern tells them from other words. The patterns stand
in ``redaction_rules.toml``; here is what a pattern cannot say.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from skilltrail.platform.linear import Subject

_BEFORE = 16
"""Characters before a match that its check sees."""

_REGIONS = ("DE", "AT", "CH", "FR", "ES", "IT", "GB", "US", "NL", "BE", "PL", "PT", "SE", "DK", "MX", "BR", "IN")
"""Whose plans a number without a country code is tried in."""

# Addresses of nobody: public name servers that every tutorial names.
_WELL_KNOWN = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"})
_VERSION = re.compile(r"(?i)(?:version|release|driver|firmware|build|\bv|\bver)[ .:=]{0,3}$")
_ACCOUNT = re.compile(r"(?i)^(?:git|hg|svn|ssh)@")
_PACKAGE = re.compile(r"@[0-9]+\.[0-9]")


@dataclass(frozen=True, slots=True)
class PersonalRule:
    """One rule for personal data."""

    id: str
    kind: str
    pattern: str
    keywords: tuple[str, ...]
    check: str


@dataclass(frozen=True, slots=True)
class _Table:
    rules: tuple[PersonalRule, ...]
    iban_lengths: dict[str, int]


def load_personal_rules() -> tuple[PersonalRule, ...]:
    """Read the shipped rules for personal data."""
    return _table().rules


def iban_lengths() -> dict[str, int]:
    """Return the length of an IBAN by country."""
    return _table().iban_lengths


@lru_cache(maxsize=1)
def _table() -> _Table:
    content = resources.files("skilltrail.platform").joinpath("redaction_rules.toml").read_text(encoding="utf-8")
    data = tomllib.loads(content)
    rules = tuple(
        PersonalRule(row["id"], row["kind"], row["pattern"], tuple(row["keywords"]), row["check"])
        for row in data["personal"]
    )
    return _Table(rules, {entry[:2]: int(entry[2:]) for entry in data["iban"]["lengths"].split()})


class PersonalData:
    """Finds and masks; ``exempt`` are the learner's own addresses and numbers, which stay."""

    def __init__(self, *, exempt: Iterable[str] = ()) -> None:
        self._exempt = frozenset(map(bare, exempt))

    def find(self, subject: Subject) -> Iterator[tuple[int, int, str]]:
        """Yield start, end (exclusive, in characters) and kind of what is found; hits may overlap."""
        lower = subject.text.lower()
        for rule in load_personal_rules():
            if rule.keywords and not any(word in lower for word in rule.keywords):
                continue
            for start, end in subject.places(rule.pattern):
                found = subject.text[start:end]
                length = _CHECKS[rule.check](found, subject.text[max(0, start - _BEFORE) : start])
                if length and bare(found[:length]) not in self._exempt:
                    yield start, start + length, rule.kind

    def mask(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return ``text`` with ``[e-mail]`` and the like in place of personal data, and the kinds that were found."""
        parts: list[str] = []
        kinds: set[str] = set()
        done = 0
        for start, end, kind in sorted(self.find(Subject(text)), key=lambda hit: (hit[0], -hit[1])):
            if start >= done:
                parts += (text[done:start], f"[{kind}]")
                kinds.add(kind)
                done = end
        return "".join((*parts, text[done:])), tuple(sorted(kinds))


def bare(value: str) -> str:
    """Return what two ways of writing one address or number have in common."""
    value = value.strip().lower()
    return value if "@" in value else "".join(sign for sign in value if sign.isalnum() or sign == ":")


def kind_of(value: str) -> str | None:
    """Return the kind of personal data that ``value`` is as a whole, or None."""
    value = value.strip()
    # With a label before it a number without a country code counts too.
    for text in (value, f"Tel. {value}"):
        for start, end, kind in PersonalData().find(Subject(text)):
            if text[start:end] == value:
                return kind
    return None


def _e_mail(found: str, _before: str) -> int:
    return 0 if _ACCOUNT.match(found) or _PACKAGE.search(found) else len(found)


def _iban(found: str, _before: str) -> int:
    """Cut off the words that stand behind it, then ask for the check digits (ISO 13616)."""
    from stdnum import iban

    wanted, seen = iban_lengths().get(found[:2], 0), 0
    for at, sign in enumerate(found):
        seen += sign.isalnum()
        if seen == wanted and wanted:
            number = found[: at + 1]
            followed = found[at + 1 : at + 2].isalnum()
            return at + 1 if not followed and iban.is_valid(number.replace("-", ""), check_country=False) else 0
    return 0


def _ipv4(found: str, before: str) -> int:
    if found in _WELL_KNOWN or _VERSION.search(before):
        return 0
    try:
        address = ipaddress.IPv4Address(found)
    except ValueError:
        return 0
    nobody = address.is_loopback or address.is_unspecified or address.is_multicast
    return 0 if nobody or found.startswith(("0.", "255.")) else len(found)


def _ipv6(found: str, _before: str) -> int:
    try:
        ipaddress.IPv6Address(found)
    except ValueError:
        return 0
    return len(found) if any("0" <= sign <= "9" for sign in found) else 0


def _mac(found: str, _before: str) -> int:
    return 0 if len(set(found) - set(":-.")) == 1 else len(found)


def _phone(found: str, _before: str) -> int:
    """Ask the plans of the countries whether there can be such a number."""
    import phonenumbers

    international = found.startswith(("+", "00"))
    number = "+" + found[2:] if found.startswith("00") else found
    for region in (None,) if international else _REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return len(found)
        except phonenumbers.NumberParseException:
            continue
    return 0


_CHECKS: dict[str, Callable[[str, str], int]] = {
    "e-mail": _e_mail,
    "iban": _iban,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "mac": _mac,
    "phone": _phone,
}
