"""The figures of a skill in a portfolio, against each other and against what is shown of it.

The learner signs them; what contradicts itself is refused whoever signed it. The same rules as those of the page
(``exporters/checker/figures.js``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from skilltrail.domain.stages import Stage
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.plain_text import one_line
from skilltrail.i18n import _

Json = Mapping[str, Any]

_OF_ALL = ("learning", "episodes", "days", "imported", "checked")
_NAME_MOST = 120


def check_figures(skill: Json) -> None:
    """Refuse a skill whose figures contradict each other.

    Raises
    ------
    EvidenceInvalid
        Naming the skill and which figures they are.
    """
    wrong = ", ".join(_contradictions(skill))
    if wrong:
        words = _("What is said of “{name}” contradicts itself: {figures}.")
        raise EvidenceInvalid(words.format(name=one_line(skill["name"])[:_NAME_MOST], figures=wrong))


def _contradictions(skill: Json) -> Iterator[str]:
    counts, months = skill["counts"], skill["months"]
    first, last = date.fromisoformat(skill["first_on"]), date.fromisoformat(skill["last_on"])
    shown = {one["entry"] for one in skill["excerpts"] if one["origin"] == "import"}
    if skill["stage"] == Stage.ATTESTED.value and not skill["endorsements"]:
        yield _("attested without an endorsement")
    if any(number < 0 for number in counts.values()) or any(counts[name] > counts["exchanges"] for name in _OF_ALL):
        yield _("more of a kind than there are exchanges")
    if counts["imported"] < len(shown):
        yield _("fewer imported exchanges than are shown")
    if counts["corrected"] > counts["checked"]:
        yield _("more answers corrected than checked")
    if skill["idle_days"] < 0 or first > last:
        yield _("its first and its last day")
    if not _fit(months, counts, first, last):
        yield _("its months")


def _fit(months: list[Json], counts: Json, first: date, last: date) -> bool:
    """Tell whether months add up to the counts; one without exchanges has a milestone alone, and may lie anywhere."""
    begin, end = first.isoformat()[:7], last.isoformat()[:7]
    busy = [one for one in months if one["exchanges"]]
    names = [one["month"] for one in months]
    return (
        all(sum(one[name] for one in months) == counts[name] for name in ("exchanges", "learning"))
        and all(0 <= one["learning"] <= one["exchanges"] for one in months)
        and all(begin <= one["month"] <= end for one in busy)
        and names == sorted(set(names))
    )
