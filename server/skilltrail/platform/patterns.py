"""Finds what must not be kept in text and replaces it by typed marks.

The rules stand in ``redaction_rules.toml``; the extension runs the same ones. Marks:

``[secret:<kind>:<4 hex>]``, ``[personal:<kind>:<4 hex>]``, ``[own-word:<n>]``. The digits are an HMAC of what stood,
so that one secret has one mark everywhere and the mark tells nothing about it; n is the word's number in the list.
"""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from skilltrail.domain.redaction import OWN_WORD, RedactionLists
from skilltrail.platform.checks import CHECKS, entropy_of, passes_luhn
from skilltrail.platform.linear import Subject, WordSet, matches
from skilltrail.platform.own_words import OwnWords
from skilltrail.platform.personal_data import PersonalData

__all__ = ["CHECKS", "Hit", "Rule", "SecretRedactor", "entropy_of", "load_rules", "passes_luhn"]

MARK = r"\[(?:(?:secret|personal):[a-z0-9_-]{1,40}:[0-9a-f]{4}|own-word:[0-9]{1,9})\]"
_OPENINGS = ("[secret:", "[personal:", "[own-word:")

# Replacing one secret can uncover another that stood in the context of the first; three passes were the most that
# any text of the tests needed. The limit only guards against a rule that would match its own mark's surroundings.
MAX_PASSES = 8

_SENTENCE_END = ".,;:?"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file; ``reject`` and ``gate`` are patterns, already looked up."""

    id: str
    kind: str
    pattern: str
    keywords: tuple[str, ...]
    entropy: float | None
    check: str | None
    reject: str | None
    browser: bool
    gate: str | None = None
    trim: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found in a text: characters ``start`` to ``end`` (exclusive). ``number`` is an own word's.

    A hit with ``stands`` is left as it is, and so is everything inside it.
    """

    start: int
    end: int
    kind: str
    family: str = "secret"
    number: int = 0
    stands: bool = False


def load_rules() -> tuple[Rule, ...]:
    """Read the shipped rules for secrets.

    Raises
    ------
    ValueError
        If a rule names an unknown check, reject pattern or gate.
    """
    data = _data()
    return tuple(_rule(row, data["reject"], data["gate"]) for row in data["rule"])


def load_rejects() -> dict[str, str]:
    """Read the patterns of what is no secret, by name."""
    return dict(_data()["reject"])


def load_gates() -> dict[str, str]:
    """Read the patterns that must occur in a text before a rule is tried, by name."""
    return dict(_data()["gate"])


