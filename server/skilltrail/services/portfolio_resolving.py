"""Leaving out of a selection what a hit of the leak scan stands in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skilltrail.domain.leak_hits import LeakHit
from skilltrail.domain.portfolio import Selection, SkillChoice
from skilltrail.domain.resolved_portfolio import Resolved


def left_out(selection: Selection, resolved: Resolved, hit: LeakHit) -> Selection:
    """Return a selection without the paragraph, entry or note that a hit stands in; of a name, without its skill."""
    place = hit.place
    if place.what == "profiles":
        kept = [one for at, one in enumerate(selection.profiles) if str(at) != place.key]
        return replace(selection, profiles=tuple(kept))
    if place.what not in _ONE_BY_ONE:
        return replace(selection, skills=tuple(one for one in selection.skills if one.topic_id != place.topic_id))
    skills = [_without(one, resolved, hit) if one.topic_id == place.topic_id else one for one in selection.skills]
    return replace(selection, skills=tuple(skills))


_ONE_BY_ONE = frozenset({"excerpt", "note", "reflection", "deliverable", "endorsement"})


def _without(choice: SkillChoice, resolved: Resolved, hit: LeakHit) -> SkillChoice:
    what, key = hit.place.what, hit.place.key
    if what == "note":
        return replace(choice, note="")
    if what == "excerpt":
        return _without_part(choice, hit)
    # Entries are shown in the order in which they were chosen, without those that are not shown.
    missing = {one.place.key for one in resolved.not_shown if one.place.what == what}
    chosen: tuple[int, ...] = getattr(choice, f"{what}s")
    shown = [one for one in chosen if str(one) not in missing]
    kept: dict[str, Any] = {f"{what}s": tuple(one for one in chosen if one != shown[int(key)])}
    return replace(choice, **kept)


def _without_part(choice: SkillChoice, hit: LeakHit) -> SkillChoice:
    name = hit.place.key.partition(" ")[2]
    excerpts = [
        replace(one, parts=tuple(part for part in one.parts if part != name))
        if one.exchange_id == hit.exchange_id
        else one
        for one in choice.excerpts
    ]
    return replace(choice, excerpts=tuple(one for one in excerpts if one.parts))
