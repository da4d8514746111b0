"""The text of a spot check's answer held against what lies beside it: nobody signs it, so it is written anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from skilltrail.exporters.spot_answer import SUPERSEDES, readme_heading, readme_text, shown_line, withheld_line
from skilltrail.exporters.wording import day_words
from skilltrail.i18n import LANGUAGES, speaking

_YEARS = range(2000, 2200)

Shown = Mapping[int, Mapping[str, str]]
"""By the number of each entry that is shown: its fields."""


def says_what_is_here(readme: bytes, shown: Shown, *, extension: bool) -> bool:
    """Tell whether the text is one that we write of these entries, in one of our languages.

    Every entry that is shown must stand in it with its number of fields. The day, and the reasons for what is withheld,
    are the learner's own: those can be any.
    """
    paragraphs = readme.decode("utf-8", "replace").split("\n\n")
    return len(paragraphs) > 3 and any(_fits(paragraphs, shown, one, extension=extension) for one in LANGUAGES)


def _fits(paragraphs: Sequence[str], shown: Shown, language: str, *, extension: bool) -> bool:
    with speaking(language):
        lines = paragraphs[2].split("\n")
        told = [_told(line, shown) for line in lines]
        if None in told or {one for one in told if one} != {str(number) for number in shown}:
            return False
        day = next((day for day in _days(paragraphs[0]) if readme_heading(day) == paragraphs[0]), "")
        return "\n\n".join(paragraphs) == readme_text(lines, extension=extension, day=day)


def _told(line: str, shown: Shown) -> str | None:
    """Return which shown entry a line tells of, "" for one that is withheld, None if we do not write it."""
    entry = _number(line)
    if entry is None:
        return None
    if entry in shown and line == shown_line(entry, len(shown[entry])):
        return str(entry)
    for newer, fields in shown.items():
        proved = fields.get(SUPERSEDES) == str(entry)
        if newer > entry and line == shown_line(entry, len(fields), newer, proved=proved):
            return str(newer)
    withheld = entry not in shown and any(
        line.startswith(withheld_line(entry, "", superseded=one)) for one in (True, False)
    )
    return "" if withheld else None


def _number(line: str) -> int | None:
    """Return the first number in a line, at most as long as those of entries."""
    word = next((word for word in line.replace(":", " ").split() if word.isascii() and word.isdigit()), "")
    return int(word) if 0 < len(word) <= 16 else None


def _days(heading: str) -> Iterator[str]:
    """Yield the days of the year that a heading names, in words."""
    words = heading.replace(",", " ").replace(".", " ").split()
    for year in (int(word) for word in words if len(word) == 4 and word.isascii() and word.isdigit()):
        if year in _YEARS:
            first = date(year, 1, 1)
            yield from (day_words(first + timedelta(days=number)) for number in range(366))
