"""Undoing a correction, at once or much later, by itself; where it makes no sense any more it says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Corrected, Correction, Kind, Place, last_words
from skilltrail.domain.topics import WITHOUT_NAME
from skilltrail.errors import CorrectionRefused, NotFound
from skilltrail.i18n import _
from skilltrail.services.correction_state import TOPIC_KINDS, finish, restate
from skilltrail.storage import correction_queries as queries


@dataclass(frozen=True, slots=True)
class _Case:
    """A correction about exchanges: all its places, and those about which it has the last word still."""

    one: Correction
    places: Mapping[int, tuple[str | None, str | None]]
    last: Mapping[int, Place]

    @property
    def own(self) -> list[int]:
        """Return the exchanges that go back."""
        return [row for row in self.places if row in self.last and self.last[row].correction_id == self.one.id]


def undo(session: Session, correction_id: int, *, now: datetime) -> Corrected:
    """Take one correction back; what was corrected otherwise stays.

    Raises
    ------
    NotFound
        If there is no such correction (any more).
    CorrectionRefused
        If it was undone already, or if a later correction rests on it.
    """
    one = queries.find_correction(session, correction_id)
    if one is None:
        raise NotFound(_("This correction does not exist (any more)."))
    if one.undone_at is not None:
        raise CorrectionRefused(_("This was undone already."))
    if one.kind in TOPIC_KINDS:
        return _undo_about_topic(session, one, now)
    return _undo_about_exchanges(session, one, now)


def _undo_about_topic(session: Session, one: Correction, now: datetime) -> Corrected:
    topic_id = one.topic_id or ""
    queries.note_undone(session, [one.id], now=now)
    restate(session, topic_id, one.kind)
    finish(session)
    later = [
        other for other in queries.corrections_of(session, topic_id) if other.kind is one.kind and other.id > one.id
    ]
    if later:
        return Corrected(one.id, one.topic_id, _("Undone. What you chose after that stays."))
    return Corrected(one.id, one.topic_id, _("Undone."))


def _undo_about_exchanges(session: Session, one: Correction, now: datetime) -> Corrected:
    places = {row: (left, to) for row, left, to in queries.places_of(session, one.id)}
    case = _Case(one, places, last_words(queries.places(session, list(places))))
    own = case.own
    if places and not own:
        raise CorrectionRefused(_("You changed the same exchanges again after that. Undo the later change first."))
    _refuse_homeless(session, case)
    queries.note_undone(session, [one.id], now=now)
    revived = _revive(session, case) if one.kind is Kind.MERGE else set()
    back = _back(session, case)
    queries.put_into(session, back.items())
    ended = _end_split(session, case, now) if one.kind is Kind.SPLIT else set()
    touched = {topic for pair in places.values() for topic in pair if topic is not None}
    finish(session, touched=touched | revived)
    return Corrected(one.id, _where(one, ended, places), _words(len(places) - len(own)))


def _refuse_homeless(session: Session, case: _Case) -> None:
    """A split needs the topic that it came from; a merge brings its own back."""
    if case.one.kind is not Kind.SPLIT:
        return
    homes = {case.places[row][0] for row in case.own} - {None}
    if any(found.retired for found in queries.topics(session, [home for home in homes if home is not None])):
        raise CorrectionRefused(_("The topic that it was split off from has ended since, so it cannot go back there."))


def _revive(session: Session, case: _Case) -> set[str]:
    """Let the topics that a merge ended live again."""
    wanted = {case.places[row][0] for row in case.own} - {case.one.topic_id, None}
    revived = set()
    for found in queries.topics(session, [topic for topic in wanted if topic is not None]):
        if found.retired:
            # Forgetting leaves of an ended topic nothing but its id; without a reason the next run names it anew.
            name = found.name or WITHOUT_NAME
            queries.change_topic(session, found.id, retired_at=None, name=name)
        revived.add(found.id)
    return revived


def _back(session: Session, case: _Case) -> dict[int, str | None]:
    """Return where exchanges go: to what an earlier correction says, else to where they were, if that still lives."""
    own = case.own
    earlier = last_words(queries.places(session, own))
    living = {found.id for found in queries.topics(session)}
    standing = queries.standing_places(session, own)
    back: dict[int, str | None] = {}
    for row in own:
        left, to = case.places[row]
        home = earlier[row].to_topic if row in earlier else left
        # Where it stood before ended since, it stays until the next look finds it a place.
        if row in standing and standing[row] == to and (home is None or home in living):
            back[row] = home
    return back


def _end_split(session: Session, case: _Case, now: datetime) -> set[str]:
    """End the topics that a split made; what joined them since goes with the rest."""
    made = {to for left, to in case.places.values() if to is not None and to != left}
    ended = set()
    for topic_id in sorted(made):
        members = queries.members_of(session, [topic_id])
        held = last_words(queries.places(session, list(members)))
        home = next((left for left, to in case.places.values() if to == topic_id and left is not None), None)
        queries.put_into(session, [(row, home) for row in members if row not in held])
        if not queries.members_of(session, [topic_id]):
            queries.change_topic(session, topic_id, retired_at=now)
            ended.add(topic_id)
    return ended


def _where(one: Correction, ended: set[str], places: Mapping[int, tuple[str | None, str | None]]) -> str | None:
    """Return the topic to look at now."""
    if one.kind in {Kind.MOVE, Kind.SPLIT} and (one.topic_id in ended or one.topic_id is None):
        return next((left for left, _to in places.values() if left is not None and left not in ended), None)
    return one.topic_id


def _words(others: int) -> str:
    if others:
        words = _("Undone, but for {count} that you corrected again after that.")
        return words.format(count=others)
    return _("Undone.")
