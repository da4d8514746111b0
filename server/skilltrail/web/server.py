"""Runs the service: waitress on 127.0.0.1 with a drain, so that an acknowledged capture is never half an answer.

Not ``waitress.serve``: that one cuts requests that are being answered when the process is told to end.
"""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any, Self

from skilltrail.application import Application
from skilltrail.application.opening import LockedHome, open_or_hold
from skilltrail.config import PORTS, Settings
from skilltrail.domain.keys import LockStanding
from skilltrail.errors import KeyUnavailable, PortTaken, SecretRefused
from skilltrail.i18n import _
from skilltrail.services.backups import Secret
from skilltrail.web.background import Worker
from skilltrail.web.front import Front

log = logging.getLogger(__name__)

HOST = "127.0.0.1"

THREADS = 8
CONNECTIONS = 100
CHANNEL_SECONDS = 30
BODY_BYTES = 4_000_000
# Waitress spools larger bodies and answers to temporary files: captured text would lie on the disk in clear.
NEVER_SPOOL = 1 << 30

# With the worker's end below the ten seconds in which a process that was told to end should be gone.
DRAIN_SECONDS = 5.0
_TICK_SECONDS = 0.2

Announce = Callable[[str, str], None]
Ask = Callable[[LockStanding], tuple[Secret, str | None] | None]


def serve(
    settings: Settings,
    *,
    announce: Announce,
    worker: Callable[[Application], Worker] | None = None,
    ask: Ask | None = None,
) -> None:
    """Run until SIGTERM, Ctrl-C or the end of the console; then answer what is under way and return.

    Parameters
    ----------
    announce
        Called with the dashboard's address and a sign-in link once requests are taken; the two are the same while
        the history is locked.
    worker
        Makes what embeds and groups in the background; None: nothing is embedded by this server.
    ask
        Asks the learner for what opens a locked history: a secret, and a new passphrase where one is needed; None
        leaves it to the unlock page, and so does an answer of None.

    Raises
    ------
    DataFolderInUse
        If another Skilltrail runs on the same data.
    PortTaken
        If no port is free.
    StorageError
        If the data cannot be opened.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("waitress.queue", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with ExitStack() as stack:
        ending = Ending()
        front = Front(_opened(settings, ask), hire=worker, draining=ending.asked)
        stack.callback(front.close)
        listener = stack.enter_context(_listening(settings.port))
        stack.enter_context(_signals(ending))
        _serve(front, listener, ending=ending, announce=announce)


class Ending:
    """Whether, and since when, the server is ending. A second request to end stops waiting for answers."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._at_once = threading.Event()
        self.over = threading.Event()

    def ask(self) -> None:
        """Begin to end; asked again: end at once."""
        (self._at_once if self._asked.is_set() else self._asked).set()

    def asked(self) -> bool:
        """Tell whether the server is ending."""
        return self._asked.is_set()

    def at_once(self) -> bool:
        """Tell whether nobody wants to wait any more."""
        return self._at_once.is_set()


def _opened(settings: Settings, ask: Ask | None) -> Application | LockedHome:
    """Open the folder, with what the learner types where its key cannot be had; hold it when they leave it at that."""
    opened = open_or_hold(settings, open_folder=Application.open)
    while isinstance(opened, LockedHome) and ask is not None:
        try:
            typed = ask(opened.standing())
            if typed is None:
                break
            opened = opened.unlock(typed[0], new_passphrase=typed[1])
        except (SecretRefused, KeyUnavailable) as error:
            log.warning("%s", error)
        except BaseException:
            opened.close()
            raise
    return opened


def _serve(front: Front, listener: socket.socket, *, ending: Ending, announce: Announce) -> None:
    port = int(listener.getsockname()[1])
    with Runner(front, listener) as runner:
        announce(f"http://{HOST}:{port}/", front.begin(port))
        settle_memory()
        runner.run(ending)
    ending.over.set()


