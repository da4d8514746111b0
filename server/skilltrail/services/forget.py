"""Forgetting exchanges: what is meant, what would go, and the one transaction in which it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.forget import (
    WORD_LEAST,
    ForgetPass,
    ForgetPlan,
    ForgetWish,
    Marker,
    Scope,
    Stage,
)
from skilltrail.domain.paths import Turn, current_path
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import ForgetInvalid, NotFound
from skilltrail.i18n import _
from skilltrail.services import (
    context_rules,
    forgotten_contexts,
    forgotten_topics,
    own_texts,
    saved_portfolios,
    tombstones,
    undo_import,
)
from skilltrail.services.trail import bounds_of
from skilltrail.storage import (
    capture_queries,
    context_forget_queries,
    entry_queries,
    export_log_queries,
    portfolio_queries,
)
from skilltrail.storage import forget_pass_queries as passes
from skilltrail.storage import forget_queries as queries
from skilltrail.storage.capture_queries import StoredCopy
from skilltrail.storage.context_forget_queries import ForgetTarget
from skilltrail.storage.import_member_queries import note_undo_pass, removable, undone_by
from skilltrail.storage.import_queries import drop_all_imports, drop_source_ids
from skilltrail.storage.meta_queries import TOPICS_STALE, bump_revision, raise_counter
from skilltrail.storage.search_index_queries import make_way

EXAMPLES = 5

Progress = Callable[[int], None]
"""Called with the number of exchanges that are gone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The exchanges that a wish means; ``by_title`` those chosen by their chat's title alone.

    ``entries`` and ``portfolios`` are those of the learner's own that hold the word or name the client; ``contexts``
    what of clients goes.
    """

    scope: Scope
    ids: tuple[int, ...]
    by_title: frozenset[int] = frozenset()
    import_id: int | None = None
    entries: frozenset[int] = frozenset()
    contexts: frozenset[ForgetTarget] = frozenset()
    portfolios: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Gone:
    """What a pass has removed; ``renamed`` topics lost a name or term and wait for the next look at all topics."""

    exchanges: int
    renamed: int


def choose(session: Session, wish: ForgetWish) -> Choice:  # noqa: PLR0911 - one for each way to name it
    """Return what a wish means.

    Raises
    ------
    ForgetInvalid
        If it names nothing, several things at once, or a word that is too short.
    NotFound
        If the exchange, conversation or import that it names is not there.
    """
    match wish.scope:
        case Scope.EXCHANGE:
            return Choice(Scope.EXCHANGE, _found(queries.by_id(session, wish.exchange or 0)))
        case Scope.CONVERSATION:
            return Choice(Scope.CONVERSATION, _found(_conversation(session, wish)))
        case Scope.WORD:
            return _holding(session, wish.word or "")
        case Scope.RANGE:
            bounds = bounds_of(TimelineFilter(since=wish.since, until=wish.until))
            return Choice(Scope.RANGE, tuple(queries.between(session, bounds.since, bounds.before)))
        case Scope.IMPORT:
            number = wish.import_id or 0
            return Choice(Scope.IMPORT, undo_import.choose(session, number), import_id=number)
        case Scope.CLIENT:
            ids, contexts = forgotten_contexts.choose(session, wish.client or 0)
            words = forgotten_contexts.words_of(session, wish.client or 0)
            named = saved_portfolios.holding(session, *words)
            return Choice(Scope.CLIENT, tuple(ids), contexts=contexts, portfolios=named)
        case Scope.EVERYTHING:
            return Choice(Scope.EVERYTHING, tuple(queries.exchange_ids(session)))
        case _neither:
            raise ForgetInvalid(
                _("Name one thing to forget: an exchange, a chat, a word, days, an import, a client, everything.")
            )


def plan(session: Session, choice: Choice) -> ForgetPlan:
    """Return what would go if a choice were forgotten; changes nothing."""
    rows = queries.chosen(session, choice.ids)
    talks: dict[int, int] = {}
    for row in rows:
        talks[row.conversation_id] = talks.get(row.conversation_id, 0) + 1
    sizes = queries.sizes_of(session, talks)
    newest = sorted(rows, key=lambda row: (row.asked_at, row.id), reverse=True)[:EXAMPLES]
    return ForgetPlan(
        scope=choice.scope,
        exchanges=len(rows),
        conversations=len(talks),
        whole_conversations=sum(sizes[talk] == count for talk, count in talks.items()),
        topics=len({row.topic_id for row in rows if row.topic_id is not None}),
        exports=export_log_queries.count_holding(session, choice.ids),
        by_title=len(choice.by_title),
        first_at=min((row.asked_at for row in rows), default=None),
        last_at=max((row.asked_at for row in rows), default=None),
        examples=queries.examples(session, [row.id for row in newest]),
        entries=len(own_texts.entries_concerned(session, choice.scope, choice.ids) | choice.entries)
        + len(saved_portfolios.concerned(session, choice.scope) | choice.portfolios),
        clients=forgotten_contexts.concerned(choice.contexts),
    )


def ask(session: Session, choice: Choice, *, now: datetime, wait: timedelta) -> ForgetPass:
    """Note that a choice is to be forgotten after ``wait``; only numbers are noted."""
    rows = queries.chosen(session, choice.ids)
    wanted = ForgetPass(
        id=0,
        scope=choice.scope,
        stage=Stage.WAITING,
        exchanges=len(rows),
        conversations=len({row.conversation_id for row in rows}),
        exports=export_log_queries.count_holding(session, choice.ids),
        asked_at=now,
        due_at=now + wait,
        finished_at=None,
    )
    bump_revision(session)
    asked = passes.add_pass(session, wanted, (row.id for row in rows))
    entry_queries.note_targets(session, asked.id, choice.entries)
    portfolio_queries.note_targets(session, asked.id, choice.portfolios)
    context_forget_queries.note_targets(session, asked.id, choice.contexts)
    if choice.import_id is not None:
        note_undo_pass(session, choice.import_id, asked.id)
    return asked


def carry_out(session: Session, wanted: ForgetPass, *, now: datetime, progress: Progress) -> Gone:
    """Remove what a waiting pass is about, every row of it, in the caller's transaction.

    The pass is in stage ``cleaning`` then: nothing of it can be read any more, and what is left to do is to make sure
    that no free page and no backup holds it either.
    """
    ids = _targets(session, wanted)
    marker = Marker(passes.make_forget_key(session))
    make_way(session, len(ids))
    entries = own_texts.forget_entries(session, wanted, ids)
    clients = forgotten_contexts.forget(session, wanted)
    saved_portfolios.forget(session, wanted, ids, entries=entries, clients=clients)
    renamed = _remove_texts(session, ids, marker, now, progress) if wanted.text_only else 0
    if not wanted.text_only:
        renamed = _remove(session, wanted, ids, marker, now=now, progress=progress)
    undone = undone_by(session, wanted.id) if wanted.scope is Scope.IMPORT else None
    restored = 0 if undone is None else undo_import.settle(session, undone, removed=len(ids)).restored
    passes.drop_targets(session, wanted.id)
    passes.change_pass(session, wanted.id, stage=Stage.CLEANING.value, exchanges=len(ids))
    raise_counter(session, TOPICS_STALE, 0 if wanted.text_only else len(ids) + restored)
    raise_counter(session, passes.FORGET_EPOCH)
    bump_revision(session)
    return Gone(len(ids), renamed)


def _found(ids: Sequence[int]) -> tuple[int, ...]:
    if not ids:
        raise NotFound(_("There is nothing (any more) that this would forget."))
    return tuple(ids)


def _conversation(session: Session, wish: ForgetWish) -> list[int]:
    if wish.conversation_of is not None:
        return queries.beside(session, queries.by_id(session, wish.conversation_of))
    return queries.by_source(session, wish.conversation or "")


def _holding(session: Session, word: str) -> Choice:
    if len(queries.folded(word)) < WORD_LEAST:
        raise ForgetInvalid(_("The word is too short: with two letters or more it can be looked for."))
    ids, by_title = queries.holding(session, word)
    return Choice(
        Scope.WORD,
        tuple(ids),
        frozenset(by_title),
        entries=own_texts.entries_holding(session, word),
        contexts=forgotten_contexts.holding(session, word),
        portfolios=saved_portfolios.holding(session, word),
    )


def _targets(session: Session, wanted: ForgetPass) -> list[int]:
    """Return what the pass is about now: what came to its conversations while it waited goes too."""
    listed = passes.targets(session, wanted.id)
    if wanted.scope is Scope.EVERYTHING:
        return queries.exchange_ids(session)
    if wanted.scope is Scope.CLIENT:
        return list(forgotten_contexts.exchanges_now(session, wanted))
    if wanted.scope is Scope.CONVERSATION:
        return queries.beside(session, listed)
    if wanted.scope is Scope.IMPORT and (undone := undone_by(session, wanted.id)) is not None:
        # What was captured too while this waited stays.
        return removable(session, undone)
    return [row.id for row in queries.chosen(session, listed)]


def _remove(
    session: Session, wanted: ForgetPass, ids: Sequence[int], marker: Marker, *, now: datetime, progress: Progress
) -> int:
    everything = wanted.scope is Scope.EVERYTHING
    talks = queries.talks_of(session, ids)
    if wanted.leaves_marks:
        tombstones.keep_out(session, marker, ids, now=now)
        _mark_parts(session, wanted, talks, marker, now)
        _hang_orphans_elsewhere(session, ids, marker)
    aftermath = None if everything else forgotten_topics.foresee(session, ids)
    done = 0
    for part in queries.parts(ids):
        queries.delete_exchanges(session, part)
        done += len(part)
        progress(done)
    if aftermath is None:
        queries.drop_everything_derived(session)
        drop_all_imports(session)
        return 0
    empty = queries.drop_empty_talks(session, talks)
    for talk, (provider, source_id, count) in talks.items():
        if talk in empty:
            queries.drop_ledger_row(session, provider, source_id)
            if wanted.leaves_marks:
                tombstones.put(session, [marker.emptied(provider, source_id)], now=now)
        else:
            queries.note_in_ledger(session, provider, source_id, count)
    drop_source_ids(session)
    _find_paths(session, talks.keys() - empty)
    context_rules.settle(session, sorted(talks.keys() - empty))
    forgotten_topics.apply(session, aftermath, now=now)
    return aftermath.renamed


def _mark_parts(
    session: Session, wanted: ForgetPass, talks: dict[int, tuple[str, str, int]], marker: Marker, now: datetime
) -> None:
    """Mark what was forgotten as a whole, so that what is still on its way from it stays out too."""
    if wanted.scope is Scope.EVERYTHING:
        tombstones.put(session, [marker.everything()], now=now)
    if wanted.scope in {Scope.EVERYTHING, Scope.CONVERSATION}:
        named = {(provider, source_id) for provider, source_id, _count in talks.values()}
        tombstones.put(session, [marker.talk(*name) for name in sorted(named)], now=now)
        tombstones.put(session, [marker.emptied(*name) for name in sorted(named)], now=now)


def _hang_orphans_elsewhere(session: Session, ids: Sequence[int], marker: Marker) -> None:
    """Replace the forgotten reply's id where a living exchange names it as its parent."""
    gone = set(ids)
    rows = [
        (row, marker.stand_in(provider, source_id, parent), on_path)
        for row, provider, source_id, parent, on_path in queries.orphans_of(session, ids)
        if row not in gone
    ]
    queries.hang_elsewhere(session, rows)


