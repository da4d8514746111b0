"""The rules of what one exchange is; expected values are written out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchanges import NOON, captured
from skilltrail.domain.capture import Outcome
from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status
from skilltrail.domain.merging import Copy, Likeness, Shelf, TextChange, copy_of, likeness, merge

LADDER = [
    Fidelity.DOM,
    Fidelity.STREAM_PARTIAL,
    Fidelity.STREAM_COMPLETE,
    Fidelity.API_WINDOW,
    Fidelity.API_FULL,
]


def like(a: CapturedExchange, b: CapturedExchange) -> Likeness:
    one, other = likeness(copy_of(a), copy_of(b)), likeness(copy_of(b), copy_of(a))
    assert one == other, "likeness must not depend on the order"
    return one


def copy(**changes: object) -> Copy:
    return copy_of(captured(1, **changes))


class TestWhatIsTheSame:
    def test_same_ids_are_the_same_whatever_the_text(self) -> None:
        assert like(captured(1), captured(1, reply="Something else entirely.")) is Likeness.IDS

    def test_same_prompt_and_same_text_are_the_same_whatever_the_reply_id(self) -> None:
        assert like(captured(1), captured(1, reply_id="r-other")) is Likeness.TEXT

    def test_white_space_makes_no_other_text(self) -> None:
        spaced = captured(1, reply_id="r-other", reply="Answer 1:\n\n select  the columns you need.\n")

        assert like(captured(1), spaced) is Likeness.TEXT

    def test_a_regenerated_reply_is_another_exchange(self) -> None:
        assert like(captured(1), captured(1, reply_id="r-1b", reply="A second try.")) is Likeness.NONE

    def test_an_edited_prompt_is_another_exchange(self) -> None:
        edited = captured(1, prompt_id="p-1b", reply_id="r-1b", prompt="How do I write it better?")

        assert like(captured(1), edited) is Likeness.NONE

    def test_equal_words_under_two_prompts_are_two_exchanges(self) -> None:
        assert like(captured(1), captured(1, prompt_id="p-9", reply_id="r-9")) is Likeness.NONE

    def test_without_ids_the_text_decides(self) -> None:
        bare = captured(1, prompt_id=None, reply_id=None)

        assert like(bare, captured(1)) is Likeness.TEXT
        assert like(bare, captured(2)) is Likeness.NONE

    def test_without_ids_markdown_makes_no_other_text(self) -> None:
        bare = captured(1, prompt_id=None, reply_id=None, reply="Answer 1: select the columns you need")
        marked = captured(1, reply="**Answer 1:** select the `columns` you need.")

        assert like(bare, marked) is Likeness.ALIKE

    def test_without_ids_a_reply_that_only_begins_alike_is_another(self) -> None:
        bare = captured(1, prompt_id=None, reply_id=None, reply="Answer 1: select the columns")

        assert like(bare, captured(1)) is Likeness.NONE

    def test_long_replies_are_recognised_by_their_beginning(self) -> None:
        beginning = "Use an index on the column that the query filters by. " * 20
        bare = captured(1, prompt_id=None, reply_id=None, reply=beginning + "code left out by the page")
        whole = captured(1, reply=beginning + "```sql\ncreate index on table (column)\n```")

        assert like(bare, whole) is Likeness.ALIKE

    def test_long_prompts_need_the_same_text(self) -> None:
        frame = "Summarise the following for my client, in plain words. " * 20
        bare = captured(1, prompt_id=None, reply_id=None, prompt=frame + "first text", reply="Yes.")

        assert like(bare, captured(1, prompt=frame + "second text", reply="Yes.")) is Likeness.NONE

    def test_the_reply_id_is_enough_where_the_prompt_id_is_missing(self) -> None:
        assert like(captured(1, prompt_id=None), captured(1, reply="Another text.")) is Likeness.IDS

    def test_other_reply_ids_without_prompt_id_are_other_exchanges(self) -> None:
        assert like(captured(1, prompt_id=None), captured(1, reply_id="r-7")) is Likeness.NONE

    def test_a_broken_stream_is_part_of_the_whole_reply(self) -> None:
        beginning = "First look at the plan of the query, then at the indexes of the table."
        part = captured(1, reply_id="r-0", reply=beginning, status=Status.PARTIAL)
        whole = captured(1, reply=beginning + " Then measure again.")

        assert like(part, whole) is Likeness.PART

    def test_a_stopped_reply_is_no_part_of_a_regenerated_one(self) -> None:
        beginning = "First look at the plan of the query, then at the indexes of the table."
        stopped = captured(1, reply_id="r-0", reply=beginning, status=Status.INTERRUPTED)

        assert like(stopped, captured(1, reply=beginning + " Then measure again.")) is Likeness.NONE

    def test_a_few_common_words_are_no_part(self) -> None:
        part = captured(1, reply_id="r-0", reply="Sure, here", status=Status.PARTIAL)

        assert like(part, captured(1, reply="Sure, here is how it works.")) is Likeness.NONE

    def test_marks_alone_are_not_alike(self) -> None:
        assert (
            like(captured(1, prompt="???", prompt_id=None, reply_id=None), captured(1, prompt="!!!")) is Likeness.NONE
        )


class TestShelf:
    def test_the_likest_copy_is_found(self) -> None:
        shelf = Shelf([copy_of(captured(2)), copy_of(captured(1, reply_id="r-other")), copy_of(captured(1))])

        assert shelf.find(copy_of(captured(1))) == 2

    def test_of_equally_like_copies_the_oldest_is_found(self) -> None:
        twice = [copy_of(captured(1, prompt_id=f"p-{n}", reply_id=f"r-{n}")) for n in (1, 2)]

        assert Shelf(twice).find(copy_of(captured(1, prompt_id=None, reply_id=None))) == 0

    def test_nothing_is_found_among_others(self) -> None:
        assert Shelf([copy_of(captured(n)) for n in (2, 3)]).find(copy_of(captured(1))) is None

    def test_a_copy_that_learned_its_ids_is_found_by_them(self) -> None:
        bare = copy_of(captured(1, prompt_id=None, reply_id=None, reply="**Old**"))
        shelf = Shelf([bare])

        shelf.change(0, copy_of(captured(1)))

        assert shelf.find(copy_of(captured(1, reply="Other words."))) == 0


class TestWhatIsKept:
    @pytest.mark.parametrize("stored", LADDER)
    @pytest.mark.parametrize("incoming", LADDER)
    def test_better_fidelity_replaces_poorer_and_never_the_reverse(self, stored: Fidelity, incoming: Fidelity) -> None:
        known = copy(fidelity=stored, reply="The stored text, the longer one of both.")

        decision = merge(known, copy(fidelity=incoming, reply="The new text."))

        better = LADDER.index(incoming) > LADDER.index(stored)
        equal = incoming is stored
        assert decision.merged.fidelity is (incoming if better else stored)
        assert decision.text is (TextChange.REVISE if better else TextChange.NOTE if equal else TextChange.KEEP)
        assert decision.outcome is (Outcome.REVISED if better or equal else Outcome.KNOWN)

    def test_export_and_full_read_are_equal(self) -> None:
        decision = merge(copy(fidelity=Fidelity.API_FULL), copy(fidelity=Fidelity.EXPORT))

        assert (decision.text, decision.outcome) == (TextChange.KEEP, Outcome.KNOWN)
        assert decision.merged.fidelity is Fidelity.API_FULL

    def test_the_same_words_better_captured_are_no_revision(self) -> None:
        decision = merge(copy(fidelity=Fidelity.DOM), copy(fidelity=Fidelity.EXPORT))

        assert (decision.text, decision.outcome) == (TextChange.REPLACE, Outcome.KNOWN)

    def test_equal_fidelity_and_longer_text_replaces(self) -> None:
        decision = merge(copy(reply="Short."), copy(reply="Short, and then a good deal more."))

        assert decision.text is TextChange.REVISE

    def test_equal_fidelity_and_more_final_status_replaces_even_a_longer_text(self) -> None:
        interrupted = copy(reply="A long reply that was never ended", status=Status.INTERRUPTED)

        assert merge(interrupted, copy(reply="A reply.")).text is TextChange.REVISE
        assert merge(copy(reply="A reply."), interrupted).text is TextChange.KEEP

    def test_a_full_read_of_an_unfinished_reply_does_not_replace_the_finished_stream(self) -> None:
        unfinished = copy(fidelity=Fidelity.API_FULL, status=Status.PARTIAL, reply="Half of")

        assert merge(copy(reply="Half of it and the rest."), unfinished).text is TextChange.KEEP

    def test_ids_appear_in_either_order(self) -> None:
        bare, named = copy(prompt_id=None, reply_id=None, fidelity=Fidelity.DOM), copy()

        for decision in (merge(bare, named), merge(named, bare)):
            assert (decision.merged.prompt_id, decision.merged.reply_id) == ("p-1", "r-1")
            assert decision.merged.fidelity is Fidelity.STREAM_COMPLETE

    def test_the_time_of_the_message_beats_the_time_of_looking(self) -> None:
        seen = copy(asked_at=NOON + timedelta(hours=5), asked_at_source="observed", fidelity=Fidelity.API_FULL)

        assert merge(seen, copy()).merged.asked_at == NOON + timedelta(minutes=1)
        assert merge(copy(), seen).merged.asked_at == NOON + timedelta(minutes=1)

    def test_of_two_observed_times_the_earlier_one_stays(self) -> None:
        first = copy(asked_at_source="observed", fidelity=Fidelity.DOM)
        again = copy(
            asked_at=NOON + timedelta(hours=5), asked_at_source="observed", fidelity=Fidelity.DOM, reply="x" * 99
        )

        assert merge(first, again).merged.asked_at == NOON + timedelta(minutes=1)

    def test_the_newest_word_about_the_path_counts(self) -> None:
        later = copy(on_current_path=False, captured_at=NOON + timedelta(days=1), fidelity=Fidelity.DOM)

        assert merge(copy(), later).merged.path_flag is False
        assert merge(later, copy()).merged.path_flag is False

    def test_an_import_is_no_sign_of_life_later_than_its_exchange(self) -> None:
        imported = copy(origin=Origin.IMPORT, captured_at=NOON + timedelta(days=300))

        assert imported.active_at == NOON + timedelta(minutes=1, seconds=20)

    def test_merging_the_same_copy_again_changes_nothing(self) -> None:
        known = copy()

        decision = merge(known, known)

        assert (decision.merged, decision.text, decision.outcome) == (known, TextChange.KEEP, Outcome.KNOWN)
