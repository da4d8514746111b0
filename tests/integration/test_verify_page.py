"""The page that checks a file: what it is told by its bytes alone, and what is refused."""

from __future__ import annotations

import pytest

from callers import Caller
from identities import bundle, little
from identities import page as page_of
from skilltrail.web.access import CHECK_BYTES


def checked(page: Caller, data: bytes) -> str:
    answer = page.send("POST", "/fragments/verify-result", data, Content_Type="application/octet-stream")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_page_asks_for_a_file(page: Caller) -> None:
    shown = page.get("/fragments/verify").get_data(as_text=True)

    assert 'type="file"' in shown
    assert "skilltrail verify" in shown


def test_a_portfolio_passes_and_an_altered_one_fails(page: Caller) -> None:
    made = page_of(little())

    assert checked(page, made).count('class="told passed"') == 1
    assert 'class="told failed"' in checked(page, made.replace(b"Ada Example", b"Eve Example"))


def test_a_badge_of_anybody_is_read(page: Caller) -> None:
    shown = checked(page, bundle(little())["badge-1.png"])

    assert 'class="told passed"' in shown
    assert "Self-issued" in shown


@pytest.mark.parametrize("data", [b"hello", b"PK\x03\x04" + b"x" * 50, b'{"type": "<script>alert(1)</script>"}'])
def test_what_is_none_is_refused_in_words(page: Caller, data: bytes) -> None:
    answer = page.send("POST", "/fragments/verify-result", data, Content_Type="application/octet-stream")

    assert answer.status_code in {200, 422}
    assert "<script>" not in answer.get_data(as_text=True)
    assert 'class="told passed"' not in answer.get_data(as_text=True)


def test_what_is_too_large_is_refused(page: Caller) -> None:
    answer = page.send(
        "POST", "/fragments/verify-result", b"x" * (CHECK_BYTES + 1), Content_Type="application/octet-stream"
    )

    assert answer.status_code == 413
