"""ChatGPT data exports of any size, the same for the same seed: one file, parts, or an archive with pictures.

Run ``python -m benchmarks.exports.generate --conversations 3000 --out export.zip`` from the root of the repository; the
ending of ``--out`` decides: ``.zip``, ``.json``, or a folder. Conversations are those of ``benchmarks.histories`` with
texts brought to a length, and the nodes that real exports have beside prompts and replies: instructions, thoughts, tool
calls. A pool of some hundred is written again and again under other ids, so a gigabyte takes seconds and the texts pack
as real ones do.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count, groupby
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks.histories.chatgpt_export import conversation_element
from benchmarks.histories.generate import generate

from skilltrail.domain.exchange import CapturedExchange

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_POOL = 900
"""Exchanges of the pool."""

_TURNS_MAX = 6
"""Exchanges of a conversation; without the longest ones there are 2.9 on average."""

_PER_PART = 100
"""Conversations of one part of a split export."""

_PLACE = "7e57ab1e"
"""Stands in every id of the pool where the number of the copy goes."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written; ``size`` is the JSON's length in bytes, unpacked."""

    conversations: int
    exchanges: int
    size: int


def elements(*, conversations: int | None, size: int | None, characters: int, seed: int) -> Iterator[tuple[bytes, int]]:
    """Yield the JSON of conversations with the number of their exchanges, until there are enough.

    Parameters
    ----------
    conversations, size
        Stop after so many, or after so many bytes; at least one of them is given.
    characters
        Length of each exchange's prompt and reply together, about.
    seed
        The same seed gives the same export.
    """
    pool = list(_pool(characters, seed))
    written = 0
    for number in count():
        if (conversations is not None and number >= conversations) or (size is not None and written >= size):
            return
        data, exchanges = pool[number % len(pool)]
        copy = data.replace(_PLACE.encode(), b"%08x" % number)
        written += len(copy) + 2
        yield copy, exchanges


def write(
    out: Path,
    *,
    conversations: int | None = None,
    size: int | None = None,
    characters: int = 1_600,
    seed: int = 7,
    pictures: int = 0,
) -> Made:
    """Write an export to ``out``: an archive of parts (``.zip``), one file (``.json``), or a folder of parts."""
    found = elements(conversations=conversations, size=size, characters=characters, seed=seed)
    if out.suffix == ".json":
        with out.open("wb") as file:
            return _array(file, found)
    if out.suffix != ".zip":
        out.mkdir(parents=True, exist_ok=True)
        return _total(_in_file(out / name, part) for name, part in _parts(found))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(pictures):
            archive.writestr(zipfile.ZipInfo(f"user-1/file_{number:06}.png"), b"\x89PNG\r\n" + bytes(200))
        return _total(_in_archive(archive, name, part) for name, part in _parts(found))


def _pool(characters: int, seed: int) -> Iterator[tuple[bytes, int]]:
    exchanges = [item.captured for item in generate(_POOL, seed, NOW)]
    replies = [exchange.reply for exchange in exchanges]
    longer = (_long(exchange, replies, number, characters) for number, exchange in enumerate(exchanges))
    for _, turns in groupby(longer, key=lambda exchange: exchange.conversation_id):
        listed = list(turns)
        if len(listed) > _TURNS_MAX:
            continue
        element = conversation_element(listed)
        _beside(element["mapping"])
        yield json.dumps(element, ensure_ascii=False).encode(), len(listed)


def _long(exchange: CapturedExchange, replies: list[str], number: int, characters: int) -> CapturedExchange:
    """Return an exchange with ids that can be told from those of other copies, and a reply of the length."""
    reply, further = exchange.reply, number
    while len(exchange.prompt) + len(reply) < characters:
        further += 1
        reply += "\n\n" + replies[further * 31 % len(replies)]
    wanted = max(1, characters - len(exchange.prompt))

    def own(id_: str | None) -> str | None:
        return f"{_PLACE}{id_[8:]}-{id_[:8]}" if id_ else None

    return replace(
        exchange,
        reply=reply[:wanted] or exchange.reply,
        conversation_id=own(exchange.conversation_id) or "",
        prompt_id=own(exchange.prompt_id),
        reply_id=own(exchange.reply_id),
        parent_id=own(exchange.parent_id),
    )


def _beside(mapping: dict[str, Any]) -> None:
    """Put thoughts and a tool's call between every third prompt and its reply, as reasoning models leave them."""
    replies = [node for node in mapping.values() if _role(node) == "assistant"]
    for node in replies[::3]:
        above = node["parent"]
        for name, content in (
            ("thoughts", {"content_type": "thoughts", "thoughts": [{"summary": "Plan", "content": "PRIVATE " * 30}]}),
            ("call", {"content_type": "code", "language": "python", "text": "print(1)\n" * 20}),
        ):
            id_ = f"{node['id']}-{name}"
            message = {
                "id": id_,
                "author": {"role": "assistant"},
                "content": content,
                "recipient": "all",
                "metadata": {},
            }
            mapping[id_] = {"id": id_, "message": message, "parent": above, "children": [node["id"]]}
            above = id_
        node["parent"] = above


def _role(node: dict[str, Any]) -> str | None:
    message = node["message"]
    return message["author"]["role"] if message else None


def _parts(found: Iterator[tuple[bytes, int]]) -> Iterator[tuple[str, list[tuple[bytes, int]]]]:
    for number in count():
        part = [element for _, element in zip(range(_PER_PART), found, strict=False)]
        if not part:
            return
        yield f"conversations-{number:03}.json", part


def _in_file(path: Path, part: list[tuple[bytes, int]]) -> Made:
    with path.open("wb") as file:
        return _array(file, iter(part))


def _in_archive(archive: zipfile.ZipFile, name: str, part: list[tuple[bytes, int]]) -> Made:
    with archive.open(name, "w", force_zip64=True) as file:
        return _array(file, iter(part))  # type: ignore[arg-type]  # all of a file that is used of it


def _array(file: BinaryIO, found: Iterator[tuple[bytes, int]]) -> Made:
    conversations = exchanges = size = 0
    for data, turns in found:
        size += file.write(b",\n" if conversations else b"[\n") + file.write(data)
        conversations += 1
        exchanges += turns
    size += file.write(b"\n]\n" if conversations else b"[]\n")
    return Made(conversations, exchanges, size)


def _total(parts: Iterator[Made]) -> Made:
    listed = list(parts)
    return Made(*(sum(getattr(part, name) for part in listed) for name in Made.__slots__))


def main(arguments: list[str] | None = None) -> int:
    """Write an export and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--conversations", type=int)
    parser.add_argument("--bytes", type=float, help="of JSON, unpacked")
    parser.add_argument("--characters", type=int, default=1_600, help="of each exchange")
    parser.add_argument("--pictures", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    if given.conversations is None and given.bytes is None:
        parser.error("say --conversations or --bytes")
    made = write(
        given.out,
        conversations=given.conversations,
        size=int(given.bytes) if given.bytes else None,
        characters=given.characters,
        seed=given.seed,
        pictures=given.pictures,
    )
    print(
        f"{given.out}: {made.conversations} conversations, {made.exchanges} exchanges, {made.size / 1e6:.1f} MB of JSON"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
