"""The language that is spoken now, and our words in it: gettext, one catalogue per language under ``locale/``.

English stands in the code and has no catalogue. A request, command or thread speaks the language of its own context
(``speak``, ``speaking``); whoever says nothing speaks that of the process (``speak_by_default``). Because of that a
message is looked up when it is said and never when a module is imported; a test sees to it.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources
from string import Formatter

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "es": "Español"}
"""Code and own name of every language that is complete."""

AUTO = "auto"
"""As a setting: what the browser or the system asks for."""

SOURCE = "en"
DOMAIN = "skilltrail"

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_ENDS_OF_A_CODE = str.maketrans("-.@", "___")
_SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_process = {"language": SOURCE}


def language() -> str:
    """Return the code of the language that is spoken now."""
    return _spoken.get() or _process["language"]


def direction(code: str) -> str:
    """Return "ltr" or "rtl": the way a language is written."""
    return "rtl" if code in _RIGHT_TO_LEFT else "ltr"


def speak(code: str | None) -> None:
    """Speak a language in this context from now on; None: that of the process."""
    _spoken.set(code)


def speak_by_default(code: str) -> None:
    """Speak a language wherever none was chosen: in the command line and in threads."""
    _process["language"] = code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for a while."""
    before = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(before)


def first_known(*wishes: str | None) -> str:
    """Return the first wish that is a language of ours, by its first letters; English when there is none."""
    for wish in wishes:
        for one in (wish or "").split(":"):
            code = one.strip().lower().translate(_ENDS_OF_A_CODE).split("_")[0]
            if code in LANGUAGES:
                return code
    return SOURCE


def system_wish() -> str | None:
    """Return what the system's variables ask for, as gettext reads them; None when they say nothing."""
    return next((os.environ[name] for name in _SYSTEM if os.environ.get(name)), None)


@lru_cache(maxsize=8)
def catalogue(code: str) -> _gettext.NullTranslations:
    """Return the catalogue of a language; without one, the English words in the code."""
    folder = resources.files("skilltrail") / "locale"
    return _gettext.translation(DOMAIN, str(folder), languages=[code], fallback=True)


def _(message: str) -> str:
    """Mark one message, and say it."""
    return catalogue(language()).gettext(message)


def pgettext(context: str, message: str) -> str:
    """Mark and say a word that means several things; ``context`` tells translators which."""
    return catalogue(language()).pgettext(context, message)


def noted(message: str) -> str:
    """Mark a message that is said later, or kept in English and told anew by ``retold``."""
    return message


def plural(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits ``count``, its holes unfilled."""
    return catalogue(language()).ngettext(one, many, count)


def retold(stored: str, patterns: tuple[str, ...]) -> str:
    """Say a stored sentence in the language that is spoken now.

    Parameters
    ----------
    stored
        As it was written: in English, so that what is stored is in one language.
    patterns
        The messages that it may have been made of; one that fits none is returned as it is.
    """
    if language() == SOURCE:
        return stored
    for pattern in patterns:
        values = _values(pattern, stored)
        if values is not None:
            return _(pattern).format(**values)
    return stored


def _values(pattern: str, stored: str) -> dict[str, str] | None:
    """Return what filled the holes of ``pattern`` in ``stored``; None where it was made of another one."""
    values: dict[str, str] = {}
    at, hole = 0, None
    for text, following, _form, _conversion in Formatter().parse(pattern):
        place = (stored.rfind(text) if following is None else stored.find(text, at)) if hole else at
        if place < at or not stored.startswith(text, place):
            return None
        if hole:
            values[hole] = stored[at:place]
        at, hole = place + len(text), following
    if hole:
        values[hole] = stored[at:]
    return values if hole or at == len(stored) else None
