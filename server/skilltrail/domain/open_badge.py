"""Open Badges 3.0 credentials as plain JSON, unsigned: what is self-recorded of a skill, and one key naming the next.

Their words claim no more than the log carries: recorded by the learner, not assessed by anybody. What is known of an
excerpt stands beside the credential, in the portfolio; in it there are counts, days and hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from skilltrail.domain.base64url import encoded
from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.portfolio import Portfolio, PortfolioSkill, ShownDeliverable
from skilltrail.i18n import _

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
"""In this order: what comes later builds on what stands before."""

SCHEMAS = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
ACHIEVEMENT_SCHEMA = SCHEMAS + "ob_v3p0_achievementcredential_schema.json"
ENDORSEMENT_SCHEMA = SCHEMAS + "ob_v3p0_endorsementcredential_schema.json"

ACHIEVEMENT_TYPE = "ext:SelfRecordedLearning"
"""A private kind, on purpose: every kind that Open Badges knows says more than is recorded here."""

_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
_SKILL_TYPES = {"esco": "ext:EscoSkill", "onet": "ext:OnetElement"}

Json = dict[str, Any]


def credential_id(skill_id: str) -> str:
    """Return the id of a skill's credential; a later one of the same skill has the same and takes its place."""
    return _urn(skill_id, "credential")


def achievement_id(skill_id: str) -> str:
    """Return the id of what the credential is about: what an endorsement of the skill names."""
    return skill_id


def credential_of(portfolio: Portfolio, skill: PortfolioSkill) -> Json:
    """Return the credential of one skill, without its proof."""
    made = {
        **_envelope(credential_id(skill.id), "OpenBadgeCredential", _issuer(portfolio), portfolio.made_at),
        "name": _("Self-recorded learning: {skill}").format(skill=skill.name),
        "description": _(
            "Self-issued by the learner from their own log of AI-assisted work. It has not been independently assessed."
        ),
        "awardedDate": _moment(portfolio.made_at),
        "credentialSubject": _subject(portfolio, skill),
        "evidence": [_tree_head(portfolio), *(_delivered(skill.id, one) for one in skill.deliverables)],
        "relatedResource": [_checkpoint(portfolio.checkpoint)],
        "credentialSchema": [_schema(ACHIEVEMENT_SCHEMA)],
    }
    return dict(_whole(made))


def handover(old: str, new: str, moment: datetime) -> Json:
    """Return the endorsement, without its proof, by which the holder of the did:key ``old`` names ``new``."""
    issuer = {"id": old, "type": ["Profile"], "name": _("The identity key of before")}
    comment = _("From now on I sign with this key. The key that signs this statement is no longer used.")
    return {
        **_envelope(_urn(old, new), "EndorsementCredential", issuer, moment),
        "name": _("Handover to another key"),
        "credentialSubject": {"id": new, "type": ["EndorsementSubject"], "endorsementComment": comment},
        "credentialSchema": [_schema(ENDORSEMENT_SCHEMA)],
    }


def is_handover(document: Mapping[str, Any]) -> bool:
    """Tell whether a credential is a ``handover``: exactly its form and its id; only its words are in any language."""
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    old, new = (one.get("id") if isinstance(one, dict) else None for one in (issuer, subject))
    if not isinstance(old, str) or not isinstance(new, str) or not old.startswith("did:key:"):
        return False
    return _wordless(document) == _wordless(handover(old, new, datetime.fromtimestamp(0, UTC)))


def _wordless(document: Mapping[str, Any]) -> Json:
    kept = {name: one for name, one in document.items() if name not in {"proof", "name", "validFrom"}}
    for name in ("issuer", "credentialSubject"):
        kept[name] = {key: one for key, one in kept[name].items() if key not in {"name", "endorsementComment"}}
    return kept


def checkpoint_digest(checkpoint: bytes) -> str:
    """Return the digest by which a credential commits to a checkpoint (multibase, multihash)."""
    return "u" + encoded(b"\x12\x20" + hashlib.sha256(checkpoint).digest())


def _envelope(urn: str, kind: str, issuer: Json, moment: datetime) -> Json:
    return {
        "@context": list(CONTEXTS),
        "id": urn,
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": _moment(moment),
    }


def _issuer(portfolio: Portfolio) -> Json:
    person = portfolio.person
    issuer: Json = {"id": person.did, "type": ["Profile"], "name": _("{name} (self)").format(name=person.name)}
    addresses = [address for one in person.profiles if (address := _address(one))]
    if addresses:
        issuer["url"] = addresses[0]
        issuer["otherIdentifier"] = [
            {"type": "IdentifierEntry", "identifier": one, "identifierType": "ext:profile"} for one in addresses
        ]
    return issuer


