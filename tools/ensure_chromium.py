"""See to it that a Chromium for the browser tests is there: the system's, else Debian's package, else Playwright's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SYSTEM_NAMES = ("chromium", "chromium-browser")


def main() -> int:
    """Return 0 when a browser is there."""
    if any(shutil.which(name) for name in SYSTEM_NAMES):
        return 0
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        installed = subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, env=environment)
        if installed.returncode == 0:
            return 0
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
