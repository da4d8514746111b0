"""Rules of our own over the syntax trees of the package: what is dangerous stands only where it is watched."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "server" / "skilltrail"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "versions" not in path.parts:
            yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(modules())


@cache
def walk(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return all nodes of a tree; every rule asks for those of every module."""
    return tuple(ast.walk(tree))


@cache
def called(node: ast.AST) -> str:
    """Return the dotted name that a call calls ("json.loads"), "" for what is no call of a name."""
    parts: list[str] = []
    target = node.func if isinstance(node, ast.Call) else None
    while isinstance(target, ast.Attribute):
        parts.append(target.attr)
        target = target.value
    return ".".join(reversed([*parts, target.id])) if isinstance(target, ast.Name) else (parts[0] if parts else "")


def imported(tree: ast.Module) -> set[str]:
    """Return the full names that a module imports."""
    names: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def where(rule: Callable[[ast.Module], bool]) -> set[str]:
    return {name for name, tree in TREES.items() if rule(tree)}


def calls(*names: str) -> Callable[[ast.Module], bool]:
    return lambda tree: any(called(node) in names for node in walk(tree))


def calls_method(*endings: str) -> Callable[[ast.Module], bool]:
    return lambda tree: any(called(node).rsplit(".", 1)[-1] in endings for node in walk(tree))


def imports(*names: str) -> Callable[[ast.Module], bool]:
    return lambda tree: any(found == name or found.startswith(f"{name}.") for found in imported(tree) for name in names)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


