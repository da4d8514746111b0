"""Alterations of files, one small thing each, the same each time: what a check of evidence must see, every one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

Mutate = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, data: bytes) -> bytes:
    altered = bytearray(data)
    altered[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(altered)


def _replace(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(32, 127)]) + data[at + 1 :]


def _delete(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 5) :]


def _insert(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice([b" ", b"\n", b"\t", b"\0", b"0", b"=", b"A", b'"', b",", b"{}"]) + data[at:]


def _swap(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) - 1)
    return data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


def _double(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    end = at + chance.randint(1, 40)
    return data[:end] + data[at:end] + data[end:]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def _case(chance: random.Random, data: bytes) -> bytes:
    letters = [at for at, sign in enumerate(data) if bytes([sign]).isalpha()]
    at = chance.choice(letters or [0])
    return data[:at] + data[at : at + 1].swapcase() + data[at + 1 :]


KINDS: Mapping[str, Mutate] = {
    "bit": _flip,
    "byte": _replace,
    "deletion": _delete,
    "insertion": _insert,
    "swap": _swap,
    "doubling": _double,
    "cut": _cut,
    "case": _case,
}


def alterations(data: bytes, count: int, *, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield ``count`` altered copies of ``data`` with the kind of alteration; none is what it was."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        kind = list(KINDS)[made % len(KINDS)]
        altered = KINDS[kind](chance, data)
        if altered != data:
            made += 1
            yield kind, altered
