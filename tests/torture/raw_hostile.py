"""Serves texts raw, each as a page of its own: what a page without any guard would be."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from torture.support_hostile import sendable


@contextmanager
def raw_pages(texts: Sequence[str], *, policy: str | None) -> Iterator[str]:
    """Yield the origin at which ``/<number>`` is ``texts[number]`` put raw into a page's body."""

    class Raw(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            if not name.isdecimal():
                self.send_error(404)
                return
            body = f"<!DOCTYPE html><meta charset=utf-8><body>{sendable(texts[int(name)])}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy is not None:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Raw)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
