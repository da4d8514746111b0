"""A portfolio as JSON: its whole content, byte for byte what the manifest hashes.

``schemas/portfolio-1.schema.json`` describes it. Bytes of the log and of others stand in it as base64, so that a
checker gets them as they were hashed.
"""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.portfolio import (
    Anchor,
    Excerpt,
    Person,
    Portfolio,
    PortfolioSkill,
    ShownDeliverable,
    ShownEndorsement,
    SkillMonth,
)
from skilltrail.exporters.disclosure import self_recorded
from skilltrail.exporters.wording import utc_stamp
from skilltrail.i18n import speaking

SCHEMA_ID = "urn:skilltrail:schema:portfolio:1"
"""Names the format; a change that old readers would misread gets a new number."""

# So that the text can stand in a script element of a page as it is; none of these occurs outside of JSON's strings.
_IN_A_PAGE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def write_content(portfolio: Portfolio) -> bytes:
    """Return everything that a portfolio discloses, as JSON in ASCII without ``<``, ``>`` and ``&``.

    The same portfolio gives the same bytes.
    """
    with speaking(portfolio.language):
        text = json.dumps(_document(portfolio), ensure_ascii=True, indent=1)
    return (text.translate(_IN_A_PAGE) + "\n").encode("ascii")


def _document(portfolio: Portfolio) -> dict[str, Any]:
    return {
        "schema": SCHEMA_ID,
        "product": {"name": "Skilltrail", "version": portfolio.product_version},
        "statement": self_recorded(),
        "id": portfolio.id,
        "title": portfolio.title,
        "audience": portfolio.audience.value,
        "recipient": portfolio.recipient or None,
        "language": portfolio.language,
        "made_at": utc_stamp(portfolio.made_at),
        "since": _day(portfolio.since),
        "until": _day(portfolio.until),
        "person": _person(portfolio.person),
        "skills": [_skill(skill) for skill in portfolio.skills],
        "withheld_skills": portfolio.withheld,
        "log": {
            "entries": portfolio.log_entries,
            "key": portfolio.log_key,
            "checkpoint": _base64(portfolio.checkpoint),
        },
        "anchors": [_anchor(anchor) for anchor in portfolio.anchors],
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "headline": person.headline,
        "introduction": person.introduction,
        "profiles": list(person.profiles),
        "did": person.did,
    }


def _skill(skill: PortfolioSkill) -> dict[str, Any]:
    return {
        "id": skill.id,
        "name": skill.name,
        "area": skill.area,
        "note": skill.note,
        "stage": skill.stage.value if skill.stage else None,
        "stage_rule": skill.stage_rule,
        "first_on": skill.first_on.isoformat(),
        "last_on": skill.last_on.isoformat(),
        "idle_days": skill.idle_days,
        "counts": {
            "exchanges": skill.exchanges,
            "learning": skill.learning,
            "episodes": skill.episodes,
            "days": skill.days,
            "imported": skill.imported,
            "checked": skill.checked,
            "corrected": skill.corrected,
        },
        "months": [_month(month) for month in skill.months],
        "terms": list(skill.terms),
        "alignments": [_alignment(concept) for concept in skill.alignments],
        "excerpts": [_excerpt(excerpt) for excerpt in skill.excerpts],
        "reflections": [{"text": one.text, "written_on": one.written_on.isoformat()} for one in skill.reflections],
        "deliverables": [_deliverable(one) for one in skill.deliverables],
        "endorsements": [_endorsement(one) for one in skill.endorsements],
        "entries": list(skill.entries),
    }


def _month(month: SkillMonth) -> dict[str, Any]:
    turns = [turn.value for turn in month.turns]
    return {"month": month.month, "exchanges": month.exchanges, "learning": month.learning, "turns": turns}


def _alignment(concept: PublishedConcept) -> dict[str, Any]:
    return {
        "target_framework": concept.framework_name,
        "target_name": concept.label,
        "target_url": concept.address or None,
        "target_code": concept.code,
        "confirmed_by": "learner",
    }


def _excerpt(excerpt: Excerpt) -> dict[str, Any]:
    return {
        "entry": excerpt.entry,
        "origin": excerpt.origin,
        "asked_on": excerpt.asked_on.isoformat(),
        "logged_on": excerpt.logged_on.isoformat(),
        "provider": excerpt.provider,
        "check": excerpt.check,
        "parts": [{"name": part.name, "text": part.text} for part in excerpt.parts],
        "withheld": excerpt.withheld,
        "left_out": excerpt.left_out,
        "leaf": _base64(excerpt.leaf),
        "proof": _base64(excerpt.proof),
        "disclosures": list(excerpt.disclosures),
    }


def _deliverable(one: ShownDeliverable) -> dict[str, Any]:
    return {
        "form": one.form,
        "title": one.title,
        "dated": one.dated.isoformat(),
        "address": one.address or None,
        "commit": one.commit or None,
        "sha256": one.sha256 or None,
        "size": one.size or None,
    }


def _endorsement(one: ShownEndorsement) -> dict[str, Any]:
    return {
        "issuer_name": one.issuer_name,
        "issuer_did": one.issuer_did,
        "contact": one.contact,
        "comment": one.comment,
        "about": one.about,
        "signed_on": one.signed_on.isoformat(),
        "document": _base64(one.document),
    }


def _anchor(anchor: Anchor) -> dict[str, Any]:
    return {
        "kind": anchor.kind,
        "checkpoint": _base64(anchor.checkpoint),
        "token": _base64(anchor.token),
        "at": utc_stamp(anchor.at) if anchor.at else None,
        "by": anchor.by,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
