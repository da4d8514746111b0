"""Serves the page and its scripts under the site's content security policy."""

import json
import secrets
from pathlib import Path

from e2e.standin.connection import Connection, Request
from e2e.standin.site import Site

POLICY = (
    "default-src 'self'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' wss://ws.chatgpt.com; worker-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

# The first inline script keeps its own references, as the real bundle does.
PAGE = """<!doctype html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<title>ChatGPT</title>
<script nonce="{nonce}">
const keptFetch = window.fetch;
const KeptWebSocket = window.WebSocket;
const keptRequest = window.XMLHttpRequest;
const standinConfig = {config};
</script>
<link rel="stylesheet" href="/assets/site.css">
<script type="module" nonce="{nonce}" src="/assets/main.js"></script>
</head>
<body><div id="root"></div></body>
</html>
"""


class Pages:
    """The shell page for every address, and the scripts that bring it to life."""

    def __init__(self, *, site: Site, assets: Path) -> None:
        self._site = site
        self._assets = assets

    async def serve(self, connection: Connection, request: Request) -> bool:
        """Answer an asset or the page; everything else under the API is unknown."""
        if request.path.startswith("/assets/"):
            await self._asset(connection, request.path.removeprefix("/assets/"))
        elif request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            await self._page(connection)
        else:
            await connection.answer_json({"detail": "Not found"}, status=404)
        return True

    async def _asset(self, connection: Connection, name: str) -> None:
        file = self._assets / name
        known = file.parent == self._assets and file.suffix in TYPES and file.exists()
        if not known:
            await connection.answer_json({"detail": "Not found"}, status=404)
            return
        await connection.answer(file.read_bytes(), content_type=TYPES[file.suffix])

    async def _page(self, connection: Connection) -> None:
        nonce = secrets.token_urlsafe(16)
        look = self._site.look
        config = {"generation": look.generation, "locale": look.locale, "network": look.network}
        page = PAGE.format(nonce=nonce, locale=look.locale, config=json.dumps(config))
        policy = {"Content-Security-Policy": POLICY.format(nonce=nonce)}
        await connection.answer(page.encode(), content_type="text/html; charset=utf-8", headers=policy)
