"""A portfolio's shown entries as xAPI statements (IEEE 9274.1.1), one a line, for a learning record store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID, uuid5

from skilltrail.domain.portfolio import Excerpt, Portfolio, PortfolioSkill, SignedPortfolio
from skilltrail.exporters.disclosure import self_recorded
from skilltrail.exporters.wording import one_line, provider_name, utc_stamp
from skilltrail.i18n import _, speaking

_VERB = "http://adlnet.gov/expapi/verbs/experienced"
_ACTIVITY = "http://adlnet.gov/expapi/activities/interaction"
# Names of ours; nothing stands there, and nothing has to.
_TERMS = "https://skilltrail.invalid/xapi/"


def portfolio_xapi(signed: SignedPortfolio) -> str:
    """Return one statement for each shown entry, in ASCII; the same portfolio gives the same identifiers."""
    with speaking(signed.portfolio.language):
        return "".join(f"{json.dumps(one, ensure_ascii=True)}\n" for one in _statements(signed.portfolio))


def _statements(portfolio: Portfolio) -> Iterator[dict[str, Any]]:
    for skill in portfolio.skills:
        for excerpt in skill.excerpts:
            yield _statement(portfolio, skill, excerpt)


def _statement(portfolio: Portfolio, skill: PortfolioSkill, excerpt: Excerpt) -> dict[str, Any]:
    language = portfolio.language
    named = UUID(skill.id.removeprefix("urn:uuid:"))
    return {
        "id": str(uuid5(named, f"entry {excerpt.entry}")),
        "actor": {
            "objectType": "Agent",
            "name": one_line(portfolio.person.name),
            "account": {"homePage": _TERMS, "name": portfolio.person.did},
        },
        "verb": {"id": _VERB, "display": {language: _("experienced")}},
        "object": {
            "objectType": "Activity",
            "id": skill.id,
            "definition": {
                "name": {language: one_line(skill.name)},
                "description": {language: self_recorded()},
                "type": _ACTIVITY,
            },
        },
        # The log knows the moment; what is shown is the day.
        "timestamp": utc_stamp(datetime.combine(excerpt.asked_on, time(12), UTC)),
        "context": {
            "platform": provider_name(excerpt.provider),
            "language": language,
            "extensions": {
                f"{_TERMS}log-index": excerpt.entry,
                f"{_TERMS}origin": excerpt.origin,
                f"{_TERMS}check": excerpt.check,
                f"{_TERMS}day-only": True,
            },
        },
    }
