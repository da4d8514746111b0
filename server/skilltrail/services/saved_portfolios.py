"""Keeping portfolios: what the learner put together, another form of it, taking it back; and forgetting them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from skilltrail.domain.entries import NAME_LIMIT
from skilltrail.domain.forget import ForgetPass, Scope
from skilltrail.domain.portfolio import Selection, SkillChoice
from skilltrail.domain.saved_portfolio import (
    DELIVERABLES_MOST,
    EXCERPTS_MOST,
    PORTFOLIOS_MOST,
    POST_LIMIT,
    SKILLS_MOST,
    TEXT_LIMIT,
    TITLE_LIMIT,
    SavedPortfolio,
    from_fields,
    pinned,
    unpinned,
    without,
    words_of,
)
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import LANGUAGES, _
from skilltrail.services.ports import Redactor
from skilltrail.storage import entry_queries, log_queries
from skilltrail.storage import portfolio_evidence_queries as evidence
from skilltrail.storage import portfolio_queries as queries
from skilltrail.storage.forget_queries import folded
from skilltrail.storage.meta_queries import bump_revision
from skilltrail.storage.touched import Touched

_PROFILES_MOST = 10


def keep(
    session: Session,
    selection: Selection,
    *,
    now: datetime,
    portfolio_id: int | None = None,
    before: Selection | None = None,
) -> SavedPortfolio:
    """Keep a new portfolio, or with ``portfolio_id`` another form of one.

    An excerpt that names no log entry is of the newest one; not one that named none ``before``, in the form that it was
    taken over from.

    Raises
    ------
    NotFound
        If there is no such portfolio (any more).
    RequestInvalid
        If something is missing, too long or too much.
    """
    clean = checked(selection)
    urn = uuid4().urn
    if portfolio_id is not None:
        held = standing(session, portfolio_id)
        urn, before = held.urn, before or held.selection
    elif len(queries.all_standing(session)) >= PORTFOLIOS_MOST:
        raise RequestInvalid(_("There are {most} portfolios already; delete one first.").format(most=PORTFOLIOS_MOST))
    clean = with_entries(session, clean, unless=frozenset() if before is None else unpinned(before))
    number = queries.put(session, clean, now=now, urn=urn, portfolio_id=portfolio_id)
    bump_revision(session, Touched())
    return standing(session, number)


def remove(session: Session, portfolio_id: int, *, now: datetime) -> SavedPortfolio:
    """Remove a portfolio; undoing brings it back. Raises NotFound."""
    held = standing(session, portfolio_id)
    queries.put(session, held.selection, now=now, urn=held.urn, portfolio_id=portfolio_id, removed=True)
    bump_revision(session, Touched())
    return held


def undo(session: Session, portfolio_id: int) -> SavedPortfolio | None:
    """Take the last change of a portfolio back; return it as it stands then, None where it does not.

    Raises
    ------
    NotFound
        If there is nothing to undo.
    """
    if not queries.undo(session, portfolio_id):
        raise NotFound(_("There is nothing to undo about this portfolio."))
    bump_revision(session, Touched())
    return queries.one(session, portfolio_id)


def with_entries(session: Session, selection: Selection, *, unless: Collection[int] = ()) -> Selection:
    """Return a selection whose excerpts name the newest log entry where they name none."""
    wanted, log = sorted(unpinned(selection) - set(unless)), log_queries.open_log(session)
    if not wanted or log is None:
        return selection
    found = evidence.entries_of(session, wanted, log.id)
    return pinned(selection, {number: entry for number, (_origin, entry) in found.items()})


def standing(session: Session, portfolio_id: int) -> SavedPortfolio:
    """Return a portfolio; raises NotFound."""
    found = queries.one(session, portfolio_id)
    if found is None:
        raise NotFound(_("This portfolio does not exist (any more)."))
    return found


def hidden(selection: Selection, redactor: Redactor) -> Selection:
    """Return a selection with the secrets in the learner's own words hidden, as in everything that is kept."""

    def clean(text: str) -> str:
        return redactor.redact(text)[0]

    return replace(
        selection,
        title=clean(selection.title),
        person=clean(selection.person),
        headline=clean(selection.headline),
        introduction=clean(selection.introduction),
        recipient=clean(selection.recipient),
        profiles=tuple(clean(one) for one in selection.profiles),
        job_post=clean(selection.job_post),
        skills=tuple(replace(one, note=clean(one.note)) for one in selection.skills),
    )


