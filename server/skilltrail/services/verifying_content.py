"""What the content of a portfolio says, against what is signed beside it: manifest, credentials, entries, endorsements.

The same rules as those of the page (``exporters/checker/checks.js``). Words that only the learner says are no part of
it: they are told as such.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from skilltrail.domain.log_leaf import check_disclosures, read_leaf
from skilltrail.domain.manifest import Manifest, hash_of
from skilltrail.domain.open_badge import achievement_id, counted_results, credential_id, whole_text
from skilltrail.domain.verification import CredentialKind, CredentialReport
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

Json = Mapping[str, Any]

PART_MOST = 1024 * 1024
"""Bytes of the largest part that a content carries: a leaf may have so many; all others have less."""


def decoded64(text: str, *, most: int = PART_MOST) -> bytes:
    """Return the bytes of base64 in a content; raises EvidenceInvalid, before decoding if it is too much."""
    if len(text) > 4 * (most // 3 + 1):
        raise EvidenceInvalid(_("There is more here than a portfolio can have."))
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise EvidenceInvalid(_("This is not the content of a portfolio.")) from None


def bind_content(content: Json, manifest: Manifest) -> None:
    """Refuse a content that says other than its manifest: whose it is, to whom, and what stands in it."""
    skills = content["skills"]
    counted = {skill["id"]: tuple(sorted(skill["entries"])) for skill in skills}
    shown = {excerpt["entry"] for skill in skills for excerpt in skill["excerpts"]}
    documents = {hash_of(decoded64(one["document"])) for skill in skills for one in skill["endorsements"]}
    alike = (
        content["id"] == manifest.portfolio,
        content["person"]["did"] == manifest.issuer,
        content["log"]["key"] == manifest.log_key,
        (content["recipient"] or "") == manifest.recipient,
        counted == dict(manifest.counted) and len(counted) == len(skills),
        manifest.credentials.keys() == counted.keys(),
        shown == manifest.entries.keys(),
        documents == set(manifest.endorsements),
    )
    if not all(alike):
        raise EvidenceInvalid(_("The content says other than the manifest."))
    for skill in skills:
        if len(set(skill["entries"])) != len(skill["entries"]) or len(skill["entries"]) > skill["counts"]["exchanges"]:
            raise EvidenceInvalid(_("The content says other than the manifest."))


def bind_credential(skill: Json, person: Json, report: CredentialReport) -> None:
    """Refuse a credential that says other of a skill than the content."""
    subject = report.document["credentialSubject"]
    told = [(one["resultDescription"], one["value"]) for one in subject["result"]]
    alike = (
        report.kind is CredentialKind.ACHIEVEMENT,
        report.subject == person["did"],
        whole_text(person["name"]) in report.issuer_name,
        subject["achievement"]["name"] == whole_text(skill["name"]),
        subject["activityStartDate"] == f"{skill['first_on']}T00:00:00Z",
        subject["activityEndDate"] == f"{skill['last_on']}T00:00:00Z",
        told == counted_results(skill["id"], skill["counts"]),
    )
    if not all(alike):
        raise EvidenceInvalid(_("A credential says other than the content."))


def bind_endorsement(skill: Json, shown: Json, report: CredentialReport) -> None:
    """Refuse words of an endorsement that its document does not have, and one that is about another skill."""
    alike = (
        report.issuer == shown["issuer_did"],
        report.issuer_name == shown["issuer_name"],
        report.comment == shown["comment"],
        report.document.get("description", "") == shown["about"],
        report.subject in {credential_id(skill["id"]), achievement_id(skill["id"])},
    )
    if not all(alike):
        raise EvidenceInvalid(_("The content gives an endorsement in other words than its document."))


def bind_excerpt(excerpt: Json, manifest: Manifest) -> None:
    """Refuse an excerpt whose parts are not what it discloses in order, or whose count of withheld fields is another.

    What is disclosed beside its texts (provider, day) must be what it says.
    """
    data = decoded64(excerpt["leaf"])
    leaf = read_leaf(data)
    fields = check_disclosures(leaf, excerpt["disclosures"])
    parts = [(one["name"], one["text"]) for one in excerpt["parts"]]
    alike = (
        hash_of(data) == manifest.entries[excerpt["entry"]][0],
        parts == list(fields.items()),
        excerpt["withheld"] == len(leaf.digests) - len(fields),
        fields.get("provider", excerpt["provider"]) == excerpt["provider"],
        (fields.get("asked_at") or "")[:10] in ("", excerpt["asked_on"]),
    )
    if not all(alike):
        words = _("The content quotes log entry {n} otherwise than the log has it.")
        raise EvidenceInvalid(words.format(n=int(excerpt["entry"])))


def learners_word(content: Json) -> Iterator[str]:
    """Yield what a content says on the learner's word alone; nothing here could contradict it."""
    counts = [(skill["counts"]["exchanges"], len(skill["entries"])) for skill in content["skills"]]
    if any(exchanges > entries for exchanges, entries in counts):
        words = _(
            "Of {n} exchanges that are counted, {entries} are named by their log entries; of the rest only the learner "
            "says that they took place."
        )
        yield words.format(n=sum(one[0] for one in counts), entries=sum(one[1] for one in counts))
    if any(skill["excerpts"] for skill in content["skills"]):
        yield _(
            "With whom a chat took place, on which day, and what came of checking an answer, only the learner says."
        )
