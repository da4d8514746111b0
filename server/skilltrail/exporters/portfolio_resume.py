"""A portfolio as JSON Resume. What is self-recorded stands under projects, never under certificates, without levels."""

from __future__ import annotations

import json
from typing import Any

from skilltrail.domain.portfolio import Portfolio, PortfolioSkill, SignedPortfolio
from skilltrail.exporters.portfolio_view import EndorsementView, PortfolioView, SkillView, portfolio_view
from skilltrail.exporters.wording import utc_stamp
from skilltrail.i18n import _, speaking

_SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"


def portfolio_resume(signed: SignedPortfolio) -> str:
    """Return the resume as indented JSON in ASCII."""
    with speaking(signed.portfolio.language):
        return json.dumps(_resume(signed.portfolio), ensure_ascii=True, indent=2) + "\n"


def _resume(portfolio: Portfolio) -> dict[str, Any]:
    view = portfolio_view(portfolio)
    pairs = list(zip(portfolio.skills, view.skills, strict=True))
    return {
        "$schema": _SCHEMA,
        "basics": _basics(view),
        "skills": [{"name": said.name, "keywords": _keywords(skill, said)} for skill, said in pairs],
        "projects": [_project(view, skill, said) for skill, said in pairs],
        "references": [
            {"name": one.by, "reference": _reference(one)} for said in view.skills for one in said.endorsements
        ],
        "meta": {"version": "v1.0.0", "lastModified": utc_stamp(portfolio.made_at)},
        "x-skilltrail": {
            "statement": view.statement,
            "portfolio": portfolio.id,
            "preparedFor": view.prepared,
            "did": view.key,
            "note": _("Nothing in this file can be checked by itself: it holds no signature."),
            "showsIfTheChecksPass": [view.if_passed, *view.shows],
            "doesNotShow": list(view.shows_not),
            "notices": list(view.notices),
        },
    }


def _reference(one: EndorsementView) -> str:
    unchecked = _("the signature of this statement is not in this file and was not checked here")
    ticked = f" {one.ticked_by} {' '.join(one.ticked)}" if one.ticked else ""
    return f"{one.comment}{ticked} ({'; '.join(filter(None, (one.day, one.contact, one.caution, unchecked)))})"


def _basics(view: PortfolioView) -> dict[str, Any]:
    basics: dict[str, Any] = {"name": view.name, "label": view.headline, "summary": "\n\n".join(view.introduction)}
    addresses = [one for one in view.profiles if one.startswith(("https://", "http://"))]
    if addresses:
        basics |= {"url": addresses[0], "profiles": [{"network": _host(one), "url": one} for one in addresses]}
    return basics


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]


def _keywords(skill: PortfolioSkill, said: SkillView) -> list[str]:
    return list(dict.fromkeys([*said.terms, *(one.label for one in skill.alignments)]))


def _project(view: PortfolioView, skill: PortfolioSkill, said: SkillView) -> dict[str, Any]:
    stage = f"{said.stage}: {said.rule}"
    works = [", ".join(filter(None, (one.title, one.kind, one.day, one.address))) for one in said.deliverables]
    return {
        "name": said.name,
        "description": " ".join(filter(None, (view.statement, stage, said.story, said.note))),
        "startDate": skill.first_on.isoformat(),
        "endDate": skill.last_on.isoformat(),
        "highlights": [*(text for text, _day in said.reflections), *works],
        "keywords": _keywords(skill, said),
        "type": _("self-recorded learning"),
    }
