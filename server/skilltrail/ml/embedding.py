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

GPU_BATCH = 32
"""Texts at once on a GPU. On a processor it is one: measured as fast as any batch, and a text's vector then depends on
nothing but the text, where in a batch the others' lengths change its last digits."""

# A model reads some 250 to 8 000 tokens; the rest of a longer text would only be tokenised to be cut off.
_LONGEST = 40_000

_HALF_PRECISION = ("avx512_bf16", "amx_bf16")
"""What a processor must be able to do for bfloat16 to be quicker than float32 (2.7 times here, cosine 0.9999)."""


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
        precision = torch.bfloat16 if device == "cpu" and _has_half_precision(torch) else torch.float32
        try:
            model = SentenceTransformer(str(files.folder), device=device, local_files_only=True).to(precision)
        except (OSError, ValueError, KeyError) as error:
            raise ModelMissing(_("The embedding model cannot be loaded: {name}").format(name=embedder)) from error
        return cls(files, model)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text.

        Parameters
        ----------
        texts
            Any number.

        Returns
        -------
        NDArray[np.float32]
            Shape (len(texts), dims of the model), in the order of ``texts``.
        """
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        size = 1 if self._model.device.type == "cpu" else GPU_BATCH
        # By length, so that short texts do not wait for long ones.
        order = sorted(range(len(texts)), key=lambda row: (-len(texts[row]), texts[row]))
        batches = []
        for first in range(0, len(order), size):
            batch = [texts[row][:_LONGEST] for row in order[first : first + size]]
            vectors = self._model.encode(batch, batch_size=size, show_progress_bar=False, convert_to_tensor=True)
            batches.append(vectors.float().cpu().numpy())
        out = np.empty((len(texts), batches[0].shape[1]), dtype=np.float32)
        out[order] = np.concatenate(batches)
        return unit_rows(out)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())


def _has_half_precision(torch: Any) -> bool:
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in _HALF_PRECISION)
