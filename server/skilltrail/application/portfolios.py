"""Use cases of portfolios: what is saved, what it discloses, what the leak scan finds, and the files made of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from skilltrail.application.common_words import common_words
from skilltrail.application.evidence_log import EvidenceLogFacade
from skilltrail.application.job_posts import JobPosts, cleaning
from skilltrail.application.portfolio_files import check_made
from skilltrail.application.skills import stage_rules
from skilltrail.config import Settings
from skilltrail.domain.entries import Entry
from skilltrail.domain.job_post import JobMatch
from skilltrail.domain.leak_hits import LeakHit, Resolving
from skilltrail.domain.portfolio import Portfolio, Selection
from skilltrail.domain.portfolio_choices import ChoosableExchange, OfferedSkill
from skilltrail.domain.portfolio_items import items_of
from skilltrail.domain.resolved_portfolio import Resolved
from skilltrail.domain.saved_portfolio import (
    ItemChange,
    PastPortfolio,
    SavedPortfolio,
    changes_between,
    with_skills,
)
from skilltrail.domain.timeline import ExportFile, TimelineFilter
from skilltrail.domain.trajectory import TrajectoryRules
from skilltrail.errors import NotFound, PortfolioBlocked, RequestInvalid
from skilltrail.i18n import _, speaking
from skilltrail.platform.clock import Clock
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.services import leak_bytes, leak_scan, portfolio_choices, saved_portfolios
from skilltrail.services.context_boundary import client_mask
from skilltrail.services.portfolio import Clean, Making, resolve
from skilltrail.services.portfolio_parts import Head, own_entries
from skilltrail.services.portfolio_resolving import left_out
from skilltrail.storage import log_queries, redaction_queries
from skilltrail.storage import portfolio_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.export_log_queries import add_export
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.portfolio_page_queries import ask_for_page

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from skilltrail.services.leak_scan import Lookout

T = TypeVar("T")

_KEY_BYTES = 16


class Signing(Protocol):
    """What signs a portfolio and writes it as files."""

    def keys(self, *, make: bool = False) -> tuple[str, ...]:
        """Return the did:key of the identity key and of those that handed over to it, the newest first.

        Empty before there is one; with ``make`` it is made then.
        """
        ...

    def file(self, portfolio: Portfolio, format: str, passphrase: str | None) -> ExportFile:  # noqa: A002 - the facade's word
        """Sign a portfolio and write it in a format."""
        ...


class PortfoliosFacade:
    """Keeps portfolios and makes files of them. Nothing leaves while a hit of the leak scan is open."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        settings: Settings,
        clock: Clock,
        evidence_log: EvidenceLogFacade,
        redactor: SecretRedactor,
        signing: Signing,
        job_posts: JobPosts,
    ) -> None:
        self._database = database
        self._history = history
        self._pause = timedelta(minutes=settings.episode_pause_minutes)
        self._rules = TrajectoryRules(break_days=settings.break_days, stages=stage_rules(settings))
        self._clock = clock
        self._log = evidence_log
        self._redactor = redactor
        self._signing = signing
        self._job_posts = job_posts

    # --- what is saved ------------------------------------------------------------------------------------------------

    def all(self) -> list[SavedPortfolio]:
        """Return the portfolios, the one changed last first."""
        with self._database.read() as session:
            return queries.all_standing(session)

    def last_exports(self) -> dict[int, datetime]:
        """Return by portfolio when the newest file of it was made."""
        with self._database.read() as session:
            return queries.last_exports(session)

    def one(self, portfolio_id: int) -> SavedPortfolio:
        """Return a portfolio; raises NotFound."""
        with self._database.read() as session:
            return saved_portfolios.standing(session, portfolio_id)

    def keep(
        self, selection: Selection, portfolio_id: int | None = None, *, before: Selection | None = None
    ) -> SavedPortfolio:
        """Keep a portfolio, or another form of one; secrets in the learner's words are hidden first.

        ``before`` is the selection whose choices a new portfolio takes over.

        Raises
        ------
        NotFound, RequestInvalid
            See ``services.saved_portfolios.keep``.
        """
        clean, now = saved_portfolios.hidden(selection, self._redactor), self._clock()
        return self._written(
            lambda session: saved_portfolios.keep(session, clean, now=now, portfolio_id=portfolio_id, before=before)
        )

    def begin(self, selection: Selection) -> SavedPortfolio:
        """Keep a new portfolio with the skills that we propose where none is chosen; raises RequestInvalid."""
        topics = [one.topic_id for one in selection.skills] or self._proposed(selection)
        return self.keep(with_skills(selection, topics))

    def _proposed(self, selection: Selection) -> list[str]:
        found = list(self._job_posts.matched(selection, quick=True).proposed) if selection.job_post.strip() else []
        return found or [one.topic_id for one in self.offered(selection) if one.proposed]

    def matched(self, selection: Selection) -> JobMatch:
        """Return what the job post of a selection asks for, and what in the history stands for it."""
        return self._job_posts.matched(selection)

    def rename(self, portfolio_id: int, title: str) -> SavedPortfolio:
        """Give a portfolio another title; raises NotFound, RequestInvalid."""
        return self.keep(replace(self.one(portfolio_id).selection, title=title), portfolio_id)

    def copy(self, portfolio_id: int) -> SavedPortfolio:
        """Make another portfolio of the same choices; raises NotFound."""
        held = self.one(portfolio_id).selection
        return self.keep(replace(held, title=_("{title} (copy)").format(title=held.title)[:200]), before=held)

    def remove(self, portfolio_id: int) -> SavedPortfolio:
        """Delete a portfolio; undoing brings it back. Raises NotFound."""
        return self._written(lambda session: saved_portfolios.remove(session, portfolio_id, now=self._clock()))

    def undo(self, portfolio_id: int) -> SavedPortfolio | None:
        """Take the last change of a portfolio back; raises NotFound."""
        return self._written(lambda session: saved_portfolios.undo(session, portfolio_id))

    # --- what can be chosen -------------------------------------------------------------------------------------------

    def offered(self, selection: Selection) -> tuple[OfferedSkill, ...]:
        """Return the skills that can be chosen, with what may leave of them to this audience within the period."""
        with self._database.read() as session:
            return portfolio_choices.offered(
                session,
                _part(selection),
                frozenset(selection.admitted),
                history=self._history,
                now=self._clock(),
                pause=self._pause,
                rules=self._rules.stages,
                clean=self._clean(session, selection.admitted),
            )

    def choosable(
        self, selection: Selection, topic_id: str, *, skip: int = 0
    ) -> tuple[tuple[ChoosableExchange, ...], bool]:
        """Return a page of a skill's exchanges with paragraphs, the chosen ones first, and whether more follow."""
        kept = {each.exchange_id for one in selection.skills if one.topic_id == topic_id for each in one.excerpts}
        with self._database.read() as session:
            return portfolio_choices.choosable(
                session,
                topic_id,
                _part(selection),
                frozenset(selection.admitted),
                history=self._history,
                seen=self._lookout(session, selection),
                skip=skip,
                keep=kept,
            )

    def own_of(self, selection: Selection) -> dict[str, dict[int, Entry]]:
        """Return by skill what the learner wrote of it, and what others signed: what can be shown beside excerpts."""
        with self._database.read() as session:
            return own_entries(session, [one.topic_id for one in selection.skills])

    # --- what it discloses --------------------------------------------------------------------------------------------

    def draft(self, selection: Selection) -> Resolved:
        """Return what a selection chosen now would disclose; nothing is signed, and no entry is proved."""
        now = self._clock()
        with self._database.read() as session:
            ask_for_page(session)
            chosen = saved_portfolios.with_entries(session, selection)
            saved = SavedPortfolio(0, _DRAFT, chosen, now, now)
            return self._resolved(session, saved, keys=self._signing.keys())

    def resolve(self, portfolio_id: int) -> Resolved:
        """Return what a portfolio would disclose now, as ``draft`` does; raises NotFound."""
        with self._database.read() as session:
            ask_for_page(session, portfolio_id)
            saved = saved_portfolios.standing(session, portfolio_id)
            with self._speaking(saved):
                return self._resolved(session, saved, keys=self._signing.keys())

    def scan(self, portfolio_id: int, resolved: Resolved | None = None) -> tuple[LeakHit, ...]:
        """Return what the leak scan finds in a portfolio, what is resolved already with it; raises NotFound."""
        found = resolved or self.resolve(portfolio_id)
        saved = self.one(portfolio_id)
        with self._database.read() as session:
            return self._scanned(session, saved, found)

    def allow(self, portfolio_id: int, digest: str) -> tuple[LeakHit, ...]:
        """Keep that one finding may be shown, and return what is found then.

        Raises
        ------
        NotFound
            If there is no such portfolio or finding (any more).
        """
        hit = self._hit(portfolio_id, digest)
        now = self._clock()
        self._written(
            lambda session: queries.allow(session, portfolio_id, digest, exchange_id=hit.exchange_id, now=now)
        )
        return self.scan(portfolio_id)

    def disallow(self, portfolio_id: int, digest: str) -> tuple[LeakHit, ...]:
        """Take that back; raises NotFound."""
        if not self._written(lambda session: queries.disallow(session, portfolio_id, digest)):
            raise NotFound(_("This was not allowed."))
        return self.scan(portfolio_id)

    def leave_out(self, portfolio_id: int, digest: str) -> SavedPortfolio:
        """Take out of the selection what a finding stands in; undoing the portfolio brings it back.

        Raises
        ------
        NotFound
            If there is no such portfolio or finding (any more).
        RequestInvalid
            If it stands in something that cannot be left out, but can be worded otherwise.
        """
        hit = self._hit(portfolio_id, digest)
        if Resolving.LEAVE_OUT not in hit.resolving:
            raise RequestInvalid(_("This cannot be left out; word it otherwise."))
        saved, resolved = self.one(portfolio_id), self.resolve(portfolio_id)
        return self.keep(left_out(saved.selection, resolved, hit), portfolio_id)

    def _hit(self, portfolio_id: int, digest: str) -> LeakHit:
        found = next((one for one in self.scan(portfolio_id) if one.digest == digest), None)
        if found is None:
            raise NotFound(_("The leak scan does not find this (any more)."))
        return found

    # --- files --------------------------------------------------------------------------------------------------------

    def exports(self, portfolio_id: int) -> list[PastPortfolio]:
        """Return the files that were made of a portfolio, the newest first."""
        with self._database.read() as session:
            return queries.exports(session, portfolio_id)

    def changes(self, portfolio_id: int, resolved: Resolved | None = None) -> tuple[ItemChange, ...] | None:
        """Return what is other than in the last file that was made; None where none was. Raises NotFound."""
        with self._database.read() as session:
            last = next(iter(queries.exports(session, portfolio_id)), None)
            before = () if last is None else queries.last_items(session, portfolio_id)
        if last is None:
            return None
        return changes_between(before, items_of(resolved or self.resolve(portfolio_id), last.key))

    def export(self, portfolio_id: int, format: str, *, passphrase: str | None = None) -> ExportFile:  # noqa: A002 - same
        """Make a file of a portfolio and note it in the record of exports.

        Raises
        ------
        NotFound
            If there is no such portfolio (any more).
        PortfolioBlocked
            If a hit of the leak scan is open, nothing may be shown, or the file does not pass our own check.
        SecretRefused
            If the identity key has a passphrase and this is not it.
        UnsupportedFormat
            If there is no such format.
        """
        saved = self.one(portfolio_id)
        with self._speaking(saved):
            resolved = self._signable(saved, self._signing.keys(make=True))
            file = self._signing.file(resolved.portfolio, format, passphrase)
            file = replace(file, exchange_ids=resolved.exchanges)
        self._look_again(saved, resolved, file)
        check_made(file, format, self._clock)
        self._record(saved, resolved, format, file)
        return file

    def _signable(self, saved: SavedPortfolio, keys: Sequence[str]) -> Resolved:
        """Return the portfolio under one checkpoint; refused while anything is open."""
        checkpoint, log, head = self._log.signed_head()
        with self._database.read() as session:
            ask_for_page(session, saved.id)
            resolved = self._resolved(session, saved, head=Head(log, head.size, checkpoint), keys=keys)
            hits = leak_scan.open_hits(self._scanned(session, saved, resolved))
        if hits:
            raise PortfolioBlocked(
                _("Nothing was written: the leak scan found {n} that nobody has resolved yet.").format(n=len(hits))
            )
        if not resolved.portfolio.skills:
            raise PortfolioBlocked(_("Nothing was written: there is no skill in it of which anything may be shown."))
        if not resolved.portfolio.person.name:
            raise PortfolioBlocked(_("Nothing was written: say first who you are."))
        return resolved

    def _look_again(self, saved: SavedPortfolio, resolved: Resolved, file: ExportFile) -> None:
        with self._database.read() as session:
            words = client_mask(session, saved.selection.admitted, common_words).words
        if words and leak_bytes.unexpected({file.name: file.data}, words, resolved.portfolio):
            raise PortfolioBlocked(
                _("Nothing was written: the finished file holds a client's word. This is our fault.")
            )

    def _record(self, saved: SavedPortfolio, resolved: Resolved, format_name: str, file: ExportFile) -> None:
        digest, made_at = hashlib.sha256(file.data).hexdigest(), self._clock()
        with self._database.write() as session:
            last = next(iter(queries.exports(session, saved.id)), None)
            key = secrets.token_bytes(_KEY_BYTES) if last is None else last.key
            number = add_export(
                session,
                made_at=made_at,
                format_name=f"portfolio-{format_name}",
                name=file.name,
                sha256=digest,
                members=file.exchange_ids,
            )
            queries.note_export(session, number, saved.id, key, items_of(resolved, key))

    # --- within -------------------------------------------------------------------------------------------------------

    def _resolved(
        self, session: Session, saved: SavedPortfolio, *, head: Head | None = None, keys: Sequence[str] = ()
    ) -> Resolved:
        making = Making(
            head=head or self._unsigned(session),
            now=self._clock(),
            pause=self._pause,
            rules=self._rules,
            clean=self._clean(session, saved.selection.admitted),
            did=next(iter(keys), ""),
        )
        return replace(resolve(session, saved, making, history=self._history), earlier_keys=tuple(keys[1:]))

    @staticmethod
    def _unsigned(session: Session) -> Head:
        log = log_queries.open_log(session)
        if log is None:
            raise NotFound(_("The evidence log has no such entry."))
        return Head(log, log.size)

    def _scanned(self, session: Session, saved: SavedPortfolio, resolved: Resolved) -> tuple[LeakHit, ...]:
        seen = self._lookout(session, saved.selection, resolved.exchanges_behind())
        return leak_scan.scan(resolved, seen, allowed=queries.allowed(session, saved.id))

    def _lookout(self, session: Session, selection: Selection, shown: Sequence[int] = ()) -> Lookout:
        exempt = (*redaction_queries.own_data(session), *selection.profiles)
        return leak_scan.lookout(session, selection, shown, redactor=self._redactor, exempt=exempt, common=common_words)

    def _clean(self, session: Session, admitted: Collection[int]) -> Clean:
        return cleaning(session, admitted, self._redactor)

    @staticmethod
    def _speaking(saved: SavedPortfolio) -> AbstractContextManager[None]:
        return speaking(saved.selection.language) if saved.selection.language else nullcontext()

    def _written(self, change: Callable[[Session], T]) -> T:
        with self._database.write() as session:
            return change(session)


_DRAFT = "urn:uuid:00000000-0000-4000-8000-000000000000"


def _part(selection: Selection) -> TimelineFilter:
    return TimelineFilter(since=selection.since, until=selection.until)
