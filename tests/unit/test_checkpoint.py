"""Signed notes, checkpoints, proof files and extension files: C2SP's own examples, and nothing altered passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain import merkle
from skilltrail.domain.checkpoint import (
    EntryProof,
    Extension,
    TreeHead,
    check_checkpoint,
    check_extension,
    check_proof,
    read_head,
    read_proof,
    write_checkpoint,
    write_extension,
    write_proof,
)
from skilltrail.domain.signed_note import NoteKey, check_note, read_key, read_note, write_note
from skilltrail.errors import EvidenceInvalid
from skilltrail.platform.signing import SigningKey, is_signed, key_of_halves

# C2SP's example of a signed note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
TEXT = "This is an example message.\n"
LINE = (
    "\N{EM DASH} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1"
    "Yu72IneyaQM=\n"
)
NOTE = f"{TEXT}\n{LINE}".encode()

SIGNER = SigningKey(bytes(range(32)))
KEY = NoteKey("skilltrail.invalid/abc", SIGNER.public)
HASHES = [merkle.leaf_hash(str(number).encode()) for number in range(11)]
NODES = merkle.grow(0, HASHES, lambda _level, _position: b"")


def node(level: int, position: int) -> bytes:
    return NODES[level, position]


def checkpoint(size: int) -> bytes:
    return write_checkpoint(TreeHead(KEY.name, size, merkle.root(size, node)), KEY, SIGNER.sign)


def proof(index: int, size: int) -> bytes:
    return write_proof(EntryProof(index, tuple(merkle.inclusion_proof(index, size, node)), checkpoint(size)))


def extension(old: int, new: int) -> bytes:
    path = merkle.consistency_proof(old, new, node) if old else ()
    return write_extension(Extension(old, tuple(path), checkpoint(new)))


def test_the_example_note_of_c2sp_is_signed() -> None:
    key = read_key(VKEY)

    assert key.text() == VKEY
    assert check_note(NOTE, key, is_signed) == TEXT


def test_the_example_checkpoint_of_c2sp_is_read() -> None:
    head = read_head("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")

    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert head.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"


def test_a_note_may_hold_empty_lines() -> None:
    text = "a\n\nb\n"

    assert check_note(write_note(text, KEY, SIGNER.sign), KEY, is_signed) == text


def test_signatures_of_strangers_are_ignored() -> None:
    head = check_checkpoint(checkpoint(5) + LINE.encode(), KEY, is_signed)

    assert head.size == 5


def test_a_signature_that_names_the_key_and_does_not_fit_spoils_the_note() -> None:
    wrong = write_note("another\n", KEY, SIGNER.sign).split(b"\n\n")[1]

    with pytest.raises(EvidenceInvalid):
        check_checkpoint(checkpoint(5) + wrong, KEY, is_signed)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a+b",
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("530d903a", "530D903A"),
        VKEY[:-1],
        VKEY + "=",
        "two words" + VKEY[15:],
        VKEY.replace("+Ae", "+Ze"),
    ],
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(EvidenceInvalid):
        read_key(key)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        TEXT.encode(),
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace(b"This", b"\xff"),
        NOTE.replace(b"This", b"T\tis"),
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"example.com/foo ", b"example.com/foo  "),
        NOTE.replace(b"aQM=", b"aQN="),
        TEXT.encode() + b"\n" + LINE.encode() * 17,
        b"x" * 70_000 + NOTE,
    ],
)
def test_what_is_no_note_is_refused(note: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        check_note(note, read_key(VKEY), is_signed)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n1\n\n",
        "\n1\n" + "A" * 43 + "=\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n+1\n" + "A" * 43 + "=\n",
        "a\n١\n" + "A" * 43 + "=\n",
        "a\n9007199254740992\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
        "a\n0\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(EvidenceInvalid):
        read_head(text)


def test_a_checkpoint_under_another_name_is_refused() -> None:
    text = TreeHead("skilltrail.invalid/other", 1, HASHES[0]).text()

    with pytest.raises(EvidenceInvalid):
        check_checkpoint(write_note(text, KEY, SIGNER.sign), KEY, is_signed)


def test_proof_files_say_where_an_entry_stands() -> None:
    for size in range(1, 12):
        for index in range(size):
            found, head = check_proof(proof(index, size), HASHES[index], KEY, is_signed)
            assert (found.index, head.size) == (index, size)


def test_extension_files_tie_checkpoints_together() -> None:
    for new in range(1, 12):
        for old in range(new + 1):
            before, after = check_extension(extension(old, new), checkpoint(old), KEY, is_signed)
            assert (before.size, after.size) == (old, new)


def test_an_extension_of_another_checkpoint_is_refused() -> None:
    with pytest.raises(EvidenceInvalid):
        check_extension(extension(3, 7), checkpoint(4), KEY, is_signed)


@pytest.mark.parametrize(
    "change",
    [
        (b"index 3", b"index 03"),
        (b"index 3", b"extra AAAA\nindex 3"),
        (b"proof@v1", b"proof@v2"),
        (b"\n\n", b"\n"),
        (b"index 3\n", b"index 3\n" + b"A" * 43 + b"=\n"),
    ],
)
def test_a_proof_file_of_another_form_is_refused(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(EvidenceInvalid):
        check_proof(proof(3, 7).replace(*change, 1), HASHES[3], KEY, is_signed)


def check_file(file: bytes) -> None:
    if file.startswith(b"old"):
        check_extension(file, checkpoint(3), KEY, is_signed)
    else:
        check_proof(file, HASHES[3], KEY, is_signed)


@pytest.mark.parametrize("file", [proof(3, 7), extension(3, 7)])
def test_any_single_byte_that_is_altered_is_noticed(file: bytes) -> None:
    check_file(file)
    for place in range(len(file)):
        for other in {file[place] ^ 1, file[place] ^ 0x20, 0x0A} - {file[place]}:
            altered = file[:place] + bytes([other]) + file[place + 1 :]
            refused = False
            try:
                check_file(altered)
            except EvidenceInvalid:
                refused = True
            assert refused, (place, other)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (read_note, read_proof):
        with pytest.raises(EvidenceInvalid):
            read(data)


def test_both_halves_make_the_key() -> None:
    inner, outer = bytes(32), b"\x01" * 32

    assert key_of_halves(inner, outer).public == key_of_halves(inner, outer).public
    assert len({key_of_halves(*pair).public for pair in [(inner, outer), (outer, inner), (inner, inner)]}) == 3
    assert "01" not in repr(key_of_halves(inner, outer))
