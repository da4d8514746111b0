"""Seeded damages to closed copies of a data folder, and what became of each: noticed, harmless, or worse."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.errors import DatabaseDamaged, KeyUnavailable, SkilltrailError
from skilltrail.ml.hash_embedder import HashEmbedder
from torture.nursery import Nursery

DATABASE = "skilltrail.db"
PAGE = 4096

Damage = Callable[[Path, random.Random, "Bases"], None]


@dataclass(frozen=True, slots=True)
class Bases:
    """Data folders to damage copies of: closed well, cut off with a log, and another learner's, cut off too.

    ``early`` is ``cut`` at an earlier time; ``content`` is what an undamaged one holds.
    """

    closed: Path
    cut: Path
    early: Path
    foreign: Path
    content: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one damage: refused, found by the check, harmless; or lost, emptied, touched, crashed."""

    seed: int
    damage: str
    verdict: str
    words: str = ""

    @property
    def good(self) -> bool:
        """Tell whether the damage was noticed or did no harm."""
        return self.verdict in {"refused", "found by the check", "harmless"}


def make_bases(nursery: Nursery) -> Bases:
    """Make the folders: captures, vectors and topics through a real server that is killed, and its closed twin."""
    folder = nursery.folder
    cut, early, foreign = folder / "cut", folder / "early", folder / "foreign"
    server = nursery.start(folder / "live")
    _fill(server, prefix="a", batches=12)
    shutil.copytree(folder / "live", early)
    _fill(server, prefix="b", batches=9)
    server.kill()
    (folder / "live").rename(cut)
    other = nursery.start(folder / "other")
    _fill(other, prefix="z", batches=6)
    other.kill()
    (folder / "other").rename(foreign)
    closed = shutil.copytree(cut, folder / "closed")
    with _opened(Path(closed)) as application:
        application.processing.run_until_done()
        content = content_of(application)
    return Bases(closed=Path(closed), cut=cut, early=early, foreign=foreign, content=content)


def _fill(server: object, *, prefix: str, batches: int) -> None:
    from callers import item

    for batch in range(batches):
        rows = [
            item(
                number,
                conversation_id=f"{prefix}-{batch}",
                prompt_id=f"{prefix}-p-{batch}-{number}",
                reply_id=f"{prefix}-r-{batch}-{number}",
                reply=f"Answer {number}: " + "words that fill pages " * (200 if number % 5 == 0 else 8),
                origin="import",
            )
            for number in range(15)
        ]
        body = {"schema": 1, "extension_version": "0.1.0", "items": rows}
        status, answer = server.ask("POST", "/api/v1/exchanges", body)  # type: ignore[attr-defined]
        assert status == 200, answer


def _opened(home: Path) -> Application:
    return Application.open(Settings(home=home, keyring=False), model=HashEmbedder())


def content_of(application: Application) -> str:
    """Return a digest of all that was captured."""
    statement = text(
        "SELECT e.seq, e.prompt_id, e.reply_id, t.prompt, t.reply, t.attachments, t.citations FROM exchange e "
        "JOIN exchange_text t ON t.exchange_id = e.id ORDER BY e.seq"
    )
    with application._database.read() as session:
        return hashlib.sha256(repr(session.execute(statement).all()).encode()).hexdigest()


# --- damages -----------------------------------------------------------------------------------------------------


def flip_a_bit(home: Path, chance: random.Random, _bases: Bases) -> None:
    """Turn over one bit of the database."""
    _flip(home / DATABASE, chance)


def flip_a_bit_of_the_log(home: Path, chance: random.Random, bases: Bases) -> None:
    """Turn over one bit of the log that a killed server left."""
    _become(home, bases.cut)
    _flip(_log(home), chance)


def zero_a_page(home: Path, chance: random.Random, _bases: Bases) -> None:
    """Overwrite a page with zeros, as some disks do."""
    _write(home / DATABASE, chance.randrange(_pages(home)) * PAGE, bytes(PAGE))


def scramble_a_page(home: Path, chance: random.Random, _bases: Bases) -> None:
    """Overwrite a page with noise."""
    _write(home / DATABASE, chance.randrange(_pages(home)) * PAGE, chance.randbytes(PAGE))


def swap_two_pages(home: Path, chance: random.Random, _bases: Bases) -> None:
    """Write one page over another: each is sound by itself."""
    data = (home / DATABASE).read_bytes()
    one, other = chance.sample(range(_pages(home)), 2)
    _write(home / DATABASE, one * PAGE, data[other * PAGE : (other + 1) * PAGE])


def cut_the_file(home: Path, chance: random.Random, _bases: Bases) -> None:
    """Cut the database off, at any byte."""
    _cut(home / DATABASE, chance.randrange((home / DATABASE).stat().st_size))


def cut_at_a_page(home: Path, chance: random.Random, _bases: Bases) -> None:
    """Cut the database off between two pages, which its length does not show."""
    _cut(home / DATABASE, chance.randrange(1, _pages(home)) * PAGE)


