"""The Merkle tree of RFC 6962: hashes, inclusion and consistency proofs, and how they are checked.

A tree is never held in memory. What stands in it are *perfect* subtrees, each named by its place: ``(level, position)``
is the one over the leaves ``position << level`` up to ``(position + 1) << level``. Once complete it never changes, so
that a proof reads a few of them and an append adds a few. ``Node`` is how they are looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

Place = tuple[int, int]
"""Level (0 for leaves) and position of a perfect subtree."""

Range = tuple[int, int]
"""Leaves from the first up to, not including, the second."""

Node = Callable[[int, int], bytes]
"""Returns the hash of the perfect subtree at (level, position)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 over the byte 0 and its data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 over the byte 1 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def pieces(start: int, end: int) -> Iterator[Place]:
    """Yield the perfect subtrees that a range consists of, from left to right, at most one for each bit of its length.

    The range is one that RFC 6962 asks for: it begins at a multiple of every power of two that fits into it.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_hash(start: int, end: int, node: Node) -> bytes:
    """Return the hash of the subtree over a range (see ``pieces``); of an empty one that of the empty tree."""
    hashes = [node(*place) for place in pieces(start, end)]
    if not hashes:
        return EMPTY_ROOT
    found = hashes.pop()
    while hashes:
        found = node_hash(hashes.pop(), found)
    return found


def root(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first ``size`` leaves."""
    return range_hash(0, size, node)


def grow(size: int, leaves: Sequence[bytes], node: Node) -> dict[Place, bytes]:
    """Return the perfect subtrees that come about when leaves are added to a tree of ``size``, the leaves included.

    Parameters
    ----------
    leaves
        Their hashes, in order.
    node
        Asked only for subtrees of the tree as it was, and only along its right edge.
    """
    added: dict[Place, bytes] = {}
    for position, leaf in enumerate(leaves, start=size):
        level, place, found = 0, position, leaf
        added[level, place] = found
        while place & 1:
            left = added.get((level, place - 1)) or node(level, place - 1)
            level, place, found = level + 1, place >> 1, node_hash(left, found)
            added[level, place] = found
    return added


# --- proofs ---------------------------------------------------------------------------------------------------------


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose hashes are the inclusion proof (RFC 6962, 2.1.1), from the leaf's sibling to the root.

    Raises
    ------
    ValueError
        If the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges whose hashes are the consistency proof (RFC 6962, 2.1.2) between two sizes of a tree.

    Raises
    ------
    ValueError
        If the old tree is empty or larger than the new one.
    """
    if not 0 < old <= new:
        raise ValueError("no such trees")
    found: list[Range] = []
    start, end, known = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, known = middle, False
    if not known:
        found.append((start, end))
    return found[::-1]


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return the inclusion proof of a leaf; raises as ``inclusion_ranges``."""
    return [range_hash(start, end, node) for start, end in inclusion_ranges(index, size)]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Return the consistency proof of two sizes; raises as ``consistency_ranges``."""
    return [range_hash(start, end, node) for start, end in consistency_ranges(old, new)]


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Tell whether a proof leads from a leaf's hash to the root of the tree of ``size``."""
    if not 0 <= index < size or not _are_hashes(leaf, root_hash, *proof):
        return False
    ranges = inclusion_ranges(index, size)
    if len(ranges) != len(proof):
        return False
    found = leaf
    for (start, _end), sibling in zip(ranges, proof, strict=True):
        found = node_hash(found, sibling) if start > index else node_hash(sibling, found)
    return found == root_hash


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the tree of ``new`` begins with the tree of ``old``.

    The empty tree is the beginning of every other one; its proof is empty, and only its root is looked at.
    """
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    ranges = consistency_ranges(old, new)
    if len(ranges) != len(proof):
        return False
    hashes = list(zip(ranges, proof, strict=True))
    # The lowest one ends where the old tree ends. If the old tree is perfect the proof does not spell it out.
    before = after = hashes.pop(0)[1] if hashes and hashes[0][0][1] == old else old_root
    for (start, _end), sibling in hashes:
        if start >= old:
            after = node_hash(after, sibling)
        else:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
    return before == old_root and after == new_root


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than ``count`` (2 or more)."""
    return 1 << ((count - 1).bit_length() - 1)


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
