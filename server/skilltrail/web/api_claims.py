"""Routes of skill claims: what is proposed for topics, what the learner decides, and looking for concepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.domain.claims import Decision, Proposal, PublishedConcept, TopicClaims
from skilltrail.errors import RequestInvalid
from skilltrail.exporters.disclosure import framework_notices
from skilltrail.i18n import _
from skilltrail.web.access import DECIDE, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces

Key = Annotated[str, Field(min_length=3, max_length=300, description="A concept's key")]


class ClaimIn(Strict):
    """A decision: a concept fits or does not, or none does; ``instead_of`` is a confirmed concept that it replaces."""

    verdict: Literal["confirmed", "rejected", "none"]
    concept: Key | None = None
    instead_of: Key | None = None


class ClaimWithdrawn(Strict):
    """The decision that is withdrawn: about this concept, or, without one, "none fits"."""

    concept: Key | None = None


class ConceptSearch(Strict):
    """Words of a concept's label; in the body, for they must stand in no address."""

    query: Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class ConceptAnswer:
    """A published concept; ``address`` is "" for O*NET's tools, which have none."""

    key: str
    framework: str
    code: str
    kind: str
    label: str
    description: str
    address: str


@dataclass(frozen=True, slots=True)
class ConfirmedAnswer:
    """A concept that the learner aligned the topic with."""

    concept: ConceptAnswer
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    """A concept that may fit, and why; ``exemplars`` are ids of exchanges."""

    concept: ConceptAnswer
    similarity: float
    mentions: float
    words: list[str]
    fit: float
    exemplars: list[int]


@dataclass(frozen=True, slots=True)
class ClaimsAnswer:
    """How the claims of one topic stand. ``open``: the learner's word is asked for."""

    topic_id: str
    name: str
    exchanges: int
    open: bool
    matched: bool
    abstained: bool
    none_fits: bool
    changed: bool
    undoable: bool
    confirmed: list[ConfirmedAnswer]
    proposals: list[ProposalAnswer]


@dataclass(frozen=True, slots=True)
class ClaimList:
    """The claims of all topics, and what the publishers of the frameworks ask to be said with them."""

    topics: list[ClaimsAnswer]
    notices: list[str]


@dataclass(frozen=True, slots=True)
class ConceptList:
    """Concepts whose labels hold all the words."""

    concepts: list[ConceptAnswer]
    notices: list[str]


def list_claims() -> ClaimList:
    """Show the claims of all topics."""
    return ClaimList([claims_answer(claims) for claims in application().claims.all()], _notices())


def read_claims(topic_id: str) -> ClaimsAnswer:
    """Show the claims of one topic."""
    return claims_answer(application().claims.topic(topic_id))


def decide_claim(topic_id: str, body: ClaimIn) -> ClaimsAnswer:
    """Confirm or reject a concept, or say that none fits."""
    own = spaces().own.claims
    if body.verdict == "none":
        return claims_answer(own.none_fits(topic_id))
    if body.concept is None:
        raise RequestInvalid(_("Name the concept that is confirmed or rejected."))
    if body.verdict == "rejected":
        return claims_answer(own.reject(topic_id, body.concept))
    return claims_answer(own.confirm(topic_id, body.concept, instead_of=body.instead_of))


def withdraw_claim(topic_id: str, body: ClaimWithdrawn) -> ClaimsAnswer:
    """End a decision without another one."""
    return claims_answer(spaces().own.claims.withdraw(topic_id, body.concept))


def undo_claim(topic_id: str) -> ClaimsAnswer:
    """Take back the last decision about a topic."""
    return claims_answer(spaces().own.claims.undo(topic_id))


def find_concepts(body: ConceptSearch) -> ConceptList:
    """Look for concepts by words."""
    return ConceptList([concept_answer(found) for found in application().claims.find(body.query)], _notices())


def claims_answer(claims: TopicClaims) -> ClaimsAnswer:
    """Return a topic's claims as the API tells them."""
    return ClaimsAnswer(
        topic_id=claims.topic_id,
        name=claims.name,
        exchanges=claims.exchanges,
        open=claims.is_open,
        matched=claims.matched,
        abstained=claims.abstained,
        none_fits=claims.none_fits,
        changed=claims.changed,
        undoable=claims.undoable,
        confirmed=_confirmed(claims.confirmed),
        proposals=[_proposal(proposal) for proposal in claims.proposals],
    )


def concept_answer(concept: PublishedConcept) -> ConceptAnswer:
    """Return a concept as the API tells it."""
    return ConceptAnswer(
        key=concept.key,
        framework=concept.framework_name,
        code=concept.code,
        kind=concept.kind,
        label=concept.label,
        description=concept.description,
        address=concept.address,
    )


def _confirmed(decisions: Iterable[Decision]) -> list[ConfirmedAnswer]:
    return [
        ConfirmedAnswer(concept_answer(decision.concept), decision.decided_at)
        for decision in decisions
        if decision.concept is not None
    ]


def _proposal(proposal: Proposal) -> ProposalAnswer:
    return ProposalAnswer(
        concept=concept_answer(proposal.concept),
        similarity=proposal.similarity,
        mentions=proposal.mentions,
        words=list(proposal.words),
        fit=proposal.fit,
        exemplars=list(proposal.exemplars),
    )


def _notices() -> list[str]:
    return list(framework_notices("service").values())


ROUTES = (
    Route("GET", "/claims", list_claims, READ, "Skill claims of all topics.", gives=ClaimList),
    Route("GET", "/topics/<topic_id>/claims", read_claims, READ, "Skill claims of one topic.", gives=ClaimsAnswer),
    Route(
        "POST",
        "/topics/<topic_id>/claims",
        decide_claim,
        DECIDE,
        "Align a topic with a published concept, or say that it does not fit, or that none does.",
        takes=ClaimIn,
        gives=ClaimsAnswer,
    ),
    Route(
        "POST",
        "/topics/<topic_id>/claims/withdraw",
        withdraw_claim,
        DECIDE,
        "Withdraw a decision about a topic.",
        takes=ClaimWithdrawn,
        gives=ClaimsAnswer,
    ),
    Route(
        "POST",
        "/topics/<topic_id>/claims/undo",
        undo_claim,
        DECIDE,
        "Take back the last decision about a topic.",
        takes=Nothing,
        gives=ClaimsAnswer,
    ),
    Route(
        "POST",
        "/concepts/search",
        find_concepts,
        READ,
        "Published concepts whose labels hold all the words.",
        takes=ConceptSearch,
        gives=ConceptList,
    ),
)
