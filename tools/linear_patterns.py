"""Tells whether a backtracking engine (JavaScript's) runs a pattern in time linear in the text.

Sufficient conditions, checked on the parse tree:

1. Every repeat has an upper bound, or its characters exclude the first character of the pattern: then no second
   attempt can start inside the run, and each character is read by one attempt only.
2. A repeat whose body varies in length is allowed only if the body can be read in one way: neighbouring parts, and
   the last with the first, share no character.
3. What is left is choice: a repeat that shares characters with what follows it can end at any place of its span. The
   product of those spans is the work of one attempt, and must stay under ``MAX_WORK``; so must each look-ahead's, by
   itself. Nothing can fail after the last part, so it leaves no choice.
"""

from __future__ import annotations

import re._constants as op
import re._parser as parser
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

MAX_WORK = 25_000
_ASCII = frozenset(range(128))
_OTHER = -1  # stands for every character beyond ASCII that the pattern does not name
_WORD = frozenset(map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))
_ZERO_WIDTH = (op.AT, op.ASSERT, op.ASSERT_NOT)
_DIGITS = frozenset(map(ord, "0123456789"))


class NotLinearError(ValueError):
    """The pattern may take more than linear time, or is not understood; the message says where."""


@dataclass(frozen=True)
class _Scope:
    fold: bool
    every: frozenset[int]
    """ASCII, what the pattern names beyond it, and the rest as one."""
    start: frozenset[int] = frozenset()
    """Characters that an attempt can begin with."""


def check_linear(source: str, *, ignore_case: bool) -> int:
    """Return the work of one attempt; ``source`` in Python's syntax.

    Raises
    ------
    NotLinearError
        If one of the conditions does not hold.
    """
    tree = list(parser.parse(source))
    scope = _Scope(fold=ignore_case, every=_ASCII | set(map(ord, source)) | {_OTHER})
    scope = replace(scope, start=_first(tree, scope))
    return _within_limit(_work(tree, None, scope))


def _within_limit(work: int) -> int:
    if work > MAX_WORK:
        raise NotLinearError(f"one attempt may take {work} steps")
    return work


def _work(nodes: list[Any], after: frozenset[int] | None, scope: _Scope) -> int:
    """Return the choices in a sequence that is followed by one of ``after``; None: by nothing."""
    total = 1
    for at, (kind, value) in enumerate(nodes):
        if kind in (op.ASSERT, op.ASSERT_NOT):
            _within_limit(_work(list(value[1]), None, scope))
            continue
        follow: frozenset[int] | None = _first(nodes[at + 1 :], scope)
        if all(later in _ZERO_WIDTH for later, _value in nodes[at + 1 :]) and after is None:
            follow = None
        elif _width(nodes[at + 1 :])[0] == 0:
            follow = (follow or frozenset()) | (after or frozenset())
        total *= _choices(kind, value, follow, scope)
    return total


def _choices(kind: Any, value: Any, follow: frozenset[int] | None, scope: _Scope) -> int:
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _repeat_choices(value, follow, scope)
    if kind is op.SUBPATTERN:
        return _work(list(value[3]), follow, scope)
    if kind is op.BRANCH:
        words = [word for branch in value[1] if (word := _literal(branch)) is not None]
        others = [list(branch) for branch in value[1] if _literal(branch) is None]
        return max(1, _longest_chain(words) + sum(_work(branch, follow, scope) for branch in others))
    return 1


def _literal(branch: Any) -> str | None:
    kinds = {kind for kind, _value in branch}
    return "".join(chr(value) for _kind, value in branch) if kinds <= {op.LITERAL} else None


def _longest_chain(words: list[str]) -> int:
    """Return how many of ``words`` can match at one place: those that begin with one another."""
    return max((sum(word.startswith(other) for other in words) for word in words), default=0)


