"""Checkpoints of a log and the files that lean on them, as C2SP writes them.

A *checkpoint* (c2sp.org/tlog-checkpoint) is a signed note: origin, size and root of the tree. A *proof file*
(c2sp.org/tlog-proof) shows that an entry is in a checkpointed tree. An *extension file* shows that one checkpoint
extends another; it has the form of the request that c2sp.org/tlog-witness defines.
"""

from __future__ import annotations

from dataclasses import dataclass

from skilltrail.domain.merkle import EMPTY_ROOT, HASH_BYTES, is_consistent, is_included
from skilltrail.domain.signed_note import Check, NoteKey, Sign, check_note, decoded, encoded, write_note
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

NUMBER_MOST = 2**53 - 1
"""Sizes and numbers of entries: the largest that JavaScript counts exactly."""

_PROOF = "c2sp.org/tlog-proof@v1"
_HASHES_MOST = 128
_BODY_LINES = 3


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: this log has so many entries, and this is the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


@dataclass(frozen=True, slots=True)
class EntryProof:
    """A proof file as read: entry ``index`` (from 0), its path, and the checkpoint's bytes."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension file as read: the old size, the consistency proof, and the new checkpoint's bytes."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def write_checkpoint(head: TreeHead, key: NoteKey, sign: Sign) -> bytes:
    """Return the signed checkpoint of a head; the key bears the log's name."""
    if head.origin != key.name:
        raise ValueError("a log signs with a key of its own name")
    return write_note(head.text(), key, sign)


def read_head(text: str) -> TreeHead:
    """Read the text of a checkpoint. Extension lines are refused: ours has none. Raises EvidenceInvalid."""
    lines = text.split("\n")
    if len(lines) != _BODY_LINES + 1 or lines.pop() or not lines[0]:
        raise EvidenceInvalid(_("This is not a checkpoint."))
    head = TreeHead(lines[0], _number(lines[1]), _hash(lines[2]))
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise EvidenceInvalid(_("This is not a checkpoint."))
    return head


def check_checkpoint(data: bytes, key: NoteKey, check: Check) -> TreeHead:
    """Return the head of a checkpoint that the log's ``key`` has signed; raises EvidenceInvalid."""
    head = read_head(check_note(data, key, check))
    if head.origin != key.name:
        raise EvidenceInvalid(_("The checkpoint is of another log."))
    return head


def write_proof(proof: EntryProof) -> bytes:
    """Return a proof file."""
    return _lines([_PROOF, f"index {proof.index}", *map(encoded, proof.path), ""]) + proof.checkpoint


def read_proof(data: bytes) -> EntryProof:
    """Read a proof file; raises EvidenceInvalid. An ``extra`` line, which nobody signed, is refused."""
    lines, checkpoint = _parts(data)
    if len(lines) < 2 or lines[0] != _PROOF or not lines[1].startswith("index "):
        raise EvidenceInvalid(_("This is not a proof of an entry."))
    return EntryProof(_number(lines[1].removeprefix("index ")), _path(lines[2:]), checkpoint)


def check_proof(data: bytes, leaf_hash: bytes, key: NoteKey, check: Check) -> tuple[EntryProof, TreeHead]:
    """Return proof and head if a proof file shows that the leaf is in the tree; raises EvidenceInvalid."""
    proof = read_proof(data)
    head = check_checkpoint(proof.checkpoint, key, check)
    if not is_included(proof.index, head.size, leaf_hash, proof.path, head.root):
        raise EvidenceInvalid(_("The proof does not lead from the entry to the checkpoint: something was altered."))
    return proof, head


def write_extension(extension: Extension) -> bytes:
    """Return an extension file."""
    return _lines([f"old {extension.old}", *map(encoded, extension.path), ""]) + extension.checkpoint


def read_extension(data: bytes) -> Extension:
    """Read an extension file; raises EvidenceInvalid."""
    lines, checkpoint = _parts(data)
    if not lines or not lines[0].startswith("old "):
        raise EvidenceInvalid(_("This is not a proof that one checkpoint extends another."))
    return Extension(_number(lines[0].removeprefix("old ")), _path(lines[1:]), checkpoint)


def check_extension(data: bytes, old: bytes, key: NoteKey, check: Check) -> tuple[TreeHead, TreeHead]:
    """Return both heads if an extension file shows that its checkpoint extends ``old``; raises EvidenceInvalid."""
    extension = read_extension(data)
    before, after = check_checkpoint(old, key, check), check_checkpoint(extension.checkpoint, key, check)
    fits = extension.old == before.size
    if not (fits and is_consistent(before.size, after.size, before.root, after.root, extension.path)):
        raise EvidenceInvalid(_("The newer checkpoint does not extend the older one."))
    return before, after


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _parts(data: bytes) -> tuple[list[str], bytes]:
    """Return the lines before the first empty one, and the checkpoint behind it."""
    before, found, checkpoint = data.partition(b"\n\n")
    try:
        lines = before.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if not found or not lines:
        raise EvidenceInvalid(_("This is not a proof."))
    return lines, checkpoint


def _path(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > _HASHES_MOST:
        raise EvidenceInvalid(_("This is not a proof."))
    return tuple(_hash(line) for line in lines)


def _hash(line: str) -> bytes:
    found = decoded(line)
    if len(found) != HASH_BYTES:
        raise EvidenceInvalid(_("This is not a proof."))
    return found


def _number(text: str) -> int:
    """Return a plain decimal: no sign, no space, no leading zero, no digits of other scripts."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(NUMBER_MOST))):
        raise EvidenceInvalid(_("A number is not written as it must be here."))
    number = int(text)
    if str(number) != text or number > NUMBER_MOST:
        raise EvidenceInvalid(_("A number is not written as it must be here."))
    return number
