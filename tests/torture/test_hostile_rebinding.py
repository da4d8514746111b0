"""DNS rebinding in a real Chromium, with our own resolver, where there is no network (T1; G4)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from torture.test_silence import ROOT, without_network

# A private /etc/resolv.conf, seen by this command and what it starts alone.
PRIVATE_NAMES = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


def test_a_page_that_changes_its_address_reads_an_open_server_and_never_ours(tmp_path: Path) -> None:
    names = tmp_path / "resolv.conf"
    names.write_text("nameserver 127.0.0.53\noptions timeout:1 attempts:1\n", encoding="ascii")
    run = [sys.executable, "-m", "torture.rebinding_run", str(tmp_path)]
    alone = without_network(["unshare", "--mount", "sh", "-c", PRIVATE_NAMES, "sh", str(names), *run])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])}

    done = subprocess.run(alone, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    print(f"G4 rebinding: {report}")
    # The control: the very same page reads a server that does not look at Host.
    assert report["read_after"] is not None
    assert report["ours_reached"] > 0
    assert report["ours_read"] == []
