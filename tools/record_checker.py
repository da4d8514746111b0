"""Record which style and checker the pages of a packed version run, so that later versions know them as ours.

`tools/pack.py` does it. A version that was packed with one checker cannot be packed with another: raise the number.
"""

from __future__ import annotations

import sys
from pathlib import Path

from skilltrail import __version__
from skilltrail.exporters.portfolio_checkers import RELEASED, Checker, current, read_released

LIST = Path(__file__).resolve().parents[1] / "server/skilltrail/exporters/checker" / RELEASED


def record(file: Path, version: str, checker: Checker) -> bool:
    """Add the checker of a version to the list; tell whether it was not there yet.

    Raises
    ------
    ValueError
        If that version was packed with another one.
    """
    text = file.read_text(encoding="utf-8")
    before = dict(read_released(text)).get(version)
    if before == checker:
        return False
    if before is not None:
        raise ValueError(f"version {version} was packed with another checker of pages: raise the version")
    file.write_text(f"{text}{version} {checker.style} {checker.code}\n", encoding="utf-8")
    return True


def main() -> int:
    """Record this version's."""
    try:
        added = record(LIST, __version__, current())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if added:
        print(f"{LIST.name}: {__version__} added; commit it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
