"""No text makes a pattern, the Markdown reader or the sanitiser slow (T13): every pattern of the package, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import skilltrail
from skilltrail.web.rendering import RENDERED_CHARACTERS, markdown_html, plain_html

LENGTH = 20_000
SECONDS = 0.25
"""A linear pattern needs about a millisecond for this length; one whose time grows as the square needs a second."""

SHORT = {
    "skilltrail.platform.checks": 400,
    "skilltrail.platform.folders": 255,
    "skilltrail.platform.recovery_key": 4_000,
}
"""Modules whose patterns never see a text, only a piece that another pattern has cut out or a file name; its length."""

IN_PLACE: set[str] = set()
"""Modules whose patterns are only ever run from where a string begins; tests of their own measure them."""

SEEDS = (
    "V", "Va", "Vaa", "a1", "aA",
    "a", "A", "0", " ", "\n", "\t", "_", "-", ".", "`", "```", "[", "]", "(", "<", ">", "!", "*", "~", "|", "\\", '"', "'", "&",
    "#", "=", ";", "@", "a@", "a.", "a@b.", "http://", "https://a", "www.", "mailto:", "[secret:", "[secret:a:", "[secret:a:0",
    "{", "}", "\x00", "\u200b", "\ud800", "é", "日", "🙂", "\ue200", "\ue201", "【", "†", "【†", "】", "\\u", "\\ud83d", "\\\\",
    '\\"', "a b ", "a\n", " \n", "-a", "+-", "1.", "2026-", "moz-extension://", "/*", "::", "a'", "C++",
)  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Yield every compiled pattern that a module of the package holds."""
    seen = set()
    for found in pkgutil.walk_packages(skilltrail.__path__, "skilltrail."):
        if ".versions" in found.name or found.name.endswith(("__main__", ".env", ".child")):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and value not in seen and found.name not in IN_PLACE:
                seen.add(value)
                yield f"{found.name}.{name}", value


ALL = list(patterns())


def test_the_walk_finds_the_patterns() -> None:
    assert len(ALL) > 20


class TooSlow(Exception):
    """A pattern took longer than it may."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, where the system can; a pattern that never ends would end the tests."""

    def ring(_number: int, _frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring) if hasattr(signal, "SIGALRM") else None
    if before is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        if before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def is_slow(pattern: re.Pattern[str] | re.Pattern[bytes], text: str) -> bool:
    given = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    started = time.thread_time()
    try:
        with limited(SECONDS * 8):
            for _match in pattern.finditer(given):  # type: ignore[arg-type]  # bytes to bytes, text to text
                pass
            pattern.fullmatch(given)  # type: ignore[arg-type]  # same
    except TooSlow:
        return True
    return time.thread_time() - started > SECONDS


@pytest.mark.parametrize(("name", "pattern"), ALL, ids=[name for name, _pattern in ALL])
def test_no_pattern_is_slow_on_any_text(name: str, pattern: re.Pattern[str] | re.Pattern[bytes]) -> None:
    length = SHORT.get(name.rpartition(".")[0], LENGTH)

    slow = [
        seed
        for seed in SEEDS
        for text in (seed * (length // len(seed)), f"x{seed}" * (length // 3))
        if is_slow(pattern, text) or is_slow(pattern, text + "!")
    ]

    assert slow == []


def test_the_watch_sees_a_slow_pattern() -> None:
    assert is_slow(re.compile(r"(?:a+)+b"), "a" * 40)
    assert is_slow(re.compile(r"\S+@\S+"), "a" * LENGTH)


@pytest.mark.parametrize(
    "seed",
    [
        *(*SEEDS, "[a](", "![", "[]()", "**a ", "*a_ ", "> ", "- ", "1. ", "    a\n", "<a ", "| a ", "[a]: b\n"),
        *("*a", "`a``b", "&amp"),
    ],
)
def test_no_text_is_slow_to_show(seed: str) -> None:
    text = seed * (RENDERED_CHARACTERS // len(seed))
    started = time.thread_time()

    markdown_html(text)
    plain_html(text)

    assert time.thread_time() - started < 2