def _data() -> dict[str, Any]:
    content = resources.files("skilltrail.platform").joinpath("redaction_rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)


def _rule(row: dict[str, Any], rejects: dict[str, str], gates: dict[str, str]) -> Rule:
    check, reject, gate = row.get("check"), row.get("reject"), row.get("gate")
    named = ((check, CHECKS), (reject, rejects), (gate, gates))
    if any(name is not None and name not in known for name, known in named):
        raise ValueError(f"rule {row['id']} names an unknown check, reject pattern or gate")
    return Rule(
        id=row["id"],
        kind=row["kind"],
        pattern=row["pattern"],
        keywords=tuple(row["keywords"]),
        entropy=row.get("entropy"),
        check=check,
        reject=None if reject is None else rejects[reject],
        browser=row.get("browser", True),
        gate=None if gate is None else gates[gate],
        trim=row.get("trim", False),
    )


class SecretRedactor:
    """Replaces secrets, own words and, if the learner wishes, personal data; implements the port ``Redactor``.

    Parameters
    ----------
    mark_key
        Key of the marks' digits; the paired extensions have the same one.
    rules
        Default: the shipped rules.
    lists
        The learner's own words, allowances and wishes; ``use`` changes them.
    """

    def __init__(
        self, *, mark_key: bytes, rules: Sequence[Rule] | None = None, lists: RedactionLists | None = None
    ) -> None:
        self._mark_key = mark_key
        self._rules = None if rules is None else _RuleSet(rules)
        self.use(lists or RedactionLists())

    def use(self, lists: RedactionLists) -> None:
        """Work with other lists from now on; a text that is being read keeps the ones it began with."""
        self._wishes = _Wishes(lists, OwnWords(lists.words), PersonalData(exempt=lists.exempt))

    def redact(self, text: str) -> tuple[str, dict[str, int]]:
        """Return ``text`` with marks in place of what was found, and how many of each kind were replaced.

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
        """Return what is to be replaced in ``text``, in its order; hits overlap neither each other nor a mark."""
        wishes = self._wishes
        subject = Subject(text)
        hits = [*self._secrets(subject), *wishes.found(subject)]
        if not hits:
            return []
        if wishes.lists.allowed:
            hits = [self._judged(hit, text, wishes.lists.allowed) for hit in hits]
        return _chosen(hits, standing=_marks(subject))

    def masked(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return ``text`` with "[e-mail]" and the like in place of personal data, and the kinds found."""
        return self._wishes.personal.mask(text)

    def digits(self, secret: str) -> str:
        """Return the four digits of a secret's mark."""
        return hmac.new(self._mark_key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:4]

    def _secrets(self, subject: Subject) -> Iterator[Hit]:
        rules = self._rules or _shipped_rules()
        for rule in rules.worth_trying(subject):
            yield from _hits(rule, subject)

    def _judged(self, hit: Hit, text: str, allowed: frozenset[tuple[str, str]]) -> Hit:
        if hit.family == OWN_WORD or (hit.kind, self.digits(text[hit.start : hit.end])) not in allowed:
            return hit
        return Hit(hit.start, hit.end, hit.kind, hit.family, stands=True)

    def _replaced(self, text: str, hits: Sequence[Hit]) -> str:
        parts: list[str] = []
        done = 0
        for hit in hits:
            parts += (text[done : hit.start], self._mark(text[hit.start : hit.end], hit))
            done = hit.end
        return "".join((*parts, text[done:]))

    def _mark(self, secret: str, hit: Hit) -> str:
        return (
            f"[own-word:{hit.number}]" if hit.family == OWN_WORD else f"[{hit.family}:{hit.kind}:{self.digits(secret)}]"
        )


@dataclass(frozen=True, slots=True)
class _Wishes:
    """The learner's lists with what was built from them; replaced as one."""

    lists: RedactionLists
    words: OwnWords
    personal: PersonalData

    def found(self, subject: Subject) -> Iterator[Hit]:
        for start, end, number in self.words.find(subject):
            yield Hit(start, end, OWN_WORD, OWN_WORD, number)
        if self.lists.mask_personal:
            for start, end, kind in self.personal.find(subject):
                yield Hit(start, end, kind, "personal")


class _RuleSet:
    """Rules with their keywords in one set: most texts hold the words of few rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        places: dict[str, list[int]] = {}
        for at, rule in enumerate(rules):
            for word in rule.keywords:
                places.setdefault(word, []).append(at)
        self._rules = tuple(rules)
        self._places = tuple(map(tuple, places.values()))
        self._always = frozenset(at for at, rule in enumerate(rules) if not rule.keywords)
        self._words = WordSet(list(places))

    def worth_trying(self, subject: Subject) -> list[Rule]:
        """Return the rules of which a keyword occurs, and their gate if they have one."""
        wanted = self._always.union(*(self._places[at] for at in self._words.found_in(subject.text)))
        rules = [self._rules[at] for at in sorted(wanted)]
        gates = {gate: subject.holds(gate) for gate in {rule.gate for rule in rules} if gate is not None}
        return [rule for rule in rules if rule.gate is None or gates[rule.gate]]


@lru_cache(maxsize=1)
def _shipped_rules() -> _RuleSet:
    return _RuleSet(load_rules())


def _hits(rule: Rule, subject: Subject) -> Iterator[Hit]:
    for start, end in subject.places(rule.pattern):
        secret = subject.text[start:end]
        if rule.trim:
            secret = secret.rstrip(_SENTENCE_END)
        # What begins with a mark was replaced already; asking the checks again would cost more than all else.
        if secret and not secret.startswith(_OPENINGS) and _is_secret(rule, secret):
            yield Hit(start, start + len(secret), rule.kind)


def _is_secret(rule: Rule, secret: str) -> bool:
    if rule.entropy is not None and entropy_of(secret) < rule.entropy:
        return False
    if rule.check is not None and not CHECKS[rule.check](secret):
        return False
    return rule.reject is None or not matches(rule.reject, secret)


def _marks(subject: Subject) -> list[Hit]:
    if not any(opening in subject.text for opening in _OPENINGS):
        return []
    return [Hit(start, end, "", stands=True) for start, end in subject.places(MARK)]


def _chosen(hits: Iterable[Hit], *, standing: Sequence[Hit]) -> list[Hit]:
    """Choose hits without overlap. Marks stand; then the longest, for a shorter one would leave the rest readable."""
    taken: list[Hit] = []
    starts: list[int] = []
    # Of equal spans one that stands wins: what was allowed under one kind is no secret of another.
    by_length = sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start, not hit.stands))
    for hit in (*standing, *by_length):
        # Those taken do not overlap, so only the neighbours can be in the way, however many there are.
        at = bisect(starts, hit.start)
        free = (at == 0 or taken[at - 1].end <= hit.start) and (at == len(taken) or hit.end <= taken[at].start)
        if free:
            taken.insert(at, hit)
            starts.insert(at, hit.start)
    return [hit for hit in taken if not hit.stands]
