"""Finds secrets in text and replaces them by typed marks.

The rules stand in ``redaction_rules.toml``; the extension runs a subset of the same ones. RE2 runs every pattern in
linear time, whatever the text holds.

A mark reads ``[secret:<kind>:<4 hex>]``. Its digits are an HMAC of the secret, so that one secret has one mark
everywhere, and the mark tells nothing about it.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import re2

MARK = r"\[secret:[a-z0-9_-]{1,40}:[0-9a-f]{4}\]"

# Replacing one secret can uncover another that stood in the context of the first; three passes were the most that
# any text of the tests needed. The limit only guards against a rule that would match its own mark's surroundings.
MAX_PASSES = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file; ``reject`` is a pattern, already looked up."""

    id: str
    kind: str
    pattern: str
    keywords: tuple[str, ...]
    entropy: float | None
    check: str | None
    reject: str | None
    browser: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret in a text: characters ``start`` to ``end`` (exclusive)."""

    start: int
    end: int
    kind: str


def load_rules() -> tuple[Rule, ...]:
    """Read the shipped rules.

    Raises
    ------
    ValueError
        If a rule names an unknown check or reject pattern.
    """
    content = resources.files("skilltrail.platform").joinpath("redaction_rules.toml").read_text(encoding="utf-8")
    data = tomllib.loads(content)
    return tuple(_rule(row, data["reject"]) for row in data["rule"])


def _rule(row: dict[str, Any], rejects: dict[str, str]) -> Rule:
    check, reject = row.get("check"), row.get("reject")
    if (check is not None and check not in CHECKS) or (reject is not None and reject not in rejects):
        raise ValueError(f"rule {row['id']} names an unknown check or reject pattern")
    return Rule(
        id=row["id"],
        kind=row["kind"],
        pattern=row["pattern"],
        keywords=tuple(row["keywords"]),
        entropy=row.get("entropy"),
        check=check,
        reject=None if reject is None else rejects[reject],
        browser=row.get("browser", True),
    )


class SecretRedactor:
    """Replaces secrets by marks; implements the port ``Redactor``.

    Parameters
    ----------
    mark_key
        Key of the marks' digits; the paired extensions have the same one.
    rules
        Default: the shipped rules.
    """

    def __init__(self, *, mark_key: bytes, rules: Sequence[Rule] | None = None) -> None:
        self._mark_key = mark_key
        self._rules = rules
        self._by_keyword: dict[str, tuple[int, ...]] | None = None

    def redact(self, text: str) -> tuple[str, dict[str, int]]:
        """Return ``text`` with marks in place of its secrets, and how many of each kind were replaced.

        Redacting the result again changes nothing.
        """
        counts: Counter[str] = Counter()
        for _pass in range(MAX_PASSES):
            hits = self.find(text)
            if not hits:
                break
            counts.update(hit.kind for hit in hits)
            text = self._replaced(text, hits)
        return text, dict(counts)

    def find(self, text: str) -> list[Hit]:
        """Return the secrets in ``text`` in its order; they overlap neither each other nor a mark."""
        rules = self._candidates(text.lower())
        if not rules:
            return []
        hits = [hit for rule in rules for hit in _hits(rule, text)]
        return _longest_first(hits, standing=_marks(text)) if hits else []

    def _candidates(self, lower: str) -> list[Rule]:
        rules = self._rules if self._rules is not None else _shipped_rules()
        if self._by_keyword is None:
            self._by_keyword = _keyword_index(rules)
        wanted = {at for word, places in self._by_keyword.items() if word in lower for at in places}
        return [rules[at] for at in sorted(wanted)]

    def _replaced(self, text: str, hits: Sequence[Hit]) -> str:
        parts: list[str] = []
        done = 0
        for hit in hits:
            parts += (text[done : hit.start], self._mark(text[hit.start : hit.end], hit.kind))
            done = hit.end
        return "".join((*parts, text[done:]))

    def _mark(self, secret: str, kind: str) -> str:
        digest = hmac.new(self._mark_key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"[secret:{kind}:{digest[:4]}]"


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


def _is_mixed(secret: str) -> bool:
    """Letters with digits or signs: words and plain numbers are no secrets."""
    letters = any("a" <= sign <= "z" or "A" <= sign <= "Z" for sign in secret)
    return letters and any(sign in "0123456789!@#$%^&*+?~" for sign in secret)


def _is_token(secret: str) -> bool:
    """As mixed, but names of classes with a number in them ("ParserV2Factory") are none."""
    return _is_mixed(secret) and not _compiled(r"^(?:(?:[A-Z][a-z]+|[A-Z]{1,5})[0-9]{0,2}){2,}$").search(secret)


def _is_session(secret: str) -> bool:
    """A cookie header matters when one of its values is long enough to be a session."""
    return _compiled(r"=[A-Za-z0-9%._+/-]{16}").search(secret) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "mixed": _is_mixed,
    "token": _is_token,
    "luhn": passes_luhn,
    "session": _is_session,
}


@lru_cache(maxsize=1)
def _shipped_rules() -> tuple[Rule, ...]:
    return load_rules()


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def _keyword_index(rules: Sequence[Rule]) -> dict[str, tuple[int, ...]]:
    """Return keyword → places of its rules; "" (in every text) for rules without keywords."""
    index: dict[str, list[int]] = {}
    for at, rule in enumerate(rules):
        for word in rule.keywords or ("",):
            index.setdefault(word, []).append(at)
    return {word: tuple(places) for word, places in index.items()}


def _hits(rule: Rule, text: str) -> Iterator[Hit]:
    pattern = _compiled(rule.pattern)
    group = pattern.groupindex.get("secret", 0)
    for match in pattern.finditer(text):
        start, end = match.span(group)
        if 0 <= start < end and _is_secret(rule, text[start:end]):
            yield Hit(start, end, rule.kind)


def _is_secret(rule: Rule, secret: str) -> bool:
    if rule.entropy is not None and entropy_of(secret) < rule.entropy:
        return False
    if rule.check is not None and not CHECKS[rule.check](secret):
        return False
    return rule.reject is None or _compiled(rule.reject).search(secret) is None


def _marks(text: str) -> list[Hit]:
    if "[secret:" not in text:
        return []
    return [Hit(match.start(), match.end(), "") for match in _compiled(MARK).finditer(text)]


def _longest_first(hits: Iterable[Hit], *, standing: Sequence[Hit]) -> list[Hit]:
    """Choose hits without overlap. Marks stand; then the longest, for a shorter one would leave the rest readable."""
    kept: list[Hit] = []
    for run in _clusters([*standing, *hits]):
        chosen = [hit for hit in run if not hit.kind]
        for hit in sorted((hit for hit in run if hit.kind), key=lambda hit: (hit.start - hit.end, hit.start)):
            if not any(hit.start < other.end and other.start < hit.end for other in chosen):
                chosen.append(hit)
        kept += (hit for hit in chosen if hit.kind)
    return sorted(kept, key=lambda hit: hit.start)


def _clusters(hits: Iterable[Hit]) -> Iterator[list[Hit]]:
    """Yield runs of hits that overlap one another, so that the choice among them stays small in long texts."""
    run: list[Hit] = []
    end = -1
    for hit in sorted(hits, key=lambda hit: hit.start):
        if run and hit.start >= end:
            yield run
            run = []
        run.append(hit)
        end = max(end, hit.end)
    if run:
        yield run
