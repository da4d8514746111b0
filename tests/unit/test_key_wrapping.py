"""A key inside another: opened by the right passphrase or recovery key, and by nothing else."""

from __future__ import annotations

import json
import secrets

import pytest

from skilltrail.errors import KeyUnavailable, SecretRefused
from skilltrail.platform import key_wrapping as wrapping
from skilltrail.platform.key_wrapping import ScryptCost

RAW = bytes(range(32))
CHEAP = ScryptCost(n=16)
WORDS = "correct horse battery"


def test_the_passphrase_opens_what_it_closed() -> None:
    box = wrapping.close_with_passphrase(RAW, WORDS)

    assert wrapping.open_with_passphrase(json.loads(json.dumps(box)), WORDS) == RAW
    assert RAW.hex() not in json.dumps(box)
    assert box["kdf"]["n"] == 2**17


def test_the_same_letters_of_another_keyboard_are_the_same_passphrase() -> None:
    box = wrapping.close_with_passphrase(RAW, "Schlu\u0308ssel-Wörter", cost=CHEAP)

    assert wrapping.open_with_passphrase(box, "Schl\u00fcssel-Wo\u0308rter") == RAW


@pytest.mark.parametrize("wrong", ["", "Correct horse battery", "correct horse battery ", "x" * 1000])
def test_a_wrong_passphrase_is_refused(wrong: str) -> None:
    with pytest.raises(SecretRefused):
        wrapping.open_with_passphrase(wrapping.close_with_passphrase(RAW, WORDS, cost=CHEAP), wrong)


def test_two_boxes_of_the_same_have_nothing_in_common() -> None:
    one, other = (wrapping.close_with_passphrase(RAW, WORDS, cost=CHEAP) for _time in range(2))

    assert one["box"] != other["box"]
    assert one["kdf"]["salt"] != other["kdf"]["salt"]
    assert one["nonce"] != other["nonce"]


@pytest.mark.parametrize(
    "change",
    [
        {"box": "AAAA"},
        {"nonce": "AAAAAAAAAAAAAAAA"},
        {"kdf": {"name": "scrypt", "n": 32, "r": 8, "p": 1, "salt": "AAAAAAAAAAAAAAAAAAAAAA=="}},
    ],
)
def test_an_altered_box_gives_no_key(change: dict[str, object]) -> None:
    box = wrapping.close_with_passphrase(RAW, WORDS, cost=CHEAP) | change

    with pytest.raises(SecretRefused):
        wrapping.open_with_passphrase(box, WORDS)


@pytest.mark.parametrize(
    "kdf",
    [
        {"name": "md5", "n": 16, "r": 8, "p": 1, "salt": ""},
        {"name": "scrypt", "n": 2**40, "r": 8, "p": 1, "salt": ""},
        {"name": "scrypt", "n": 17, "r": 8, "p": 1, "salt": ""},
        {"name": "scrypt", "n": 16, "r": 10**6, "p": 1, "salt": ""},
        {"name": "scrypt", "n": 16, "r": 8, "p": 10**6, "salt": ""},
        {"name": "scrypt"},
        None,
    ],
)
def test_a_box_that_asks_for_too_much_or_makes_no_sense_is_not_tried(kdf: object) -> None:
    box = wrapping.close_with_passphrase(RAW, WORDS, cost=CHEAP) | {"kdf": kdf}

    with pytest.raises(KeyUnavailable):
        wrapping.open_with_passphrase(box, WORDS)


@pytest.mark.parametrize("box", [{}, {"version": 1}, {"version": 2, "once": "", "nonce": "", "box": ""}])
def test_what_is_no_box_is_said_to_be_none(box: dict[str, object]) -> None:
    with pytest.raises(KeyUnavailable):
        wrapping.open_with_passphrase(box, WORDS)
    with pytest.raises(KeyUnavailable):
        wrapping.open_with_recovery(box, secrets.token_bytes(32))


@pytest.mark.parametrize("length", [0, 1, 11, 1001])
def test_a_new_passphrase_must_be_long_enough(length: int) -> None:
    with pytest.raises(SecretRefused, match="12"):
        wrapping.check_new_passphrase("x" * length)


def test_the_recovery_secret_opens_what_its_public_half_closed_and_a_box_for_a_later_key() -> None:
    secret = secrets.token_bytes(32)
    box = wrapping.close_for_recovery(RAW, wrapping.public_half(secret))
    later = wrapping.close_for_recovery(b"n" * 32, wrapping.public_of(box))

    assert wrapping.open_with_recovery(json.loads(json.dumps(box)), secret) == RAW
    assert wrapping.open_with_recovery(later, secret) == b"n" * 32


def test_another_recovery_secret_is_refused() -> None:
    box = wrapping.close_for_recovery(RAW, wrapping.public_half(secrets.token_bytes(32)))

    with pytest.raises(SecretRefused):
        wrapping.open_with_recovery(box, secrets.token_bytes(32))


def test_the_id_of_a_key_tells_keys_apart_and_gives_nothing_away() -> None:
    assert wrapping.key_id(RAW) == wrapping.key_id(bytes(range(32)))
    assert wrapping.key_id(RAW) != wrapping.key_id(bytes(32))
    assert wrapping.key_id(RAW) not in RAW.hex()
