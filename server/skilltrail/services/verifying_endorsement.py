"""An endorsement held against the portfolio that shows it: whom it names, which skill, and every word that is shown.

The signed description names the learner's key and the skill in its first line (``exporters.endorsement_request``), in
the language of the request; of that line only what stands in every language is read. The same rules as those of the
page (``exporters/checker/endorsing.js``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from itertools import takewhile
from typing import Any

from skilltrail.domain.open_badge import achievement_id, credential_id
from skilltrail.domain.verification import CredentialReport
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.plain_text import one_line
from skilltrail.i18n import _

Json = Mapping[str, Any]

_KEY = "(did:key:"
_QUOTES = (("“", "”"), ("„", "“"), ("«", "»"))


def bind_endorsement(skill: Json, shown: Json, report: CredentialReport, own: Collection[str]) -> None:
    """Refuse an endorsement that is shown otherwise than it was signed, or that is of another skill or learner.

    ``own`` are the did:keys of the learner: that which signs, and those that handed over to it.
    """
    signed_on = None if report.valid_from is None else report.valid_from.astimezone(UTC).date().isoformat()
    alike = (
        report.issuer == shown["issuer_did"],
        report.issuer_name == shown["issuer_name"],
        report.comment == shown["comment"],
        described(report) == shown["about"],
        contact_of(report) == shown["contact"],
        signed_on == shown["signed_on"],
        report.subject in {credential_id(skill["id"]), achievement_id(skill["id"])},
    )
    if not all(alike):
        raise EvidenceInvalid(_("The content gives an endorsement in other words than its document."))
    if not names_learner(described(report), own):
        raise EvidenceInvalid(_("An endorsement does not name the key of this learner: it was signed for another."))


def described(report: CredentialReport) -> str:
    """Return what an endorsement says it is about, "" if nothing."""
    found = report.document.get("description", "")
    return found if isinstance(found, str) else ""


def contact_of(report: CredentialReport) -> str:
    """Return where to ask its issuer back, as it was signed."""
    issuer = report.document.get("issuer")
    profile = issuer if isinstance(issuer, dict) else {}
    found = profile.get("url" if "url" in profile else "email", "")
    return found if isinstance(found, str) else ""


def names_learner(description: str, own: Collection[str]) -> bool:
    """Tell whether the first line of a description names one of these keys, and no other."""
    named = named_keys(description)
    return bool(named) and named <= set(own)


def named_keys(description: str) -> set[str]:
    """Return the did:keys that stand in brackets in the first line of a description."""
    pieces = description.partition("\n")[0].split(_KEY)[1:]
    return {"did:key:" + "".join(takewhile(lambda sign: sign.isascii() and sign.isalnum(), one)) for one in pieces}


def names_skill(description: str, name: str) -> bool:
    """Tell whether the first line of a description names, behind the learner's key, a skill in quotes by this name."""
    behind = description.partition("\n")[0].partition(_KEY)[2]
    return any(f"{begin}{one_line(name)}{end}" in behind for begin, end in _QUOTES)
