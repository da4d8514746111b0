"""Build dist/: the wheel and the extension's zip. Two builds of the same tree give the same zip, byte for byte."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import record_checker
from skilltrail import __version__

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("manifest.json", "extension", "_locales")
EPOCH = (1980, 1, 1, 0, 0, 0)


def extension_files() -> list[Path]:
    """Return the extension's files in a fixed order."""
    files = [path for part in PARTS for path in [ROOT / part, *(ROOT / part).rglob("*")] if path.is_file()]
    return sorted(files, key=lambda path: path.relative_to(ROOT).as_posix())


def pack_extension(target: Path) -> None:
    """Write the extension's zip, without times or owners."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in extension_files():
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())


def main() -> int:
    """Build both into dist/; the checker of this version's pages is recorded first, so that the wheel knows it."""
    if record_checker.main():
        return 1
    dist = ROOT / "dist"
    dist.mkdir(exist_ok=True)
    zip_path = dist / f"skilltrail-extension-{__version__}.zip"
    pack_extension(zip_path)
    print(zip_path.relative_to(ROOT))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), str(ROOT)]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
