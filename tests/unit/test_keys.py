"""The database's key: kept where it is safe, made once, never replaced."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from skilltrail.config import Settings
from skilltrail.errors import KeyUnavailable, StorageError
from skilltrail.platform.folders import prepare_home
from skilltrail.platform.keys import DatabaseKey, database_key, system_keyring


class MemoryKeyring:
    """A keyring that works."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password


class LockedKeyring(MemoryKeyring):
    """A keyring that is there and refuses."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("locked")


class ForgetfulKeyring(MemoryKeyring):
    """A keyring that takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class HangingKeyring(MemoryKeyring):
    """A keyring whose bus never answers."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait(30)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        threading.Event().wait(30)


@pytest.fixture
def wanted(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", keyring=True)
    prepare_home(settings.home)
    return settings


def ask(settings: Settings, ring: MemoryKeyring | None) -> DatabaseKey:
    return database_key(settings, keyring=lambda: ring, seconds=0.3)


def make_database(settings: Settings) -> None:
    (settings.home / "skilltrail.db").write_bytes(b"encrypted")


def test_the_keyring_keeps_the_key_where_one_works(wanted: Settings) -> None:
    ring = MemoryKeyring()
    made = ask(wanted, ring)
    make_database(wanted)
    found = ask(wanted, ring)

    assert made == found
    assert (len(made.raw), made.location) == (32, "keyring")
    assert made.raw.hex() not in "".join(path.read_text() for path in wanted.home.iterdir())


def test_each_data_folder_has_an_entry_of_its_own_and_can_be_moved(wanted: Settings, tmp_path: Path) -> None:
    ring = MemoryKeyring()
    other = wanted.changed(home=tmp_path / "other")
    prepare_home(other.home)
    first, second = ask(wanted, ring), ask(other, ring)
    wanted.home.rename(tmp_path / "moved")

    assert first.raw != second.raw
    assert ask(wanted.changed(home=tmp_path / "moved"), ring) == first


@pytest.mark.parametrize(
    "ring", [None, LockedKeyring(), ForgetfulKeyring(), HangingKeyring()], ids=lambda ring: type(ring).__name__
)
def test_without_a_working_keyring_a_new_folder_gets_a_private_key_file(
    wanted: Settings, ring: MemoryKeyring | None
) -> None:
    made = ask(wanted, ring)
    make_database(wanted)

    assert made.location == "file"
    assert stat.S_IMODE((wanted.home / "database.key").stat().st_mode) == 0o600
    assert ask(wanted, ring) == made


def test_switched_off_the_keyring_is_not_asked(wanted: Settings) -> None:
    ring = MemoryKeyring()

    made = ask(wanted.changed(keyring=False), ring)

    assert made.location == "file"
    assert ring.entries == {}


@pytest.mark.parametrize("ring", [LockedKeyring(), HangingKeyring(), None], ids=lambda ring: type(ring).__name__)
def test_a_keyring_that_stays_silent_never_leads_to_a_new_key(wanted: Settings, ring: MemoryKeyring | None) -> None:
    ask(wanted, MemoryKeyring())
    make_database(wanted)
    before = sorted(path.name for path in wanted.home.iterdir())

    with pytest.raises(KeyUnavailable) as refused:
        ask(wanted, ring)

    assert "keyring" in str(refused.value)
    assert sorted(path.name for path in wanted.home.iterdir()) == before


def test_a_database_whose_key_is_gone_never_gets_a_new_one(wanted: Settings) -> None:
    ask(wanted, MemoryKeyring())
    make_database(wanted)

    with pytest.raises(KeyUnavailable):
        ask(wanted, MemoryKeyring())

    assert not (wanted.home / "database.key").exists()


def test_a_database_whose_key_file_is_gone_never_gets_a_new_one(wanted: Settings) -> None:
    ask(wanted, None)
    make_database(wanted)
    (wanted.home / "database.key").unlink()

    with pytest.raises(KeyUnavailable):
        ask(wanted, None)

    assert not (wanted.home / "database.key").exists()


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "ab" * 33])
def test_an_altered_key_file_is_refused(wanted: Settings, content: str) -> None:
    path = wanted.home / "database.key"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeyUnavailable):
        ask(wanted, None)

    assert path.read_text() == content


def test_a_key_file_that_others_can_read_is_refused(wanted: Settings) -> None:
    ask(wanted, None)
    (wanted.home / "database.key").chmod(0o644)

    with pytest.raises(StorageError) as refused:
        ask(wanted, None)

    assert "chmod 600" in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    key = DatabaseKey(b"\xab" * 32, "file")

    assert "ab" not in repr(key).replace("DatabaseKey", "")
    assert "\\xab" not in repr(key)


def test_backends_that_keep_nothing_safe_are_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import fail, null

    for backend in (fail.Keyring(), null.Keyring(), MemoryKeyring()):
        monkeypatch.setattr(keyring, "get_keyring", lambda backend=backend: backend)
        assert system_keyring() is None
