"""Dense vectors by a sentence-transformers model. Runs in the model process only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skilltrail.errors import ModelMissing, ModelUnavailable
from skilltrail.i18n import _
from skilltrail.ml.model_files import ModelFiles, find_model
from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 32
# A model reads some 250 to 8 000 tokens; the rest of a longer text would only be tokenised to be cut off.
_LONGEST = 40_000


class Embedder:
    """A loaded model. Texts over its own maximum are cut there."""

    def __init__(self, files: ModelFiles, model: Any) -> None:
        self.files = files
        self._model = model

    @classmethod
    def load(cls, embedder: str, *, threads: int) -> Embedder:
        """Load a model onto the GPU when there is one, else onto ``threads`` threads of the CPU.

        Raises
        ------
        ModelMissing
            If its files are missing, altered, or no sentence-transformers model.
        ModelUnavailable
            If torch or sentence-transformers is not installed.
        """
        files = find_model(embedder)
        try:
            import torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelUnavailable(_("Topics need torch and sentence-transformers: install them.")) from error
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            model = SentenceTransformer(str(files.folder), device=device, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelMissing(_("The embedding model cannot be loaded: {name}").format(name=embedder)) from error
        return cls(files, model)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text.

        Parameters
        ----------
        texts
            Any number; they are put into batches by length, so that short texts do not wait for long ones.

        Returns
        -------
        NDArray[np.float32]
            Shape (len(texts), dims of the model), in the order of ``texts``.
        """
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: (-len(texts[row]), texts[row]))
        batches = []
        for first in range(0, len(order), BATCH):
            batch = [texts[row][:_LONGEST] for row in order[first : first + BATCH]]
            vectors = self._model.encode(batch, batch_size=BATCH, show_progress_bar=False)
            batches.append(np.asarray(vectors, dtype=np.float32))
        out = np.empty((len(texts), batches[0].shape[1]), dtype=np.float32)
        out[order] = np.concatenate(batches)
        return unit_rows(out)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())