def _find_paths(session: Session, talks: set[int]) -> None:
    """Work out the current paths of conversations that lost exchanges."""
    moved: dict[int, bool] = {}
    for rows in capture_queries.copies_of(session, talks).values():
        on_path = current_path([turn_of(row) for row in rows])
        moved |= {row.id: row.id in on_path for row in rows if row.on_current_path != (row.id in on_path)}
    capture_queries.set_current_path(session, moved)


def turn_of(row: StoredCopy) -> Turn:
    """Return a stored exchange as a place in its conversation."""
    copy = row.copy
    return Turn(
        id=row.id,
        prompt_id=copy.prompt_id,
        reply_id=copy.reply_id,
        parent_id=copy.parent_id,
        flagged=copy.path_flag,
        active_at=copy.active_at,
        happened_at=copy.answered_at or copy.asked_at,
    )


def _remove_texts(session: Session, ids: Sequence[int], marker: Marker, now: datetime, progress: Progress) -> int:
    tombstones.keep_out(session, marker, ids, now=now)
    talks = queries.talks_of(session, ids)
    done = 0
    for part in queries.parts(ids):
        blank = [
            (row, marker.blank(row, prompt), marker.blank(row, reply))
            for row, prompt, reply in queries.digests_of(session, part)
        ]
        queries.remove_texts(session, blank)
        done += len(part)
        progress(done)
    queries.drop_titles_without_text(session, talks)
    return 0
