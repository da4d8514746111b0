"""The page on which the learner goes through all proposals, and what the topic page shows of claims."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from skilltrail.domain.claims import LIKELY_FIT, Proposal, PublishedConcept, TopicClaims
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.exporters.disclosure import framework_notices
from skilltrail.formats import decimal, quoted
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("claim_pages", __name__)


@bp.get("/fragments/claims")
@asks(DASHBOARD_READ)
@of_one_moment
def claims_fragment() -> str:
    """All proposals that wait, then what is decided, then topics that nothing fits."""
    app, demo = application(), in_demo()
    found = app.claims.all()
    return render_template(
        "fragments/claims.html",
        is_demo=demo,
        base="/demo" if demo else "",
        now=datetime.now(UTC),
        revision=app.trail.revision(),
        groups=groups(found),
        **words(found),
    )


def groups(found: tuple[TopicClaims, ...]) -> dict[str, list[TopicClaims]]:
    """Return the topics by what is to be done about them."""
    decided = [claims for claims in found if claims.confirmed or claims.none_fits]
    rest = [claims for claims in found if not (claims.is_open or claims.confirmed or claims.none_fits)]
    return {
        "open": [claims for claims in found if claims.is_open],
        "decided": decided,
        "nothing": [claims for claims in rest if claims.matched],
        "waiting": [claims for claims in rest if not claims.matched],
    }


def words(found: tuple[TopicClaims, ...]) -> dict[str, Any]:
    """Return what the claims' template needs beside the claims: wording, notices, and the exemplars' questions."""
    return {
        "exemplars_of": exemplars(found),
        "kind_words": kind_words,
        "sure_words": sure_words,
        "why_words": why_words,
        "notices": list(framework_notices("service").values()),
    }


def exemplars(found: tuple[TopicClaims, ...]) -> dict[int, ExchangeSummary]:
    """Return the exchanges that stand for the proposals which are shown first, by id; those that are gone left out."""
    return application().exchanges.summaries(exemplar_ids(found))


def exemplar_ids(found: tuple[TopicClaims, ...]) -> list[int]:
    """Return the ids of the exchanges that stand for the proposals which are shown first."""
    return [row for claims in found for proposal in claims.proposals[:1] for row in proposal.exemplars]


def kind_words(concept: PublishedConcept) -> str:
    """Say what sort of concept it is: "ESCO v1.2.0, knowledge"."""
    kinds = {"knowledge": _("knowledge"), "skill": _("skill"), "tool": _("tool or technology")}
    return f"{concept.framework_name}, {kinds[concept.kind]}"


def sure_words(proposal: Proposal) -> str:
    """Say how sure a proposal is, by what was measured."""
    if proposal.fit >= LIKELY_FIT:
        return _("A likely match: in our tests, nine of ten as near as this were right.")
    return _("A possible match: in our tests, about half of those as near as this were right.")


def why_words(proposal: Proposal) -> str:
    """Say in a sentence why a concept is proposed."""
    near = _("Similarity {similarity}.").format(similarity=decimal(proposal.similarity, 2))
    if not proposal.mentions:
        return near
    share = round(proposal.mentions * 100)
    if not proposal.words:
        return near + " " + _("About {share} % of its exchanges speak of it.").format(share=share)
    called = ", ".join(quoted(word) for word in proposal.words)
    return near + " " + _("About {share} % of its exchanges speak of it: {words}.").format(share=share, words=called)
