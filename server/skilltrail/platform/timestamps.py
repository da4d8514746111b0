"""RFC 3161: asking a time-stamping authority by a file, and checking what it answered. Never over the network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

TOKEN_MOST = 64 * 1024
"""Bytes of an answer; one with a chain of certificates has about 6 KB."""

ROOTS_MOST = 512 * 1024

_SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class TimeToken:
    """What an answer says: ``at`` is its time, ``by`` the name in the signer's certificate, "" where it has none.

    ``trusted``: the signature fits and leads to a root certificate that the asker named.
    """

    at: datetime
    by: str
    trusted: bool


def time_request(data: bytes) -> bytes:
    """Return a request over the SHA-256 of ``data`` (a checkpoint), as a file for an authority (.tsq)."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def check_token(answer: bytes, data: bytes, roots: Sequence[bytes] = ()) -> TimeToken:
    """Check the answer of an authority (.tsr) over ``data``; ``roots`` are certificates to trust, PEM or DER.

    Without roots nothing but the hash is compared: anybody can make such a token.

    Raises
    ------
    EvidenceInvalid
        If it is no answer, is over something else, or (with roots) was not signed by one whom they vouch for.
    """
    response = _read(answer)
    told = response.tst_info
    imprint = told.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise EvidenceInvalid(_("The time token is about something else."))
    known = [certificate for one in roots for certificate in read_certificates(one)]
    if known:
        _check_signature(response, data, known)
    at = told.gen_time
    return TimeToken(at if at.tzinfo else at.replace(tzinfo=UTC), _signer(response), trusted=bool(known))


def read_certificates(data: bytes) -> list[Certificate]:
    """Return the certificates of a file, PEM or DER; raises EvidenceInvalid."""
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    if len(data) > ROOTS_MOST:
        raise EvidenceInvalid(_("This is not a certificate."))
    try:
        return load_pem_x509_certificates(data) if b"-----BEGIN" in data else [load_der_x509_certificate(data)]
    except ValueError:
        raise EvidenceInvalid(_("This is not a certificate.")) from None


def _read(answer: bytes) -> TimeStampResponse:
    from rfc3161_client import PKIStatus, decode_timestamp_response

    refused = EvidenceInvalid(_("This is not the answer of a time-stamping authority."))
    if len(answer) > TOKEN_MOST or not answer.startswith(b"0"):
        raise refused
    try:
        response = decode_timestamp_response(answer)
        granted = PKIStatus(response.status) in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}
        # Read here, so that what cannot be read is known here.
        _told = (response.tst_info.gen_time, response.tst_info.message_imprint, response.signed_data.certificates)
    except (ValueError, TypeError, OverflowError):
        raise refused from None
    if not granted:
        raise EvidenceInvalid(_("The time-stamping authority refused."))
    return response


def _check_signature(response: TimeStampResponse, data: bytes, roots: Sequence[Certificate]) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    refused = EvidenceInvalid(
        _("The time token was not signed by an authority that the named certificate vouches for.")
    )
    try:
        if not VerifierBuilder(roots=list(roots)).build().verify_message(response, data):
            raise refused
    except (VerificationError, ValueError, TypeError):
        raise refused from None


def _signer(response: TimeStampResponse) -> str:
    from cryptography.x509 import load_der_x509_certificate

    try:
        [signer] = response.signed_data.signer_infos
        for raw in response.signed_data.certificates:
            certificate = load_der_x509_certificate(raw)
            if certificate.serial_number == signer.serial_number and certificate.issuer == signer.issuer:
                return certificate.subject.rfc4514_string()
    except (ValueError, TypeError):
        return ""
    return ""
