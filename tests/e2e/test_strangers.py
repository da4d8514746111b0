"""Others in the same browser and on the same computer get nothing and change nothing (issue 2, point 4)."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from e2e.harness.chromium import REPOSITORY
from e2e.harness.script import mixed_script
from e2e.harness.tabs import open_tabs, play
from e2e.harness.waiting import until_stored
from e2e.harness.world import World

pytestmark = pytest.mark.e2e

ATTACKER = REPOSITORY / "tests" / "extension-attack"
# Answered to anybody: who this service is, and an empty page without data.
OPEN_TO_ALL = ("GET /api/v1/hello",)
PRIVATE = ("Question ", "FORGED", "conversation_id", "mark_key")


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def stranger_port() -> Iterator[int]:
    """Another server on this computer, on a port of its own, that serves the attack page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(ATTACKER)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def world(shared_world: World) -> World:
    """A history worth stealing; one for all attacks, as none may change it."""
    play(shared_world.site, open_tabs(shared_world.browser, 1), mixed_script(exchanges=3, lanes=1))
    until_stored(shared_world, count=3, seconds=20)
    return shared_world


@pytest.fixture
def secret(world: World) -> dict[str, Any]:
    """What the history looks like before the attack."""
    return state_of(world)


def state_of(world: World) -> dict[str, Any]:
    """Return everything that an attack could have changed."""
    service, status = world.service, world.extension.status()
    return {
        "rows": service.rows(),
        "texts": service.texts(),
        "devices": [device["id"] for device in service.get("/api/v1/devices")["devices"]],
        "paired": status["paired"],
        "paused": status["paused"],
    }


def leaks(results: list[dict[str, Any]]) -> list[str]:
    """Return the attempts that were served, or whose answer holds something private."""
    return [
        f"{one['name']}: {one['status']} {str(one['body'])[:80]}"
        for one in results
        if one["name"] not in OPEN_TO_ALL
        and (200 <= (one["status"] or 0) < 300 or any(word in str(one["body"]) for word in PRIVATE))
    ]


def test_page_on_another_loopback_port_gets_nothing_and_changes_nothing(
    world: World, secret: dict[str, Any], stranger_port: int
) -> None:
    page = world.browser.page(f"http://127.0.0.1:{stranger_port}/attack.html")

    results = page.evaluate("target => attack(target)", {"port": world.service.port, "extensionId": world.extension.id})

    assert len(results) > 60
    assert leaks(results) == []
    assert state_of(world) == secret


@pytest.mark.parametrize("path", ["/api/v1/exchanges", "/api/v1/pairings", "/api/v1/launch-keys", "/api/v1/ledger"])
def test_top_level_form_post_is_refused_and_changes_nothing(
    world: World, secret: dict[str, Any], stranger_port: int, path: str
) -> None:
    page = world.browser.page(f"http://127.0.0.1:{stranger_port}/attack.html")
    form = {"action": world.service.origin + path, "name": '{"schema":1,"items":[],"label":"x","x":"', "value": '"}'}

    with page.expect_navigation() as navigation:
        page.evaluate(
            """({action, name, value}) => {
              const form = document.createElement("form");
              Object.assign(form, {action, method: "post", enctype: "text/plain"});
              const field = Object.assign(document.createElement("input"), {name, value});
              form.append(field);
              document.body.append(form);
              form.submit();
            }""",
            form,
        )

    answer = navigation.value
    assert answer is not None
    assert answer.status in {403, 415}
    assert state_of(world) == secret


@pytest.mark.parametrize("kind", ["with-permission", "without-permission"])
def test_another_extension_gets_nothing_and_changes_nothing(
    world: World, secret: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / kind
    shutil.copytree(ATTACKER, folder)
    (folder / f"manifest-{kind}.json").rename(folder / "manifest.json")
    stranger = world.browser.load_unpacked(folder)
    page = world.browser.page(f"chrome-extension://{stranger}/attack.html")

    results = page.evaluate("target => attack(target)", {"port": world.service.port, "extensionId": world.extension.id})

    # An extension that the person allowed on loopback may ask to be paired; only the person's click would grant it.
    asked = [one for one in results if one["name"].startswith("POST /api/v1/pairings") and one["status"] == 201]
    assert leaks([one for one in results if one not in asked]) == []
    assert bool(asked) == (kind == "with-permission")
    assert state_of(world) == secret


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8731",
        "127.0.0.1:9999",
        "127.0.0.1",
        "0.0.0.0:8731",
        "127.0.0.1.evil.example:8731",
        "[::1]:8731",
    ],
)
def test_request_with_a_foreign_host_is_refused_even_with_a_credential(world: World, host: str) -> None:
    service = world.service
    own = {"Authorization": f"Bearer {service.cli_token}"}

    for path in ("/", "/api/v1/hello", "/api/v1/exchanges", "/api/v1/exports?format=json"):
        status, body = service.ask("GET", path, {**own, "Host": host})

        assert status in {400, 421}, path
        assert not any(word.encode() in body for word in PRIVATE)


def test_same_request_with_the_true_host_and_a_credential_is_served(world: World) -> None:
    # The control: without it, a service that answers nobody would pass every test above.
    service = world.service
    own = {"Authorization": f"Bearer {service.cli_token}"}

    status, body = service.ask("GET", "/api/v1/exports?format=json", own)

    assert status == 200
    assert b'"exchanges"' in body
