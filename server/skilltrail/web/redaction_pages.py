"""The page about what is hidden: counts, the learner's own words, personal data, and what was no secret."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.domain.redaction import OWN_WORD, HiddenMark, KindCount, MarkStanding
from skilltrail.errors import RequestInvalid
from skilltrail.exporters.kind_words import kind_words
from skilltrail.exporters.wording import exchanges_words, month_words, ngettext
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_ONLY, DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment, spaces

bp = Blueprint("redaction_pages", __name__)

_MONTHS_SHOWN = 12
_KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_PAGE = 30


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month of a kind's little picture; ``height`` is out of 24."""

    x: int
    height: float


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind as the page shows it."""

    it: KindCount
    name: str
    bars: tuple[MonthBar, ...]
    spoken: str


@bp.get("/fragments/redactions")
@asks(DASHBOARD_READ)
@of_one_moment
def redactions_fragment() -> str:
    """What was hidden, and what the learner says about it."""
    app = application()
    overview = app.redactions.overview()
    return _fragment(
        "redactions",
        revision=app.trail.revision(),
        overview=overview,
        families=families(overview.counts, datetime.now(UTC).astimezone().date()),
        standing=_standing(),
        shown=_shown_kind(),
        found=_found(_shown_kind(), None),
        kind_name=kind_words,
        mark_name=mark_name,
    )


@bp.get("/fragments/redactions/exchanges")
@asks(DASHBOARD_READ)
def redacted_exchanges_fragment() -> str:
    """Serve a further page of the exchanges in which one kind was hidden."""
    kind = _shown_kind()
    found = _found(kind, request.args.get("before", type=int))
    return _fragment("redacted_exchanges", shown=kind, found=found, mark_name=mark_name)


@bp.get("/fragments/redactions/words/<int:word_id>")
@asks(DASHBOARD_ONLY)
def own_word_fragment(word_id: int) -> str:
    """Say in how many stored exchanges a word stands, and offer to replace it there."""
    found = spaces().own.redactions.found(word_id)
    return _fragment("own_word", found=found, words=found_words(found.exchanges))


def families(counts: Sequence[KindCount], today: date) -> list[tuple[str, list[KindLine]]]:
    """Return the kinds under what they belong to, most often first."""
    names = {"secret": _("Secrets"), OWN_WORD: _("Your own words"), "personal": _("Personal data")}
    months = _last_months(today)
    lines = {family: [_line(count, months) for count in counts if count.family == family] for family in names}
    return [(names[family], found) for family, found in lines.items() if found]


def mark_name(mark: HiddenMark | MarkStanding) -> str:
    """Return a mark as it stands in a text: "api key · ab12"."""
    return f"{kind_words(mark.kind)} · {mark.mark}"


def found_words(exchanges: int) -> str:
    """Say in how many stored exchanges a word was found."""
    if not exchanges:
        return _("No stored exchange holds it.")
    return _("Found in {exchanges} that are stored already.").format(exchanges=exchanges_words(exchanges))


def _last_months(today: date) -> list[str]:
    last = today.year * 12 + today.month - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(last - _MONTHS_SHOWN + 1, last + 1)]


def _line(count: KindCount, months: Sequence[str]) -> KindLine:
    times = dict(count.months)
    shown = [times.get(month, 0) for month in months]
    most = max([*shown, 1])
    bars = tuple(MonthBar(at * 9, max(2.0, round(24 * n / most, 1))) for at, n in enumerate(shown) if n)
    spoken = "; ".join(f"{month_words(month)}: {n}" for month, n in zip(months, shown, strict=True) if n)
    return KindLine(count, kind_words(count.kind), bars, spoken or _("not in the last twelve months"))


def _shown_kind() -> str | None:
    kind = request.args.get("kind", "")
    return kind if _KIND.fullmatch(kind) else None


def _standing() -> MarkStanding | None:
    kind, mark = _shown_kind(), request.args.get("mark", "")
    if kind is None or kind == OWN_WORD:
        return None
    try:
        return application().redactions.standing(kind, mark)
    except RequestInvalid:
        return None


def _found(kind: str | None, before: int | None) -> dict[str, Any]:
    """Return a page of exchanges and where the next one begins."""
    if kind is None:
        return {"rows": (), "next": None}
    rows = application().redactions.exchanges(kind, before, _PAGE)
    return {"rows": rows, "next": rows[-1].id if len(rows) == _PAGE else None}


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    now = datetime.now(UTC)
    base = "/demo" if demo else ""
    return render_template(f"fragments/{name}.html", now=now, is_demo=demo, base=base, ngettext=ngettext, **context)
