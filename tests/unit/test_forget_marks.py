"""Marks of forgotten exchanges, wishes, and months counted back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.forget import ForgetWish, Marker, Scope, Trace
from skilltrail.services.retention import months_before

KEY, OTHER = b"k" * 32, b"o" * 32


def trace(**changes: object) -> Trace:
    values = {
        "provider": "chatgpt",
        "conversation_id": "c-1",
        "prompt_id": "p-1",
        "reply_id": "r-1",
        "prompt_digest": b"\x01" * 32,
        "reply_digest": b"\x02" * 32,
        "prompt_head": "How do I?",
        "reply_head": "Like **this**.",
    }
    return Trace(**values | changes)  # type: ignore[arg-type]


def kinds(marks: object) -> set[str]:
    return {mark.kind for mark in marks}  # type: ignore[attr-defined]


def test_an_exchange_leaves_marks_of_ids_and_of_texts() -> None:
    assert kinds(Marker(KEY).stored(trace())) == {"text", "letters", "reply", "prompt", "question"}
    assert kinds(Marker(KEY).stored(trace(prompt_id=None, reply_id=None))) == {"text", "letters", "question"}


def test_marks_of_another_key_are_others() -> None:
    mine, theirs = set(Marker(KEY).stored(trace())), set(Marker(OTHER).stored(trace()))

    assert not mine & theirs


@pytest.mark.parametrize("change", ["provider", "conversation_id"])
def test_marks_belong_to_one_conversation(change: str) -> None:
    marker = Marker(KEY)

    assert not set(marker.stored(trace())) & set(marker.stored(trace(**{change: "another"})))


def test_marks_of_letters_do_not_see_markdown() -> None:
    marker = Marker(KEY)
    read = trace(reply_head="Like this!", prompt_digest=b"\x03" * 32, reply_digest=b"\x04" * 32)

    assert kinds(set(marker.sure(trace())) & set(marker.sure(read))) == {"letters", "reply"}


def test_texts_without_letters_have_no_mark_of_letters() -> None:
    assert "letters" not in kinds(Marker(KEY).sure(trace(prompt_head="???")))
    assert Marker(KEY).likely(trace(prompt_id=None, prompt_head="???")) == ()


def test_a_long_prompt_is_not_recognised_by_its_beginning_alone() -> None:
    assert Marker(KEY).likely(trace(prompt_id=None, prompt_head="x" * 600)) == ()


def test_ids_alone_give_the_same_marks() -> None:
    marker = Marker(KEY)

    assert set(marker.of_ids("chatgpt", "c-1", "p-1", "r-1")) < set(marker.stored(trace()))
    assert marker.of_ids("chatgpt", "c-1", None, None) == ()


@given(st.binary(min_size=32, max_size=32), st.text(max_size=50), st.text(max_size=50))
def test_no_mark_holds_what_it_marks(digest: bytes, prompt: str, identity: str) -> None:
    one = trace(prompt_digest=digest, prompt_head=prompt, prompt_id=identity or None)
    for mark in Marker(KEY).stored(one):
        assert len(mark.digest) == 16
        assert mark.digest not in digest
        if len(prompt.encode("utf-8", "surrogatepass")) > 3:
            assert prompt.encode("utf-8", "surrogatepass") not in mark.digest


def test_stand_ins_are_the_same_for_the_same_message_and_tell_nothing() -> None:
    marker = Marker(KEY)
    one = marker.stand_in("chatgpt", "c-1", "r-1")

    assert one == marker.stand_in("chatgpt", "c-1", "r-1") != marker.stand_in("chatgpt", "c-1", "r-2")
    assert "r-1" not in one
    assert marker.blank(1, b"d" * 32) != marker.blank(2, b"d" * 32)
    assert len(marker.blank(1, b"d" * 32)) == 32


@pytest.mark.parametrize(
    ("wish", "scope"),
    [
        ({}, None),
        ({"exchange": 0}, Scope.EXCHANGE),
        ({"since": date(2026, 1, 1)}, Scope.RANGE),
        ({"since": date(2026, 1, 1), "until": date(2026, 2, 1)}, Scope.RANGE),
        ({"conversation": "c"}, Scope.CONVERSATION),
        ({"conversation_of": 3}, Scope.CONVERSATION),
        ({"conversation": "c", "conversation_of": 3}, None),
        ({"word": "a", "everything": True}, None),
    ],
)
def test_a_wish_has_one_scope_or_none(wish: dict[str, object], scope: Scope | None) -> None:
    assert ForgetWish(**wish).scope is scope  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("months", "expected"),
    [(3, (2026, 2, 28)), (12, (2025, 5, 31)), (24, (2024, 5, 31)), (0, (2026, 5, 31)), (27, (2024, 2, 29))],
)
def test_months_are_counted_on_the_calendar(months: int, expected: tuple[int, int, int]) -> None:
    assert months_before(datetime(2026, 5, 31, 9, tzinfo=UTC), months) == datetime(*expected, 9, tzinfo=UTC)
