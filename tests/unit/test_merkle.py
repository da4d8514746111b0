"""The Merkle tree against the public test vectors of Certificate Transparency, and against its own definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain import merkle

# Inputs and roots of Certificate Transparency's reference implementations; each root is over the first n leaves.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The same implementations' inclusion proofs (entry, size) and consistency proofs (old size, new size).
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
EXTENSIONS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
MOST = 70


class Tree:
    """A tree as the store keeps it: perfect subtrees by place."""

    def __init__(self, leaves: list[bytes], *, at_once: int = 1) -> None:
        self.nodes: dict[merkle.Place, bytes] = {}
        for start in range(0, len(leaves), at_once):
            hashes = [merkle.leaf_hash(leaf) for leaf in leaves[start : start + at_once]]
            self.nodes |= merkle.grow(start, hashes, self.node)

    def node(self, level: int, position: int) -> bytes:
        return self.nodes[level, position]


def defined(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962, 2.1 defines it."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


BIG = [str(number).encode() for number in range(MOST)]
BIG_TREE = Tree(BIG)
BIG_ROOTS = [defined(BIG[:size]) for size in range(MOST + 1)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle.root(size, Tree(LEAVES).node).hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "path"), PATHS.items())
def test_inclusion_proofs_are_those_of_certificate_transparency(place: tuple[int, int], path: list[str]) -> None:
    assert [one.hex() for one in merkle.inclusion_proof(*place, Tree(LEAVES).node)] == path


@pytest.mark.parametrize(("sizes", "path"), EXTENSIONS.items())
def test_consistency_proofs_are_those_of_certificate_transparency(sizes: tuple[int, int], path: list[str]) -> None:
    assert [one.hex() for one in merkle.consistency_proof(*sizes, Tree(LEAVES).node)] == path


def test_the_root_of_every_size_is_as_defined() -> None:
    assert [merkle.root(size, BIG_TREE.node) for size in range(MOST + 1)] == BIG_ROOTS


@given(st.integers(0, MOST), st.integers(1, MOST))
def test_adding_at_once_or_one_by_one_gives_the_same_tree(size: int, at_once: int) -> None:
    assert Tree(BIG[:size], at_once=at_once).nodes == Tree(BIG[:size]).nodes


def test_every_inclusion_proof_of_every_size_holds_for_its_entry_alone() -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, BIG_TREE.node)
            leaf = merkle.leaf_hash(BIG[index])
            holds = [n for n in range(size) if merkle.is_included(n, size, leaf, proof, BIG_ROOTS[size])]
            assert holds == [index]


def test_every_consistency_proof_of_every_two_sizes_holds() -> None:
    for new in range(1, 34):
        for old in range(1, new + 1):
            proof = merkle.consistency_proof(old, new, BIG_TREE.node)
            assert merkle.is_consistent(old, new, BIG_ROOTS[old], BIG_ROOTS[new], proof)


def test_the_empty_tree_is_the_beginning_of_every_other() -> None:
    assert merkle.is_consistent(0, 5, merkle.EMPTY_ROOT, BIG_ROOTS[5], [])
    assert not merkle.is_consistent(0, 5, BIG_ROOTS[1], BIG_ROOTS[5], [])
    assert not merkle.is_consistent(0, 5, merkle.EMPTY_ROOT, BIG_ROOTS[5], [BIG_ROOTS[1]])


@given(st.data())
def test_an_altered_inclusion_proof_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, BIG_TREE.node)
    parts = [merkle.leaf_hash(BIG[index]), BIG_ROOTS[size], *proof]

    altered = flipped(data, parts)

    assert merkle.is_included(index, size, parts[0], proof, parts[1])
    assert not merkle.is_included(index, size, altered[0], altered[2:], altered[1])
    assert not merkle.is_included(index, size, parts[0], [*proof, parts[0]], parts[1])
    assert not merkle.is_included(index, size, parts[0], proof[:-1], parts[1]) or not proof


@given(st.data())
def test_an_altered_consistency_proof_does_not_hold(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    proof = merkle.consistency_proof(old, new, BIG_TREE.node)
    parts = [BIG_ROOTS[old], BIG_ROOTS[new], *proof]

    altered = flipped(data, parts)

    assert not merkle.is_consistent(old, new, altered[0], altered[1], altered[2:])
    assert not merkle.is_consistent(old, new, parts[0], parts[1], [*proof, parts[0]])
    assert not merkle.is_consistent(old, new, parts[0], parts[1], proof[:-1])


@given(st.integers(1, MOST), st.integers(1, MOST), st.integers(0, MOST - 1))
def test_a_tree_with_another_past_is_never_consistent(old: int, new: int, changed: int) -> None:
    old, new = min(old, new), max(old, new)
    changed %= old
    other = Tree([*BIG[:changed], b"another", *BIG[changed + 1 :]])

    proof = merkle.consistency_proof(old, new, other.node)

    assert not merkle.is_consistent(old, new, BIG_ROOTS[old], merkle.root(new, other.node), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(index, size, BIG_TREE.node)

    assert not merkle.is_included(index, size, BIG_ROOTS[1], [], BIG_ROOTS[1])


@given(st.integers(0, 99_999), st.integers(1, 100_000))
def test_a_proof_reads_few_nodes(index: int, size: int) -> None:
    index %= size
    read = [place for span in merkle.inclusion_ranges(index, size) for place in merkle.pieces(*span)]

    assert len(read) <= 2 * 17


def flipped(data: st.DataObject, parts: list[bytes]) -> list[bytes]:
    """Return the parts with one bit of one of them turned over."""
    which = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    number = int.from_bytes(parts[which], "big") ^ (1 << bit)
    return [*parts[:which], number.to_bytes(32, "big"), *parts[which + 1 :]]