def checked(selection: Selection) -> Selection:
    """Return a selection as it is kept; raises RequestInvalid."""
    if selection.language and selection.language not in LANGUAGES:
        raise RequestInvalid(_("Skilltrail does not speak this language."))
    if selection.since and selection.until and selection.since > selection.until:
        raise RequestInvalid(_("The first day comes after the last one."))
    if len(selection.skills) > SKILLS_MOST:
        raise RequestInvalid(_("At most {most} skills fit into a portfolio.").format(most=SKILLS_MOST))
    return replace(
        selection,
        title=_line(selection.title, TITLE_LIMIT) or _("Portfolio"),
        person=_line(selection.person, NAME_LIMIT),
        headline=_line(selection.headline, TITLE_LIMIT),
        recipient=_line(selection.recipient, NAME_LIMIT),
        introduction=_text(selection.introduction, TEXT_LIMIT),
        job_post=_text(selection.job_post, POST_LIMIT),
        profiles=_profiles(selection.profiles),
        admitted=tuple(sorted(set(selection.admitted))),
        skills=tuple({one.topic_id: _skill(one) for one in selection.skills}.values()),
    )


def _skill(choice: SkillChoice) -> SkillChoice:
    excerpts = {one.exchange_id: replace(one, parts=tuple(dict.fromkeys(one.parts))) for one in choice.excerpts}
    if len(excerpts) > EXCERPTS_MOST:
        raise RequestInvalid(_("At most {most} excerpts fit under a skill.").format(most=EXCERPTS_MOST))
    if len(set(choice.deliverables)) > DELIVERABLES_MOST:
        raise RequestInvalid(_("At most {most} deliverables fit under a skill.").format(most=DELIVERABLES_MOST))
    return replace(
        choice,
        note=_text(choice.note, TEXT_LIMIT),
        excerpts=tuple(one for one in excerpts.values() if one.parts),
        reflections=tuple(dict.fromkeys(choice.reflections)),
        deliverables=tuple(dict.fromkeys(choice.deliverables)),
        endorsements=tuple(dict.fromkeys(choice.endorsements)),
    )


def _profiles(profiles: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.strip() for one in profiles if one.strip()))
    if len(found) > _PROFILES_MOST or any(not one.startswith(("https://", "http://")) for one in found):
        raise RequestInvalid(_("Each page of yours is a web address that begins with https://, at most ten of them."))
    if any(len(one) > 500 or " " in one for one in found):
        raise RequestInvalid(_("This is no web address: it begins with http:// or https:// and has no blanks."))
    return found


def _line(text: str, most: int) -> str:
    return _text(" ".join(text.split()), most)


def _text(text: str, most: int) -> str:
    if len(text.strip()) > most:
        raise RequestInvalid(_("This is too long: at most {most} characters.").format(most=most))
    return text.strip()


# --- forgetting -------------------------------------------------------------------------------------------------------


def holding(session: Session, *words: str) -> frozenset[int]:
    """Return the portfolios that hold one of the words in any of their forms; spelt as forgetting spells."""
    needles = [folded(word) for word in words]
    return frozenset(
        number
        for _form, number, fields in queries.values(session)
        if any(needle in folded(text) for text in words_of(from_fields(fields)) for needle in needles)
    )


def concerned(session: Session, scope: Scope) -> frozenset[int]:
    """Return the portfolios that go with a pass of this scope: all with everything."""
    if scope is not Scope.EVERYTHING:
        return frozenset()
    return frozenset(number for _form, number, _fields in queries.values(session))


def forget(
    session: Session,
    wanted: ForgetPass,
    ids: Collection[int],
    *,
    entries: Collection[int],
    clients: Collection[int],
) -> None:
    """Delete the portfolios that a pass takes away, and take out of the others what is forgotten.

    Call it while the exchanges are still there.
    """
    queries.forget(session, queries.take_targets(session, wanted.id) | concerned(session, wanted.scope))
    topics = set() if wanted.text_only else entry_queries.emptied_topics_of(session, _topics(session), ids)
    gone = set(ids)
    # Not left to the tables: with the retention rule exchanges stay, and a digest of a short text could be guessed.
    queries.forget_exchanges(session, gone)
    queries.forget_entries(session, entries)
    queries.rewrite(session, lambda one: without(one, exchanges=gone, topics=topics, entries=entries, clients=clients))


def _topics(session: Session) -> set[str]:
    return {one.topic_id for _form, _number, fields in queries.values(session) for one in from_fields(fields).skills}


def hide(session: Session, redactor: Redactor) -> int:
    """Redact every form of every portfolio; return how many of them changed."""
    times = 0

    def clean(selection: Selection) -> Selection:
        nonlocal times
        found = hidden(selection, redactor)
        times += found != selection
        return found

    queries.rewrite(session, clean)
    return times
