"""Everything that Skilltrail does, once, as a person would: server, worker, model, every command, exports, the demo.

``python -m torture.whole_run FOLDER`` (with ``tests`` on the path); run by test_silence.py in a place without network.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from callers import envelope
from e2e.harness.service import Service
from torture.all_commands import Runner, connect, names_of, portfolios, run_all
from torture.canaries_hostile import hostile_items

PORT = 8732


def export_file(folder: Path) -> Path:
    """Write a small ChatGPT export with a canary in every text."""
    rows = []
    for number, row in enumerate(hostile_items()):
        user = {"id": f"u{number}", "author": {"role": "user"}, "create_time": 1_790_000_000 + number}
        user["content"] = {"content_type": "text", "parts": [row["prompt"]]}
        reply = {"id": f"a{number}", "author": {"role": "assistant"}, "create_time": 1_790_000_009 + number}
        reply["content"] = {"content_type": "text", "parts": [row["reply"]]}
        nodes = {"root": (None, None), "u": ("root", user), "a": ("u", reply)}
        mapping = {
            name: {"id": name, "parent": parent, "message": message} for name, (parent, message) in nodes.items()
        }
        rows.append({"id": f"x{number}", "title": row["title"], "mapping": mapping, "current_node": "a"})
    path = folder / "conversations.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def with_server(service: Service, folder: Path) -> set[str]:
    """Use a running server; return the commands that were run."""
    service.start()
    headers = {"Authorization": f"Bearer {service.cli_token}", "Content-Type": "application/json"}
    status, body = service.ask("POST", "/api/v1/exchanges", headers, json.dumps(envelope(*hostile_items())).encode())
    assert status == 200, body
    assert service.ask("POST", "/api/v1/demo", headers, b"{}")[0] == 201
    run = Runner(service, folder / "with-server")
    run("import", export_file(folder))
    run("process")
    for page in ("/", "/static/app.js", "/api/v1/openapi.json"):
        assert service.ask("GET", page)[0] == 200
    assert service.ask("GET", "/api/v1/nothing")[0] == 404
    _wait_for_demo(service, headers)
    connect(service, run)
    run_all(run)
    portfolios(run, _portfolio(service, headers, run("topics")["topics"][0]["id"]))
    run("open", "--print")
    service.stop()
    return run.used | {"serve"}


def _portfolio(service: Service, headers: dict[str, str], topic: str) -> int:
    """Put a portfolio together, as the dashboard does; return its number."""
    wish = {"title": "For a job", "audience": "client", "person": "Lena", "skills": [{"topic_id": topic}]}
    status, body = service.ask("POST", "/api/v1/portfolios", headers, json.dumps(wish).encode())
    assert status == 201, body
    return int(json.loads(body)["id"])


def _wait_for_demo(service: Service, headers: dict[str, str]) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        _status, body = service.ask("GET", "/api/v1/process", {**headers, "Skilltrail-Space": "demo"})
        state = json.loads(body)
        if not state["pending"] and not state["topics_due"]:
            return
        time.sleep(1)
    raise AssertionError("the invented history was not processed")


def main() -> None:
    """Run everything and say which commands there are that were not run."""
    folder = Path(sys.argv[1])
    service = Service(home=folder / "home", port=PORT)
    try:
        used = with_server(service, folder)
    finally:
        service.stop()
    # Once more where no server runs: the commands do the work themselves then.
    alone = Runner(service, folder / "alone")
    run_all(alone)
    used |= alone.used
    report = {"used": sorted(used), "missing": sorted(set(names_of()) - used)}
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
