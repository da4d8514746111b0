"""Episodes: maximal runs of exchanges of a topic with no pause longer than the limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

EPISODE_PAUSE = timedelta(minutes=30)
"""The usual web-session cut-off; learners can change it, so nothing else may assume it."""


def split_into_episodes(times: Sequence[datetime], *, pause: timedelta = EPISODE_PAUSE) -> list[list[datetime]]:
    """Split times into episodes.

    Parameters
    ----------
    times
        Aware datetimes in any order.
    pause
        A longer pause than this begins a new episode.

    Returns
    -------
    list[list[datetime]]
        Episodes in time order; they partition ``times``.
    """
    episodes: list[list[datetime]] = []
    for time in sorted(times):
        if episodes and time - episodes[-1][-1] <= pause:
            episodes[-1].append(time)
        else:
            episodes.append([time])
    return episodes
