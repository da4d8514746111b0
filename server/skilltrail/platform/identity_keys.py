"""Identity keys at rest: Ed25519 as PKCS#8 (PEM), closed with a passphrase where there is one (PBES2, AES-256-CBC)."""

from __future__ import annotations

import unicodedata

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    PBES,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from skilltrail.domain.did_key import did_of
from skilltrail.errors import KeyUnavailable, SecretRefused
from skilltrail.i18n import _
from skilltrail.platform.key_wrapping import check_new_passphrase

ROUNDS = 600_000
"""Of PBKDF2-HMAC-SHA-256, as OWASP asks; a fifth of a second for each try."""


class IdentitySigner:
    """An opened identity key; it shows its address and signs, and never itself."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.did = did_of(key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return "IdentitySigner(…)"

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message, 64 bytes."""
        return self._key.sign(message)

    def sealed(self, passphrase: str | None = None) -> bytes:
        """Return the key as it is kept: PKCS#8 in PEM, encrypted with ``passphrase`` if there is one.

        Raises
        ------
        SecretRefused
            If the passphrase is too short.
        """
        if passphrase is not None:
            check_new_passphrase(passphrase)
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))


def new_identity() -> IdentitySigner:
    """Return a new key."""
    return IdentitySigner(Ed25519PrivateKey.generate())


def opened_identity(sealed: bytes, passphrase: str | None = None) -> IdentitySigner:
    """Open a key that ``sealed`` has closed.

    Raises
    ------
    SecretRefused
        If the passphrase is missing or wrong.
    KeyUnavailable
        If what is kept is no such key.
    """
    try:
        key = load_pem_private_key(sealed, None if passphrase is None else _normal(passphrase))
    except TypeError:
        if passphrase is not None:  # it is not closed at all
            return opened_identity(sealed)
        raise SecretRefused(_("The identity key is closed with a passphrase of its own; say it.")) from None
    except ValueError:
        raise _why(passphrase) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _why(None)
    return IdentitySigner(key)


def _why(passphrase: str | None) -> SecretRefused | KeyUnavailable:
    if passphrase is not None:
        return SecretRefused(_("This passphrase does not fit."))
    return KeyUnavailable(_("The identity key that is kept cannot be read."))


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    builder = PrivateFormat.PKCS8.encryption_builder().kdf_rounds(ROUNDS).hmac_hash(hashes.SHA256())
    return builder.key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC).build(_normal(passphrase))


def _normal(passphrase: str) -> bytes:
    # The same letters from another keyboard can be other code points.
    return unicodedata.normalize("NFKC", passphrase).encode()
