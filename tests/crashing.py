"""Kills a piece of work at one step after the other, each time in a process of its own and from the same beginning."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

_STEPS = frozenset({"open", "os.rename", "os.remove", "os.link", "os.mkdir", "shutil.copyfile"})
_STEPS_MOST = 500


def killed_at_each_step(home: Path, work: Callable[[], object], *, every: int = 1) -> Iterator[int]:
    """Yield after each death of ``work`` by kill -9 before its first, second, … change to a file in ``home``.

    The files are as the death left them when this yields; ``home`` is as it was at first when the next round begins.
    The last round is not killed and yields its number too: it must do all of the work.
    """
    kept = home.with_name(home.name + ".kept")
    shutil.copytree(home, kept)
    for number in count(1, every):
        assert number < _STEPS_MOST, "the work does not end"
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        ended = _run(home, work, number)
        yield number
        if ended:
            return


def _run(home: Path, work: Callable[[], object], number: int) -> bool:
    """Run ``work`` in a child that is killed at its step ``number``; return whether it came to its end before."""
    child = os.fork()
    if child == 0:
        _die_at(home, number)
        try:
            work()
        except BaseException:  # noqa: BLE001 - told here, for the parent sees a status alone
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0, f"the work failed by itself ({status})"
    return not killed


def _die_at(home: Path, number: int) -> None:
    seen = count(1)
    inside = str(home)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        ours = event in _STEPS and str(arguments[0]).startswith(inside) and _changes(event, arguments)
        if ours and next(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event != "open":
        return True
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
