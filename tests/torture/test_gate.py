"""The gate matrix over every route of the application (T1, T3, T5; G1, G2)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from callers import EXTENSION, cli, paired
from route_walk import requests
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.web.app import create_app
from torture.matrix_gate import (
    DIMENSIONS,
    Row,
    Target,
    Watched,
    double_changes,
    good_rows,
    may_be_served,
    pairwise,
    single_changes,
)

REDIRECT = 307


class Ages:
    """A clock in which so much time passes between two requests that no bucket is ever empty."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 10_000
        return self._now


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    settings = Settings(home=tmp_path_factory.mktemp("gate") / "home", keyring=False, open_browser=False)
    with Application.open(settings, model=HashEmbedder()) as opened:
        yield opened


def watched(application: Application, *, with_device: bool = True) -> Watched:
    app = create_app(application, port=8731, monotonic=Ages())
    token = application.credentials.issue_cli_token()
    session = application.sessions.exchange_launch_key(application.sessions.mint_launch_key().key).token
    tokens = {
        "cli": f"Bearer {token}",
        "dashboard": f"Bearer {session}",
        "guess": "Bearer " + "A" * 43,
        "empty": "Bearer ",
    }
    tokens["basic"] = "Basic " + base64.b64encode(f"x:{token}".encode()).decode()
    if with_device:
        tokens["device"] = f"Bearer {paired(app, cli(app, token), instance_id=application.instance_id).token}"
    made = Watched(app, tokens)
    made.stub_views()
    return made


def targets(app: Flask) -> list[Target]:
    methods: dict[str, set[str]] = {}
    access = {}
    for method, path, declared in requests(app):
        methods.setdefault(path, set()).add(method)
        access[path, method] = declared
    # What differs by method (reading and writing at one address) is a target of its own.
    return [
        Target(path, frozenset({method}), access[path, method], f"{method} {path}")
        for path, known in sorted(methods.items())
        for method in sorted(known)
    ]


def others(app: Flask) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for method, path, _access in requests(app):
        found.setdefault(path, set()).add(method)
    return found


def wrongly_served(made: Watched, rows: Iterable[tuple[Row, Target]]) -> tuple[list[str], int]:
    """Return the requests that reached a view and may not, and how many reached one and may."""
    known = others(made.app)
    by_name = {target.name: target for target in targets(made.app)}
    wrong, right = [], 0
    for row, target in rows:
        reached, status = made.send(row, target)
        method = "GET" if row["method"] == "HEAD" else row["method"]
        # Another method than the target's may be one that the same address knows under rules of its own.
        judged = by_name[f"{method} {target.path}"] if method in known[target.path] else target
        allowed = may_be_served(row, judged)
        right += reached and allowed
        if reached and not allowed:
            wrong.append(f"{target.name} {row}: {status}")
        if allowed and not reached:
            wrong.append(f"refused though allowed: {target.name} {row}: {status}")
        if not reached and 200 <= status < 400 and not (status == REDIRECT and judged.access.page):
            wrong.append(f"answered before the gate: {target.name} {row}: {status}")
    return wrong, right


def test_every_pair_of_values_at_every_route(application: Application, pytestconfig: pytest.Config) -> None:
    made = watched(application)
    seed = pytestconfig.getoption("--seed")
    rows = pairwise(DIMENSIONS, seed=seed)
    walked = [(row, target) for target in targets(made.app) for row in rows]

    wrong, right = wrongly_served(made, walked)

    print(f"G1 pairs: seed {seed}, {len(targets(made.app))} routes x {len(rows)} rows = {made.answers} requests, ")
    print(f"   {right} rightly served, {len(wrong)} wrong; G2: {len(made.loose)} loose headers")
    assert wrong == []
    assert made.loose == []


def test_every_pair_of_values_with_all_else_right(application: Application) -> None:
    made = watched(application)
    walked = ((row, target) for target in targets(made.app) for row in double_changes(good_rows(target)[0]))

    wrong, right = wrongly_served(made, walked)

    print(f"G1 double values: {made.answers} requests, {right} rightly served, {len(wrong)} wrong")
    assert wrong == []
    assert made.loose == []
    assert right > 1000


def test_every_single_bad_value_at_every_route(application: Application) -> None:
    made = watched(application)
    walked = []
    for target in targets(made.app):
        bases = good_rows(target)
        assert bases, f"no good request for {target.name}"
        walked += [(row, target) for base in bases for row in (base, *single_changes(base))]

    wrong, right = wrongly_served(made, walked)

    print(f"G1 single values: {made.answers} requests, {right} rightly served, {len(wrong)} wrong")
    assert wrong == []
    assert made.loose == []


def test_with_nothing_paired_no_answer_gives_any_cross_origin_permission(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", keyring=False, open_browser=False)
    with Application.open(settings, model=HashEmbedder()) as fresh:
        made = watched(fresh, with_device=False)
        permissions = 0
        for target in targets(made.app):
            for origin in DIMENSIONS["origin"]:
                for method in (*target.methods, "OPTIONS"):
                    headers = {"Host": "127.0.0.1:8731", "Access-Control-Request-Method": "POST"}
                    headers |= {"Origin": origin} if origin is not None else {}
                    answer = made.app.test_client().open(target.path, method=method, headers=headers)
                    permissions += any(name.startswith("Access-Control") for name, _value in answer.headers)

    print(f"G2 unpaired: {permissions} permissions")
    assert permissions == 0


def test_with_the_gate_off_the_same_requests_are_served(application: Application) -> None:
    """The control: a harness that cannot see a hole would pass the tests above."""
    made = watched(application)
    made.app.before_request_funcs.clear()
    rows = pairwise({name: values for name, values in DIMENSIONS.items() if name != "method"}, seed=1)[:200]

    served = [made.send(row | {"method": next(iter(t.methods))}, t) for t in targets(made.app) for row in rows]

    reached = sum(reached for reached, _status in served)
    print(f"G1 control: gate off, {reached} of {len(served)} served")
    assert reached == len(served)
    wrong, _right = wrongly_served(
        made, [(row | {"method": next(iter(t.methods))}, t) for t in targets(made.app)[:5] for row in rows]
    )
    assert len(wrong) > 100


def test_the_paired_extension_is_the_only_one_with_permission(application: Application) -> None:
    made = watched(application)
    (target,) = [one for one in targets(made.app) if one.name == "POST /api/v1/exchanges"]
    (row,) = [row for row in good_rows(target) if row["credential"] == "device"]

    made.send(row | {"origin": EXTENSION, "site": "cross-site"}, target)

    assert made.reached
    assert made.loose == []
