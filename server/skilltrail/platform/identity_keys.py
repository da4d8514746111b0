"""Identity keys at rest: Ed25519 as PKCS#8 (PEM); with a passphrase, that in a box of scrypt and AES-256-GCM.

PKCS#8 has an encryption of its own, but the library makes it with 2,048 rounds of PBKDF2: guessing would be cheap.
"""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from skilltrail.domain.did_key import did_of
from skilltrail.domain.strict_json import read_strict
from skilltrail.errors import EvidenceInvalid, KeyUnavailable, SecretRefused
from skilltrail.i18n import _
from skilltrail.platform.key_wrapping import check_new_passphrase, close_with_passphrase, open_with_passphrase

_PURPOSE = b"skilltrail identity key, passphrase, v1"
_BOX_MOST = 8 * 1024


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

    def pem(self) -> bytes:
        """Return the key itself as PKCS#8 (PEM)."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sealed(self, passphrase: str | None) -> bytes:
        """Return the key as it is kept, closed with ``passphrase`` if there is one.

        Raises
        ------
        SecretRefused
            If the passphrase is too short.
        """
        if passphrase is None:
            return self.pem()
        check_new_passphrase(passphrase)
        return json.dumps(close_with_passphrase(self.pem(), passphrase, purpose=_PURPOSE)).encode()


def new_identity() -> IdentitySigner:
    """Return a new key."""
    return IdentitySigner(Ed25519PrivateKey.generate())


def opened_identity(sealed: bytes, passphrase: str | None = None) -> IdentitySigner:
    """Open a key that ``IdentitySigner.sealed`` has closed; one that is not closed opens whatever is said.

    Raises
    ------
    SecretRefused
        If the passphrase is missing or wrong.
    KeyUnavailable
        If what is kept is no such key.
    """
    pem = sealed if sealed.startswith(b"-----BEGIN") else _opened(sealed, passphrase)
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnavailable(_("The identity key that is kept cannot be read."))
    return IdentitySigner(key)


def _opened(sealed: bytes, passphrase: str | None) -> bytes:
    if not passphrase:
        raise SecretRefused(_("The identity key is closed with a passphrase of its own; say it."))
    try:
        return open_with_passphrase(read_strict(sealed, most=_BOX_MOST), passphrase, purpose=_PURPOSE)
    except (EvidenceInvalid, KeyUnavailable):
        raise KeyUnavailable(_("The identity key that is kept cannot be read.")) from None
