"""Translation of the user-visible words of the server: gettext, one catalogue per language under ``locale/``."""

from __future__ import annotations

import gettext as _gettext
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=8)
def translations(language: str = "en") -> _gettext.NullTranslations:
    """Return the catalogue for ``language``; unknown languages fall back to the English words in the code."""
    folder = resources.files("skilltrail") / "locale"
    return _gettext.translation("skilltrail", str(folder), languages=[language], fallback=True)


def _(message: str) -> str:
    """Mark and translate one message."""
    return translations().gettext(message)
