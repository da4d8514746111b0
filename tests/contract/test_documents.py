"""The documents say what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from skilltrail.cli import main

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/build_documents.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_every_package_stands_in_the_architecture_page() -> None:
    packages = {path.parent.name for path in (ROOT / "server" / "skilltrail").glob("*/__init__.py")}

    assert {name for name in packages if f"`{name}/`" not in read("docs/architecture.md")} == set()


def test_every_part_of_the_extension_stands_in_the_architecture_page() -> None:
    files = {path.name for path in (ROOT / "extension").rglob("*.js")}

    assert {name for name in files if f"`{name}`" not in read("docs/architecture.md")} == set()


def test_every_command_stands_in_the_readme() -> None:
    assert {name for name in main.commands if f"skilltrail {name}" not in read("README.md")} == set()


def test_readme_names_the_two_commands() -> None:
    assert "make run" in read("README.md")
    assert "make test" in read("README.md")


def test_relative_links_in_documents_lead_somewhere() -> None:
    tops = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "PRIVACY.md")]
    pages = tops + list((ROOT / "docs").rglob("*.md"))
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]

    assert broken == []


def test_the_readme_images_have_words_for_those_who_do_not_see_them() -> None:
    images = re.findall(r"!\[([^\]]*)\]\(", read("README.md"))

    assert images
    assert all(len(words) > 20 for words in images)
