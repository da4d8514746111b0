"""The model process, ``python -m skilltrail.ml.child``: texts and arrays in, arrays and values out.

It never opens the database.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from skilltrail.errors import ModelMissing, ModelUnavailable
from skilltrail.ml.wire import Answer, Request, read_message, write_message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from skilltrail.domain.claims import TopicMatch
    from skilltrail.domain.topics import TopicPartition
    from skilltrail.ml.concept_vectors import ConceptVectors
    from skilltrail.ml.embedding import Embedder
    from skilltrail.ml.matching import ConceptSpace

NICENESS = 10


class Calls:
    """What the child can do; the model is loaded at the first call that needs it."""

    def __init__(self, *, embedder: str, threads: int, cache: Path | None = None) -> None:
        from skilltrail.ml.static_vectors import StaticVectors

        self._name = embedder
        self._threads = threads
        self._embedder: Embedder | None = None
        self._static = StaticVectors()
        self._named: dict[str, NDArray[np.float32]] = {}
        self._cache = cache
        self._concepts: ConceptVectors | None = None
        self._space: ConceptSpace | None = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Dense unit vectors."""
        return self._model().embed(texts)

    def discover(self, **arguments: Any) -> TopicPartition:
        """One topic run; see ``discovery.discover``."""
        from skilltrail.ml.discovery import discover

        return discover(embed_dense=self._names, embed_static=self._static.embed, **arguments)

    def prepare_concepts(self) -> tuple[int, int]:
        """Make the next vectors of published concepts; how many there are now, and how many there will be."""
        vectors = self._concept_vectors()
        return vectors.prepare(self.embed), vectors.total

    def match(self, **arguments: Any) -> list[TopicMatch]:
        """Topics against published concepts; see ``matching.match_topics``."""
        from skilltrail.ml.matching import match_topics

        return match_topics(space=self._concept_space(), embed=self._names, **arguments)

    def chart(self, spec: dict[str, Any]) -> str:
        """A chart as SVG."""
        from skilltrail.ml.charts import render_svg

        return render_svg(spec)

    def ping(self) -> int:
        """The process id: shows that the child answers."""
        return os.getpid()

    def _names(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of skill names, kept: every run asks for much the same ones."""
        import numpy as np

        if not self._named:
            from skilltrail.ml.name_vectors import shipped_name_vectors

            self._named.update(shipped_name_vectors(self._model().files.identity))
        new = sorted({name for name in names if name not in self._named})
        self._named.update(zip(new, self._model().embed(new), strict=True))
        return np.stack([self._named[name] for name in names])

    def _concept_vectors(self) -> ConceptVectors:
        if self._concepts is None:
            from skilltrail.ml.concept_vectors import ConceptVectors
            from skilltrail.ml.concepts import published_concepts
            from skilltrail.ml.model_files import find_model

            identity = find_model(self._name).identity
            self._concepts = ConceptVectors(published_concepts(), identity, self._cache)
        return self._concepts

    def _concept_space(self) -> ConceptSpace:
        if self._space is None:
            from skilltrail.ml.concepts import published_concepts
            from skilltrail.ml.matching import ConceptSpace
            from skilltrail.ml.skill_terms import term_list

            vectors = self._concept_vectors()
            while (dense := vectors.matrix()) is None:
                vectors.prepare(self.embed)
            self._space = ConceptSpace.of(published_concepts(), dense, self._static.embed, term_list())
        return self._space

    def _model(self) -> Embedder:
        if self._embedder is None:
            from skilltrail.ml.embedding import Embedder

            self._embedder = Embedder.load(self._name, threads=self._threads)
        return self._embedder


def answer(calls: Calls, request: Request) -> Answer:
    """Run one call; a failure becomes an answer without any captured text."""
    call: Callable[..., Any] = getattr(calls, request.call)
    try:
        return Answer(call(**request.arguments))
    except (ModelMissing, ModelUnavailable) as error:
        return Answer(error=type(error).__name__, message=str(error))
    except Exception as error:  # noqa: BLE001 - one bad call must not end the process; its message may quote a text
        return Answer(error=type(error).__name__)


def serve(source: IO[bytes], sink: IO[bytes], calls: Calls) -> None:
    """Answer requests until the parent has gone."""
    waiting: SimpleQueue[Request] = SimpleQueue()
    # Its own thread sees the parent's end at once, even in the middle of a long call.
    threading.Thread(target=_listen, args=(source, waiting), daemon=True).start()
    while True:
        write_message(sink, answer(calls, waiting.get()))


def _listen(source: IO[bytes], waiting: SimpleQueue[Request]) -> None:
    while True:
        try:
            waiting.put(read_message(source))
        except (EOFError, OSError):
            os._exit(0)


def _private_pipe() -> tuple[IO[bytes], IO[bytes]]:
    """Take stdin and stdout for messages; what a library prints goes to stderr instead."""
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def main() -> None:
    """Run the model process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    # Ctrl-C reaches the whole terminal; the parent drains first and then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(NICENESS)
    source, sink = _private_pipe()
    try:
        serve(source, sink, Calls(embedder=options.embedder, threads=options.threads, cache=options.cache))
    except OSError:
        os._exit(0)


if __name__ == "__main__":
    main()
