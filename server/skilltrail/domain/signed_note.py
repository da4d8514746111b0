"""C2SP signed notes (c2sp.org/signed-note): a text, an empty line, and lines that sign it.

Ed25519 alone (type 0x01). The signing itself is handed in, so that this stays plain Python: ``Check`` is asked with
public key, signature and message.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

ED25519 = 0x01
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
NOTE_MOST = 64 * 1024
SIGNATURES_MOST = 16

_DASH = "\N{EM DASH}"
_ID_BYTES = 4

Check = Callable[[bytes, bytes, bytes], bool]
"""Tells whether (public key, signature, message) belong together."""

Sign = Callable[[bytes], bytes]
"""Returns the signature over a message."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that signs notes under a name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.public).digest()[:_ID_BYTES]

    def text(self) -> str:
        """Return the key as C2SP writes it: name, id and key, joined by plus signs."""
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([ED25519]) + self.public)}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A signature line: ``key_id`` and ``name`` say whose it claims to be."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read, signatures unchecked; ``text`` ends in a newline."""

    text: str
    signatures: tuple[NoteSignature, ...]


def encoded(data: bytes) -> str:
    """Return standard base64, with padding."""
    return base64.b64encode(data).decode("ascii")


def decoded(text: str) -> bytes:
    """Return the bytes of standard base64 in its one canonical form; raises EvidenceInvalid."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise EvidenceInvalid(_("This is not base64 as it must be here.")) from None
    if encoded(data) != text:
        raise EvidenceInvalid(_("This is not base64 as it must be here."))
    return data


def read_key(text: str) -> NoteKey:
    """Read a key as C2SP writes it; raises EvidenceInvalid, also if its id is not its own."""
    parts = text.split("+", 2)
    refused = EvidenceInvalid(_("This is not a key of a log: NAME+ID+KEY."))
    if len(parts) != 3 or not is_name(parts[0]):
        raise refused
    raw = decoded(parts[2])
    key = NoteKey(parts[0], raw[1:])
    if raw[:1] != bytes([ED25519]) or len(key.public) != PUBLIC_KEY_BYTES or key.id.hex() != parts[1]:
        raise refused
    return key


def is_name(name: str) -> bool:
    """Tell whether a key may have this name."""
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name) and name.isprintable()


def write_note(text: str, key: NoteKey, sign: Sign) -> bytes:
    """Return a note over ``text``, which ends in a newline, signed with the private half of ``key``."""
    line = f"{_DASH} {key.name} {encoded(key.id + sign(text.encode()))}\n"
    return (text + "\n" + line).encode()


def read_note(data: bytes) -> Note:
    """Read a note without checking its signatures.

    Raises
    ------
    EvidenceInvalid
        If it has not the form of a note, byte for byte.
    """
    text = _plain_text(data)
    end = text.rfind("\n\n")
    lines = text[end + 2 :].split("\n")
    if end < 0 or lines.pop() != "" or not 0 < len(lines) <= SIGNATURES_MOST:
        raise EvidenceInvalid(_("This is not a signed note."))
    return Note(text[: end + 1], tuple(_signature(line) for line in lines))


def check_note(data: bytes, key: NoteKey, check: Check) -> str:
    """Return the text of a note that ``key`` has signed; raises EvidenceInvalid.

    Signatures of other keys are ignored, as C2SP asks. One that names this key and does not fit spoils the note.
    """
    note = read_note(data)
    own = [line for line in note.signatures if line.name == key.name and line.key_id == key.id]
    if not own:
        raise EvidenceInvalid(_("This note was not signed with the key that was expected."))
    if not all(check(key.public, line.signature, note.text.encode()) for line in own):
        raise EvidenceInvalid(_("The signature does not fit: what was signed has been altered."))
    return note.text


def _plain_text(data: bytes) -> str:
    refused = EvidenceInvalid(_("This is not a signed note."))
    if len(data) > NOTE_MOST:
        raise refused
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise refused from None
    if any(sign < " " and sign != "\n" for sign in text):
        raise refused
    return text


def _signature(line: str) -> NoteSignature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not is_name(parts[1]):
        raise EvidenceInvalid(_("This is not a signed note."))
    raw = decoded(parts[2])
    if len(raw) <= _ID_BYTES:
        raise EvidenceInvalid(_("This is not a signed note."))
    return NoteSignature(parts[1], raw[:_ID_BYTES], raw[_ID_BYTES:])
