"""The key moves, is closed, is recovered and is changed: afterwards, and after a crash anywhere, the history opens."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crashing import killed_at_each_step
from exchanges import history, items
from keyrings import FileKeyring, LockedKeyring
from skilltrail.application import Application
from skilltrail.application.opening import LockedHome, open_or_hold
from skilltrail.config import Settings
from skilltrail.errors import KeyUnavailable, SecretRefused
from skilltrail.platform import key_wrapping, keys
from skilltrail.services.backups import Secret
from skilltrail.storage.backup import fits

WORDS, OTHER_WORDS = "correct horse battery", "another long passphrase"
EXCHANGES = 6


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrypt's true cost is measured elsewhere; here it would take minutes."""
    real = key_wrapping.ScryptCost
    monkeypatch.setattr(key_wrapping, "ScryptCost", lambda n=16, r=8, p=1: real(n=n, r=r, p=p))


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileKeyring:
    made = FileKeyring(tmp_path / "keyring.json")
    monkeypatch.setattr(keys, "system_keyring", lambda: made)
    return made


@pytest.fixture(params=["file", "passphrase", "keyring"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def only(*places: str) -> pytest.MarkDecorator:
    """Run a test with the key at these places alone."""
    return pytest.mark.parametrize("place", places, indirect=True)


@pytest.fixture
def wanted(tmp_path: Path, ring: FileKeyring, place: str) -> Settings:
    """A history with a recovery key, a backup, and its key at ``place``."""
    settings = Settings(home=tmp_path / "home", keyring=True, open_browser=False)
    with Application.open(settings) as application:
        application.exchanges.capture(items(history(EXCHANGES)))
        if place != "keyring":
            application.keys.move(place, new_passphrase=WORDS)  # type: ignore[arg-type]
        (tmp_path / "paper").write_text(application.keys.make_recovery_key(passphrase=WORDS))
        application.backups.make()
    return settings


def opened(settings: Settings, *words: str) -> Application:
    """Open a folder as a start does, with one of the passphrases where one is asked for."""
    found = open_or_hold(settings, open_folder=Application.open)
    for passphrase in words:
        if isinstance(found, LockedHome):
            try:
                found = found.unlock(Secret(passphrase=passphrase))
            except SecretRefused:
                continue
    if isinstance(found, LockedHome):
        found.close()
        raise found.error
    return found


def check_all(settings: Settings, paper: Path, *words: str) -> None:
    """The history opens, whole; every backup opens with the keys that it knows; so does the recovery key."""
    with opened(settings, *words) as application:
        assert application.trail.home().exchanges == EXCHANGES
        assert application.is_sound()
        assert application.backups.bring_under_key() == 0
        assert application.backups.old_backups() == 0
        for backup in application.backups.listing():
            assert application.backups.plan(backup.name).locked is False
    raw = keys.KeyStore(settings).recovery.open(paper.read_text())
    assert any(fits(settings.home / "skilltrail.db", key) for key in raw)


@pytest.mark.parametrize("target", ["file", "passphrase", "keyring"])
def test_the_key_moves_and_leaves_nothing_behind(
    wanted: Settings, place: str, target: str, ring: FileKeyring, tmp_path: Path
) -> None:
    with opened(wanted, WORDS) as application:
        application.keys.move(target, passphrase=WORDS, new_passphrase=OTHER_WORDS)  # type: ignore[arg-type]
        assert application.key_location == target

    file = wanted.home / "database.key"
    assert file.exists() is (target != "keyring")
    assert len(ring.entries()) == (1 if target == "keyring" else 0)
    if target == "passphrase":
        with opened(wanted, OTHER_WORDS) as application:
            raw = application._held.raw
        assert raw.hex() not in file.read_text()
        with pytest.raises(KeyUnavailable):
            opened(wanted, WORDS)
    check_all(wanted, tmp_path / "paper", OTHER_WORDS)


@only("passphrase")
def test_a_wrong_passphrase_moves_nothing(wanted: Settings, place: str) -> None:
    before = (wanted.home / "database.key").read_bytes()

    with opened(wanted, WORDS) as application:
        for act in (
            lambda: application.keys.move("file", passphrase="wrong"),
            lambda: application.keys.move("passphrase", passphrase=None, new_passphrase=OTHER_WORDS),
            lambda: application.keys.make_recovery_key(passphrase="wrong"),
            lambda: application.keys.change_key(passphrase=""),
        ):
            with pytest.raises(SecretRefused):
                act()

    assert (wanted.home / "database.key").read_bytes() == before


@only("file", "passphrase")
def test_a_keyring_that_refuses_gets_nothing_and_takes_nothing(
    wanted: Settings, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "system_keyring", LockedKeyring)

    with opened(wanted, WORDS) as application, pytest.raises(KeyUnavailable):
        application.keys.move("keyring", passphrase=WORDS)

    with opened(wanted, WORDS) as application:
        assert application.key_location == place


def test_a_changed_key_opens_history_and_backups_and_the_old_one_nothing(
    wanted: Settings, place: str, tmp_path: Path
) -> None:
    with opened(wanted, WORDS) as application:
        old = application._held.raw
        application.keys.change_key(passphrase=WORDS)
        assert application.keys.standing().old_backups == 1
        application.exchanges.capture(items(history(EXCHANGES)))
        assert application.key_location == place

    check_all(wanted, tmp_path / "paper", WORDS)
    files = [*wanted.home.glob("*.db"), *wanted.home.glob("backups/*.db")]
    assert len(files) == 2
    assert not [file for file in files if fits(file, old)]
    assert not list(wanted.home.glob("*.next")) + list(wanted.home.glob("*restoring*"))


def test_the_recovery_key_printed_before_opens_the_history_after_the_key_was_changed(
    wanted: Settings, place: str, tmp_path: Path
) -> None:
    with opened(wanted, WORDS) as application:
        application.keys.change_key(passphrase=WORDS)
    lose_the_key(wanted)

    with recovered(wanted, tmp_path) as application:
        assert application.trail.home().exchanges == EXCHANGES


def test_a_new_recovery_key_ends_the_old_one_also_for_backups_here(
    wanted: Settings, place: str, tmp_path: Path
) -> None:
    old = (tmp_path / "paper").read_text()
    with opened(wanted, WORDS) as application:
        new = application.keys.make_recovery_key(passphrase=WORDS)

    store = keys.KeyStore(wanted)
    assert store.recovery.open(new)
    with pytest.raises(SecretRefused):
        store.recovery.open(old)
    described = "".join(file.read_text() for file in wanted.home.glob("backups/*.json"))
    assert store.recovery.box()["box"] in described  # type: ignore[index]


def lose_the_key(settings: Settings) -> None:
    """Delete the key file, or reset the keyring, as people do."""
    (settings.home / "database.key").unlink(missing_ok=True)
    (settings.home.parent / "keyring.json").unlink(missing_ok=True)


def recovered(settings: Settings, folder: Path, *, new_passphrase: str | None = None) -> Application:
    found = open_or_hold(settings, open_folder=Application.open)
    assert isinstance(found, LockedHome)
    secret = Secret(recovery_key=(folder / "paper").read_text())
    try:
        return found.unlock(secret, new_passphrase=new_passphrase)
    except BaseException:
        found.close()
        raise


# --- crashes ----------------------------------------------------------------------------------------------------------


def change(settings: Settings) -> None:
    with opened(settings, WORDS) as application:
        application.keys.change_key(passphrase=WORDS)
        application.backups.bring_under_key()


def close(settings: Settings) -> None:
    with opened(settings, WORDS) as application:
        application.keys.move("passphrase", passphrase=WORDS, new_passphrase=OTHER_WORDS)


def to_keyring(settings: Settings) -> None:
    with opened(settings, WORDS) as application:
        application.keys.move("keyring", passphrase=WORDS)


def to_file(settings: Settings) -> None:
    with opened(settings, WORDS) as application:
        application.keys.move("file", passphrase=WORDS)


def crash_points(settings: Settings, work: Callable[[Settings], None]) -> Iterator[int]:
    entries = settings.home.parent / "keyring.json"
    kept = entries.read_bytes() if entries.exists() else None
    for point in killed_at_each_step(settings.home, lambda: work(settings)):
        yield point
        if kept is not None:
            entries.write_bytes(kept)


@pytest.mark.parametrize("work", [change, close, to_keyring, to_file], ids=lambda work: work.__name__)
def test_killed_at_any_step_the_history_opens_with_what_the_learner_knows(
    wanted: Settings, place: str, work: Callable[[Settings], None], tmp_path: Path
) -> None:
    points = 0
    for _point in crash_points(wanted, work):
        check_all(wanted, tmp_path / "paper", WORDS, OTHER_WORDS)
        left = [path for path in wanted.home.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
        assert left == []
        points += 1

    assert points > 5


# --- lost, silent, wrong (F23) --------------------------------------------------------------------------------------


def test_a_lost_key_is_said_so_and_the_recovery_key_opens_and_keeps_it(
    wanted: Settings, place: str, tmp_path: Path
) -> None:
    lose_the_key(wanted)
    before = snapshot(wanted.home)
    with pytest.raises(KeyUnavailable) as refused:
        Application.open(wanted)
    assert "key" in str(refused.value)
    assert snapshot(wanted.home) == before

    with recovered(wanted, tmp_path) as application:
        assert application.trail.home().exchanges == EXCHANGES
        assert application.key_location == "keyring"  # one answers here, so that is where it is kept from now on

    check_all(wanted, tmp_path / "paper", WORDS)


@only("passphrase")
def test_a_forgotten_passphrase_is_replaced_with_the_recovery_key(wanted: Settings, place: str, tmp_path: Path) -> None:
    before = (wanted.home / "database.key").read_bytes()
    with pytest.raises(SecretRefused, match="12"):
        recovered(wanted, tmp_path, new_passphrase="short")
    assert (wanted.home / "database.key").read_bytes() == before

    with recovered(wanted, tmp_path, new_passphrase=OTHER_WORDS) as application:
        assert application.key_location == "passphrase"

    check_all(wanted, tmp_path / "paper", OTHER_WORDS)
    with pytest.raises(KeyUnavailable):
        opened(wanted, WORDS)


@only("keyring")
def test_a_keyring_that_is_locked_leaves_everything_and_the_recovery_key_opens_for_this_run(
    wanted: Settings, place: str, tmp_path: Path, ring: FileKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(wanted.home)
    monkeypatch.setattr(keys, "system_keyring", LockedKeyring)
    with pytest.raises(KeyUnavailable, match="keyring"):
        Application.open(wanted)
    assert snapshot(wanted.home) == before

    with recovered(wanted, tmp_path) as application:
        assert application.trail.home().exchanges == EXCHANGES

    assert not (wanted.home / "database.key").exists()
    monkeypatch.setattr(keys, "system_keyring", lambda: ring)
    check_all(wanted, tmp_path / "paper")


def test_a_key_that_does_not_fit_changes_nothing_and_the_recovery_key_puts_it_right(
    wanted: Settings, place: str, tmp_path: Path
) -> None:
    lose_the_key(wanted)
    (wanted.home / "keyring-entry").unlink(missing_ok=True)
    file = wanted.home / "database.key"
    os.close(os.open(file, os.O_CREAT, 0o600))
    file.write_text("ab" * 32 + "\n")
    before = snapshot(wanted.home)

    with pytest.raises(KeyUnavailable):
        Application.open(wanted)
    assert snapshot(wanted.home) == before
    with recovered(wanted, tmp_path) as application:
        assert application.trail.home().exchanges == EXCHANGES

    check_all(wanted, tmp_path / "paper")


def test_another_recovery_key_is_refused(wanted: Settings, place: str, tmp_path: Path) -> None:
    from skilltrail.platform.recovery_key import new_recovery_key

    lose_the_key(wanted)
    (tmp_path / "paper").write_text(new_recovery_key())

    with pytest.raises(SecretRefused):
        recovered(wanted, tmp_path)


def snapshot(home: Path) -> dict[str, bytes]:
    files = [path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-shm", ".lock"))]
    return {str(path.relative_to(home)): path.read_bytes() for path in files if path.stat().st_size}
