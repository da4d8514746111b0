"""Portfolios measured: what choosing, resolving, scanning and writing one takes with a long history.

``python -m benchmarks.portfolio HOME [HOME…]`` opens data folders with topics (``benchmarks.pages`` makes and keeps them),
chooses the six largest skills with ten excerpts each, and prints one table of milliseconds: medians of five, files once.
"""

# ruff: noqa: SLF001 - statements are counted at the engine
from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice
from skilltrail.ml.hash_embedder import HashEmbedder

SKILLS, EXCERPTS, REPEAT = 6, 10, 5
FORMATS = ("json", "html", "pdf", "bundle", "badge-json")


def selection_of(application: Application) -> Selection:
    """Return a selection of the largest skills."""
    skills = []
    for line in application.trail.topics()[:SKILLS]:
        ids = application.exchanges.shown_of(line.id, EXCERPTS)[:EXCERPTS]
        skills.append(SkillChoice(line.id, excerpts=tuple(ExcerptChoice(one, ("prompt.1", "reply.1")) for one in ids)))
    return Selection("For measuring", Audience.CLIENT, "Lena Okafor", skills=tuple(skills))


def median_ms(work: Callable[[], object]) -> float:
    """Return the median of what ``work`` takes, in milliseconds."""
    taken = []
    for _turn in range(REPEAT):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def statements(application: Application, work: Callable[[], object]) -> int:
    """Count what ``work`` asks the database."""
    said: list[str] = []

    def listen(*arguments: object) -> None:
        said.append(str(arguments[2]))

    engine = application._database._reader
    event.listen(engine, "before_cursor_execute", listen)
    work()
    event.remove(engine, "before_cursor_execute", listen)
    return len(said)


def measure(home: Path) -> None:
    """Print what one history takes."""
    settings = Settings(home=home, keyring=False, open_browser=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        while application.evidence_log.step() or application.contexts.step():
            continue
        facade, chosen = application.portfolios, selection_of(application)
        saved = facade.keep(chosen)
        resolved = facade.resolve(saved.id)
        shown = sum(len(skill.excerpts) for skill in resolved.portfolio.skills)
        counted = sum(skill.exchanges for skill in resolved.portfolio.skills)
        print(f"{application.trail.size()} exchanges; {counted} counted, {shown} excerpts")
        for name, work in (
            ("skills offered", lambda: facade.offered(chosen)),
            ("excerpts offered", lambda: facade.choosable(chosen, chosen.skills[0].topic_id)),
            ("resolved (draft)", lambda: facade.resolve(saved.id)),
            ("scanned", lambda: facade.scan(saved.id, resolved)),
        ):
            print(f"  {name:18} {median_ms(work):8.0f} ms, {statements(application, work)} statements")
        for hit in facade.scan(saved.id):
            facade.allow(saved.id, hit.digest)
        for format_name in FORMATS:
            started = time.perf_counter()
            size = len(facade.export(saved.id, format_name).data)
            print(f"  {format_name:18} {(time.perf_counter() - started) * 1000:8.0f} ms, {size:,} bytes")
        facade.remove(saved.id)


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        measure(Path(folder))
