"""How well and how quickly secrets are found, on both sides, with fakes of our own; none of them is real.

`python -m benchmarks.redaction` prints the share masked by rule and in chat text (the half that was tuned on and the
half that was held out), false hits on look-alikes and on the code installed on this machine, and the time for a megabyte.

`--formats gitleaks.toml` measures fakes drawn from the patterns of such a file too; the file stays outside the project.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fakes import hostile, sets
from benchmarks.fakes.drawn import drawn_from
from benchmarks.fakes.look_alikes import LOOK_ALIKES
from benchmarks.fakes.personal import NOT_PERSONAL
from benchmarks.fakes.shapes import Fake

from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.personal_data import PersonalData

ROOT = Path(__file__).resolve().parents[1]
KEY = b"k" * 32  # the same as in redact_in_node.mjs
FILE_MOST = 600_000
"""Bytes; larger files are data in a coat of code."""

Side = Callable[[Sequence[str]], list[str]]


def server(texts: Sequence[str]) -> list[str]:
    """Redact as the service does."""
    redactor = SecretRedactor(mark_key=KEY)
    return [redactor.redact(text)[0] for text in texts]


def extension(texts: Sequence[str]) -> list[str]:
    """Redact as the extension does, with its own code, in Node."""
    return list(_in_node(texts)["texts"])


SIDES: dict[str, Side] = {"server": server, "extension": extension}


def _in_node(texts: Sequence[str]) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        raise SystemExit("Node is needed to measure the extension's side.")
    done = subprocess.run(
        [node, str(ROOT / "benchmarks" / "redact_in_node.mjs")],
        input=json.dumps({"texts": list(texts), "lists": None}),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def share(fakes: Sequence[Fake], side: Side) -> tuple[float, list[Fake]]:
    """Return which share of the fakes is masked, and those that are not."""
    lost = sets.missed(fakes, side([fake.text for fake in fakes]))
    return 1 - len(lost) / len(fakes), lost


def changed(texts: Sequence[str], side: Side) -> list[str]:
    """Return the texts that do not come back as they are."""
    return [text for text, clean in zip(texts, side(texts), strict=True) if clean != text]


def code_files() -> list[Path]:
    """Return the Python and JavaScript files installed for this project, in an order drawn once."""
    roots = [(Path(entry), "*.py") for entry in sys.path if entry.endswith("site-packages")]
    roots.append((ROOT / "node_modules", "*.js"))
    found = sorted(path for root, form in roots for path in root.rglob(form) if path.is_file())
    random.Random(3).shuffle(found)
    return [path for path in found if path.stat().st_size < FILE_MOST]


def false_hits(files: Sequence[Path], lines: int) -> tuple[int, int, int, dict[str, int]]:
    """Return files read, their lines, hits and hits by kind; stops after ``lines``."""
    redactor = SecretRedactor(mark_key=KEY)
    read = seen = 0
    kinds: dict[str, int] = {}
    for path in files:
        text = path.read_text(encoding="utf-8", errors="ignore")
        read, seen = read + 1, seen + text.count("\n")
        for hit in redactor.find(text):
            kinds[hit.kind] = kinds.get(hit.kind, 0) + 1
        if seen >= lines:
            break
    return read, seen, sum(kinds.values()), kinds


def slowest(texts: dict[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """Return seconds of processor time by name for each text: on the server, in the extension."""
    redactor = SecretRedactor(mark_key=KEY)
    redactor.redact("warm")
    ours: dict[str, float] = {}
    for name, text in texts.items():
        # Processor time: on a busy machine the clock on the wall measures the neighbours.
        began = time.process_time()
        redactor.redact(text)
        ours[name] = time.process_time() - began
    theirs = [ms / 1000 for ms in _in_node(list(texts.values()))["ms"]]
    return ours, dict(zip(texts, theirs, strict=True))


def _say(name: str, fakes: Sequence[Fake], side_name: str, *, show: bool) -> None:
    part, lost = share(fakes, SIDES[side_name])
    print(f"{name}, {side_name}: {len(fakes) - len(lost)} of {len(fakes)} masked ({part:.1%})")
    if show:
        for fake in lost:
            print(f"    {fake.group}: {fake.text!r:.140}")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=sets.SEED)
    parser.add_argument("--lines", type=int, default=700_000, help="lines of installed code to read")
    parser.add_argument("--formats", type=Path, help="a TOML file of patterns to draw fakes from")
    arguments = parser.parse_args()
    chat = sets.chat(arguments.seed)
    for side, mask in SIDES.items():
        _say("by rule", sets.by_rule(arguments.seed), side, show=True)
        _say("chat text, all", [row.fake for row in chat], side, show=False)
        _say("chat text, tuned on", [row.fake for row in chat if not row.held_out], side, show=True)
        # What was missed here is not shown, so that it stays held out.
        _say("chat text, held out", [row.fake for row in chat if row.held_out], side, show=False)
        print(f"look-alikes changed, {side}: {len(changed(LOOK_ALIKES, mask))} of {len(LOOK_ALIKES)}")
    if arguments.formats:
        _say(
            "drawn from the file", list(drawn_from(arguments.formats, each=3, seed=arguments.seed)), "server", show=True
        )
    _personal()
    _code(arguments.lines)
    _speed()


def _personal() -> None:
    data = PersonalData()
    values = [(fake, secret) for fake in sets.personal() for secret in fake.secrets]
    found = sum(not sets.is_left(secret, data.mask(fake.text)[0]) for fake, secret in values)
    print(f"personal data, exports: {found} of {len(values)} masked")
    print(f"texts without any changed: {sum(bool(data.mask(text)[1]) for text in NOT_PERSONAL)} of {len(NOT_PERSONAL)}")


def _code(lines: int) -> None:
    read, seen, hits, kinds = false_hits(code_files(), lines)
    rate = 20_000 * hits / seen
    print(f"installed code: {hits} hits in {seen:,} lines of {read:,} files ({rate:.2f} in 20,000): {kinds}")


def _speed() -> None:
    ours, theirs = slowest({name: hostile.megabyte(unit) for name, unit in hostile.UNITS.items()})
    for side, times in (("server", ours), ("extension", theirs)):
        worst = sorted(times, key=lambda name: -times[name])[:3]
        said = ", ".join(f"{name} {times[name]:.2f} s" for name in worst)
        print(f"1 MB of hostile text, {side}: slowest {said}")


if __name__ == "__main__":
    main()
