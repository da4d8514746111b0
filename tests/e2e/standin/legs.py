"""Puts an answer on the wire: as server-sent events, or over the one WebSocket of a tab."""

import asyncio
import json
from collections.abc import Iterable, Iterator

from e2e.standin.chunks import Chopper
from e2e.standin.connection import Connection
from e2e.standin.events import Answer, Event
from e2e.standin.grammars import BrokenOffError, frames
from e2e.standin.site import Site, stream_name
from e2e.standin.truth import Sent
from e2e.standin.websocket import WebSocket

STOP_DELAY = 0.15  # seconds; the real site takes about 5
BREAK_DELAY = 0.6  # seconds


async def stream_handoff(connection: Connection, site: Site, answer: Answer, topic: str) -> None:
    """Send a first leg that holds no answer."""
    site.handed_off[topic] = answer
    await _stream(connection, site, answer, answer.handoff(topic))


async def stream_answer(connection: Connection, site: Site, answer: Answer, *, offset: int = 0) -> bool:
    """Send the leg that holds the answer; return False when it broke off as planned."""
    try:
        await _stream(connection, site, answer, _from(frames(answer), offset))
    except BrokenOffError:
        site.conclude(answer)
        return False
    site.conclude(answer)
    return True


def _from(events: Iterator[Event], offset: int) -> Iterator[Event]:
    """Leave out the first ``offset`` events; comments are not counted."""
    skipped = 0
    for event in events:
        if not event.comment and skipped < offset:
            skipped += 1
        else:
            yield event


async def _stream(connection: Connection, site: Site, answer: Answer, events: Iterable[Event]) -> None:
    name = stream_name()
    sent = site.sent[name]
    chopper = Chopper(seed=answer.plan.seed, largest=answer.plan.largest_chunk)
    await connection.start_stream({"x-request-id": name})
    was_stopped = False
    try:
        for event in events:
            if answer.stopped and not was_stopped:
                was_stopped = True
                await asyncio.sleep(STOP_DELAY)
            for piece in chopper.feed(event.encode(answer.plan.line_end).encode()):
                await _write(connection, sent, piece)
                await asyncio.sleep(answer.plan.pause)
    except BrokenOffError:
        await _write(connection, sent, chopper.flush())
        # A browser drops what it has not handed to the page yet when the connection breaks: let it catch up.
        await asyncio.sleep(BREAK_DELAY)
        raise
    await _write(connection, sent, chopper.flush())
    await connection.end_stream()


async def _write(connection: Connection, sent: Sent, piece: bytes) -> None:
    if piece:
        sent.add(piece)
        await connection.write_chunk(piece)


class Socket:
    """One tab's WebSocket: what is ready goes out together, whatever chat it belongs to."""

    def __init__(self, *, websocket: WebSocket, site: Site, name: str) -> None:
        self._websocket = websocket
        self._site = site
        self._sent = site.sent[name]
        self._queue: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer subscriptions until the page closes the socket."""
        pump = asyncio.create_task(self._pump())
        try:
            while (text := await self._websocket.receive()) is not None:
                for request in json.loads(text):
                    self._subscribe(request["topic_id"])
        finally:
            for task in (pump, *self._tasks):
                task.cancel()

    def _subscribe(self, topic: str) -> None:
        answer = self._site.handed_off.pop(topic)
        task = asyncio.create_task(self._publish(topic, answer))
        self._tasks.add(task)

    async def _publish(self, topic: str, answer: Answer) -> None:
        offset = 0
        for event in frames(answer):
            offset += 0 if event.comment else 1
            self._put(topic, offset, self._item(answer, event, offset))
            await asyncio.sleep(answer.plan.pause)
        self._site.conclude(answer)
        self._put(topic, offset + 1, {"type": "done", "conversation_id": answer.conversation_id})
        turn = {"conversation_id": answer.conversation_id, "turn_exchange_id": topic}
        await self._queue.put(
            {
                "type": "message",
                "topic_id": "conversations",
                "offset": offset,
                "payload": {"type": "conversation-turn-complete", "payload": turn},
            }
        )

    def _item(self, answer: Answer, event: Event, offset: int) -> dict[str, object]:
        return {
            "type": "stream-item",
            "stream_item_id": f"item-{offset}",
            "parent_stream_item_id": f"item-{offset - 1}",
            "conversation_id": answer.conversation_id,
            "encoded_item": event.encode("\n"),
        }

    def _put(self, topic: str, offset: int, item: dict[str, object]) -> None:
        payload = {"type": "conversation-turn-stream", "payload": item}
        self._queue.put_nowait({"type": "message", "topic_id": topic, "offset": offset, "payload": payload})

    async def _pump(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while not self._queue.empty() and len(batch) < 3:
                batch.append(self._queue.get_nowait())
            text = json.dumps(batch, ensure_ascii=False)
            self._sent.add(text.encode())
            await self._websocket.send_text(text)
            # A breath, so that items of other chats pile up and share the next frame.
            await asyncio.sleep(0.004)
