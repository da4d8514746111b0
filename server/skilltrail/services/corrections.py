"""The learner's corrections of topics: each is kept as a decision, acts at once, and binds every later run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.carry_over import PALETTE_SIZE, topic_id
from skilltrail.domain.corrections import Corrected, Kind, Part, Standing, TopicSay, clean_name
from skilltrail.errors import CorrectionRefused, NotFound
from skilltrail.formats import listed, quoted
from skilltrail.i18n import _
from skilltrail.services.correction_state import TOPIC_KINDS, finish, restate
from skilltrail.storage import correction_queries as queries
from skilltrail.storage.correction_queries import TopicState
from skilltrail.storage.trail_queries import topic_names

Moves = Mapping[int, tuple[str | None, str | None]]
"""Exchanges with the topic that each leaves and the one that it comes to."""


def living(session: Session, topic: str) -> TopicState:
    """Return a living topic; raises NotFound."""
    found = queries.find_topic(session, topic)
    if found is None or found.retired:
        raise NotFound(_("This topic does not exist (any more)."))
    return found


def say_of(session: Session, topic: str) -> TopicSay:
    """Return what the learner has said about a topic; raises NotFound."""
    found = topic_names(session).get(topic)
    if found is None or found.retired:
        raise NotFound(_("This topic does not exist (any more)."))
    said = queries.corrections_of(session, topic)
    return TopicSay(
        standing=Standing(found.standing),
        kept=any(one.kind is Kind.KEEP for one in said),
        own_name=found.own_name,
        found_name=found.found_name,
        corrections=tuple(said),
    )


def rename(session: Session, topic: str, name: str | None, *, now: datetime) -> Corrected:
    """Call a topic by a name of the learner's; None gives ours back.

    Raises
    ------
    NotFound
        If there is no such topic (any more).
    CorrectionRefused
        If the name is empty or another topic is called so.
    """
    found = living(session, topic)
    if name is None:
        return _take_back(session, found, Kind.RENAME, now=now, words=_("It has our name again."))
    wanted = clean_name(name)
    if not wanted:
        raise CorrectionRefused(_("A name needs at least one letter or digit."))
    _refuse_double(session, wanted, but=topic)
    if wanted == found.pinned_name:
        return Corrected(None, topic, _("It is called so already."))
    words = _("Renamed to “{name}”.").format(name=wanted)
    return _decide(session, found, Kind.RENAME, wanted, now=now, words=words)


def set_standing(session: Session, topic: str, standing: Standing, *, now: datetime) -> Corrected:
    """Hide a topic, call it no skill, or show it again; raises NotFound."""
    found = living(session, topic)
    if found.standing == standing.value:
        return Corrected(None, topic, _("It is so already."))
    if standing is Standing.SHOWN:
        return _take_back(session, found, Kind.STANDING, now=now, words=_("It is shown again."))
    words = {
        Standing.HIDDEN: _("Hidden. It is on no timeline and in no export."),
        Standing.NOT_SKILL: _("It counts as no skill. New exchanges like these go there without a word."),
    }
    return _decide(session, found, Kind.STANDING, standing.value, now=now, words=words[standing])


def set_colour(session: Session, topic: str, colour: int, *, now: datetime) -> Corrected:
    """Give a topic another colour, an index into the palette; raises NotFound, CorrectionRefused."""
    found = living(session, topic)
    if not 0 <= colour < PALETTE_SIZE:
        raise CorrectionRefused(_("There is no such colour."))
    if colour == found.colour:
        return Corrected(None, topic, _("It is so already."))
    words = _("It has the new colour.")
    return _decide(session, found, Kind.COLOUR, str(colour), before=str(found.colour), now=now, words=words)


def set_area(session: Session, topic: str, area: str, *, now: datetime) -> Corrected:
    """Put a topic into another area that holds topics; raises NotFound, CorrectionRefused."""
    found = living(session, topic)
    if area == found.area:
        return Corrected(None, topic, _("It is so already."))
    if area not in queries.areas(session):
        raise CorrectionRefused(_("There is no such area."))
    if found.found_area is None:
        queries.change_topic(session, topic, found_area=found.area)
    return _decide(session, found, Kind.AREA, area, now=now, words=_("It stands in the new area."))


def keep(session: Session, topic: str, *, on: bool, now: datetime) -> Corrected:
    """Let no run end, split or merge a topic, or no longer; raises NotFound."""
    found = living(session, topic)
    kept = [one for one in queries.corrections_of(session, topic) if one.kind is Kind.KEEP]
    if bool(kept) is on:
        return Corrected(None, topic, _("It is so already."))
    if not on:
        return _take_back(session, found, Kind.KEEP, now=now, words=_("Later looks at your history may change it."))
    moves = dict.fromkeys(queries.members_of(session, [topic]), (topic, topic))
    return _apply(session, Kind.KEEP, topic, moves, now=now, words=_("It stays as it is; new exchanges may join."))


def move(session: Session, exchanges: Sequence[int], topic: str | None, *, now: datetime) -> Corrected:
    """Put exchanges into a topic, or into none; raises NotFound."""
    target = None if topic is None else living(session, topic)
    standing = _standing(session, exchanges)
    moves = {row: (before, topic) for row, before in standing.items()}
    count = len(moves)
    if target is None:
        words = _("Taken out of all topics: {count}.").format(count=count)
    else:
        words = _("Moved to “{name}”: {count}.").format(name=target.shown_name, count=count)
    return _apply(session, Kind.MOVE, topic, moves, now=now, words=words)


def merge(session: Session, sources: Sequence[str], into: str, *, now: datetime) -> Corrected:
    """Make topics one; it keeps id, name and colour of ``into``.

    Raises
    ------
    NotFound
        If one of them does not exist (any more).
    CorrectionRefused
        If there is nothing to merge.
    """
    target = living(session, into)
    others = [living(session, topic) for topic in sorted(set(sources) - {into})]
    if not others:
        raise CorrectionRefused(_("Choose another topic to merge with."))
    members = queries.members_of(session, [into, *(other.id for other in others)])
    moves = {row: (before, into) for row, before in members.items()}
    names = listed([quoted(one.shown_name) for one in (*others, target)])
    words = _("{names} are one now.").format(names=names)
    for other in others:
        queries.change_topic(session, other.id, retired_at=now)
    return _apply(session, Kind.MERGE, into, moves, now=now, words=words)


def split_off(session: Session, exchanges: Sequence[int], name: str, *, now: datetime) -> Corrected:
    """Make a topic of exchanges, with a name of the learner's.

    Raises
    ------
    NotFound
        If none of the exchanges is there.
    CorrectionRefused
        If the name is empty or taken, or if nothing would be left of a topic.
    """
    wanted = clean_name(name)
    if not wanted:
        raise CorrectionRefused(_("A name needs at least one letter or digit."))
    _refuse_double(session, wanted)
    standing = _standing(session, exchanges)
    sources = {topic for topic in standing.values() if topic is not None}
    _refuse_whole(session, sources, standing)
    part = Part(name=wanted, exchanges=tuple(standing))
    return _split(session, sources, [part], own_name=True, now=now)


def split_into(session: Session, topic: str, parts: Sequence[Part], *, now: datetime) -> Corrected:
    """Divide a topic as proposed: each of ``parts`` becomes a topic, what is in none of them stays.

    Raises as ``split_off``.
    """
    living(session, topic)
    members = queries.members_of(session, [topic])
    still = [
        Part(part.name, tuple(row for row in part.exchanges if row in members), part.terms, part.reason)
        for part in parts
    ]
    still = [part for part in still if part.exchanges]
    _refuse_whole(session, {topic}, [row for part in still for row in part.exchanges])
    if not still:
        raise CorrectionRefused(_("There is nothing to split off."))
    return _split(session, {topic}, still, own_name=False, now=now)


def _split(session: Session, sources: set[str], parts: Sequence[Part], *, own_name: bool, now: datetime) -> Corrected:
    """Make a topic of each part; the border to the topics that they leave holds on both sides."""
    like = min(sources) if sources else _any_topic(session)
    first = topic_of_split(session, parts[0])
    members = queries.members_of(session, sources)
    moves: dict[int, tuple[str | None, str | None]] = {row: (before, before) for row, before in members.items()}
    for part in parts:
        new = topic_of_split(session, part)
        name = _free_name(session, part.name)
        values = {"name": name, "pinned_name": name if own_name else None, "name_reason": part.reason}
        colour = _spare_colour(session)
        queries.copy_topic(session, like, new, terms=list(part.terms), colour=colour, created_at=now, **values)
        moves |= {row: (members.get(row), new) for row in part.exchanges}
    names = listed([quoted(part.name) for part in parts])
    words = _("Split off: {names}.").format(names=names)
    value = parts[0].name if own_name else None
    about = like if sources else first
    done = _apply(session, Kind.SPLIT, about, moves, now=now, words=words, value=value)
    return Corrected(done.id, first if len(parts) == 1 else about, words)


def topic_of_split(session: Session, part: Part) -> str:
    """Return the id of a topic made by hand, from its first exchange; never one that was given before."""
    attempt = 0
    while queries.find_topic(session, found := topic_id(f"by hand {min(part.exchanges)}", attempt)) is not None:
        attempt += 1
    return found


def _decide(
    session: Session,
    found: TopicState,
    kind: Kind,
    value: str,
    *,
    now: datetime,
    words: str,
    before: str | None = None,
) -> Corrected:
    made = queries.add_correction(session, kind, found.id, value=value, before=before, now=now)
    restate(session, found.id, kind)
    finish(session)
    return Corrected(made, found.id, words)


def _take_back(session: Session, found: TopicState, kind: Kind, *, now: datetime, words: str) -> Corrected:
    """Undo all standing decisions of a kind about a topic."""
    said = [one.id for one in queries.corrections_of(session, found.id) if one.kind is kind]
    if not said:
        return Corrected(None, found.id, _("It is so already."))
    queries.note_undone(session, said, now=now)
    if kind in TOPIC_KINDS:
        restate(session, found.id, kind)
    finish(session)
    return Corrected(said[-1], found.id, words)


def _apply(
    session: Session,
    kind: Kind,
    topic: str | None,
    moves: Moves,
    *,
    now: datetime,
    words: str,
    value: str | None = None,
) -> Corrected:
    """Keep a decision about exchanges and put them where it says."""
    made = queries.add_correction(session, kind, topic, value=value, before=None, now=now)
    queries.add_places(session, made, [(row, before, after) for row, (before, after) in moves.items()])
    queries.put_into(session, [(row, after) for row, (before, after) in moves.items() if before != after])
    finish(session, touched={place for pair in moves.values() for place in pair if place is not None})
    return Corrected(made, topic, words)


def _standing(session: Session, exchanges: Sequence[int]) -> dict[int, str | None]:
    found = queries.standing_places(session, sorted(set(exchanges)))
    if not found:
        raise NotFound(_("None of these exchanges is there (any more)."))
    return found


def _refuse_double(session: Session, name: str, *, but: str = "") -> None:
    same = [one for one in queries.topics(session) if one.shown_name.casefold() == name.casefold() and one.id != but]
    if same:
        raise CorrectionRefused(_("Another topic is called so. Choose another name, or merge the two."))


def _refuse_whole(session: Session, sources: set[str], leaving: Iterable[int]) -> None:
    gone = set(leaving)
    for topic in sources:
        if not queries.members_of(session, [topic]).keys() - gone:
            raise CorrectionRefused(_("That is the whole topic. Leave at least one exchange in it, or rename it."))


def _free_name(session: Session, name: str) -> str:
    taken = {one.shown_name.casefold() for one in queries.topics(session)}
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{name} {number}", number + 1
    return found


def _spare_colour(session: Session) -> int:
    in_use = queries.colours_in_use(session)
    return min(range(PALETTE_SIZE), key=lambda colour: (in_use.count(colour), colour))


def _any_topic(session: Session) -> str:
    """Return a topic whose area a new one can share; raises CorrectionRefused where there is none yet."""
    found = queries.topics(session)
    if not found:
        raise CorrectionRefused(_("There are no topics yet. They come by themselves when there is enough to compare."))
    return found[0].id
