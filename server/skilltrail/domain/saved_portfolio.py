"""Saved portfolios: what is kept of a selection, of its exports, and of what changed between two of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice

TITLE_LIMIT = 200
TEXT_LIMIT = 4_000
"""Characters of a note, of the introduction."""

POST_LIMIT = 20_000
"""Characters of a job post."""

SKILLS_MOST = 40
EXCERPTS_MOST = 60
"""Excerpts of one skill."""

DELIVERABLES_MOST = 40
"""Deliverables of one skill: with the longest titles and addresses they still fit into its credential."""

PORTFOLIOS_MOST = 200


@dataclass(frozen=True, slots=True)
class SavedPortfolio:
    """A portfolio that the learner put together; ``urn`` (urn:uuid) stays the same through all its forms.

    ``changes`` counts its forms: with one there is nothing to undo but its making.
    """

    id: int
    urn: str
    selection: Selection
    created_at: datetime
    changed_at: datetime
    changes: int = 1


@dataclass(frozen=True, slots=True)
class PortfolioItem:
    """One thing that a portfolio held: what it was (skill, excerpt, note, …), a key that names it, a keyed digest.

    ``exchange_id`` is what it was taken from; when that is forgotten, so is the item.
    """

    kind: str
    key: str
    digest: bytes
    exchange_id: int | None = None


@dataclass(frozen=True, slots=True)
class PastPortfolio:
    """An export of a portfolio: which format, when, and the key and items that tell what it held."""

    export_id: int
    format: str
    made_at: datetime
    name: str
    key: bytes
    items: tuple[PortfolioItem, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What is other than in the last export: ``how`` is added, removed or changed."""

    how: str
    kind: str
    key: str


def as_fields(selection: Selection) -> dict[str, Any]:
    """Return a selection as it is stored: days as "2026-12-31"."""
    fields = asdict(selection)
    for name in ("since", "until"):
        day = fields[name]
        fields[name] = day.isoformat() if day else None
    return fields | {"audience": selection.audience.value}


def from_fields(fields: Mapping[str, Any]) -> Selection:
    """Return the selection that ``as_fields`` gave these fields of; values as JSON gives them back."""
    known = {
        name: str(fields[name]) for name in ("title", "person", "headline", "introduction", "recipient", "job_post")
    }
    return Selection(
        **known,
        since=_day(fields["since"]),
        until=_day(fields["until"]),
        language=str(fields.get("language", "")),
        audience=Audience(fields["audience"]),
        profiles=tuple(fields["profiles"]),
        admitted=tuple(fields["admitted"]),
        skills=tuple(_skill(one) for one in fields["skills"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _skill(fields: Mapping[str, Any]) -> SkillChoice:
    excerpts = tuple(
        ExcerptChoice(one["exchange_id"], tuple(one["parts"]), one.get("entry")) for one in fields["excerpts"]
    )
    lists = {name: tuple(fields[name]) for name in ("reflections", "deliverables", "endorsements")}
    return SkillChoice(topic_id=fields["topic_id"], note=fields["note"], excerpts=excerpts, **lists)


def without(
    selection: Selection,
    *,
    exchanges: Collection[int] = (),
    topics: Collection[str] = (),
    entries: Collection[int] = (),
    clients: Collection[int] = (),
) -> Selection:
    """Return a selection that names none of what was forgotten."""
    skills = tuple(
        replace(
            one,
            excerpts=tuple(each for each in one.excerpts if each.exchange_id not in exchanges),
            reflections=tuple(each for each in one.reflections if each not in entries),
            deliverables=tuple(each for each in one.deliverables if each not in entries),
        )
        for one in selection.skills
        if one.topic_id not in topics
    )
    return replace(selection, skills=skills, admitted=tuple(one for one in selection.admitted if one not in clients))


def unpinned(selection: Selection) -> frozenset[int]:
    """Return the exchanges of excerpts of which it is not known in which log entry they were chosen."""
    return frozenset(each.exchange_id for one in selection.skills for each in one.excerpts if each.entry is None)


def pinned(selection: Selection, entries: Mapping[int, int | None]) -> Selection:
    """Return a selection whose excerpts without a log entry are those in ``entries``, by exchange."""
    skills = [
        replace(
            one,
            excerpts=tuple(
                replace(each, entry=entries.get(each.exchange_id)) if each.entry is None else each
                for each in one.excerpts
            ),
        )
        for one in selection.skills
    ]
    return replace(selection, skills=tuple(skills))


def with_skills(selection: Selection, topics: Sequence[str]) -> Selection:
    """Return a selection of these skills in this order; what was chosen of those that stay is kept."""
    before = {one.topic_id: one for one in selection.skills}
    return replace(selection, skills=tuple(before.get(topic) or SkillChoice(topic) for topic in dict.fromkeys(topics)))


def with_skill(selection: Selection, topic_id: str, **changes: Any) -> Selection:
    """Return a selection in which other things are chosen of one skill; one that is not in it stays out."""
    skills = [replace(one, **changes) if one.topic_id == topic_id else one for one in selection.skills]
    return replace(selection, skills=tuple(skills))


def words_of(selection: Selection) -> tuple[str, ...]:
    """Return everything in it that the learner typed or pasted."""
    own = (selection.title, selection.person, selection.headline, selection.introduction, selection.recipient)
    return (*own, *selection.profiles, selection.job_post, *(one.note for one in selection.skills))


def changes_between(before: Sequence[PortfolioItem], now: Sequence[PortfolioItem]) -> tuple[ItemChange, ...]:
    """Return what was added, removed or changed, in the order of ``now``, what is gone behind it."""
    old = {(one.kind, one.key): one.digest for one in before}
    new = {(one.kind, one.key): one.digest for one in now}
    found = [
        ItemChange("changed" if name in old else "added", *name)
        for name, digest in new.items()
        if old.get(name) != digest
    ]
    return (*found, *(ItemChange("removed", *name) for name in old if name not in new))