def _repeat_choices(value: Any, follow: frozenset[int] | None, scope: _Scope) -> int:
    low, high, body = value
    nodes = list(body)
    first = _first(nodes, scope)
    characters = _characters(nodes, scope)
    if high is parser.MAXREPEAT and characters & scope.start:
        raise NotLinearError("an unbounded repeat can meet the pattern's own beginning")
    if high != 1 and _width(nodes)[0] != _width(nodes)[1]:
        _require_one_reading(nodes, scope)
    inner = _work(nodes, None if follow is None and high == 1 else (follow or frozenset()) | first, scope)
    if follow is None or high is parser.MAXREPEAT or not first & follow:
        return inner
    return inner * (high - low + 1)


def _require_one_reading(nodes: list[Any], scope: _Scope) -> None:
    for at, _node in enumerate(nodes):
        here = _characters([_node], scope)
        following = _first([*nodes[at + 1 :], *nodes[: at + 1]], scope)
        if here & following and _width([_node])[0] != _width([_node])[1]:
            raise NotLinearError("a repeat of a varying part can be read in more than one way")


def _width(nodes: Iterable[Any]) -> tuple[int, int]:
    low = high = 0
    for kind, value in nodes:
        least, most = _node_width(kind, value)
        low, high = low + least, high + most
    return low, high


def _node_width(kind: Any, value: Any) -> tuple[int, int]:
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most = _width(value[2])
        return least * int(value[0]), most * min(int(value[1]), 1_000_000)
    if kind is op.SUBPATTERN:
        return _width(value[3])
    if kind is op.BRANCH:
        widths = [_width(branch) for branch in value[1]]
        return min(low for low, _ in widths), max(high for _, high in widths)
    return (0, 0) if kind in _ZERO_WIDTH else (1, 1)


def _first(nodes: list[Any], scope: _Scope) -> frozenset[int]:
    """Return the characters a sequence can begin with."""
    found: frozenset[int] = frozenset()
    for kind, value in nodes:
        found |= _first_of(kind, value, scope)
        if _node_width(kind, value)[0] > 0:
            break
    return found


def _first_of(kind: Any, value: Any, scope: _Scope) -> frozenset[int]:
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _first(list(value[2]), scope)
    if kind is op.SUBPATTERN:
        return _first(list(value[3]), scope)
    if kind is op.BRANCH:
        return frozenset().union(*(_first(list(branch), scope) for branch in value[1]))
    return _single(kind, value, scope)


def _characters(nodes: list[Any], scope: _Scope) -> frozenset[int]:
    """Return every character that a sequence can hold."""
    found: frozenset[int] = frozenset()
    for kind, value in nodes:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            found |= _characters(list(value[2]), scope)
        elif kind is op.SUBPATTERN:
            found |= _characters(list(value[3]), scope)
        elif kind is op.BRANCH:
            found = found.union(*(_characters(list(branch), scope) for branch in value[1]))
        else:
            found |= _single(kind, value, scope)
    return found


def _single(kind: Any, value: Any, scope: _Scope) -> frozenset[int]:
    if kind is op.LITERAL:
        return _folded({value}, scope)
    if kind is op.NOT_LITERAL:
        return scope.every - {value}
    if kind is op.ANY:
        return scope.every - {10}
    if kind is op.IN:
        return _class(value, scope)
    if kind in _ZERO_WIDTH:
        return frozenset()
    raise NotLinearError(f"{kind} is not understood")


def _class(items: Any, scope: _Scope) -> frozenset[int]:
    found: set[int] = set()
    negated = False
    for kind, value in items:
        if kind is op.NEGATE:
            negated = True
        elif kind is op.LITERAL:
            found.add(value)
        elif kind is op.RANGE:
            found |= {code for code in scope.every if value[0] <= code <= value[1]}
        elif kind is op.CATEGORY:
            found |= {op.CATEGORY_WORD: _WORD, op.CATEGORY_DIGIT: _DIGITS}.get(value, scope.every)
    folded = _folded(found, scope)
    return scope.every - folded if negated else folded


def _folded(codes: Iterable[int], scope: _Scope) -> frozenset[int]:
    codes = set(codes)
    if scope.fold:
        codes |= {ord(chr(code).swapcase()) for code in codes if 0 <= code < 128}
    return frozenset(codes)