def cut_the_log(home: Path, chance: random.Random, bases: Bases) -> None:
    """Cut off the log that a killed server left."""
    _become(home, bases.cut)
    _cut(_log(home), chance.randrange(_log(home).stat().st_size))


def remove_the_log(home: Path, _chance: random.Random, bases: Bases) -> None:
    """Delete the log that a killed server left."""
    _become(home, bases.cut)
    _log(home).unlink()


def remove_log_and_index(home: Path, _chance: random.Random, bases: Bases) -> None:
    """Delete the log and its index, as tidy people do."""
    _become(home, bases.cut)
    _log(home).unlink()
    (home / f"{DATABASE}-shm").unlink()


def stale_index(home: Path, chance: random.Random, bases: Bases) -> None:
    """Put an index of another time or other noise beside the database."""
    source = chance.choice((bases.cut, bases.early, bases.foreign)) / f"{DATABASE}-shm"
    if chance.random() < 0.5:
        _become(home, bases.cut)
    data = source.read_bytes() if chance.random() < 0.7 else chance.randbytes(32_768)
    (home / f"{DATABASE}-shm").write_bytes(data)


def foreign_log(home: Path, chance: random.Random, bases: Bases) -> None:
    """Put the log of another database beside this one, closed or cut off."""
    if chance.random() < 0.5:
        _become(home, bases.cut)
    shutil.copyfile(_log(bases.foreign), _log(home))


def earlier_log(home: Path, chance: random.Random, bases: Bases) -> None:
    """Put this database's own log of an earlier time beside it."""
    if chance.random() < 0.5:
        _become(home, bases.cut)
    shutil.copyfile(_log(bases.early), _log(home))


def remove_the_database(home: Path, chance: random.Random, bases: Bases) -> None:
    """Delete or empty the database that a killed server left."""
    _become(home, bases.cut)
    if chance.random() < 0.5:
        (home / DATABASE).unlink()
    else:
        _cut(home / DATABASE, 0)


DAMAGES: dict[Damage, int] = {
    flip_a_bit: 40,
    flip_a_bit_of_the_log: 20,
    zero_a_page: 20,
    scramble_a_page: 10,
    swap_two_pages: 10,
    cut_the_file: 15,
    cut_at_a_page: 15,
    cut_the_log: 15,
    remove_the_log: 5,
    remove_log_and_index: 5,
    stale_index: 15,
    foreign_log: 12,
    earlier_log: 12,
    remove_the_database: 6,
}
"""Every damage, and how often of 200."""


def planned(count: int) -> list[Damage]:
    """Return ``count`` damages in the shares above, each kind at least once as far as ``count`` goes."""
    first = list(DAMAGES)
    rest = [damage for damage, times in DAMAGES.items() for _time in range(times - 1)]
    return (first + random.Random(count).sample(rest, len(rest)))[:count]


def try_damage(bases: Bases, folder: Path, damage: Damage, seed: int) -> Outcome:
    """Damage a copy, start on it, and say what became of it; a second start must say the same."""
    home = folder / "damaged"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(bases.closed, home)
    damage(home, random.Random(seed), bases)
    before = _files(home)
    verdict, words = _start(home, bases)
    if verdict == "refused":
        again, _words = _start(home, bases)
        if _files(home) != before:
            verdict = "touched"
        elif again != "refused":
            verdict = "lost"
    return Outcome(seed, damage.__name__, verdict, words)


def _start(home: Path, bases: Bases) -> tuple[str, str]:
    try:
        application = _opened(home)
    except (DatabaseDamaged, KeyUnavailable) as error:
        return "refused", str(error)
    except SkilltrailError as error:
        return "crashed", repr(error)
    try:
        if application.damage():
            return "found by the check", str(application.health.alert())
        if application.exchanges.page().total == 0:
            return "emptied", ""
        return ("harmless" if content_of(application) == bases.content else "lost"), ""
    finally:
        application.close()


def _files(home: Path) -> dict[str, str]:
    """Return digests of the files that hold captures; SQLite makes the index anew, and an empty log."""
    files = [home / DATABASE, _log(home)]
    contents = {file.name: file.read_bytes() for file in files if file.exists()}
    return {name: hashlib.sha256(data).hexdigest() for name, data in contents.items() if data or name == DATABASE}


def _become(home: Path, base: Path) -> None:
    shutil.rmtree(home)
    shutil.copytree(base, home)


def _log(home: Path) -> Path:
    return home / f"{DATABASE}-wal"


def _pages(home: Path) -> int:
    return (home / DATABASE).stat().st_size // PAGE


def _flip(path: Path, chance: random.Random) -> None:
    position = chance.randrange(path.stat().st_size)
    _write(path, position, bytes([path.read_bytes()[position] ^ 1 << chance.randrange(8)]))


def _cut(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


def _write(path: Path, position: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        file.write(data)
