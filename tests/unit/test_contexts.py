"""Whose an exchange is: the one decision, with every kind of fact."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.contexts import (
    By,
    Context,
    ContextForm,
    How,
    Mention,
    Place,
    SaidOf,
    Say,
    TalkFacts,
    as_fields,
    from_fields,
    reasons_of,
    resolve,
)

AT = datetime(2026, 11, 1, tzinfo=UTC)
CONTEXTS = {
    1: Context(1, ContextForm("Acme"), None, AT, AT),
    2: Context(2, ContextForm("Quux"), None, AT, AT),
    3: Context(3, ContextForm("Website", words=("Falcon",)), 1, AT, AT),
    4: Context(4, ContextForm("Logo"), 1, AT, AT),
}
GONE = 9


def names(context: int, place: Place = Place.PROMPT, how: How = How.NAME) -> Mention:
    return Mention(context, place, how, "word")


def decide(mentions: dict[int, list[Mention]], says: dict[int, Say] | None = None, rows: int = 3) -> dict[int, object]:
    found = resolve(TalkFacts(tuple(range(1, rows + 1)), mentions, says or {}), CONTEXTS)
    return dict(found)


def clients(found: object) -> list[tuple[int, int | None, bool]]:
    return [(one.client_id, one.project_id, one.certain) for one in found.clients]  # type: ignore[attr-defined]


class TestRules:
    def test_a_prompt_gives_the_whole_chat_to_the_client(self) -> None:
        found = decide({2: [names(1)]})

        assert [clients(found[row]) for row in (1, 2, 3)] == [[(1, None, True)]] * 3

    def test_a_title_does_so_too_and_a_reply_speaks_for_itself(self) -> None:
        assert clients(decide({1: [names(1, Place.TITLE)]})[3]) == [(1, None, True)]
        found = decide({2: [names(1, Place.REPLY)]})
        assert [clients(found[row]) for row in (1, 2, 3)] == [[], [(1, None, True)], []]

    def test_two_clients_are_undecided(self) -> None:
        found = decide({1: [names(1)], 2: [names(2)]})

        assert clients(found[3]) == [(1, None, False), (2, None, False)]
        assert found[3].undecided  # type: ignore[attr-defined]

    def test_a_project_is_told_and_its_mere_name_tells_no_client(self) -> None:
        assert clients(decide({1: [names(3)]})[1]) == []
        assert clients(decide({1: [names(3, how=How.WORD)]})[1]) == [(1, 3, True)]
        assert clients(decide({1: [names(1), names(3)]})[1]) == [(1, 3, True)]
        assert clients(decide({1: [names(1), names(3), names(4)]})[1]) == [(1, None, True)]
        assert clients(decide({1: [names(1), names(3), names(4)], 2: [names(4)]})[2]) == [(1, 4, True)]

    def test_removed_clients_count_for_nothing(self) -> None:
        assert clients(decide({1: [names(GONE), names(2)]})[1]) == [(2, None, True)]


class TestWords:
    def test_the_learners_word_wins(self) -> None:
        found = decide({1: [names(1)]}, {2: Say(5, SaidOf.OWN), 3: Say(6, SaidOf.CLIENTS, (2,))})

        assert found[2].own  # type: ignore[attr-defined]
        assert [(one.client_id, one.by) for one in found[3].clients] == [(2, By.HAND)]  # type: ignore[attr-defined]
        assert clients(found[1]) == [(1, None, True)]

    def test_several_clients_by_word_are_all_certain(self) -> None:
        assert clients(decide({}, {1: Say(1, SaidOf.CLIENTS, (2, 1))})[1]) == [(1, None, True), (2, None, True)]

    def test_a_word_about_the_chat_holds_for_what_comes_to_it(self) -> None:
        found = decide({}, {1: Say(4, SaidOf.CLIENTS, (1,), 3, whole=True), 2: Say(3, SaidOf.OWN)})

        assert [(one.client_id, one.project_id, one.by) for one in found[3].clients] == [(1, 3, By.CHAT)]  # type: ignore[attr-defined]
        assert found[2].own  # type: ignore[attr-defined]

    def test_what_is_left_to_the_rules_is_theirs_also_against_the_chat(self) -> None:
        found = decide({1: [names(1)]}, {1: Say(4, SaidOf.OWN, whole=True), 2: Say(5, SaidOf.LEFT)})

        assert found[3].own  # type: ignore[attr-defined]
        assert clients(found[2]) == [(1, None, True)]

    def test_a_word_for_removed_clients_alone_is_none(self) -> None:
        assert clients(decide({1: [names(1)]}, {1: Say(1, SaidOf.CLIENTS, (GONE,))})[1]) == [(1, None, True)]


def test_reasons_name_the_own_text_first_and_the_chat_where_it_has_none() -> None:
    talk = TalkFacts((1, 2), {1: [names(1), names(2)], 2: [names(1, Place.REPLY), names(3)]}, {})

    told = [(one.client_id, one.place, one.talk) for one in reasons_of(2, talk, CONTEXTS)]
    assert told == [(1, Place.REPLY, False), (2, Place.PROMPT, True)]


def test_a_form_is_stored_and_read() -> None:
    form = ContextForm("Acme", ("A",), ("acme.example",), ("x",), archived=True)

    assert from_fields(as_fields(form)) == form


MENTIONS = st.builds(Mention, st.integers(1, 9), st.sampled_from(Place), st.sampled_from(How), st.just("w"))
SAYS = st.builds(
    Say,
    st.integers(1, 50),
    st.sampled_from(SaidOf),
    st.lists(st.integers(1, 2), min_size=1, max_size=2).map(tuple),
    st.none() | st.integers(1, 9),
    st.booleans(),
)


@given(
    st.dictionaries(st.integers(1, 6), st.lists(MENTIONS, max_size=4), max_size=6),
    st.dictionaries(st.integers(1, 6), SAYS, max_size=6),
)
def test_hand_always_wins(mentions: dict[int, list[Mention]], says: dict[int, Say]) -> None:
    found = resolve(TalkFacts(tuple(range(1, 7)), mentions, says), CONTEXTS)

    for row, said in says.items():
        if said.said is SaidOf.OWN:
            assert found[row].own
            assert not found[row].clients
        if said.said is SaidOf.CLIENTS:
            assert {one.client_id for one in found[row].clients} == set(said.clients)
            assert all(one.certain and one.by is By.HAND for one in found[row].clients)
    # Whatever decides, nothing is both, and only rules leave anything open.
    for placing in found.values():
        assert not (placing.own and placing.clients)
        assert all(one.by is By.RULE for one in placing.clients if not one.certain)


def test_a_long_chat_is_gone_through_a_few_times_and_not_once_for_each_exchange() -> None:
    class Counted(dict[int, list[Mention]]):
        asked = 0

        def get(self, key: int, default: object = None) -> object:  # type: ignore[override]
            Counted.asked += 1
            return super().get(key, default)

    rows = 300
    found = decide(Counted({row: [names(1, Place.TITLE)] for row in range(1, rows + 1)}), rows=rows)

    assert clients(found[rows]) == [(1, None, True)]
    assert Counted.asked <= 3 * rows
