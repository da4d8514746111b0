"""The extension's rules are built from the server's, and run in linear time in JavaScript."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from build_redaction import browser_pattern, build  # noqa: E402 - needs the line above
from linear_patterns import NotLinearError, check_linear  # noqa: E402 - same
from skilltrail.platform.patterns import CHECKS, Rule, load_rules  # noqa: E402 - same
from skilltrail.platform.personal_data import PersonalRule, load_personal_rules  # noqa: E402 - same


def rule(pattern: str, **changes: object) -> Rule:
    values: dict[str, object] = {
        "id": "r",
        "kind": "k",
        "pattern": pattern,
        "keywords": (),
        "entropy": None,
        "check": None,
        "reject": None,
        "browser": True,
    }
    return Rule(**(values | changes))  # type: ignore[arg-type]


def test_the_file_in_the_extension_is_what_is_built() -> None:
    done = subprocess.run(
        [sys.executable, "tools/build_redaction.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_all_rules_run_in_the_browser() -> None:
    missing = {rule.id for rule in load_rules() if not rule.browser}

    assert missing == set()


@pytest.mark.parametrize("shipped", [rule for rule in load_rules() if rule.browser], ids=lambda rule: rule.id)
def test_every_browser_rule_is_linear(shipped: Rule) -> None:
    source, flags = browser_pattern(shipped)

    assert check_linear(source.replace("(?<secret>", "(?P<secret>"), ignore_case="i" in flags) <= 25_000


@pytest.mark.parametrize(
    "source",
    [
        "(a+)+b",
        "(a|a)*b",
        "(?:a{1,9}){1,9}b",
        "[a-z]+[a-z]+x",
        "a{0,300}a{0,300}a{0,300}b",
        "(?:x?y?x?){2,50}z",
        "b[ab]*c",
    ],
)
def test_patterns_that_can_explode_are_refused(source: str) -> None:
    with pytest.raises(NotLinearError):
        check_linear(source, ignore_case=False)


@pytest.mark.parametrize("source", ["ab{1,300}c", "-[^-]*x", "(?:[0-9]{1,4}-){1,6}z", "key=[a-f]{8,64}"])
def test_patterns_that_cannot_are_taken(source: str) -> None:
    assert check_linear(source, ignore_case=False) >= 1


def test_letters_count_as_equal_when_case_does_not_matter() -> None:
    assert check_linear("[a-z]{0,30}[A-Z]{0,30}1", ignore_case=False) == 1
    assert check_linear("[a-z]{0,30}[A-Z]{0,30}1", ignore_case=True) > 30


def test_flags_groups_and_open_ends_are_rewritten() -> None:
    assert browser_pattern(rule(r"(?im)^key=(?P<secret>[a-f]{8,})")) == (r"^key=(?<secret>[a-f]{8,4000})", "im")


@pytest.mark.parametrize("pattern", [r"a\sb", r"(?s).x", r"a(?i)b"])
def test_what_the_two_engines_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(NotLinearError):
        browser_pattern(rule(pattern))


@pytest.mark.parametrize("shipped", load_personal_rules(), ids=lambda rule: rule.id)
def test_every_rule_for_personal_data_is_linear(shipped: PersonalRule) -> None:
    source, flags = browser_pattern(shipped)

    assert check_linear(source.replace("(?<secret>", "(?P<secret>"), ignore_case="i" in flags) <= 25_000


def test_the_extension_knows_every_check() -> None:
    checks = (ROOT / "extension/shared/redaction-checks.js").read_text(encoding="utf-8")
    personal = (ROOT / "extension/shared/personal-data.js").read_text(encoding="utf-8")

    assert [name for name in CHECKS if f"  {name}: " not in checks] == []
    assert [one.check for one in load_personal_rules() if not re.search(rf"\b{one.check}\b", personal)] == []


def test_what_is_built_is_javascript_data() -> None:
    built = build((rule('k"(?P<secret>[a-f]{8})', entropy=2.5, check="luhn"),))

    fields = 'flags: "", keywords: [], entropy: 2.5, check: "luhn", trim: false, group: "secret"'
    line = f'  {{ id: "r", kind: "k", source: "k\\"(?<secret>[a-f]{{8}})", {fields}, gate: null, reject: null }},'
    assert line in built.splitlines()
