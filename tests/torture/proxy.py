"""A TCP proxy that does to requests what networks do, by a seeded plan: cut, lost, doubled, reordered, delayed."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

FAULTS = {
    "none": 50,
    "cut_inside_the_request": 10,
    "cut_before_the_answer": 10,
    "cut_inside_the_answer": 5,
    "doubled": 10,
    "reordered": 8,
    "delayed": 7,
}
"""What happens to a request, of a hundred."""


class Proxy:
    """Stands before a server; one connection carries one request. Use it as a context manager."""

    def __init__(self, target: int, *, seed: int) -> None:
        self.target = target
        self.done: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing alone does not wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(30)
        self._listener.close()
        self.settle()

    def settle(self) -> None:
        """Wait until every request that was held back has been delivered."""
        while True:
            with self._lock:
                self._threads = [thread for thread in self._threads if thread.is_alive()]
                waiting = list(self._threads)
            if not waiting:
                return
            waiting[0].join(30)

    def _start(self, work: Callable[..., object], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        with self._lock:
            thread.start()
            self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, client)

    def _plan(self) -> tuple[str, float]:
        with self._lock:
            fault = self._random.choices(list(FAULTS), weights=list(FAULTS.values()))[0]
            self.done[fault] += 1
            return fault, self._random.random()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(20)
            request = _message(client)
            if request:
                self._treat(client, request, *self._plan())

    def _treat(self, client: socket.socket, request: bytes, fault: str, share: float) -> None:
        if fault == "cut_inside_the_request":
            self._deliver(request[: int(len(request) * share)], whole=False)
            return
        if fault == "reordered":
            # The sender believes it lost; it arrives after what is sent next.
            client.close()
            time.sleep(0.02 + share * 0.4)
            self._deliver(request)
            return
        if fault == "delayed":
            time.sleep(share * 0.1)
        if fault == "doubled":
            self._start(self._deliver, request)
        answer = self._deliver(request)
        if fault == "cut_inside_the_answer":
            answer = answer[: int(len(answer) * share)]
        if fault != "cut_before_the_answer":
            client.sendall(answer)

    def _deliver(self, request: bytes, *, whole: bool = True) -> bytes:
        try:
            with socket.create_connection(("127.0.0.1", self.target), timeout=20) as link:
                link.sendall(request)
                return _message(link) if whole else b""
        except OSError:
            return b""


def _message(link: socket.socket) -> bytes:
    """Read one HTTP message with a Content-Length, as far as it comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = link.recv(65_536)
        if not chunk:
            return data
        data += chunk
    head, _blank, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0 and (chunk := link.recv(65_536)):
        data += chunk
        missing -= len(chunk)
    return data
