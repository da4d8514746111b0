"""did:key: a public key that is its own address (multibase base58btc of a multicodec and the key). Nothing to look up.

Ed25519 (``ED 01``, 32 bytes) is what we sign with; P-256 (``80 24``, 33 bytes) is read for others' credentials.
"""

from __future__ import annotations

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

ED25519 = b"\xed\x01"
P256 = b"\x80\x24"

_PREFIX = "did:key:z"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_KEY_BYTES = {ED25519: 32, P256: 33}
_SIGNS_MOST = 64  # decoding takes time by the square of the length; no key of ours or others' is longer


def did_of(public: bytes) -> str:
    """Return the did:key of an Ed25519 public key, 32 bytes."""
    return _PREFIX + base58(ED25519 + public)


def method_of(did: str) -> str:
    """Return the name of the one key of a did:key, as proofs and signatures name it: ``did:key:X#X``."""
    return f"{did}#{did.removeprefix('did:key:')}"


def key_of(did: str) -> tuple[bytes, bytes]:
    """Return multicodec and public key of a did:key.

    Raises
    ------
    EvidenceInvalid
        If it is none, names a kind of key that is not read here, or is not spelled in the one way there is.
    """
    text = did.removeprefix(_PREFIX) if did.startswith(_PREFIX) else ""
    raw = _from_base58(text) if 0 < len(text) <= _SIGNS_MOST else b""
    kind, public = raw[:2], raw[2:]
    if len(public) != _KEY_BYTES.get(kind, -1) or _PREFIX + base58(raw) != did:
        raise EvidenceInvalid(_("This is not a did:key of a kind that can be checked here (Ed25519 or P-256)."))
    return kind, public


def ed25519_of(did: str) -> bytes:
    """Return the Ed25519 public key of a did:key; raises EvidenceInvalid, also for another kind of key."""
    kind, public = key_of(did)
    if kind != ED25519:
        raise EvidenceInvalid(_("This is not a did:key of a kind that can be checked here (Ed25519 or P-256)."))
    return public


def base58(data: bytes) -> str:
    """Return data in base58 (the alphabet of Bitcoin); leading zero bytes are ones."""
    number, signs = int.from_bytes(data, "big"), []
    while number:
        number, rest = divmod(number, 58)
        signs.append(_ALPHABET[rest])
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + "".join(reversed(signs))


def _from_base58(text: str) -> bytes:
    number = 0
    for sign in text:
        value = _VALUES.get(sign)
        if value is None:
            return b""
        number = number * 58 + value
    return b"\0" * (len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")
