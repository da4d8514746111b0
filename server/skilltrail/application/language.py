"""The language that the learner chose; it belongs to the data, so that every browser and the command line have it."""

from __future__ import annotations

from skilltrail.errors import RequestInvalid
from skilltrail.i18n import AUTO, LANGUAGES, _, first_known, speak_by_default, system_wish
from skilltrail.storage.database import Database
from skilltrail.storage.forget_pass_queries import get_preference, set_preference

_NAME = "language"


class LanguageFacade:
    """Reads and keeps the choice. Every request asks for it, so it is remembered."""

    def __init__(self, *, database: Database, setting: str) -> None:
        self._database = database
        self._setting = setting
        with database.read() as session:
            self._chosen = get_preference(session, _NAME) or AUTO

    def chosen(self) -> str:
        """Return a language's code, or "auto"."""
        return self._chosen

    def wish(self) -> str | None:
        """Return the language that is wished for whatever browser or system say; None when that is left to them."""
        found = self._chosen if self._chosen != AUTO else self._setting
        return found if found in LANGUAGES else None

    def choose(self, code: str) -> None:
        """Keep a choice; it holds from the next request on.

        Raises
        ------
        RequestInvalid
            If there is no such language.
        """
        if code not in (AUTO, *LANGUAGES):
            raise RequestInvalid(_("There is no such language."))
        with self._database.write() as session:
            set_preference(session, _NAME, None if code == AUTO else code)
        self._chosen = code
        self.speak_alone()

    def speak_alone(self) -> None:
        """Let threads and the command line speak it, or what the system asks for."""
        speak_by_default(first_known(self.wish(), system_wish()))
