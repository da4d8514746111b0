"""Start at sign-in on the three systems."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

import pytest

from skilltrail.platform.autostart import autostart


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_turning_on_and_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("APPDATA", raising=False)
    commands: list[tuple[str, ...]] = []
    entry = autostart(home=tmp_path / "my data", user_home=tmp_path, system=system)

    entry.turn_on(lambda command: commands.append(tuple(command)) or 0)
    assert entry.is_on()
    entry.turn_off(lambda command: commands.append(tuple(command)) or 0)

    assert not entry.is_on()


def test_the_unit_starts_this_interpreter_with_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    entry = autostart(home=tmp_path / "my data", user_home=tmp_path, system="linux")

    text = entry.content.decode()

    assert f"ExecStart={sys.executable} -m skilltrail serve --no-open --home '{tmp_path / 'my data'}'" in text


def test_the_agent_is_a_real_property_list(tmp_path: Path) -> None:
    entry = autostart(home=tmp_path, user_home=tmp_path, system="darwin")

    assert plistlib.loads(entry.content)["ProgramArguments"][1:4] == ["-m", "skilltrail", "serve"]
