"""Forty canaries, every way in which a request can carry one, and where one must never sing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask

from callers import envelope, item
from route_walk import requests, rules

CANARIES = tuple(f"Canary{number:02d}Zq{(number * 7919 + 104729) % 999983:06d}" for number in range(40))
_QUERY = (
    "area", "format", "since", "until", "cursor", "topic", "limit", "before", "start", "part", "narrow", "q", "id",
)  # fmt: skip
_NAMES = (
    "schema", "extension_version", "items", "state", "outbox", "rows", "label", "request_secret", "public_key",
    "device_id", "nonce", "key", "paths", "on", "id", "kind", "word", "words", "phrase", "passphrase", "since", "until",
    "reason", "mark", "file", "name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that carries canaries."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def hostile_items() -> list[dict[str, Any]]:
    """Return exchanges with a canary in every field that takes words, each in another one."""
    fields = (
        "prompt",
        "reply",
        "title",
        "model",
        "account",
        "prompt_id",
        "reply_id",
        "parent_id",
        "project_id",
        "gizmo_id",
    )
    found = []
    for number, canary in enumerate(CANARIES):
        words = f"{canary} explain the database index and the table join {number}"
        row = item(number + 1, conversation_id=f"c-{canary}", extractor=canary)
        row |= {name: f"{words} {name}"[:180] for name in fields}
        row |= {"attachments": [{"name": f"{canary}.pdf", "mime": canary, "size": 3}], "redactions": {canary: 1}}
        found.append(row | {"citations": [{"title": canary, "url": f"https://{canary}.invalid/"}]})
    return found


def attempts(app: Flask) -> Iterator[Attempt]:
    """Yield requests to every route of ``app`` that carry canaries in address, query, headers and body."""
    for at, (method, path, _access) in enumerate(requests(app)):
        one = CANARIES[at % 40]
        query = "&".join(f"{name}={CANARIES[(at + n) % 40]}" for n, name in enumerate(_QUERY))
        yield Attempt(method, f"{path}?{query}", body=b"{}" if method != "GET" else None)
        yield from (Attempt(method, path, {name: value}) for name, value in _headers(one).items())
        if method not in ("GET", "OPTIONS"):
            yield from (Attempt(method, path, {"Content-Type": kind}, body) for kind, body in _bodies(at))
    for number, rule in enumerate(rules(app)):
        if rule.arguments:
            address = rule.rule
            for name in rule.arguments:
                for form in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
                    address = address.replace(form, CANARIES[number % 40])
            yield from (Attempt(method, address) for method in (rule.methods or set()) - {"HEAD"})
    yield Attempt("GET", f"/{CANARIES[0]}")
    yield Attempt(CANARIES[1].upper(), "/")


def _headers(canary: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {canary}",
        "Origin": f"https://{canary}.invalid",
        "Sec-Fetch-Site": canary,
        "Host": f"{canary}.invalid",
        "Skilltrail-Space": canary,
        "User-Agent": canary,
        "Referer": f"https://{canary}.invalid/{canary}",
        "Cookie": f"{canary}={canary}",
        "Accept": canary,
    }


def _bodies(at: int) -> Iterator[tuple[str, bytes]]:
    named = {name: CANARIES[(at + n) % 40] for n, name in enumerate(_NAMES)}
    kind = "application/json"
    yield kind, json.dumps(named).encode()
    yield kind, json.dumps({CANARIES[at % 40]: CANARIES[(at + 1) % 40]}).encode()
    yield kind, json.dumps(list(CANARIES)).encode()
    yield kind, f'{{"key": "{CANARIES[at % 40]}'.encode()
    yield kind, json.dumps(named | {"paths": [f"/{CANARIES[at % 40]}/x\u0000"]}).encode()
    yield (
        kind,
        json.dumps(envelope(*hostile_items()[:3], {CANARIES[at % 40]: 1}, item(1, asked_at=CANARIES[2]))).encode(),
    )
    yield kind, json.dumps(envelope(item(2, redactions={CANARIES[at % 40]: "x"}))).encode()
    yield "text/plain", CANARIES[at % 40].encode()
    yield CANARIES[at % 40], b"{}"


def sung(data: bytes) -> list[str]:
    """Return the canaries in ``data``, in any case."""
    lower = data.lower()
    return [canary for canary in CANARIES if canary.lower().encode() in lower]


def sung_in_files(folders: Iterable[Path], *, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Return the canaries in the bytes and names of all files below ``folders``."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            here = sung(str(path.name).encode())
            if path.is_file() and path.name not in but:
                here += sung(path.read_bytes())
            if here:
                found[str(path)] = here
    return found


def sung_by_processes() -> dict[str, list[str]]:
    """Return the canaries in the command lines and titles of all processes."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                here = sung((entry / "cmdline").read_bytes() + (entry / "comm").read_bytes())
            except OSError:
                continue
            if here:
                found[entry.name] = here
    return found


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {"href", "src", "action", "data-href", "formaction", "data-poll", "srcset"}
        self.found += [value for name, value in attrs if name in named and value]


def addresses_that_sing(html: str) -> list[str]:
    """Return the addresses in ``html`` that hold a canary."""
    parser = _Addresses()
    parser.feed(html)
    return [address for address in parser.found if sung(address.encode())]
