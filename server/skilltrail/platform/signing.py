"""Ed25519 (RFC 8032): the one place that signs, and checks what was signed."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HALF_BYTES = 32

_LOG_INFO = b"skilltrail evidence log key v1"


class SigningKey:
    """The private half of a key; it shows its public half and signs, and never itself."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def __repr__(self) -> str:
        return "SigningKey(…)"

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message, 64 bytes."""
        return self._key.sign(message)


def key_of_halves(inner: bytes, outer: bytes) -> SigningKey:
    """Return the key that two halves give together; neither says anything about it alone."""
    return SigningKey(HKDF(hashes.SHA256(), 32, salt=outer, info=_LOG_INFO).derive(inner))


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the holder of a public key signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
