"""Start Skilltrail when the learner signs in: systemd user unit, LaunchAgent or Windows start-up folder.

Who never thinks of Skilltrail again must still be captured a month later.
"""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "skilltrail"
AGENT_LABEL = "org.skilltrail.serve"

Runner = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Autostart:
    """Where and how one system starts a program at sign-in; ``file`` is there when it is on."""

    file: Path
    content: bytes
    after_on: tuple[tuple[str, ...], ...] = ()
    after_off: tuple[tuple[str, ...], ...] = ()

    def is_on(self) -> bool:
        """Tell whether the start-up entry is there."""
        return self.file.exists()

    def turn_on(self, run: Runner | None = None) -> None:
        """Write the start-up entry; the server itself is not started now.

        Raises
        ------
        OSError
            If the entry cannot be written.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(self.content)
        for command in self.after_on:
            (run or _run)(command)

    def turn_off(self, run: Runner | None = None) -> None:
        """Remove the start-up entry; a running server goes on."""
        for command in self.after_off:
            (run or _run)(command)
        self.file.unlink(missing_ok=True)


def autostart(*, home: Path, user_home: Path | None = None, system: str = sys.platform) -> Autostart:
    """Return the start-up entry of this system for the data folder ``home``."""
    base = user_home or Path.home()
    command = _command(home)
    if system == "darwin":
        return _launch_agent(base, command)
    if system == "win32":
        return _startup_folder(base, command)
    return _systemd_unit(base, command)


def _command(home: Path) -> list[str]:
    # The interpreter's own path, not the `skilltrail` script: it survives a changed PATH.
    return [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--home", str(home)]


def _systemd_unit(base: Path, command: list[str]) -> Autostart:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or base / ".config")
    unit = "\n".join(
        (
            "[Unit]",
            "Description=Skilltrail: keeps your learning trail on this computer",
            "",
            "[Service]",
            f"ExecStart={shlex.join(command).replace('%', '%%')}",
            "Restart=on-failure",
            "RestartSec=5",
            # Status 1 is a refusal with a reason (another server on this data): trying again would not help.
            "RestartPreventExitStatus=1 2",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        )
    )
    file = config / "systemd" / "user" / f"{NAME}.service"
    link = file.parent / "default.target.wants" / file.name
    if shutil.which("systemctl"):
        reload_units = ("systemctl", "--user", "daemon-reload")
        on = (reload_units, ("systemctl", "--user", "enable", file.name))
        return Autostart(file, unit.encode(), on, (("systemctl", "--user", "disable", file.name),))
    return Autostart(link, unit.encode())


def _launch_agent(base: Path, command: list[str]) -> Autostart:
    content = plistlib.dumps(
        {"Label": AGENT_LABEL, "ProgramArguments": command, "RunAtLoad": True, "ProcessType": "Background"}
    )
    return Autostart(base / "Library" / "LaunchAgents" / f"{AGENT_LABEL}.plist", content)


def _startup_folder(base: Path, command: list[str]) -> Autostart:
    roaming = Path(os.environ.get("APPDATA") or base / "AppData" / "Roaming")
    folder = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup"
    # pythonw.exe shows no console window; a .cmd in the start-up folder needs no rights and no registry.
    program = command[0].replace("python.exe", "pythonw.exe")
    line = subprocess.list2cmdline([program, *command[1:]])
    return Autostart(folder / f"{NAME}.cmd", f'@start "" {line}\r\n'.encode())


def _run(command: Sequence[str]) -> int:
    return subprocess.run(command, check=False, capture_output=True, timeout=20).returncode  # noqa: S603 - fixed words