def _subject(portfolio: Portfolio, skill: PortfolioSkill) -> Json:
    counts = list(_counts(skill))
    shown = len(skill.excerpts)
    subject: Json = {
        "id": portfolio.person.did,
        "type": ["AchievementSubject"],
        "activityStartDate": _moment(skill.first_on),
        "activityEndDate": _moment(skill.last_on),
        "narrative": _("Recorded exchanges: {exchanges}, in sessions: {sessions}; excerpts disclosed: {shown}.").format(
            exchanges=skill.exchanges, sessions=skill.episodes, shown=shown
        ),
        "achievement": _achievement(portfolio, skill, counts),
        "result": [
            {"type": ["Result"], "resultDescription": _urn(skill.id, kind), "value": str(value)}
            for kind, _name, value in counts
        ],
    }
    if portfolio.person.headline:
        subject["role"] = portfolio.person.headline
    return subject


def _achievement(portfolio: Portfolio, skill: PortfolioSkill, counts: list[tuple[str, str, int]]) -> Json:
    made: Json = {
        "id": achievement_id(skill.id),
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPE,
        "name": skill.name,
        "description": _("Learning activity about {skill}, recorded from AI-assisted work.").format(skill=skill.name),
        "criteria": {"narrative": _("Exchanges were recorded while working. No assessment took place.")},
        "inLanguage": portfolio.language,
        "resultDescription": [
            {"id": _urn(skill.id, kind), "type": ["ResultDescription"], "name": name, "resultType": f"ext:{kind}"}
            for kind, name, _value in counts
        ],
    }
    if alignments := [_alignment(one) for one in skill.alignments if one.address]:
        made["alignment"] = alignments
    if tags := list(dict.fromkeys([*skill.terms, *(one.label for one in skill.alignments if not one.address)])):
        made["tag"] = tags
    return made


def _counts(skill: PortfolioSkill) -> Iterator[tuple[str, str, int]]:
    yield "RecordedExchanges", _("Recorded exchanges"), skill.exchanges
    yield "LearningExchanges", _("Of them counted as learning, by rules over their wording"), skill.learning
    yield "ImportedExchanges", _("Of them taken from an export file, with that file’s dates"), skill.imported
    yield "Sessions", _("Sessions"), skill.episodes
    yield "Days", _("Days on which something was recorded"), skill.days
    yield "AnswersChecked", _("Answers that the learner says to have checked"), skill.checked


def _alignment(concept: PublishedConcept) -> Json:
    return {
        "type": ["Alignment"],
        "targetName": concept.label,
        "targetFramework": concept.framework_name,
        "targetType": _SKILL_TYPES[concept.framework],
        "targetUrl": concept.address,
        "targetCode": concept.code,
    }


def _tree_head(portfolio: Portfolio) -> Json:
    words = _("Checkpoint of an append-only list of {n} entries (RFC 6962); what is shown of it lies beside this file.")
    return {
        "id": _checkpoint_id(portfolio.checkpoint),
        "type": ["Evidence"],
        "name": _("Evidence log"),
        "genre": "TransparencyLogCheckpoint",
        "description": words.format(n=portfolio.log_entries),
    }


def _delivered(skill_id: str, work: ShownDeliverable) -> Json:
    known = {
        "address": work.address,
        "commit": work.commit,
        "SHA-256": work.sha256,
        "bytes": str(work.size) if work.size else "",
    }
    told = "; ".join(f"{name} {value}" for name, value in known.items() if value)
    evidence = {
        "id": _address(work.address) or _urn(skill_id, f"{work.form} {work.title} {work.dated} {told}"),
        "type": ["Evidence"],
        "name": work.title,
        "genre": "Deliverable",
        "description": f"{work.dated.isoformat()}; {told}" if told else work.dated.isoformat(),
    }
    return {name: value for name, value in evidence.items() if value}


def _checkpoint(checkpoint: bytes) -> Json:
    digest = hashlib.sha256(checkpoint).digest()
    return {
        "id": _checkpoint_id(checkpoint),
        "mediaType": "text/plain",
        "digestSRI": "sha256-" + base64.b64encode(digest).decode("ascii"),
        "digestMultibase": checkpoint_digest(checkpoint),
    }


def _checkpoint_id(checkpoint: bytes) -> str:
    return uuid5(NAMESPACE_URL, hashlib.sha256(checkpoint).hexdigest()).urn


def _schema(address: str) -> Json:
    return {"id": address, "type": "1EdTechJsonSchemaValidator2019"}


def _whole(value: Any) -> Any:
    """Return JSON with whole characters alone: half of a pair cannot be written, nor signed."""
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _urn(owner: str, what: str) -> str:
    """Return an id that is the same each time: a verifier knows a later credential by it."""
    within = UUID(owner) if owner.startswith("urn:uuid:") else uuid5(NAMESPACE_URL, owner)
    return uuid5(within, _whole(what)).urn


def _address(text: str) -> str:
    """Return a web address as linked data can hold it, "" for anything else."""
    if not text.startswith(("http://", "https://")) or any(sign.isspace() for sign in text):
        return ""
    return quote(text, safe=_IN_ADDRESSES, errors="replace")


def _moment(moment: datetime | date) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{moment.isoformat()}T00:00:00Z"
