"""What the use cases need from outside, as protocols; ``application`` hands in the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from skilltrail.domain.claims import TopicMatch
    from skilltrail.domain.learning import PromptReading, Reason
    from skilltrail.domain.topics import TopicPartition


class ModelPort(Protocol):
    """Texts in, arrays out. All methods raise ``ModelUnavailable`` when the model cannot answer."""

    @property
    def identity(self) -> str:
        """Name of the embedding model with a digest of its weights: dense vectors carry it."""
        ...

    @property
    def static_identity(self) -> str:
        """Name and version of the static vectors, which carry it; known even when the model's files are missing."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dims)."""
        ...

    def embed_now(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Return what ``embed`` returns if the model can answer within some hundredths of a second, else None."""
        ...

    def static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return static unit vectors, shape (n, 256)."""
        ...

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
        """Find topics; all arguments have one row per exchange, ``keys`` are source keys, ``talks`` conversations.

        ``held`` is the number of the topic that an exchange stands in, -1 for none; the first ``corrected`` topics the
        learner has corrected, and exchanges of them that are ``bound`` must stay. Of the ``settled`` ones at most
        ``spare`` change their topic. ``divide``: the exchanges are one topic, and its parts are wanted. A dense row of
        zeros says that there is no dense vector yet; ``dense`` of shape (n, 0) that none is wanted. Nothing that names
        a topic holds one of the folded words and phrases of ``avoid``.
        """
        ...

    def place(
        self, *, vectors: NDArray[np.float32], known: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Put new rows into the groups of known ones; -1 where none is near.

        Both are static vectors, or both dense and static ones side by side.
        """
        ...

    def prepare_concepts(self) -> tuple[int, int]:
        """Make vectors of published concepts, a few seconds' worth; return how many there are, of how many."""
        ...

    def match(
        self,
        *,
        names: Sequence[str],
        texts: Sequence[Sequence[str]],
        dense: Sequence[NDArray[np.float32]],
        static: Sequence[NDArray[np.float32]],
    ) -> list[TopicMatch]:
        """Match topics with published concepts; each argument has one entry a topic, vectors one row an exchange."""
        ...

    def chart(self, spec: dict[str, Any]) -> str:
        """Return the SVG of a Vega-Lite specification."""
        ...

    def close(self) -> None:
        """End the model process."""
        ...


class PromptReader(Protocol):
    """Reads in the wording of prompts what they are for."""

    def read(self, prompts: Sequence[str]) -> list[PromptReading]:
        """Return one reading a prompt."""
        ...

    def reasons(self, prompt: str, head: str, limit: int = 4) -> tuple[Reason, ...]:
        """Return what in a prompt speaks for "learning" or an intent, or, with "-" in front, against it."""
        ...


class Redactor(Protocol):
    """Replaces secrets by typed placeholders."""

    def redact(self, text: str) -> tuple[str, dict[str, int]]:
        """Return the text without secrets and the number of placeholders made, by kind."""
        ...
