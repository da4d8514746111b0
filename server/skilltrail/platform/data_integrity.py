"""Data Integrity proofs (eddsa-rdfc-2022) on Open Badges 3.0: the one place that uses openbadgeslib and pyld.

Contexts are those that openbadgeslib carries, pinned by hash; nothing is ever fetched. The library is loaded at the
first signature or check: it costs a tenth of a second, which no start pays.

What is signed is what the JSON means as linked data, and two JSON texts can mean the same. So what is checked must be
exactly the compact form of what it means (VC Data Integrity 2.4.1): no member that the contexts do not define, none
spelled in a second way.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from skilltrail.domain.badge_image import IMAGE_MOST
from skilltrail.domain.did_key import ed25519_of, method_of
from skilltrail.domain.strict_json import read_strict
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _
from skilltrail.platform.identity_keys import IdentitySigner

SUITE = "eddsa-rdfc-2022"
CREDENTIAL_MOST = 256 * 1024
"""Bytes of a credential: making the canonical form of a large one can be made to take very long."""


def secured(document: dict[str, Any], key: IdentitySigner, created: datetime) -> bytes:
    """Return a credential with the proof of a key, as the bytes of a file.

    Raises
    ------
    EvidenceInvalid
        If it says something that would not be signed, or is too large.
    """
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3.ldp import add_data_integrity_proof

    method = method_of(key.did)
    try:
        signed = add_data_integrity_proof(document, key.pem(), method, created=created.replace(microsecond=0))
    except LibOpenBadgesException:
        raise EvidenceInvalid(_("The credential cannot be signed as it is.")) from None
    # What a verifier of ours would refuse must not leave.
    check_form(signed)
    return json.dumps(signed, ensure_ascii=False, indent=1).encode() + b"\n"


def read_credential(data: bytes) -> dict[str, Any]:
    """Return the JSON of a credential of at most ``CREDENTIAL_MOST`` bytes; raises EvidenceInvalid."""
    from openbadgeslib._safejson import UntrustedJSONError, check

    found = read_strict(data, most=CREDENTIAL_MOST)
    try:
        check(found)
    except UntrustedJSONError:
        found = None
    if not isinstance(found, dict):
        raise EvidenceInvalid(_("This is not a credential."))
    return found


def known_contexts(contexts: object) -> bool:
    """Tell whether all contexts of a credential are among those that lie here."""
    from openbadgeslib.ob3.contexts import bundled_contexts

    known = bundled_contexts()
    return isinstance(contexts, list) and all(isinstance(one, str) and one in known for one in contexts)


def check_form(document: dict[str, Any]) -> None:
    """Refuse a credential whose JSON is not exactly what its proof would sign; raises EvidenceInvalid."""
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import ldp
    from openbadgeslib.ob3.contexts import document_loader

    proof = document.get("proof")
    try:
        ldp._screen_structure(document, contexts=False)  # noqa: SLF001 - what its verifier for whole badges does, for endorsements too
        ldp._check_json_ld_form(document, proof if isinstance(proof, dict) else {}, document_loader())  # noqa: SLF001 - same
    except LibOpenBadgesException:
        words = _("It has members that its contexts do not define, or that are spelled in a second way.")
        raise EvidenceInvalid(words) from None


def check_proof_of(document: dict[str, Any], issuer: str) -> None:
    """Check the proof of a credential against the key of its issuer, a did:key; raises EvidenceInvalid.

    Call ``check_form`` before: what is read from JSON afterwards is only then what was signed.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3.ldp import verify_data_integrity_proof

    public = Ed25519PublicKey.from_public_bytes(ed25519_of(issuer))
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        verify_data_integrity_proof(document, pem)
    except LibOpenBadgesException:
        raise EvidenceInvalid(_("The signature does not fit: what was signed has been altered.")) from None


def svg_credential(image: bytes) -> bytes | None:
    """Return the credential that a baked SVG carries, None if it carries none; raises EvidenceInvalid."""
    from openbadgeslib import baking

    if len(image) > IMAGE_MOST:
        raise EvidenceInvalid(_("The picture is damaged."))
    try:
        found = baking.extract_svg(image, element=baking.SVG_ELEMENT_OB3, text_fallback=True)
    except Exception:  # noqa: BLE001 - whatever XML readers raise for what is none, or is hostile
        raise EvidenceInvalid(_("The picture is damaged.")) from None
    return None if found is None else found.encode()


def canonical_statements(document: dict[str, Any]) -> list[str]:
    """Return the canonical form (RDFC-1.0) of a document of our own as its statements (N-Quads), sorted."""
    from openbadgeslib.ob3.contexts import document_loader
    from pyld import jsonld

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": document_loader()}
    return str(jsonld.normalize(document, {**options, "safe": True})).splitlines()
