"""Checking what somebody shows of an evidence log: from bytes alone, without data folder, network or database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from skilltrail.domain.checkpoint import TreeHead, check_checkpoint, check_extension, check_proof, read_proof
from skilltrail.domain.log_leaf import check_disclosures, read_disclosures, read_leaf
from skilltrail.domain.merkle import leaf_hash
from skilltrail.domain.signed_note import NoteKey, read_note
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _
from skilltrail.platform.signing import is_signed

LEAF, PROOF, SHOWN = ".leaf", ".tlog-proof", ".disclosures.json"
CHECKPOINT, KEY = "checkpoint.txt", "log-key.txt"


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry that passed: its number in a log of ``size``, the day it was logged, its origin, what is shown of it."""

    entry: int
    size: int
    logged_on: date
    origin: str | None
    fields: Mapping[str, str]
    withheld: int


def check_shown(leaf: bytes, proof: bytes, shown: bytes, key: NoteKey) -> CheckedEntry:
    """Check one entry: disclosures against leaf, leaf against proof, proof against checkpoint, checkpoint against key.

    Raises
    ------
    EvidenceInvalid
        If anything was altered, or has not its form.
    """
    found, head = check_proof(proof, leaf_hash(leaf), key, is_signed)
    read = read_leaf(leaf)
    fields = check_disclosures(read, read_disclosures(shown))
    withheld = len(read.digests) - len(fields)
    return CheckedEntry(found.index, head.size, read.logged_on, read.origin, fields, withheld)


def check_head(checkpoint: bytes, key: NoteKey, older: bytes | None = None) -> TreeHead:
    """Check a checkpoint, or, with an ``older`` one, a file that shows that its checkpoint extends that one.

    Raises
    ------
    EvidenceInvalid
        If it does not hold.
    """
    if older is None:
        return check_checkpoint(checkpoint, key, is_signed)
    return check_extension(checkpoint, older, key, is_signed)[1]


def check_one_head(proofs: Iterable[bytes]) -> None:
    """Refuse proofs of different checkpoints: nothing here would show that those are of one log.

    Raises
    ------
    EvidenceInvalid
        If they are not all of the same one.
    """
    if len({read_note(read_proof(proof).checkpoint).text for proof in proofs}) > 1:
        raise EvidenceInvalid(_("The entries are proved under different checkpoints; ask for all of them under one."))


def whole_sets(names: Mapping[str, bytes]) -> dict[str, tuple[bytes, bytes, bytes]]:
    """Return leaf, proof and disclosures by the name that they share.

    Raises
    ------
    EvidenceInvalid
        If one of them is missing: a set that is not whole proves nothing. No disclosures at all is whole.
    """
    stems = {name.removesuffix(LEAF) for name in names if name.endswith(LEAF)}
    proofs = {name.removesuffix(PROOF) for name in names if name.endswith(PROOF)}
    shown = {name.removesuffix(SHOWN) for name in names if name.endswith(SHOWN)}
    if stems != proofs or shown - stems:
        raise EvidenceInvalid(_("Each entry needs a .leaf and a .tlog-proof file; one of them is missing."))
    return {one: (names[one + LEAF], names[one + PROOF], names.get(one + SHOWN, b"[]")) for one in sorted(stems)}
