"""The server's half of RFC 6455: text, ping and close frames are all the site uses."""

import base64
import hashlib
import struct

from e2e.standin.connection import Connection, Request

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class WebSocket:
    """One open socket; ``receive`` returns None after the close frame."""

    def __init__(self, connection: Connection) -> None:
        self._reader = connection.reader
        self._writer = connection.writer

    async def send_text(self, text: str) -> None:
        """Send one unfragmented text message."""
        await self._send(TEXT, text.encode())

    async def receive(self) -> str | None:
        """Return the next text message; answers pings on the way."""
        while True:
            opcode, payload = await self._read_frame()
            if opcode == CLOSE:
                await self._send(CLOSE, payload[:2])
                return None
            if opcode == PING:
                await self._send(PONG, payload)
            if opcode == TEXT:
                return payload.decode()

    async def _send(self, opcode: int, payload: bytes) -> None:
        self._writer.write(bytes([0x80 | opcode]) + _length(len(payload)) + payload)
        await self._writer.drain()

    async def _read_frame(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
        mask = await self._reader.readexactly(4)
        body = await self._reader.readexactly(size)
        return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([size])
    if size < 65_536:
        return bytes([126]) + struct.pack("!H", size)
    return bytes([127]) + struct.pack("!Q", size)


async def accept(connection: Connection, request: Request) -> WebSocket:
    """Answer the upgrade request and return the open socket."""
    key = request.headers["sec-websocket-key"].encode()
    token = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest()).decode()
    head = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {token}\r\n\r\n"
    )
    connection.writer.write(head.encode())
    await connection.writer.drain()
    return WebSocket(connection)
