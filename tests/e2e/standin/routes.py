"""Which request gets which answer."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from e2e.standin import plan as p
from e2e.standin.connection import Connection, Request
from e2e.standin.conversation import ROOT
from e2e.standin.legs import Socket, stream_answer, stream_handoff
from e2e.standin.page import Pages
from e2e.standin.site import Site, UnplannedPromptError
from e2e.standin.websocket import accept

SEND_PATHS = frozenset({"/backend-api/f/conversation", "/backend-api/conversation", "/backend-anon/f/conversation"})
CHAT = re.compile(r"^/backend-api/(conversation|conversations)/([0-9a-f-]{36})(/messages|/stream_status)?$")

Route = Callable[[Connection, Request], Awaitable[bool]]


class Routes:
    """The whole site behind one connection handler."""

    def __init__(self, *, site: Site, assets: Path) -> None:
        self._site = site
        self._pages = Pages(site=site, assets=assets)
        self._exact: dict[tuple[str, str], Route] = {
            ("POST", "/backend-api/f/conversation/prepare"): self._prepare,
            ("POST", "/backend-api/f/conversation/resume"): self._resume,
            ("POST", "/backend-api/stop_conversation"): self._stop,
            ("GET", "/backend-api/celsius/ws/user"): self._socket_address,
            ("GET", "/backend-api/conversations"): self._list,
            ("GET", "/api/auth/session"): self._session,
            **{("POST", path): self._send for path in SEND_PATHS},
        }

    async def handle(self, connection: Connection, request: Request) -> bool:
        """Answer one request; return whether the connection may carry another."""
        self._site.requests[f"{request.method} {_without_ids(request.path)}"] += 1
        try:
            return await self._route(request)(connection, request)
        except (UnplannedPromptError, KeyError, AssertionError) as fault:
            # The log is what the test reads; the page sees the connection break.
            self._site.faults.append(f"{request.method} {request.path}: {fault!r}")
            return False

    def _route(self, request: Request) -> Route:
        if request.headers.get("upgrade", "").lower() == "websocket":
            return self._websocket
        if (request.method, request.path) in self._exact:
            return self._exact[request.method, request.path]
        if request.method == "GET" and CHAT.match(request.path):
            return self._chat
        return self._pages.serve

    async def _prepare(self, connection: Connection, request: Request) -> bool:
        request.json()
        await connection.answer_json({"status": "ok", "conduit_token": "eyJhbGciOiJub25lIn0.conduit"})
        return True

    async def _send(self, connection: Connection, request: Request) -> bool:
        answer = self._site.begin(request)
        if answer.plan.ending == p.REFUSED:
            self._site.conclude(answer)
            detail = {"code": "rate_limited", "message": "Too many requests"}
            await connection.answer_json({"detail": detail}, status=429)
            return True
        if answer.plan.way in {p.RESUME, p.WEBSOCKET}:
            topic = f"conversation-turn-{answer.prompt['id']}"
            await stream_handoff(connection, self._site, answer, topic)
            return True
        return await stream_answer(connection, self._site, answer)

    async def _resume(self, connection: Connection, request: Request) -> bool:
        body = request.json()
        topic = next(
            (
                topic
                for topic, answer in self._site.handed_off.items()
                if answer.conversation_id == body["conversation_id"]
            ),
            None,
        )
        if topic is None:
            await connection.answer_json({"detail": "Not found"}, status=404)
            return True
        answer = self._site.handed_off.pop(topic)
        return await stream_answer(connection, self._site, answer, offset=int(str(body["offset"])))

    async def _stop(self, connection: Connection, request: Request) -> bool:
        answer = self._site.running.get(str(request.json()["conversation_id"]))
        if answer is not None:
            answer.stop()
        await connection.answer_json({"status": "ok"})
        return True

    async def _socket_address(self, connection: Connection, _: Request) -> bool:
        name = f"ws-{len(self._site.sent)}"
        await connection.answer_json({"websocket_url": f"wss://ws.chatgpt.com/p1/ws/user/{name}?verify=1"})
        return True

    async def _websocket(self, connection: Connection, request: Request) -> bool:
        name = request.path.rsplit("/", 1)[-1]
        socket = Socket(websocket=await accept(connection, request), site=self._site, name=name)
        await socket.serve()
        return False

    async def _chat(self, connection: Connection, request: Request) -> bool:
        found = CHAT.match(request.path)
        assert found is not None
        kind, chat_id, rest = found.groups()
        conversation = self._site.conversations[chat_id]
        if rest == "/stream_status":
            running = chat_id in self._site.running
            await connection.answer_json({"status": "IS_STREAMING" if running else "IS_COMPLETE"})
        elif kind == "conversation":
            await connection.answer_json(conversation.tree_json())
        else:
            turns = int(request.query.get("num_turns", "10"))
            await connection.answer_json(conversation.window_json(turns=turns, before=request.query.get("before")))
        return True

    async def _list(self, connection: Connection, _: Request) -> bool:
        items = [
            {"id": one.id, "title": one.title, "create_time": one.created, "gizmo_id": one.gizmo_id}
            for one in self._site.conversations.values()
            if not one.temporary and one.current != ROOT
        ]
        await connection.answer_json({"items": items, "total": len(items), "limit": 28, "offset": 0})
        return True

    async def _session(self, connection: Connection, _: Request) -> bool:
        account = {"id": "account-1", "planType": "plus"}
        await connection.answer_json({"accessToken": "standin-access-token", "account": account, "user": {}})
        return True


def _without_ids(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path)