def settle_memory() -> None:
    """Let the collector of unused objects pass over all that was loaded for good.

    Some 140,000 objects of modules, tables and routes: looking at them anew took 80 ms within one request of thirty.
    """
    gc.collect()
    gc.freeze()


class Runner:
    """Waitress's loop with an end: it goes on until every answer under way was sent."""

    def __init__(self, app: Front, listener: socket.socket) -> None:
        self._app = app
        self._listener = listener
        self._sockets: dict[int, Any] = {}
        self._server: Any = None

    def __enter__(self) -> Self:
        from waitress.server import create_server

        self._server = create_server(
            self._app,
            map=self._sockets,
            sockets=[self._listener],
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=CHANNEL_SECONDS,
            max_request_body_size=BODY_BYTES,
            max_request_header_size=32_768,
            inbuf_overflow=NEVER_SPOOL,
            outbuf_overflow=NEVER_SPOOL,
            ident=None,
            expose_tracebacks=False,
            clear_untrusted_proxy_headers=True,
        )
        return self

    def __exit__(self, *_failure: object) -> None:
        from waitress import wasyncore

        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        self._server.close()
        wasyncore.close_all(self._sockets, ignore_all=True)

    def run(self, ending: Ending) -> None:
        """Serve until ``ending`` is asked for and the answers under way are out, at most ``DRAIN_SECONDS`` later."""
        while not ending.asked():
            self._turn()
        until = time.monotonic() + DRAIN_SECONDS
        # One more turn first: what has arrived before the signal is looked at before we call it quiet.
        self._turn()
        while self._is_busy() and not ending.at_once() and time.monotonic() < until:
            self._turn()

    def _turn(self) -> None:
        from waitress import wasyncore

        wasyncore.loop(timeout=_TICK_SECONDS, count=1, map=self._sockets, use_poll=hasattr(_select(), "poll"))

    def _is_busy(self) -> bool:
        """Tell whether an answer is being made or sent. A half-sent request is its sender's: it is kept there."""
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def _select() -> Any:
    import select

    return select


@contextmanager
def _listening(wanted: int) -> Iterator[socket.socket]:
    """Yield a socket bound to the wanted port, or to the first free one on which extensions look."""
    for port in (wanted,) if wanted else PORTS:
        listener = _bound(port)
        if listener is not None:
            with listener:
                yield listener
            return
    ports = str(wanted) if wanted else ", ".join(map(str, PORTS))
    raise PortTaken(
        _("Another program uses port {ports} of this computer. End it, or choose a port with --port.").format(
            ports=ports
        )
    )


def _bound(port: int) -> socket.socket | None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # On Windows SO_REUSEADDR would let another program take the port from us; elsewhere it only skips the wait
    # after a restart.
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR if exclusive is None else exclusive, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        return None
    return listener


@contextmanager
def _signals(ending: Ending) -> Iterator[None]:
    """Let the system's ways to end a program ask for a drain."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        ending.ask()

    names = ("SIGTERM", "SIGINT", "SIGBREAK", "SIGHUP")
    before = {number: signal.signal(number, asked) for name in names if (number := getattr(signal, name, None))}
    release = _watch_console(ending)
    try:
        yield
    finally:
        release()
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch_console(ending: Ending) -> Callable[[], None]:
    """On Windows, a closed console or a sign-out kills the process once this handler returns: it waits."""
    if sys.platform != "win32":
        return lambda: None
    import ctypes  # type: ignore[unreachable]  # checked on Linux

    closing = {2, 5, 6}  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)
    def handler(event: int) -> int:
        if event not in closing:
            return 0
        ending.ask()
        ending.over.wait(DRAIN_SECONDS)
        return 1

    kernel = ctypes.windll.kernel32
    kernel.SetConsoleCtrlHandler(handler, True)
    return lambda: kernel.SetConsoleCtrlHandler(handler, False)
