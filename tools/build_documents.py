"""Write the documents that are generated from the code: docs/settings.md, docs/errors.md and docs/api.md.

``--check`` writes nothing and fails when a document is not what the code says.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from skilltrail import errors
from skilltrail.config import SETTINGS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def settings_page() -> str:
    """Return the settings table as Markdown."""
    lines = [
        "# Settings",
        "",
        "Set as environment variables. Generated from `server/skilltrail/config.py` by `make fix`.",
        "",
        "| setting | variable | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for row in SETTINGS:
        default = "your system's data folder" if row.name == "home" else f"`{row.default}`"
        lines.append(f"| {row.name} | `{row.env}` | {default} | {row.help} |")
    return "\n".join(lines) + "\n"


def error_classes() -> Iterator[type[errors.SkilltrailError]]:
    """Yield every error class of the tree, in the order of the file."""
    for _name, value in inspect.getmembers(errors, inspect.isclass):
        if issubclass(value, errors.SkilltrailError):
            yield value


def errors_page() -> str:
    """Return the table of error codes as Markdown."""
    from skilltrail.web.problems import status_of  # noqa: PLC0415 - pulls in Flask, which the other pages do not need

    lines = [
        "# Error codes",
        "",
        "Codes are stable. Generated from `server/skilltrail/errors.py` and `web/problems.py` by `make fix`.",
        "",
        "| code | HTTP | meaning |",
        "| --- | --- | --- |",
    ]
    rows = sorted({(cls.code, status_of(cls), (inspect.getdoc(cls) or "").splitlines()[0]) for cls in error_classes()})
    lines += [f"| `{code}` | {status} | {words} |" for code, status, words in rows]
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """Return the API as Markdown."""
    from skilltrail.web.openapi import markdown  # noqa: PLC0415 - as above

    return markdown()


PAGES = {"settings.md": settings_page, "errors.md": errors_page, "api.md": api_page}


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit status."""
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"Not up to date: {', '.join(stale)}. Run `make fix`.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
