"""Numbers, days, lists and quotes as the spoken language writes them (Babel, from Unicode's CLDR).

Babel is imported when the first number is said: what says none, such as the command line's ``--json``, does without.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from skilltrail.i18n import _, language

if TYPE_CHECKING:
    from babel import Locale

# English with the day before the month, and thousands set apart by a comma.
_REGIONS = {"en": "en_GB"}


def number(value: float) -> str:
    """Return "1,234" for a count; digits after the point stay away."""
    return _decimal(round(value), "#,##0", language())


def decimal(value: float, digits: int = 1) -> str:
    """Return "3.4": a number with ``digits`` digits after the point."""
    return _decimal(value, f"#,##0.{'0' * digits}", language())


def long_day(day: date) -> str:
    """Return "22 November 2026"."""
    from babel.dates import format_date

    return format_date(day, "long", locale=_locale(language()))


def month_and_year(day: date) -> str:
    """Return "November 2026"."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", day, locale=_locale(language()))


def month_name(day: date) -> str:
    """Return "November"."""
    from babel.dates import format_date

    return format_date(day, "LLLL", locale=_locale(language()))


def short_month(day: date) -> str:
    """Return "Nov"."""
    from babel.dates import format_date

    # Three letters everywhere: British English alone would write "Sept".
    return format_date(day, "LLL", locale=language())


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c"."""
    from babel.lists import format_list

    return format_list(list(parts), locale=_locale(language()))


def quoted(text: str) -> str:
    """Return “text”."""
    return _("“{text}”").format(text=text)


@lru_cache(maxsize=4096)
def _decimal(value: float, pattern: str, code: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, format=pattern, locale=_locale(code))


@lru_cache(maxsize=8)
def _locale(code: str) -> Locale:
    from babel import Locale

    return Locale.parse(_REGIONS.get(code, code))
