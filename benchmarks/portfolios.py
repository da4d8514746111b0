"""Portfolios measured: every format of one with 20 skills and 200 excerpts, against plain JSON of the same content.

``python -m benchmarks.portfolios [SKILLS [EXCERPTS EACH]]`` prints one line for each format: milliseconds (the median), how
many times as long as ``json.dumps`` of the content takes, and the size of the file.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

# The sample of the tests is what is measured, only more of it.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from portfolios import TOLD, log_of, sample, sign_bundle, sign_page, signed
from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters.portfolio_files import FORMATS, render_portfolio
from skilltrail.exporters.portfolio_json import write_content

REPEAT = 5


def large(skills: int, each: int) -> Portfolio:
    """Return the sample with so many skills and so many excerpts in each, of a log in which all of them are."""
    shown = [one for one in TOLD if one.shown]
    told = tuple(
        replace(shown[number % len(shown)], asked_at=shown[0].asked_at + timedelta(hours=number))
        for number in range(skills * each)
    )
    log = log_of(told)
    base = sample().skills[0]
    made = tuple(
        replace(
            base,
            id=UUID(int=skill).urn,
            name=f"{base.name} {skill + 1}",
            excerpts=tuple(log.excerpt(1 + skill * each + one) for one in range(each)),
            entries=tuple(range(1 + skill * each, 1 + (skill + 1) * each)),
        )
        for skill in range(skills)
    )
    return replace(sample(), skills=made, log_entries=len(log.leaves), checkpoint=log.checkpoint)


def median_ms(work: Callable[[], object]) -> float:
    """Return the median of what ``work`` takes, in milliseconds; the first time is not counted."""
    work()
    taken = []
    for _turn in range(REPEAT):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def main() -> int:
    """Print the table."""
    skills, each = (int(one) for one in [*sys.argv[1:], *("20", "10")[len(sys.argv) - 1 :]])
    portfolio = large(skills, each)
    whole = signed(portfolio)
    value = json.loads(whole.content)
    plain = median_ms(lambda: json.dumps(value))
    print(f"{skills} skills, {skills * each} excerpts; json.dumps of the content: {plain:.2f} ms")
    rows: dict[str, Callable[[], object]] = {
        "content": lambda: write_content(portfolio),
        "signing": lambda: signed(portfolio),
    }
    for name in FORMATS:
        rows[name] = lambda name=name: render_portfolio(
            name, whole, sign_page=sign_page(whole), sign_files=sign_bundle(whole)
        )
    for name, work in rows.items():
        found = work()
        size = len(getattr(found, "data", getattr(found, "content", found)))  # type: ignore[arg-type]
        taken = median_ms(work)
        print(f"{name:14} {taken:9.1f} ms {taken / plain:9.1f} × {size / 1000:9.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
