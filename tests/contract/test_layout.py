"""The house: what may stand where, and that the documents say what is there."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "server" / "skilltrail"


def tracked_files() -> list[str]:
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def python_files() -> Iterator[Path]:
    yield from (path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)


def test_no_top_level_name_would_make_chrome_refuse_the_folder() -> None:
    tops = {name.split("/", 1)[0] for name in tracked_files()}

    assert {top for top in tops if top.startswith("_")} <= {"_locales"}
    assert not [top for top in tops if top.endswith(".py")]


def test_every_path_of_the_manifest_begins_with_extension_and_exists() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    paths = list(_paths(manifest))

    assert paths
    assert [path for path in paths if not path.startswith("extension/")] == []
    assert [path for path in paths if not (ROOT / path).is_file()] == []


def _paths(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item)
    elif isinstance(value, str) and value.endswith((".js", ".html", ".png", ".svg", ".css")):
        yield value


def test_the_extension_asks_for_the_least() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))

    assert set(manifest["permissions"]) == {"storage", "unlimitedStorage", "alarms"}
    assert set(manifest["host_permissions"]) == {
        "http://127.0.0.1/*",
        "https://chatgpt.com/*",
        "https://chat.openai.com/*",
    }
    assert "optional_permissions" not in manifest
    assert "web_accessible_resources" not in manifest


def test_extension_and_package_have_one_version() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))

    import skilltrail

    assert manifest["version"] == package["version"] == skilltrail.__version__


@pytest.mark.parametrize("path", list(python_files()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_has_swallowed_the_rest(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


# Each of these may stand in one place only, because a slip there is a leak or a hole.
ONLY_IN = {
    "Markup(": {"web/rendering.py"},
    "render_template_string": set(),
    "set_cookie": set(),
    "CORS(": {"web/security.py"},
    "pickle.loads": {"ml/wire.py", "platform/pipe.py"},
    "shell=True": set(),
    "extractall": set(),
    "import requests": set(),
}


@pytest.mark.parametrize("word", ONLY_IN)
def test_dangerous_words_stand_only_where_they_are_watched(word: str) -> None:
    found = {str(path.relative_to(PACKAGE)) for path in python_files() if word in path.read_text(encoding="utf-8")}

    assert found <= ONLY_IN[word]


def test_fetch_stands_only_in_the_server_client() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "extension").rglob("*.js")
        if "capture" not in path.parts and " fetch(" in path.read_text(encoding="utf-8")
    }

    assert found <= {"extension/background/server-client.js"}


def test_nothing_is_built_at_import() -> None:
    """Module level may define and name, not open, connect or load."""
    calls = {"open", "create_engine", "connect", "Thread", "SentenceTransformer"}
    found = [
        f"{path.name}:{node.lineno}"
        for path in python_files()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for call in ast.walk(node)
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
        and isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in calls
    ]

    assert found == []


@pytest.mark.parametrize("name", ["/work/", "/opt/pypi", "shared/docs", "farm-", "helper agent"])
def test_no_committed_file_names_a_workplace(name: str) -> None:
    readable = (".py", ".js", ".md", ".toml", ".json", ".txt", ".yml", ".html", ".css")
    found = [
        path
        for path in tracked_files()
        if path.endswith(readable)
        and path != "tests/contract/test_layout.py"
        and name in (ROOT / path).read_text(encoding="utf-8", errors="ignore")
    ]

    assert found == []
