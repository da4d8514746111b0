"""A key inside another: closed with a passphrase, or for the holder of a recovery key.

Passphrase: scrypt (RFC 7914) with parameters that lie beside the box, then AES-256-GCM. Recovery: X25519 with a fresh
key for each box, HKDF-SHA256, AES-256-GCM; closing needs the public half alone, so a new database key can be put
under the recovery key that was printed once.
"""

from __future__ import annotations

import base64
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from skilltrail.errors import KeyUnavailable, SecretRefused
from skilltrail.i18n import _

PASSPHRASE_LEAST = 12
"""Characters: whoever has the file may try as often as their machines can."""

PASSPHRASE_MOST = 1000

_NONCE_BYTES = 12
_SALT_BYTES = 16
_PASSPHRASE_AAD = b"skilltrail database key, passphrase, v1"
_RECOVERY_AAD = b"skilltrail database key, recovery, v1"
_ID_INFO = b"skilltrail database key id v1"


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """Parameters of scrypt; the default takes 128 MB and a quarter of a second, OWASP's first choice."""

    n: int = 2**17
    r: int = 8
    p: int = 1


# What a box may ask for. A file that someone altered must not make the start eat all memory.
_N_MOST, _R_MOST, _P_MOST = 2**20, 16, 4

Box = dict[str, Any]
"""A closed key, ready for JSON: numbers and base64 text."""


def key_id(raw: bytes) -> str:
    """Return a name of a key that gives nothing of it away: 16 hexadecimal digits."""
    return _derive(raw, b"", _ID_INFO)[:8].hex()


def check_new_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short to lie beside what it guards; raises SecretRefused."""
    if not PASSPHRASE_LEAST <= len(_normal(passphrase)) <= PASSPHRASE_MOST:
        words = _("Take a passphrase of at least {least} characters; a few words in a row are easy to remember.")
        raise SecretRefused(words.format(least=PASSPHRASE_LEAST))


def close_with_passphrase(
    raw: bytes, passphrase: str, *, cost: ScryptCost | None = None, purpose: bytes = _PASSPHRASE_AAD
) -> Box:
    """Return ``raw`` closed with ``passphrase``; a box opens for its own ``purpose`` alone."""
    cost = cost or ScryptCost()
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    inner = AESGCM(_stretch(passphrase, salt, cost)).encrypt(nonce, raw, purpose)
    return {
        "kind": "passphrase",
        "version": 1,
        "kdf": {"name": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p, "salt": _text(salt)},
        "nonce": _text(nonce),
        "box": _text(inner),
    }


def open_with_passphrase(box: Mapping[str, Any], passphrase: str, *, purpose: bytes = _PASSPHRASE_AAD) -> bytes:
    """Return the key in a box of ``close_with_passphrase``.

    Raises
    ------
    SecretRefused
        If the passphrase is wrong.
    KeyUnavailable
        If the box is not one.
    """
    try:
        kdf = box["kdf"]
        cost = ScryptCost(n=int(kdf["n"]), r=int(kdf["r"]), p=int(kdf["p"]))
        salt, nonce, inner = _bytes(kdf["salt"]), _bytes(box["nonce"]), _bytes(box["box"])
        sane = box["version"] == 1 and kdf["name"] == "scrypt" and _is_sane(cost)
    except (KeyError, TypeError, ValueError):
        raise _altered() from None
    if not sane:
        raise _altered()
    try:
        return AESGCM(_stretch(passphrase, salt, cost)).decrypt(nonce, inner, purpose)
    except InvalidTag:
        raise SecretRefused(_("This passphrase does not fit.")) from None


def public_half(secret: bytes) -> bytes:
    """Return the public half (32 bytes) of a recovery key's secret (32 bytes)."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def close_for_recovery(raw: bytes, public: bytes) -> Box:
    """Return ``raw`` closed so that only the secret of ``public`` opens it."""
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    inner = AESGCM(_derive(shared, mine + public, _RECOVERY_AAD)).encrypt(nonce, raw, _RECOVERY_AAD)
    return {
        "kind": "recovery",
        "version": 1,
        "public": _text(public),
        "once": _text(mine),
        "nonce": _text(nonce),
        "box": _text(inner),
    }


def open_with_recovery(box: Mapping[str, Any], secret: bytes) -> bytes:
    """Return the key in a box of ``close_for_recovery``; raises as ``open_with_passphrase`` does."""
    try:
        mine, nonce, inner = _bytes(box["once"]), _bytes(box["nonce"]), _bytes(box["box"])
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(mine))
        sane = box["version"] == 1
    except (KeyError, TypeError, ValueError):
        raise _altered() from None
    if not sane:
        raise _altered()
    try:
        return AESGCM(_derive(shared, mine + public_half(secret), _RECOVERY_AAD)).decrypt(nonce, inner, _RECOVERY_AAD)
    except InvalidTag:
        raise SecretRefused(_("This recovery key belongs to another history, or a newer one replaced it.")) from None


def public_of(box: Mapping[str, Any]) -> bytes:
    """Return the public half that a recovery box was closed for; raises KeyUnavailable."""
    try:
        return _bytes(box["public"])
    except (KeyError, TypeError, ValueError):
        raise _altered() from None


def _stretch(passphrase: str, salt: bytes, cost: ScryptCost) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost.n, r=cost.r, p=cost.p).derive(_normal(passphrase).encode())


def _derive(material: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(material)


def _normal(passphrase: str) -> str:
    # The same letters from another keyboard can be other code points.
    return unicodedata.normalize("NFKC", passphrase)


def _is_sane(cost: ScryptCost) -> bool:
    power_of_two = cost.n > 1 and cost.n & (cost.n - 1) == 0
    return power_of_two and cost.n <= _N_MOST and 0 < cost.r <= _R_MOST and 0 < cost.p <= _P_MOST


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)


def _altered() -> KeyUnavailable:
    return KeyUnavailable(_("The file with the closed key was altered. Use your recovery key, or put back a copy."))
