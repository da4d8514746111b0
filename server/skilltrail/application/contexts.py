"""Use cases about clients and projects, and the worker's step that looks at exchanges."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from skilltrail.application.common_words import common_words
from skilltrail.domain.context_words import fold
from skilltrail.domain.contexts import (
    Context,
    ContextChange,
    ContextForm,
    ContextOverview,
    ExchangeContext,
    LeftOut,
    PastChange,
    SaidOf,
)
from skilltrail.domain.redaction import OWN_WORD, PERSONAL_KINDS
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services import context_boundary, context_rules, context_suggestions, contexts
from skilltrail.services.context_names import clean_topic_names
from skilltrail.services.matching_run import drop_given_away
from skilltrail.services.ports import Redactor
from skilltrail.storage import context_queries
from skilltrail.storage.context_change_queries import past_changes
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from skilltrail.domain.context_candidates import Candidate
    from skilltrail.domain.exchange import ExchangePage
    from skilltrail.services.context_boundary import ClientMask
    from skilltrail.services.context_suggestions import Suggested
    from skilltrail.services.search import Near

_STEP_SECONDS = 0.3
_NO_SECRETS = frozenset({OWN_WORD, *PERSONAL_KINDS})

Done = TypeVar("Done")


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    """Return folded words that name no client: stop words, and terms of trades."""
    from skilltrail.ml.skill_terms import term_list
    from skilltrail.ml.words import stop_words

    return frozenset(stop_words() | {fold(term.name) for term in term_list().terms})


class ContextsFacade:
    """Keeps clients and projects, says whose exchanges are, and goes through them when the rules change.

    The database is the queue of what is to be looked at: a crash loses nothing, and captures come in between batches.
    """

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        clock: Clock,
        redactor: Redactor,
        changed: Callable[[], None] = lambda: None,
        renamed: Callable[[], None] = lambda: None,
        near: Callable[[Session, Sequence[int]], Near | None] = lambda _session, _ids: None,
    ) -> None:
        self._database = database
        self._history = history
        self._clock = clock
        self._redactor = redactor
        self._changed = changed
        self._renamed = renamed
        self._near = near
        self._turn = threading.Lock()

    # --- reading ------------------------------------------------------------------------------------------------------

    def overview(self) -> ContextOverview:
        """Return all clients with their counts, and what is nobody's."""
        with self._database.read() as session:
            return contexts.read_overview(session, common_words)

    def all(self) -> dict[int, Context]:
        """Return the living clients and projects by id."""
        with self._database.read() as session:
            return context_queries.contexts(session)

    def exchange(self, exchange_id: int) -> ExchangeContext:
        """Return for whom an exchange was, and why; raises NotFound."""
        with self._database.read() as session:
            return contexts.read_exchange(session, exchange_id)

    def page(self, of: str, cursor: int | None = None, limit: int = 50) -> ExchangePage:
        """Return a page of a client's exchanges (its id), or of ``own``, ``none``, ``undecided``; the newest first."""
        with self._database.read() as session:
            return context_boundary.read_page(session, of, cursor=cursor, limit=limit)

    def left_out(self, wanted: TimelineFilter | None, admitted: Sequence[int] = ()) -> LeftOut:
        """Return what an export within a filter leaves out; ``admitted`` clients were ticked.

        ``None``: what the tables leave out, which hold what is off the current path too.
        """
        with self._database.read() as session:
            return context_boundary.read_left_out(session, wanted, frozenset(admitted), history=self._history)

    def mask(self, admitted: Sequence[int] = ()) -> ClientMask:
        """Return what takes the words of all clients but those ``admitted`` out of what goes out."""
        with self._database.read() as session:
            return context_boundary.client_mask(session, frozenset(admitted), common_words)

    def changes(self, most: int = 10) -> list[PastChange]:
        """Return what was changed and said lately, the newest first; each can be undone by its number."""
        with self._database.read() as session:
            return past_changes(session, most)

    def suggestions(self, client_id: int) -> list[Suggested]:
        """Return chats of nobody's that are near one of a client's; they stay nobody's until the learner says."""
        with self._database.read() as session:
            return context_suggestions.suggest(session, client_id, lambda ids: self._near(session, ids))

    def candidates(self) -> tuple[Candidate, ...]:
        """Return domains and names that come back in prompts and may be clients; the learner decides."""
        from skilltrail.ml.words import written_words

        with self._database.read() as session:
            return context_suggestions.candidates(session, written_words, _common_words())

    # --- keeping ------------------------------------------------------------------------------------------------------

    def keep(
        self, form: ContextForm, *, context_id: int | None = None, client_id: int | None = None, short: bool = False
    ) -> ContextChange:
        """Keep a client or project, or another form of one; ``short``: "Acme GmbH" is to be found as "Acme", too.

        Raises
        ------
        NotFound, RequestInvalid
            See ``services.contexts.keep``; also where a word looks like a secret.
        """
        from skilltrail.ml.words import stop_words

        self._refuse_secrets(form)
        now = self._clock()
        return self._written(
            lambda session: contexts.keep(
                session,
                form,
                now=now,
                context_id=context_id,
                client_id=client_id,
                common=stop_words(),
                short=common_words if short else None,
            )
        )

    def keep_short(self, context_id: int) -> ContextChange:
        """Keep the short form of a client's name as another name of it; raises NotFound."""
        now = self._clock()
        return self._written(lambda session: contexts.keep_short(session, context_id, now=now, common=common_words))

    def set_archived(self, context_id: int, *, archived: bool) -> ContextChange:
        """Offer a client or project no longer, or again; raises NotFound."""
        now = self._clock()
        return self._written(lambda session: contexts.set_archived(session, context_id, archived=archived, now=now))

    def remove(self, context_id: int, *, then: str | int = contexts.RELEASE) -> ContextChange:
        """Remove a client or project; see ``services.contexts.remove``."""
        now = self._clock()
        return self._written(lambda session: contexts.remove(session, context_id, now=now, then=then))

    def say(
        self,
        ids: Sequence[int],
        said: SaidOf,
        *,
        clients: Sequence[int] = (),
        project_id: int | None = None,
        whole: bool = False,
        suggested: bool = False,
    ) -> ContextChange:
        """Keep what the learner says of exchanges; see ``services.contexts.say``."""
        now = self._clock()
        return self._written(
            lambda session: contexts.say(
                session,
                ids,
                said,
                now=now,
                clients=clients,
                project_id=project_id,
                whole=whole,
                suggested=suggested,
            )
        )

    def undo(self, change: int) -> ContextChange:
        """Take a change back by its number; raises NotFound."""
        return self._written(lambda session: contexts.undo(session, change))

    # --- going through ------------------------------------------------------------------------------------------------

    def step(self, seconds: float = _STEP_SECONDS) -> int:
        """Look at exchanges for some tenths of a second; return how many, 0 when none was left.

        Raises
        ------
        StorageError
            If the disk is full or busy; what is left is done at the next call.
        """
        done, until = 0, time.monotonic() + seconds
        with self._turn:
            while time.monotonic() < until:
                count = self._look()
                done += count
                if not count:
                    break
        return done

    def finish(self, progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        """Look at everything that is due; ``progress`` is told what is done, of how many. Returns how many."""
        total, done = self.overview().waiting, 0
        while count := self.step():
            done += count
            progress(done, max(total, done))
        return done

    def _look(self) -> int:
        with self._database.read() as session:
            rules = context_rules.rules_now(session)
            if not contexts.is_due(session):
                return 0
            found = context_rules.look(session, context_rules.read_words(session), rules)
        # Reading and matching hold no writer up.
        with self._database.write() as session:
            context_rules.keep(session, found, rules)
        return len(found)

    def _refuse_secrets(self, form: ContextForm) -> None:
        for _how, word in form.named():
            if set(self._redactor.redact(word)[1]) - _NO_SECRETS:
                raise RequestInvalid(_("One of the words looks like a secret. Secrets are not kept."))

    def _written(self, change: Callable[[Session], Done]) -> Done:
        with self._database.write() as session:
            before = context_rules.rules_now(session)
            done = change(session)
            # Topics may be called by words that are a client's now.
            renamed = self._clean(session) if context_rules.rules_now(session) != before else 0
        if renamed:
            self._renamed()
        self._changed()
        return done

    @staticmethod
    def _clean(session: Session) -> int:
        drop_given_away(session, common_words)
        return clean_topic_names(session, common_words)
