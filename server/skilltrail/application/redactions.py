"""Use cases about what is hidden: own words, allowances, personal data, and what was replaced so far."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from skilltrail.domain.redaction import (
    OWN_WORD,
    PERSONAL_KINDS,
    WORD_LIMIT,
    WORDS_MOST,
    MarkStanding,
    OwnWord,
    RedactedExchange,
    RedactionLists,
    RedactionOverview,
    Replaced,
    WordFound,
)
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.personal_data import kind_of
from skilltrail.services import redaction
from skilltrail.storage import redaction_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.forget_pass_queries import FORGET_EPOCH
from skilltrail.storage.hidden_counts import HiddenCounts
from skilltrail.storage.meta_queries import TOPICS_STALE, bump_revision, raise_counter

_AT_ONCE = 100
"""Exchanges rewritten in one transaction, so that captures in between need not wait."""

_KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MARK = re.compile(r"[0-9a-f]{4}")


class RedactionsFacade:
    """Keeps the learner's lists, and has the one redactor of this history work with them."""

    def __init__(
        self, *, database: Database, clock: Clock, redactor: SecretRedactor, changed: Callable[[], None]
    ) -> None:
        self._database = database
        self._hidden = HiddenCounts(database.touched)
        self._clock = clock
        self._redactor = redactor
        self._changed = changed
        redactor.use(self.lists())

    def lists(self) -> RedactionLists:
        """Return what the paired extensions are told."""
        with self._database.read() as session:
            return queries.read_lists(session)

    def overview(self) -> RedactionOverview:
        """Return counts by kind and the learner's lists."""
        with self._database.read() as session:
            lists = queries.read_lists(session)
            counts, exchanges = self._hidden.counts(session)
            return RedactionOverview(
                counts=counts,
                words=queries.words(session),
                allowances=queries.allowances(session),
                mask_personal=lists.mask_personal,
                exempt=lists.exempt,
                exchanges=exchanges,
            )

    def forget_remembered(self) -> None:
        """Drop what is remembered of exchanges."""
        self._hidden.clear()

    def exchanges(self, kind: str, before: int | None = None, limit: int = 50) -> tuple[RedactedExchange, ...]:
        """Return exchanges in which this kind was hidden, the last to arrive first; ``before`` is an id."""
        _check(kind, _KIND)
        with self._database.read() as session:
            return redaction.read_redacted(session, kind=kind, before=before, limit=limit)

    def standing(self, kind: str, mark: str) -> MarkStanding:
        """Return where a mark stands and whether what it stood for was allowed."""
        _check(kind, _KIND)
        _check(mark, _MARK)
        with self._database.read() as session:
            exchanges = queries.count_holding(session, kind, redaction.mark_text(kind, mark))
            allowed = (kind, mark) in queries.read_lists(session).allowed
        return MarkStanding(kind, mark, exchanges, allowed)

    def hide(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return a text for an export in which personal data may stand: secrets and own words are hidden again."""
        return self._redactor.redact(text)[0], ()

    def mask(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return a text for an export without personal data, and the kinds that were masked."""
        return self._redactor.masked(self.hide(text)[0])

    # --- own words ----------------------------------------------------------------------------------------------------

    def add_word(self, word: str) -> WordFound:
        """Add a word to be hidden from now on; say how many stored exchanges hold it.

        Raises
        ------
        RequestInvalid
            If it is empty, too long, listed already, or one too many.
        """
        clean = " ".join(unicodedata.normalize("NFC", word).split())
        if not any(sign.isalnum() for sign in clean) or len(clean) < 2 or len(clean) > WORD_LIMIT:
            raise RequestInvalid(_("A word has 2 to {most} characters.").format(most=WORD_LIMIT))
        with self._editing() as session:
            known = queries.words(session)
            if clean.casefold() in {one.word.casefold() for one in known}:
                raise RequestInvalid(_("This word is on the list already."))
            if len(known) >= WORDS_MOST:
                raise RequestInvalid(_("The list is full: {most} words.").format(most=WORDS_MOST))
            added = queries.add_word(session, clean, now=self._clock())
        return self.found(added.id)

    def remove_word(self, word_id: int) -> None:
        """Hide a word no longer; what was replaced stays replaced."""
        with self._editing() as session:
            if not queries.remove_word(session, word_id):
                raise NotFound(_("This word is not on the list."))

    def found(self, word_id: int) -> WordFound:
        """Return how many stored exchanges hold a word; changes nothing."""
        word, redactor = self._only(word_id)
        with self._database.read() as session:
            return WordFound(word, len(redaction.find_holding(session, redactor).all(session)))

    def replace(self, word_id: int) -> Replaced:
        """Replace a word in everything stored by its mark; this cannot be undone.

        Each step is whole: after a crash the rest is found and replaced by asking again.
        """
        _word, redactor = self._only(word_id)
        with self._database.read() as session:
            holding = redaction.find_holding(session, redactor)
            concerned = holding.all(session)
        times = 0
        for start in range(0, len(holding.exchanges), _AT_ONCE):
            part = holding.exchanges[start : start + _AT_ONCE]
            with self._database.write() as session:
                times += redaction.hide_in_exchanges(session, part, redactor)
                bump_revision(session)
        with self._database.write() as session:
            times += redaction.hide_in_names(session, holding.conversations, redactor)
            # A run of the topics that began before has read the old words.
            raise_counter(session, FORGET_EPOCH)
            raise_counter(session, TOPICS_STALE, len(concerned))
            bump_revision(session)
        if concerned:
            self._changed()
        return Replaced(exchanges=len(concerned), times=times)

    def _only(self, word_id: int) -> tuple[OwnWord, SecretRedactor]:
        """Return a word and a redactor that knows nothing but it."""
        with self._database.read() as session:
            word = next((one for one in queries.words(session) if one.id == word_id), None)
        if word is None:
            raise NotFound(_("This word is not on the list."))
        return word, SecretRedactor(mark_key=b"", rules=(), lists=RedactionLists(words=(word,)))

    # --- what is no secret, and what is the learner's own ---

    def allow(self, kind: str, mark: str) -> None:
        """Keep from now on what this mark stood for; what was replaced stays replaced."""
        _check(kind, _KIND)
        _check(mark, _MARK)
        if kind == OWN_WORD:
            raise RequestInvalid(_("An own word is kept by taking it off your list."))
        with self._editing() as session:
            queries.allow(session, kind, mark, now=self._clock())

    def disallow(self, kind: str, mark: str) -> None:
        """Hide again from now on what this mark stands for."""
        with self._editing() as session:
            if not queries.disallow(session, kind, mark):
                raise NotFound(_("This was not allowed."))

    def set_mask_personal(self, on: bool) -> None:
        """Mask personal data when it is captured, or keep it in the learner's own store."""
        with self._editing() as session:
            queries.set_mask_personal(session, on)

    def add_own_data(self, value: str) -> str:
        """Except an address or number of the learner's own; return its kind.

        Raises
        ------
        RequestInvalid
            If it is nothing that is looked for.
        """
        clean = value.strip()
        kind = kind_of(clean) if len(clean) <= WORD_LIMIT else None
        if kind not in PERSONAL_KINDS:
            raise RequestInvalid(
                _("This is no e-mail address, phone number, IBAN or network address. Names are never looked for.")
            )
        with self._editing() as session:
            queries.add_own_data(session, clean, now=self._clock())
        return kind

    def remove_own_data(self, value: str) -> None:
        """Treat it as anyone's again."""
        with self._editing() as session:
            if not queries.remove_own_data(session, value):
                raise NotFound(_("This is not on the list."))

    @contextmanager
    def _editing(self) -> Iterator[Session]:
        """Change the lists; the redactor works with them as soon as they are on the disk."""
        with self._database.write() as session:
            yield session
            bump_revision(session)
        self._redactor.use(self.lists())


def _check(value: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(value):
        raise RequestInvalid(_("There is no such mark."))
