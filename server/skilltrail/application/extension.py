"""Where the browser extension's files are, for people with a clone and for people with the installed package."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

PARTS = ("manifest.json", "extension", "_locales")


def place_extension(target: Path | None = None) -> Path:
    """Return a folder that a browser can load as an unpacked extension.

    A clone is such a folder itself. An installed package writes its copy to ``target``, by default
    ``skilltrail-extension`` in the learner's home folder, replacing an older copy of its own.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    clone = _clone()
    if target is None and clone is not None:
        return clone
    folder = (target or Path.home() / "skilltrail-extension").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with resources.as_file(_source(clone)) as source:
        for part in PARTS:
            _replace(source / part, folder / part)
    return folder


def _clone() -> Path | None:
    root = Path(__file__).resolve().parents[3]
    return root if all((root / part).exists() for part in PARTS) else None


def _source(clone: Path | None) -> Path:
    if clone is not None:
        return clone
    return Path(str(resources.files("skilltrail_extension") / PARTS[0])).parent


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
