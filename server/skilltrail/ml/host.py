"""The model port: keeps one model process, started on first need, ended when idle, restarted after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import skilltrail
from skilltrail.errors import ModelMissing, ModelUnavailable
from skilltrail.i18n import _
from skilltrail.ml.model_files import DEFAULT_EMBEDDER, ModelFiles, find_model
from skilltrail.ml.placing import place
from skilltrail.ml.static_vectors import IDENTITY as STATIC_IDENTITY
from skilltrail.ml.static_vectors import StaticVectors
from skilltrail.ml.wire import Answer, Request, read_message, write_message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from skilltrail.domain.claims import TopicMatch
    from skilltrail.domain.topics import TopicPartition

_PATIENCE = 5.0
"""Seconds that a child gets to end by itself."""


class ModelHost:
    """``ModelPort`` over a child process; safe to use from several threads, which take turns.

    Parameters
    ----------
    embedder
        Any sentence-transformers model: the default's name, a folder, or the name of a downloaded one.
    idle_minutes
        The child ends after this long without work; 0 keeps it.
    cache
        Folder for what the child works out of published texts alone: vectors of concepts by another than the
        default model. None: they are made anew by every child.
    """

    def __init__(
        self, *, embedder: str = DEFAULT_EMBEDDER, idle_minutes: float = 10, cache: Path | None = None
    ) -> None:
        self._embedder = embedder
        self._cache = cache
        self._idle_seconds = idle_minutes * 60
        self._turn = threading.RLock()
        self._child: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None
        self._files: ModelFiles | None = None
        self._static = StaticVectors()
        self._closed = False
        self._reads: subprocess.Popen[bytes] | None = None

    @property
    def identity(self) -> str:
        """Name of the model with the beginning of its digest. Reads the weights once, without loading them.

        Raises
        ------
        ModelMissing
            If the files are missing or altered.
        """
        with self._turn:
            if self._files is None:
                self._files = find_model(self._embedder)
            return self._files.identity

    @property
    def static_identity(self) -> str:
        """Name and version of the shipped static vectors."""
        return STATIC_IDENTITY

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return dense unit vectors, shape (n, dims).

        Raises
        ------
        ModelUnavailable
            If the child cannot be started, fails or ends during the call; the next call starts another one.
        """
        with self._turn:
            vectors: NDArray[np.float32] = self._ask("embed", texts=list(texts))
            self._reads = self._child
            return vectors

    def embed_now(self, texts: Sequence[str], *, seconds: float = 0.02) -> NDArray[np.float32] | None:
        """Return what ``embed`` returns if a child with a loaded model is free within ``seconds``, else None."""
        if not self._turn.acquire(timeout=seconds):
            return None
        try:
            return self.embed(texts) if self.child_id is not None and self._reads is self._child else None
        except ModelUnavailable:
            return None
        finally:
            self._turn.release()

    def static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return static unit vectors, shape (n, 256). Needs no child."""
        with self._turn:
            return self._static.embed(texts)

    def discover(
        self,
        *,
        dense: NDArray[np.float32],
        static: NDArray[np.float32],
        texts: Sequence[str],
        keys: Sequence[str],
        talks: Sequence[str] | None = None,
        held: NDArray[np.int64] | None = None,
        bound: NDArray[np.bool_] | None = None,
        corrected: int = 0,
        settled: NDArray[np.bool_] | None = None,
        spare: int = 0,
        divide: bool = False,
        avoid: frozenset[str] = frozenset(),
    ) -> TopicPartition:
        """Find topics; see ``discovery.discover``. Raises as ``embed``."""
        found: TopicPartition = self._ask(
            "discover",
            dense=dense,
            static=static,
            texts=list(texts),
            keys=list(keys),
            talks=None if talks is None else list(talks),
            held=held,
            bound=bound,
            corrected=corrected,
            settled=settled,
            spare=spare,
            divide=divide,
            avoid=avoid,
        )
        return found

    def place(
        self, *, vectors: NDArray[np.float32], known: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Put new rows into existing groups at once; see ``placing.place``. Needs no child."""
        return place(vectors, known, labels)

    def prepare_concepts(self) -> tuple[int, int]:
        """Make the next vectors of published concepts, a few seconds' worth; raises as ``embed``."""
        made, total = self._ask("prepare_concepts")
        return int(made), int(total)

    def match(
        self,
        *,
        names: Sequence[str],
        texts: Sequence[Sequence[str]],
        dense: Sequence[NDArray[np.float32]],
        static: Sequence[NDArray[np.float32]],
    ) -> list[TopicMatch]:
        """Match topics with published concepts; see ``matching.match_topics``. Raises as ``embed``."""
        found: list[TopicMatch] = self._ask(
            "match", names=list(names), texts=[list(part) for part in texts], dense=list(dense), static=list(static)
        )
        return found

    def chart(self, spec: dict[str, Any]) -> str:
        """Return the SVG of a Vega-Lite specification. Raises as ``embed``."""
        return str(self._ask("chart", spec=spec))

    def cancel(self) -> None:
        """End what the child is doing: the running call raises ``ModelUnavailable``."""
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child; a running call is cancelled. Later calls raise ``ModelUnavailable``."""
        self._closed = True
        self.cancel()
        with self._turn:
            self._rest()
            self._end()

    @property
    def child_id(self) -> int | None:
        """Process id of the child, None while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def _ask(self, call: str, **arguments: Any) -> Any:
        with self._turn:
            self._rest()
            child = self._running()
            try:
                answer = self._exchange(child, Request(call, arguments))
            except (OSError, EOFError) as error:
                self._end()
                raise ModelUnavailable(_("The model process ended at work; it starts anew when needed.")) from error
            finally:
                self._watch_idle()
            return _value(answer)

    def _exchange(self, child: subprocess.Popen[bytes], request: Request) -> Answer:
        if child.stdin is None or child.stdout is None:
            raise EOFError
        write_message(child.stdin, request)
        answer: Answer = read_message(child.stdout)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise ModelUnavailable(_("Skilltrail is closing."))
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            try:
                self._child = _start(self._embedder, self._cache)
            except OSError as error:
                raise ModelUnavailable(_("The model process could not be started.")) from error
        return self._child

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch_idle(self) -> None:
        if self._idle_seconds > 0 and self._child is not None:
            self._timer = threading.Timer(self._idle_seconds, self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._turn:
            # A call may have come in between: it cancelled this timer, or it set a new one.
            if self._timer is threading.current_thread():
                self._timer = None
                self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                _shut(pipe)
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _shut(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        # What was still to be written has no reader any more.
        return


def _value(answer: Answer) -> Any:
    if answer.error is None:
        return answer.value
    if answer.error == ModelMissing.__name__:
        raise ModelMissing(answer.message)
    if answer.error == ModelUnavailable.__name__:
        raise ModelUnavailable(answer.message)
    if answer.error == ValueError.__name__:
        raise ValueError("the model process refused its input")
    raise ModelUnavailable(_("The model process failed ({error}).").format(error=answer.error))


def threads() -> int:
    """Return how many threads the child may use: one core stays free for the learner."""
    return max(1, (os.cpu_count() or 2) - 1)


def _start(embedder: str, cache: Path | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "skilltrail.ml.child", "--embedder", embedder, "--threads", str(threads())]
    command += ["--cache", str(cache)] if cache is not None else []
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Progress bars and tracebacks could quote captured text; errors come back as answers.
        stderr=subprocess.DEVNULL,
        env=_environment(),
        creationflags=flags,
    )


def _environment() -> dict[str, str]:
    count = str(threads())
    here = str(Path(skilltrail.__file__).parent.parent)
    inherited = os.environ.get("PYTHONPATH", "")
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(part for part in (here, inherited) if part),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "PYTHONUTF8": "1",
    }
