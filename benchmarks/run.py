"""`make bench`: every measurement that needs no data from outside, one after the other."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = ("benchmarks.footprint", "benchmarks.capture")


def main() -> int:
    """Run each in a process of its own; the worst exit status is ours."""
    status = 0
    for name in MEASUREMENTS:
        print(f"== {name}", flush=True)
        status = max(status, subprocess.run([sys.executable, "-m", name], check=False).returncode)
    return status


if __name__ == "__main__":
    sys.exit(main())