# Each rule: what it forbids, and the files in which it may stand, with the reason.
RULES: dict[str, tuple[Callable[[ast.Module], bool], dict[str, str]]] = {
    "reading JSON outside the door": (
        calls("json.loads", "json.load", "orjson.loads", "json.JSONDecoder", "flask.json.loads"),
        {
            "web/json_door.py": "the door",
            "domain/leak_hits.py": "what is about to be handed out, opened to be looked through",
            "domain/strict_json.py": "evidence from others, measured before, nothing twice",
            "importers/stream.py": "one element of an export, cut out and measured by the splitter before",
            "storage/types.py": "what we wrote into our own encrypted database",
            "cli/running.py": "our own server's answers and its note in the data folder",
            "demo/loader.py": "the invented history, shipped with the package",
            "application/backups.py": "a value of our own database",
            "services/backups.py": "our own description beside a backup",
            "platform/keys.py": "our own key file",
            "platform/log_keys.py": "our own file beside the database",
            "platform/recovery_record.py": "our own record in the data folder",
            "cli/forgetting.py": "what this very line has written",
            "cli/import_door.py": "what this very line has written",
            "application/import_records.py": "a value of our own database",
        },
    ),
    "letting Flask read bodies": (
        lambda tree: any(
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "request"
            and node.attr in {"json", "get_json", "form", "files", "values", "stream", "cookies"}
            for node in walk(tree)
        ),
        {},
    ),
    "streaming JSON": (imports("ijson"), {}),
    "reading archives by Python's own reader": (
        imports("zipfile"),
        {"exporters/portfolio_zip.py": "writes archives, reads none"},
    ),
    "unpacking archives": (calls_method("extract", "extractall", "unpack_archive"), {}),
    "tar": (imports("tarfile"), {}),
    "pickle": (
        imports("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"),
        {
            "ml/wire.py": "both ends of the pipe are this program",
            "platform/pipe.py": "both ends of the pipe are this program",
        },
    ),
    "numpy's pickles": (
        lambda tree: any(
            isinstance(node, ast.keyword) and node.arg == "allow_pickle" and not _is_false(node.value)
            for node in walk(tree)
        ),
        {},
    ),
    "the network": (
        imports(
            "socket", "ssl", "http.client", "http.server", "urllib.request", "urllib.robotparser", "urllib3",
            "requests",
            "httpx", "aiohttp", "asyncio", "ftplib", "smtplib", "telnetlib", "xmlrpc", "socketserver", "websockets",
        ),
        {
            "web/server.py": "listens on 127.0.0.1",
            "cli/running.py": "talks to our own server on 127.0.0.1",
            "application/doctor.py": "asks whether our own ports answer",
        },
    ),
    "running text as code": (calls("eval", "exec", "compile", "__import__", "runpy.run_path", "code.interact"), {}),
    "YAML and XML": (
        imports("yaml", "xml.etree", "xml.dom", "xml.sax", "lxml", "plistlib.loads"),
        {},
    ),
    "expat": (imports("xml.parsers.expat"), {"exporters/chart_svg.py": "our own charts, with entities refused"}),
    "cookies": (calls_method("set_cookie", "delete_cookie"), {}),
    "flask's session": (imports("flask.session", "flask.flash"), {}),
    "making markup": (calls("Markup", "markupsafe.Markup", "flask.Markup"), {"web/rendering.py": "the one place"}),
    "templates from text": (
        calls_method("render_template_string", "from_string"),
        {
            "exporters/timeline_html.py": "a template of ours, from the package",
            "exporters/endorsement_request.py": "a template of ours, from the package",
        },
    ),
    "permission across origins": (imports("flask_cors"), {"web/security.py": "paired extensions on one address"}),
    "a shell": (
        lambda tree: any(
            called(node) in {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
            or (isinstance(node, ast.keyword) and node.arg == "shell" and not _is_false(node.value))
            for node in walk(tree)
        ),
        {},
    ),
    "other programs": (
        imports("subprocess", "os.system", "multiprocessing", "pty"),
        {
            "ml/host.py": "our own model process",
            "services/import_helper.py": "our own reading process",
            "platform/autostart.py": "the system's own switch for services",
        },
    ),
    "opening addresses": (imports("webbrowser"), {"cli/serving.py": "the sign-in link, at the learner's word"}),
    "printing": (calls("print", "pprint.pprint"), {}),
    "temporary files": (imports("tempfile"), {}),
    "unsafe randomness": (
        imports("random"),
        {"demo/loader.py": "the invented history", "ml/discovery.py": "seeded, no secret"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_dangerous_things_stand_only_where_they_are_watched(name: str) -> None:
    rule, allowed = RULES[name]

    assert where(rule) - set(allowed) == set()


# Python's own patterns may take time that grows as the square of a text, or faster. Whoever compiles one stands here,
# and tests/integration/test_hostile_patterns.py runs every one of them against hostile texts. Rules that are run over
# whole captured texts to find secrets go through RE2 in platform/linear.py.
PATTERNS = {
    "application/redactions.py",
    "demo/loader.py",
    "domain/merging.py",
    "domain/review_rules.py",
    "domain/search_snippets.py",
    "domain/topics.py",
    "exporters/exchanges_csv.py",
    "exporters/exchanges_xlsx.py",
    "exporters/portfolio_dressing.py",
    "exporters/timeline_markdown.py",
    "exporters/plain_text.py",
    "importers/archive.py",
    "importers/chatgpt_canvas.py",
    "importers/chatgpt_messages.py",
    "importers/gemini.py",
    "importers/gemini_html.py",
    "importers/gemini_json.py",
    "importers/html_text.py",
    "importers/looking.py",
    "importers/surrogates.py",
    "ml/labelling.py",
    "ml/learning_cues.py",
    "ml/learning_shapes.py",
    "ml/word_vectors.py",
    "ml/words.py",
    "platform/byte_layers.py",
    "platform/checks.py",
    "platform/folders.py",
    "platform/personal_data.py",
    "platform/recovery_key.py",
    "services/backups.py",
    "services/entries.py",
    "services/forgotten_topics.py",
    "services/pairing.py",
    "services/redaction.py",
    "web/openapi.py",
    "web/redaction_pages.py",
    "web/rendering.py",
    "web/schemas.py",
    "web/security.py",
}


def test_patterns_are_compiled_only_in_named_files() -> None:
    assert where(imports("re")) - PATTERNS == set()


def test_re2_stands_in_one_place() -> None:
    assert where(imports("re2")) == {"platform/linear.py"}


COMPILING = {
    f"re.{name}" for name in ("compile", "sub", "search", "match", "fullmatch", "findall", "finditer", "split")
}


def test_no_pattern_is_made_from_a_value() -> None:
    """Only from what stands in the source: a literal, or names that are constants of the module."""
    made = set()
    for name, tree in TREES.items():
        for node in walk(tree):
            if called(node) in {
                "re.compile",
                "re.sub",
                "re.search",
                "re.match",
                "re.fullmatch",
                "re.findall",
                "re.split",
            }:
                pattern = node.args[0] if isinstance(node, ast.Call) and node.args else None
                parts = [part for part in ast.walk(pattern) if isinstance(part, ast.Name)] if pattern else []
                if any(not part.id.isupper() and part.id != "re" for part in parts):
                    made.add(f"{name}:{getattr(node, 'lineno', 0)}")

    assert made == set()


def templates() -> list[Path]:
    return [path for pattern in ("*.html", "*.j2", "*.jinja") for path in PACKAGE.rglob(pattern)]


def test_no_template_makes_an_exception_from_escaping() -> None:
    acting = r"\|\s*safe\b|autoescape\s+false|\bon\w+\s*=\s*[\"']|\bstyle\s*=\s*[\"']|javascript:"
    found = {path.name for path in templates() if re.search(acting, path.read_text("utf-8"))}

    assert templates()
    assert found == set()


def test_environments_for_templates_escape() -> None:
    for name, tree in TREES.items():
        for node in walk(tree):
            if called(node).endswith("Environment") and isinstance(node, ast.Call):
                escape = [getattr(word.value, "value", None) for word in node.keywords if word.arg == "autoescape"]
                assert escape == [True], name


def test_no_message_of_the_log_is_put_together_from_text() -> None:
    """Logged are constants with ids, codes, numbers and types; a joined text could hold what was said."""
    made = {
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in walk(tree)
        if isinstance(node, ast.Call)
        and re.fullmatch(r"(?:log|logger|_log)\.(?:debug|info|warning|error|exception|critical)", called(node))
        and (called(node).endswith("exception") or not isinstance(node.args[0], ast.Constant))
    }

    assert made == set()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("reading JSON outside the door", "import json\njson.loads(x)"),
        ("letting Flask read bodies", "from flask import request\nrequest.json"),
        ("unpacking archives", "archive.extractall(x)"),
        ("pickle", "from pickle import loads"),
        ("the network", "from urllib.request import urlopen"),
        ("running text as code", "eval(x)"),
        ("a shell", "subprocess.run(x, shell=True)"),
        ("making markup", "Markup(x)"),
        ("cookies", "answer.set_cookie(x)"),
        ("numpy's pickles", "np.load(x, allow_pickle=True)"),
    ],
)
def test_the_rules_see_what_they_forbid(rule: str, text: str) -> None:
    assert RULES[rule][0](ast.parse(text))


def test_the_page_lets_in_every_element_and_attribute_that_a_template_writes() -> None:
    """What the allow-list of static/fragments.js lacks is dropped without a word: a label would lose its field."""
    script = (PACKAGE / "web" / "static" / "fragments.js").read_text(encoding="utf-8")
    elements, svg, attributes = (
        set(re.findall(r'"([\w-]+)"', script.partition(f"const {name} = [")[2].partition("];")[0]))
        for name in ("HTML_ELEMENTS", "SVG_ELEMENTS", "ATTRIBUTES")
    )
    templates = [path for path in (PACKAGE / "web" / "templates").rglob("*.html") if path.name != "shell.html"]
    written = "\n".join(path.read_text(encoding="utf-8") for path in templates)
    plain = re.sub(r"{%.*?%}|{{.*?}}", "", written, flags=re.DOTALL)
    tags = re.findall(r"<([a-z][\w-]*)([^>]*)>", plain)
    used = {name for _tag, rest in tags for name in re.findall(r"\s([a-z][\w-]*)", re.sub(r'"[^"]*"', "", rest))}

    assert {tag for tag, _rest in tags} - elements - svg == set()
    assert {name for name in used if not name.startswith("data-")} - attributes == set()
