"""The helper process of large imports: reads and redacts beside the service, which only stores.

``python -m skilltrail.services.import_helper`` is the process itself: a task in, messages out, over a private pipe. It
opens no database and writes no file. A file that makes it fail takes nothing else with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

if sys.platform == "win32":
    import msvcrt

import skilltrail
from skilltrail.errors import ImportFailed
from skilltrail.i18n import _
from skilltrail.platform.pipe import receive, send
from skilltrail.services.import_reading import Message, Task, read

LARGE = 4_000_000
"""Bytes of a task that are worth a process of their own."""

_NICENESS = 5
_PATIENCE = 5.0
"""Seconds that the process gets to end by itself."""


class Reader:
    """The messages of a task, in order; read in this process or in a helper. A context manager; iterate once."""

    def __init__(self, task: Task, *, helper: bool | None = None) -> None:
        size = sum(start.source.size for start in task.sources)
        self._task = task
        self._helper = size > LARGE if helper is None else helper
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._helper:
            self._process = _start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def __iter__(self) -> Iterator[Message]:
        """Yield what is read; raises ImportFailed if the helper ends before its work is done."""
        if self._process is None:
            yield from read(self._task)
            return
        try:
            yield from _answers(self._process, self._task)
        except (OSError, EOFError) as error:
            raise ImportFailed(
                _("The process that reads the files ended early. What was read until then is kept.")
            ) from error

    def cancel(self) -> None:
        """End a helper that is at work; any thread may ask."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()


def _answers(process: subprocess.Popen[bytes], task: Task) -> Iterator[Message]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    send(process.stdin, task)
    while True:
        message = receive(process.stdout)
        if message is None:
            return
        yield message


def _start() -> subprocess.Popen[bytes]:
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    here = str(Path(skilltrail.__file__).parent.parent)
    paths = (here, os.environ.get("PYTHONPATH", ""))
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "skilltrail.services.import_helper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A trace could quote what was read; what goes wrong comes back as a message.
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path), "PYTHONUTF8": "1"},
            creationflags=flags,
        )
    except OSError as error:
        raise ImportFailed(_("The process that reads the files could not be started.")) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            _shut(pipe)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _shut(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        # What was still to be written has no reader any more.
        return


def _private_pipe() -> tuple[IO[bytes], IO[bytes]]:
    """Take stdin and stdout for messages; what a library prints goes to stderr instead."""
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def main() -> None:
    """Run the helper process: one task, then the end."""
    # Ctrl-C reaches the whole terminal; the parent decides what becomes of the import.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(_NICENESS)
    source, sink = _private_pipe()
    try:
        for message in read(receive(source)):
            send(sink, message)
        send(sink, None)
    except (OSError, EOFError):
        # The parent has gone, or wants no more.
        os._exit(0)


if __name__ == "__main__":
    main()
