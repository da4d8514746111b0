"""HTTP/1.1 over asyncio streams: just what a browser needs from the stand-in."""

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

MAX_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are lower case."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body read as a JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


class Connection:
    """One browser connection; carries requests one after the other."""

    def __init__(self, *, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def read_request(self) -> Request | None:
        """Return the next request, or None when the browser has hung up."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return None
        method, target, headers = _parse_head(head)
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        split = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(split.query).items()}
        return Request(method, headers.get("host", ""), unquote(split.path), query, headers, body)

    async def answer(
        self, body: bytes, *, status: int = 200, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer with a Content-Length."""
        fields = {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})}
        self.writer.write(_head(status, fields) + body)
        await self.writer.drain()

    async def answer_json(self, value: object, *, status: int = 200) -> None:
        """Send ``value`` as JSON."""
        await self.answer(json.dumps(value).encode(), status=status, content_type="application/json")

    async def start_stream(self, headers: Mapping[str, str]) -> None:
        """Open a chunked text/event-stream answer."""
        fields = {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"}
        self.writer.write(_head(200, {**fields, **headers}))
        await self.writer.drain()

    async def write_chunk(self, data: bytes) -> None:
        """Send one piece of a stream, pushed out at once."""
        self.writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self.writer.drain()

    async def end_stream(self) -> None:
        """Close the stream in good order."""
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    def drop(self) -> None:
        """Break the connection in the middle of whatever it was doing."""
        transport = self.writer.transport
        transport.abort()


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    return method, target, {name.strip().lower(): value.strip() for name, value in pairs}


def _head(status: int, fields: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Cache-Control: no-store"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


Handler = Callable[[Connection, Request], Awaitable[bool]]


async def start_server(handler: Handler, *, context: ssl.SSLContext) -> asyncio.Server:
    """Listen on a free loopback port; ``handler`` answers whether the connection may be used again."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(reader=reader, writer=writer)
        try:
            while (request := await connection.read_request()) is not None:
                if not await handler(connection, request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the browser closed a tab in the middle of an answer: ordinary
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, limit=MAX_HEAD)
