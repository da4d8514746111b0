"""Every conversation and every message of an import gets exactly one answer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from exchanges import captured
from skilltrail.domain.capture import CaptureResult, Outcome
from skilltrail.domain.imports import Counts, Exclusions, ImportedSource, SkippedElement
from skilltrail.services.import_reading import Part, SourceEnd
from skilltrail.services.import_tally import account_end, account_part, add_results
from skilltrail.services.ingest import Prepared
from skilltrail.storage.import_queries import Standing, Totals

OUTCOMES = [*(Outcome(name) for name in ("stored", "known", "revised")), Outcome.REFUSED]
SOURCE = ImportedSource("conversations.json", "chatgpt", "chatgpt", 1_000)


def result(outcome: Outcome) -> CaptureResult:
    return CaptureResult("", outcome, code="forgotten" if outcome is Outcome.REFUSED else None)


def part(index: int, shares: list[int], *, first: int = 0, last: bool = True, skips: int = 0) -> Part:
    skipped = tuple(SkippedElement("conversations.json", index, None, "system", 1) for _ in range(skips))
    return Part(
        position=0,
        index=index,
        at_bytes=(index + 1) * 10,
        first=first,
        prepared=tuple(Prepared("", captured(number), None) for number in range(len(shares))),
        shares=tuple(shares),
        last=last,
        messages=sum(shares) + skips if last else 0,
        skips=skipped if last else (),
    )


def test_a_conversation_that_is_new_counts_once_as_stored() -> None:
    done = account_part(Standing(0, SOURCE), part(0, [2, 2], skips=1), [result(Outcome.STORED)] * 2)

    assert done.source.conversations == Counts(found=1, stored=1)
    assert done.source.messages == Counts(found=5, stored=4, skipped={"system": 1})
    assert (done.next_index, done.next_exchange) == (1, 0)


def test_a_conversation_of_new_and_known_exchanges_counts_as_updated() -> None:
    done = account_part(Standing(0, SOURCE), part(0, [2, 2]), [result(Outcome.STORED), result(Outcome.KNOWN)])

    assert done.source.conversations == Counts(found=1, updated=1)
    assert (done.source.messages.stored, done.source.messages.known) == (2, 2)


def test_a_conversation_that_was_forgotten_is_left_out_by_that_name() -> None:
    done = account_part(Standing(0, SOURCE), part(0, [2, 2], skips=3), [result(Outcome.REFUSED)] * 2)

    assert done.source.conversations.skipped == {"system": 1}
    assert done.source.messages.skipped == {"forgotten": 4, "system": 3}


def test_an_element_without_anything_has_its_own_reason() -> None:
    nothing = replace(part(0, []), skips=(SkippedElement("c", 0, None, "not_an_object", 0),))

    done = account_part(Standing(0, SOURCE), nothing, [])

    assert done.source.conversations == Counts(found=1, skipped={"not_an_object": 1})
    assert done.source.messages.agrees


def test_a_conversation_in_two_parts_is_counted_when_it_is_whole() -> None:
    begun = account_part(Standing(0, SOURCE), part(4, [2, 2], last=False), [result(Outcome.STORED)] * 2)
    rest = replace(part(4, [2]), first=2, messages=6)

    done = account_part(begun, rest, [result(Outcome.STORED)])

    assert (begun.next_index, begun.next_exchange, begun.source.conversations.found) == (4, 2, 0)
    assert done.source.conversations == Counts(found=1, stored=1)
    assert done.source.messages == Counts(found=6, stored=6)


def test_a_message_that_the_reader_lost_makes_the_sums_disagree() -> None:
    short = replace(part(0, [2]), messages=3)

    done = account_part(Standing(0, SOURCE), short, [result(Outcome.STORED)])

    assert not done.source.messages.agrees


def test_a_conversation_that_never_arrived_makes_the_sums_disagree() -> None:
    start = Standing(0, SOURCE)
    done = account_part(start, part(0, [2]), [result(Outcome.STORED)])

    ended = account_end(done, SourceEnd(0, elements=2, messages=4), before=start)

    assert not ended.source.conversations.agrees
    assert not ended.source.messages.agrees


@given(
    st.lists(
        st.tuples(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(OUTCOMES)), max_size=6), st.integers(0, 4)),
        max_size=8,
    )
)
def test_the_sums_agree_whatever_comes(conversations: list[tuple[list[tuple[int, Outcome]], int]]) -> None:
    standing, totals = Standing(0, SOURCE), Totals()
    for index, (exchanges, skips) in enumerate(conversations):
        made = part(index, [share for share, _outcome in exchanges], skips=skips)
        results = [result(outcome) for _share, outcome in exchanges]
        standing, totals = account_part(standing, made, results), add_results(totals, made, results)

    assert standing.source.conversations.agrees
    assert standing.source.messages.agrees
    assert standing.source.conversations.found == len(conversations)
    assert totals.found == totals.stored + totals.known + totals.revised + totals.refused


def test_rules_for_what_stays_out_are_those_of_the_extension() -> None:
    talk = captured(title="Acme: invoices", project_id="g-p-123", conversation_id="12")

    assert Exclusions(titles=("acme",)).shut_out(talk)
    assert Exclusions(projects=("g-p-123",)).shut_out(talk)
    assert Exclusions(addresses=("https://www.chatgpt.com/c/12/",)).shut_out(talk)
    assert not Exclusions(addresses=("chatgpt.com/c/1",)).shut_out(talk)
    assert not Exclusions(titles=("other",), projects=("g-p-1",)).shut_out(talk)
    assert not Exclusions().shut_out(talk)
