"""What a portfolio shows of a skill one by one: excerpts, reflections, deliverables; and why one is not shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar

from sqlalchemy.orm import Session

from skilltrail.domain.checkpoint import EntryProof, write_proof
from skilltrail.domain.checks import Check
from skilltrail.domain.entries import Deliverable, Entry, Reflection
from skilltrail.domain.evidence_log import EvidenceLog
from skilltrail.domain.leak_hits import TextPlace
from skilltrail.domain.portfolio import (
    Excerpt,
    ExcerptChoice,
    Selection,
    ShownDeliverable,
    ShownPart,
    ShownReflection,
    SkillChoice,
)
from skilltrail.domain.resolved_portfolio import NotShown, Reflected, Why
from skilltrail.services.shown_entries import OpenableEntry, inclusions, open_entries
from skilltrail.storage import entry_queries

T = TypeVar("T")

Found = tuple[list[T], list[NotShown]]
"""What is shown, and what was chosen and is not."""


@dataclass(frozen=True, slots=True)
class Head:
    """Under which head of the log entries are shown; a draft has no checkpoint, and its entries no proofs."""

    log: EvidenceLog
    size: int
    checkpoint: bytes = b""


@dataclass(frozen=True, slots=True)
class Openable:
    """What is known of the exchanges that excerpts are of."""

    head: Head
    entries: Mapping[int, OpenableEntry]
    paths: Mapping[int, tuple[bytes, ...]]
    checks: Mapping[int, Check]
    leaving: frozenset[int]
    topics: Mapping[int, str]
    """In which topic an exchange is; one that is not there is gone."""


def open_excerpts(
    session: Session,
    selection: Selection,
    head: Head,
    *,
    counted: Collection[int],
    checks: Mapping[int, Check],
    places: Mapping[int, tuple[str | None, bool]],
) -> Openable:
    """Read everything that excerpts need, in a few statements; only what is ``counted`` is opened.

    ``places``: of the chosen exchanges, see ``places_of``.
    """
    chosen = sorted(chosen_of(selection))
    within = set(counted)
    entries = open_entries(session, head.log, [one for one in chosen if one in within]) if chosen else {}
    covered = {number: one for number, one in entries.items() if one.entry < head.size}
    found = [one.entry for one in covered.values()]
    return Openable(
        head=head,
        entries=covered,
        paths=inclusions(session, head.log, found, head.size) if head.checkpoint and found else {},
        checks=checks,
        leaving=frozenset(one for one in chosen if one in places and places[one][1]),
        topics={one: topic for one in chosen if one in places and (topic := places[one][0]) is not None},
    )


def chosen_of(selection: Selection) -> set[int]:
    """Return the exchanges of which a selection shows paragraphs."""
    return {each.exchange_id for skill in selection.skills for each in skill.excerpts}


def excerpts_of(choice: SkillChoice, openable: Openable, counted: Collection[int]) -> Found[Excerpt]:
    """Return the chosen paragraphs of a skill in the order of time, each exchange once; ``counted`` are its own."""
    shown: list[Excerpt] = []
    missing: list[NotShown] = []
    for one in choice.excerpts:
        entry = openable.entries.get(one.exchange_id) if one.exchange_id in counted else None
        if entry is None:
            why = _why(one, choice.topic_id, openable)
            missing.append(NotShown(TextPlace("excerpt", choice.topic_id, str(one.exchange_id)), why))
            continue
        if one.entry != entry.entry:
            missing.append(NotShown(TextPlace("excerpt", choice.topic_id, str(one.exchange_id)), Why.CHANGED))
            continue
        names = [name for name in entry.fields if name in one.parts and is_text(name)]
        gone = [name for name in one.parts if name not in names]
        missing += [NotShown(TextPlace("excerpt", choice.topic_id, f"{entry.entry} {name}"), Why.GONE) for name in gone]
        if names:
            shown.append(_excerpt(one, entry, names, openable))
    return sorted(shown, key=lambda one: (one.asked_on, one.entry)), missing


def is_text(name: str) -> bool:
    """Tell whether a field is a paragraph of a question or an answer."""
    return name.partition(".")[0] in ("prompt", "reply")


def _why(one: ExcerptChoice, topic_id: str, openable: Openable) -> Why:
    if one.exchange_id not in openable.topics:
        return Why.GONE
    if one.exchange_id not in openable.leaving:
        return Why.PRIVATE
    if openable.topics[one.exchange_id] != topic_id:
        return Why.MOVED
    # It counts and has no entry that can be opened: its texts are gone, or another one stands there since a moment ago.
    return Why.PERIOD if one.exchange_id not in openable.entries else Why.GONE


def _excerpt(one: ExcerptChoice, entry: OpenableEntry, names: list[str], openable: Openable) -> Excerpt:
    path, check = openable.paths.get(entry.entry), openable.checks.get(one.exchange_id)
    proof = b"" if path is None else write_proof(EntryProof(entry.entry, path, openable.head.checkpoint))
    return Excerpt(
        entry=entry.entry,
        origin=entry.exchange.origin.value,
        asked_on=entry.exchange.asked_at.astimezone(UTC).date(),
        logged_on=entry.read.logged_on,
        provider=entry.exchange.provider,
        parts=tuple(ShownPart(name, entry.fields[name]) for name in names),
        withheld=entry.committed - len(names),
        leaf=entry.leaf,
        proof=proof,
        disclosures=tuple(entry.disclosures[name] for name in names),
        check="unchecked" if check is None else check.said.value,
        # A field that cannot be told any more may have been a paragraph: it counts as one.
        left_out=sum(map(is_text, entry.fields)) - len(names) + entry.committed - len(entry.fields),
    )


def reflections_of(
    choice: SkillChoice, own: Mapping[int, Entry], within: Collection[int], leaving: Collection[int]
) -> Found[tuple[Reflected, ShownReflection]]:
    """Return the chosen reflections; one on an exchange only where that may leave and lies ``within`` the period."""
    shown: list[tuple[Reflected, ShownReflection]] = []
    missing: list[NotShown] = []
    for one in choice.reflections:
        entry = own.get(one)
        if entry is None or not isinstance(entry.value, Reflection):
            missing.append(NotShown(TextPlace("reflection", choice.topic_id, str(one)), Why.GONE))
        elif entry.exchange_id is not None and entry.exchange_id not in within:
            why = Why.PERIOD if entry.exchange_id in leaving else Why.PRIVATE
            missing.append(NotShown(TextPlace("reflection", choice.topic_id, str(one)), why))
        else:
            words = ShownReflection(entry.value.text, entry.changed_at.astimezone().date())
            shown.append((Reflected(entry.id, entry.exchange_id), words))
    return shown, missing


def deliverables_of(choice: SkillChoice, own: Mapping[int, Entry]) -> Found[ShownDeliverable]:
    """Return the chosen deliverables."""
    shown: list[ShownDeliverable] = []
    missing: list[NotShown] = []
    for one in choice.deliverables:
        entry = own.get(one)
        if entry is None or not isinstance(entry.value, Deliverable):
            missing.append(NotShown(TextPlace("deliverable", choice.topic_id, str(one)), Why.GONE))
        else:
            shown.append(_deliverable(entry.value, entry))
    return shown, missing


def _deliverable(value: Deliverable, entry: Entry) -> ShownDeliverable:
    return ShownDeliverable(
        form=value.form,
        title=value.title,
        dated=entry.dated,
        address=value.address,
        commit=value.commit,
        sha256=value.sha256,
        size=value.size,
    )


def own_entries(session: Session, topics: Collection[str]) -> dict[str, dict[int, Entry]]:
    """Return by topic what was written of it or of one of its exchanges, by number."""
    entries = entry_queries.entries(session)
    exchanges = entry_queries.topics_of_exchanges(session) if any(one.exchange_id for one in entries) else {}
    merged = entry_queries.merged_into(session) if entries else {}
    found: dict[str, dict[int, Entry]] = {topic: {} for topic in topics}
    for entry in entries:
        mine = {entry.topic_id, *merged.get(entry.topic_id or "", ())}
        if entry.exchange_id is not None:
            mine.add(exchanges.get(entry.exchange_id))
        for topic in mine:
            if topic in found:
                found[topic][entry.id] = entry
    return found
