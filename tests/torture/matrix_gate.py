"""The gate matrix: what senders say about themselves, what the rules allow, and rows that hold every pair of values.

The rules are written out here once more, from the documents, so that the gate is not its own judge.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response

from callers import EXTENSION, HOST, OWN, PORT, STRANGER
from skilltrail.domain.access import Scope
from skilltrail.web.access import Access, Origins

Row = dict[str, str | None]

FIREFOX = "moz-extension://12345678-1234-1234-1234-1234567890ab"
"""An extension that is not paired, in another browser."""

HOSTS: tuple[str | None, ...] = (
    HOST, HOST.replace("8731", "08731"), None, "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:80", "127.0.0.1:8732",
    f"localhost:{PORT}", "localhost", f"LOCALHOST:{PORT}", f"skilltrail.localhost:{PORT}", f"0.0.0.0:{PORT}",
    f"[::1]:{PORT}", f"127.1:{PORT}", f"127.0.0.2:{PORT}", f"2130706433:{PORT}", f"0x7f.1:{PORT}",
    "evil.example", f"evil.example:{PORT}", f"{HOST}.evil.example", f"127.0.0.1.evil.example:{PORT}",
    f"evil.example@{HOST}", f"{HOST}@evil.example", f"{HOST}, evil.example", f"{HOST} ", f"{HOST}/", f"{HOST}#x",
    f"127.0.0.1.:{PORT}", f"127.0.0.1:{PORT}1",
)  # fmt: skip
ORIGINS: tuple[str | None, ...] = (
    None, OWN, EXTENSION, STRANGER, "null", "", "https://chatgpt.com", "https://evil.example",
    f"http://evil.example:{PORT}", f"http://localhost:{PORT}", "http://127.0.0.1", "http://127.0.0.1:8732",
    f"https://{HOST}", f"{OWN}/", f"{OWN}.evil.example", f"{OWN}, {OWN}", f"{OWN} https://evil.example",
    f"HTTP://{HOST}", f"http://127.0.0.1.evil.example:{PORT}", "file://", "chrome-extension://",
    "chrome-extension://short", f"{EXTENSION}.evil.example", f"https://{EXTENSION[19:]}", EXTENSION.upper(),
    "moz-extension://*", FIREFOX, "data:",
)  # fmt: skip
SITES: tuple[str | None, ...] = (
    None,
    "none",
    "same-origin",
    "same-site",
    "cross-site",
    "weird",
    "",
    "none, cross-site",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "TRACK", "PROPFIND")
TYPES: tuple[str | None, ...] = (
    "application/json", "application/json; charset=utf-8", None, "", "text/plain", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "text/json", "application/json-patch+json", "text/plain, application/json",
    "application/jsonx", "application/octet-stream",
)  # fmt: skip
CREDENTIALS = ("none", "cli", "dashboard", "device", "guess", "basic", "empty")
FETCHES = ("navigate", "cors", "no-cors")

DIMENSIONS: Mapping[str, Sequence[str | None]] = {
    "host": HOSTS, "origin": ORIGINS, "site": SITES, "method": METHODS, "type": TYPES, "credential": CREDENTIALS,
    "fetch": FETCHES,
}  # fmt: skip
_SCOPES = {"cli": Scope.CLI, "dashboard": Scope.DASHBOARD, "device": Scope.CAPTURE}


@dataclass(frozen=True, slots=True)
class Target:
    """One address with its methods and what it declares."""

    path: str
    methods: frozenset[str]
    access: Access
    name: str


def may_be_served(row: Row, target: Target) -> bool:
    """Tell whether the documents let this request reach what stands behind the gate."""
    checks = (_method_fits, _host_fits, _origin_fits, _site_fits, _type_fits, _credential_fits)
    return all(check(row, target) for check in checks)


def _method_fits(row: Row, target: Target) -> bool:
    return row["method"] in target.methods or (row["method"] == "HEAD" and "GET" in target.methods)


def _host_fits(row: Row, _target: Target) -> bool:
    return (row["host"] or "").lower() == HOST


def _origin_fits(row: Row, target: Target) -> bool:
    origin, asked = row["origin"], target.access.origins
    if asked is Origins.EXTENSION_ONLY:
        return origin in (EXTENSION, STRANGER, FIREFOX)
    if origin is None or origin == OWN:
        return True
    if asked is Origins.EXTENSION:
        return origin in (EXTENSION, STRANGER, FIREFOX)
    return asked is Origins.PAIRED and origin == EXTENSION


def _site_fits(row: Row, target: Target) -> bool:
    site, access = row["site"], target.access
    if site in ("none", "same-origin"):
        return True
    if site is None:
        return access.origins is not Origins.EXTENSION_ONLY
    if site not in ("same-site", "cross-site"):
        return False
    visit = access.page and row["method"] == "GET" and row["fetch"] == "navigate"
    return visit or (access.cross_site and row["origin"] == EXTENSION)


def _type_fits(row: Row, target: Target) -> bool:
    if row["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    if row["method"] == "DELETE":
        # Without a body its type does not matter; the test client gives a multipart request one all the same.
        return not (row["type"] or "").startswith("multipart")
    return (row["type"] or "").split(";")[0].strip() == target.access.media


def _credential_fits(row: Row, target: Target) -> bool:
    if not target.access.scopes or row["method"] == "OPTIONS":
        return True
    scope = _SCOPES.get(row["credential"] or "")
    if scope not in target.access.scopes:
        return False
    bound = {Scope.CAPTURE: {None, EXTENSION}, Scope.DASHBOARD: {None, OWN}, Scope.CLI: {None}}
    return row["origin"] in bound[scope]


def pairwise(dimensions: Mapping[str, Sequence[str | None]], *, seed: int) -> list[Row]:
    """Return rows in which every pair of values of two dimensions occurs."""
    names, rng = list(dimensions), random.Random(seed)
    open_pairs = {
        (one, first, other, second)
        for one, other in itertools.combinations(names, 2)
        for first in dimensions[one]
        for second in dimensions[other]
    }
    order = sorted(open_pairs, key=str)
    rng.shuffle(order)
    rows = []
    for pair in order:
        if pair in open_pairs:
            row = _best_row(pair, dimensions, open_pairs, rng)
            open_pairs -= set(_pairs_of(row, names))
            rows.append(row)
    return rows


def _best_row(pair: Any, dimensions: Mapping[str, Sequence[str | None]], open_pairs: set[Any], rng: Any) -> Row:
    names = list(dimensions)
    fixed = {pair[0]: pair[1], pair[2]: pair[3]}
    tries = [fixed | {name: rng.choice(dimensions[name]) for name in names if name not in fixed} for _ in range(12)]
    best = max(tries, key=lambda row: sum(found in open_pairs for found in _pairs_of(row, names)))
    return {name: best[name] for name in names}


def _pairs_of(row: Row, names: Sequence[str]) -> Iterator[tuple[str, str | None, str, str | None]]:
    for one, other in itertools.combinations(names, 2):
        yield one, row[one], other, row[other]


def single_changes(base: Row) -> Iterator[Row]:
    """Yield ``base`` with one value exchanged for each other one."""
    for name, values in DIMENSIONS.items():
        yield from (base | {name: value} for value in values if value != base[name])


def double_changes(base: Row) -> Iterator[Row]:
    """Yield ``base`` with two values exchanged, every pair of them."""
    for one, other in itertools.combinations(DIMENSIONS, 2):
        for first, second in itertools.product(DIMENSIONS[one], DIMENSIONS[other]):
            if first != base[one] and second != base[other]:
                yield base | {one: first, other: second}


def good_rows(target: Target) -> list[Row]:
    """Return the requests of every sender that ``target`` is there for."""
    senders: list[Row] = [
        {"credential": "none", "origin": None, "site": "none"},
        {"credential": "none", "origin": EXTENSION, "site": "none"},
        {"credential": "cli", "origin": None, "site": None},
        {"credential": "dashboard", "origin": OWN, "site": "same-origin"},
        {"credential": "device", "origin": EXTENSION, "site": "none"},
    ]
    plain: Row = {"host": HOST, "type": target.access.media, "fetch": "cors"}
    rows = [plain | sender | {"method": method} for sender in senders for method in sorted(target.methods)]
    return [row for row in rows if may_be_served(row, target)]


@dataclass
class Watched:
    """An application whose views only say that they were reached."""

    app: Flask
    tokens: Mapping[str, str]
    reached: bool = False
    answers: int = 0
    loose: list[str] = field(default_factory=list)

    def stub_views(self) -> None:
        """Put something harmless in the place of every view; what it declares stays."""
        for endpoint, view in self.app.view_functions.items():
            self.app.view_functions[endpoint] = self._stub(view)

    def _stub(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def served(**_named: Any) -> Response:
            self.reached = True
            return Response("served")

        return served

    def send(self, row: Row, target: Target) -> tuple[bool, int]:
        """Send a request; return whether it reached a view, and the status."""
        self.reached = False
        body = b"" if row["method"] in ("GET", "HEAD", "OPTIONS", "DELETE") else b"{}"
        answer = self.app.test_client().open(
            target.path, method=row["method"], headers=self._headers(row), data=body, buffered=True
        )
        self.answers += 1
        self._note_loose(answer, row, target)
        return self.reached, answer.status_code

    def _headers(self, row: Row) -> list[tuple[str, str]]:
        named = {
            "Host": row["host"] if row["host"] is not None else "",
            "Origin": row["origin"],
            "Sec-Fetch-Site": row["site"],
            "Sec-Fetch-Mode": row["fetch"],
            "Sec-Fetch-Dest": "document" if row["fetch"] == "navigate" else "empty",
            "Content-Type": row["type"],
            "Authorization": self.tokens.get(row["credential"] or ""),
        }
        return [(name, value) for name, value in named.items() if value is not None]

    def _note_loose(self, answer: Any, row: Row, target: Target) -> None:
        for name, _value in answer.headers:
            if name.lower() == "set-cookie":
                self.loose.append(f"{target.name}: Set-Cookie")
            if name.lower().startswith("access-control") and not (
                target.path == "/api/v1/exchanges"
                and row["method"] in ("POST", "OPTIONS")
                and row["origin"] == EXTENSION
            ):
                self.loose.append(f"{target.name} {row}: {name}")
