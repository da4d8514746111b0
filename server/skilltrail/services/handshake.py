"""The arithmetic of pairing and proof. Nothing here stores or asks for the time.

P-256 ECDH, HKDF-SHA-256, HMAC-SHA-256 and AES-256-GCM; base64url without padding; public keys as 65-byte points. The
extension does the same with WebCrypto; the labels are part of the wire format.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from skilltrail.errors import PairingError
from skilltrail.i18n import _

NONCE_BYTES = 16
POINT_BYTES = 65
BOX_NONCE_BYTES = 12
PROOF_NONCE_LEAST = 16
PROOF_NONCE_MOST = 64


@dataclass(frozen=True, slots=True)
class ServerHalf:
    """The server's key pair and nonce of one pairing; the commitment to both is told before the extension's key."""

    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    public_key: bytes
    nonce: bytes

    @property
    def commitment(self) -> bytes:
        """Return SHA-256(public key || nonce)."""
        return hashlib.sha256(self.public_key + self.nonce).digest()


@dataclass(frozen=True, slots=True)
class MarkKeyBox:
    """The key of the redaction marks, readable for one device only."""

    nonce: bytes
    box: bytes


def new_half() -> ServerHalf:
    """Make the server's half of one pairing."""
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return ServerHalf(private_key=private, public_key=public, nonce=secrets.token_bytes(NONCE_BYTES))


def derive_shared_key(half: ServerHalf, extension_public: bytes, *, instance_id: str) -> bytes:
    """Return K, the 32 bytes shared with the extension.

    Raises
    ------
    PairingError
        If the extension's key is no point of the curve.
    """
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), extension_public)
    except ValueError:
        raise PairingError(_("The extension sent no valid key. Start the connection again.")) from None
    return _hkdf(half.private_key.exchange(ec.ECDH(), point), "skilltrail device v1", salt=instance_id.encode())


def pairing_digits(request_id: str, *, extension_public: bytes, server_public: bytes, nonce: bytes) -> str:
    """Return the six digits that both sides show, as "47 29 81"."""
    text = b"skilltrail pairing v1" + request_id.encode() + extension_public + server_public + nonce
    number = int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % 1_000_000
    digits = f"{number:06d}"
    return f"{digits[:2]} {digits[2:4]} {digits[4:]}"


def bearer_token(shared_key: bytes) -> str:
    """Return the token that the extension will send."""
    return encode(_hkdf(shared_key, "skilltrail bearer v1"))


def proof(shared_key: bytes, *, nonce: bytes, instance_id: str, port: int) -> bytes:
    """Return what shows that this server holds K and listens on ``port``: a relay has another one."""
    text = b"skilltrail proof v1" + nonce + instance_id.encode() + port.to_bytes(2, "big")
    return hmac.new(_hkdf(shared_key, "skilltrail proof v1"), text, hashlib.sha256).digest()


def seal_mark_key(shared_key: bytes, mark_key: bytes, *, device_id: str) -> MarkKeyBox:
    """Encrypt the key of the marks for one device."""
    nonce = secrets.token_bytes(BOX_NONCE_BYTES)
    cipher = AESGCM(_hkdf(shared_key, "skilltrail mark-key box v1"))
    return MarkKeyBox(nonce=nonce, box=cipher.encrypt(nonce, mark_key, device_id.encode()))


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str, *, least: int, most: int) -> bytes:
    """Return the bytes of base64url without padding.

    Raises
    ------
    PairingError
        If it is none, or not ``least`` to ``most`` bytes.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not least <= len(data) <= most:
        raise PairingError(_("A value of the connection is not what it should be. Start the connection again."))
    return data


def _hkdf(material: bytes, info: str, *, salt: bytes = b"") -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info.encode()).derive(material)
