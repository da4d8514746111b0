"""Every setting of Skilltrail in one table: name, default, environment variable, help.

`docs/settings.md` shows the same table and a test compares them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

PORTS = (8731, 8732, 8733)
"""The main port and two spares: the extension looks nowhere else."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table."""

    name: str
    default: Any
    env: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("home", None, "SKILLTRAIL_HOME", "Folder that holds the database, keys and backups."),
    Setting("port", 0, "SKILLTRAIL_PORT", "Port on 127.0.0.1; 0 takes the first free one of 8731, 8732, 8733."),
    Setting(
        "embedder", "all-MiniLM-L6-v2", "SKILLTRAIL_EMBEDDER", "A sentence-transformers model: a name or a folder."
    ),
    Setting("keyring", True, "SKILLTRAIL_KEYRING", "Keep the key in the system's keyring; off: in a key file (0600)."),
    Setting("episode_pause_minutes", 30, "SKILLTRAIL_EPISODE_PAUSE", "A longer pause starts a new episode."),
    Setting("explored_exchanges", 3, "SKILLTRAIL_EXPLORED", "Learning exchanges that make a skill explored."),
    Setting("practised_episodes", 3, "SKILLTRAIL_PRACTISED_EPISODES", "Episodes that make a skill practised."),
    Setting("practised_days", 3, "SKILLTRAIL_PRACTISED_DAYS", "Days on which they must lie."),
    Setting("practised_span", 14, "SKILLTRAIL_PRACTISED_SPAN", "Days from the first to the last of them."),
    Setting("break_days", 90, "SKILLTRAIL_BREAK_DAYS", "After a pause of more days than this, practice is a return."),
    Setting("model_idle_minutes", 10, "SKILLTRAIL_MODEL_IDLE", "The model process ends after this long without work."),
    Setting(
        "topics_due_after",
        20,
        "SKILLTRAIL_TOPICS_DUE",
        "New exchanges that make a new topic run due, or a tenth of the history if that is more.",
    ),
    Setting("open_browser", True, "SKILLTRAIL_OPEN_BROWSER", "`serve` opens the dashboard in the browser."),
    Setting(
        "language",
        "auto",
        "SKILLTRAIL_LANGUAGE",
        "en, de or es; auto takes what the browser or the system asks for. A choice in the dashboard wins.",
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run; see ``SETTINGS`` for what each means."""

    home: Path
    port: int = 0
    embedder: str = "all-MiniLM-L6-v2"
    keyring: bool = True
    episode_pause_minutes: int = 30
    explored_exchanges: int = 3
    practised_episodes: int = 3
    practised_days: int = 3
    practised_span: int = 14
    break_days: int = 90
    model_idle_minutes: int = 10
    topics_due_after: int = 20
    open_browser: bool = True
    language: str = "auto"

    def changed(self, **changes: Any) -> Settings:
        """Return a copy with some settings changed."""
        return replace(self, **changes)


def default_home() -> Path:
    """Return the data folder of this system's convention."""
    return Path(platformdirs.user_data_path("skilltrail", appauthor=False))


def load_settings(environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
    """Read the settings from ``environment`` (default: the process's).

    Raises
    ------
    ValueError
        If a variable does not fit its setting; the message names the variable.
    """
    env = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for row in SETTINGS:
        raw = env.get(row.env)
        if raw is not None and row.name != "home":
            values[row.name] = _parse(row, raw)
    chosen = home or (Path(env["SKILLTRAIL_HOME"]).expanduser() if env.get("SKILLTRAIL_HOME") else default_home())
    return Settings(home=chosen, **values)


def _parse(row: Setting, raw: str) -> Any:
    if isinstance(row.default, bool):
        if raw.lower() not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            raise ValueError(f"{row.env} must be on or off")
        return raw.lower() in {"1", "true", "yes", "on"}
    if isinstance(row.default, int):
        if not raw.isdigit():
            raise ValueError(f"{row.env} must be a whole number")
        return int(raw)
    return raw


assert {row.name for row in SETTINGS} == {field.name for field in fields(Settings)}  # noqa: S101 - keeps the two tables one
