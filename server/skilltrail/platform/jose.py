"""Signatures of others' VC-JWT credentials: ES256, RS256 and EdDSA, with the key that the file itself names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from skilltrail.domain.base64url import decoded
from skilltrail.domain.did_key import ED25519, key_of
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | Ed25519PublicKey

_COORDINATE = 32
_RSA_BITS = range(2048, 8193)  # shorter can be broken, longer takes long to check
_SECRET = {"d", "p", "q", "k"}


def key_of_did(did: str) -> PublicKey:
    """Return the key of a did:key; raises EvidenceInvalid."""
    kind, raw = key_of(did)
    try:
        if kind == ED25519:
            return Ed25519PublicKey.from_public_bytes(raw)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raise _refused() from None


def key_of_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the key of a JWK (RFC 7517); raises EvidenceInvalid, also for one that gives its secret away."""
    if _SECRET & jwk.keys():
        raise _refused()
    try:
        return _key(jwk)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _refused() from None


def fits(algorithm: str, key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature fits; an algorithm that is not that of the key never does."""
    try:
        if algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 2 * _COORDINATE:
            r, s = (int.from_bytes(half, "big") for half in (signature[:_COORDINATE], signature[_COORDINATE:]))
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        elif algorithm == "RS256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        elif algorithm in {"EdDSA", "Ed25519"} and isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def same_key(one: PublicKey, other: PublicKey) -> bool:
    """Tell whether two public keys are the same."""
    return one == other


def _key(jwk: Mapping[str, Any]) -> PublicKey:
    if (jwk["kty"], jwk.get("crv")) == ("OKP", "Ed25519"):
        return Ed25519PublicKey.from_public_bytes(decoded(jwk["x"]))
    if (jwk["kty"], jwk.get("crv")) == ("EC", "P-256"):
        x, y = (int.from_bytes(decoded(jwk[name]), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    if jwk["kty"] != "RSA":
        raise ValueError("not a key that is read here")
    n, e = (int.from_bytes(decoded(jwk[name])[:2048], "big") for name in ("n", "e"))
    if n.bit_length() not in _RSA_BITS:
        raise ValueError("not a length that is read here")
    return rsa.RSAPublicNumbers(e, n).public_key()


def _refused() -> EvidenceInvalid:
    return EvidenceInvalid(_("The key that the file names is of no kind that can be checked here."))
