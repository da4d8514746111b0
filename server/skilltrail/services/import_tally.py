"""Accounting for an import: every conversation and every message of its files gets exactly one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from skilltrail.domain.capture import CaptureResult, Outcome
from skilltrail.domain.imports import Counts
from skilltrail.services.import_reading import Part, SourceEnd
from skilltrail.storage.import_queries import REFUSED, Standing, Totals

_BUCKETS = {Outcome.STORED: "stored", Outcome.KNOWN: "known", Outcome.REVISED: "updated"}
_KEPT = ("stored", "known", "updated")
_EXCHANGES, _MESSAGES = "exchanges:", "messages:"
_NOTHING = "no_messages"


def account_part(standing: Standing, part: Part, results: Sequence[CaptureResult]) -> Standing:
    """Return how its source stands after a part was answered; ``results`` are those of its exchanges, in order."""
    counted = Counter(standing.open_counts)
    for result, share in zip(results, part.shares, strict=True):
        bucket = _BUCKETS.get(result.outcome) or result.code or "refused"
        counted[_EXCHANGES + bucket] += 1
        counted[_MESSAGES + bucket] += share
    if not part.last:
        return replace(
            standing,
            next_index=part.index,
            next_exchange=part.first + len(part.prepared),
            open_counts=dict(counted),
        )
    messages = _messages(part, counted)
    source = replace(
        standing.source,
        at_bytes=max(standing.source.at_bytes, part.at_bytes),
        conversations=standing.source.conversations.plus(_conversation(part, counted)),
        messages=standing.source.messages.plus(messages),
    )
    return replace(standing, source=source, next_index=part.index + 1, next_exchange=0, open_counts={})


def account_end(standing: Standing, end: SourceEnd, *, before: Standing) -> Standing:
    """Return how a source stands at its end; ``before`` is how it stood when this reading began.

    The reader counted what it handed over; should any of it have got lost on the way, the sums disagree from here on.
    """
    source = standing.source
    conversations = replace(source.conversations, found=before.source.conversations.found + end.elements)
    messages = replace(source.messages, found=before.source.messages.found + end.messages)
    done = end.problem is None
    return replace(
        standing,
        source=replace(
            source,
            conversations=conversations,
            messages=messages,
            finished=done,
            problem=end.problem,
            at_bytes=source.size if done else source.at_bytes,
        ),
    )


def add_results(totals: Totals, part: Part, results: Sequence[CaptureResult]) -> Totals:
    """Return the counts of an import with those of a part."""
    outcomes = Counter(result.outcome for result in results)
    times = [
        item.captured.asked_at
        for item, result in zip(part.prepared, results, strict=True)
        if result.outcome is not Outcome.REFUSED and item.captured.asked_at_source != "observed"
    ]
    skipped = Counter(totals.skipped)
    skipped.update(skip.reason for skip in part.skips)
    skipped.update(REFUSED + (result.code or "") for result in results if result.outcome is Outcome.REFUSED)
    return Totals(
        talks=totals.talks + (part.last and part.first + len(part.prepared) > 0),
        found=totals.found + len(part.prepared),
        stored=totals.stored + outcomes[Outcome.STORED],
        known=totals.known + outcomes[Outcome.KNOWN],
        revised=totals.revised + outcomes[Outcome.REVISED],
        refused=totals.refused + outcomes[Outcome.REFUSED],
        first_at=_least(totals.first_at, times),
        last_at=_most(totals.last_at, times),
        skipped=dict(sorted(skipped.items())),
    )


def _messages(part: Part, counted: Counter[str]) -> Counts:
    skipped: Counter[str] = Counter()
    for name, count in counted.items():
        reason = name.removeprefix(_MESSAGES)
        if name.startswith(_MESSAGES) and reason not in _KEPT:
            skipped[reason] += count
    for skip in part.skips:
        skipped[skip.reason] += skip.messages
    return Counts(
        found=part.messages,
        stored=counted[_MESSAGES + "stored"],
        known=counted[_MESSAGES + "known"],
        updated=counted[_MESSAGES + "updated"],
        skipped={reason: count for reason, count in sorted(skipped.items()) if count},
    )


def _conversation(part: Part, counted: Counter[str]) -> Counts:
    """Return the one answer that a whole conversation gets."""
    kept = {name for name in _KEPT if counted[_EXCHANGES + name]}
    if kept:
        mixed = len(kept) > 1
        return Counts(
            found=1,
            stored=int(kept == {"stored"}),
            known=int(kept == {"known"}),
            updated=int(mixed or kept == {"updated"}),
        )
    refused = Counter(
        {name.removeprefix(_EXCHANGES): count for name, count in counted.items() if name.startswith(_EXCHANGES)}
    )
    return Counts(found=1, skipped={_main_reason(part, refused): 1})


def _main_reason(part: Part, refused: Counter[str]) -> str:
    """Return why nothing of a conversation is kept: what keeps out most of it."""
    weights = refused + Counter({skip.reason: 0 for skip in part.skips})
    for skip in part.skips:
        weights[skip.reason] += max(skip.messages, 1)
    return max(sorted(weights), key=lambda reason: weights[reason], default=_NOTHING)


def _least(before: datetime | None, times: Sequence[datetime]) -> datetime | None:
    return min([*times, *([before] if before else [])], default=None)


def _most(before: datetime | None, times: Sequence[datetime]) -> datetime | None:
    return max([*times, *([before] if before else [])], default=None)
