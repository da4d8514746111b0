"""Static token vectors: a first, very quick picture of what texts are about. numpy and tokenizers only, no torch.

Made by ``tools/distil_static_vectors.py`` from the default embedder: one vector a token, already weighted by how
rare the token is. A text is the sum of its tokens, so its vector costs microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

DATA = Path(__file__).parent / "data"
DIMENSIONS = 256
IDENTITY = "static-all-MiniLM-L6-v2@1"
"""Changes whenever the shipped matrix does: stored vectors carry it."""

_BLOCK = 128
# 2 000 tokens of a text are far beyond what a representation holds; more would only cost memory.
_LONGEST = 2_000


class StaticVectors:
    """Token vectors on disk; the matrix is mapped, so only the rows in use take memory."""

    def __init__(self, folder: Path = DATA) -> None:
        self._folder = folder
        self._tokenizer: Tokenizer | None = None
        self._matrix: NDArray[np.int8] | None = None
        self._scales: NDArray[np.float32] | None = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text.

        Parameters
        ----------
        texts
            Any texts; letter case and accents make no difference.

        Returns
        -------
        NDArray[np.float32]
            Shape (len(texts), 256). Rows have length 1; a text without any known token is a row of zeros.
        """
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for first in range(0, len(texts), _BLOCK):
            out[first : first + _BLOCK] = self._sums(texts[first : first + _BLOCK])
        return unit_rows(out)

    def _sums(self, texts: Sequence[str]) -> NDArray[np.float32]:
        tokenizer, matrix, scales = self._load()
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        encoded = tokenizer.encode_batch_fast([text[: _LONGEST * 8] for text in texts], add_special_tokens=False)
        for row, item in enumerate(encoded):
            ids = item.ids[:_LONGEST]
            if ids:
                # Text by text: a few hundred rows stay in the processor's cache, those of a block would not.
                out[row] = scales[ids] @ matrix[ids].astype(np.float32)
        return out

    def _load(self) -> tuple[Tokenizer, NDArray[np.int8], NDArray[np.float32]]:
        if self._tokenizer is None or self._matrix is None or self._scales is None:
            self._matrix = np.load(self._folder / "static_vectors.npy", mmap_mode="r")
            self._scales = np.load(self._folder / "static_scales.npy")
            self._tokenizer = _tokenizer(self._folder / "static_vocabulary.txt")
        return self._tokenizer, self._matrix, self._scales


def unit_rows(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows of ``matrix`` scaled to length 1, float32; rows of zeros stay so."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    tokens = path.read_text("utf-8").split("\n")[:-1]
    tokenizer = Tokenizer(WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))  # noqa: S106 - a token of text
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer
