"""What the API answers about portfolios."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from skilltrail.domain.leak_hits import LeakHit, TextPlace
from skilltrail.domain.portfolio import ExcerptChoice, Selection
from skilltrail.domain.portfolio_choices import ChoosableExchange, OfferedSkill
from skilltrail.domain.resolved_portfolio import Resolved
from skilltrail.domain.saved_portfolio import ItemChange, SavedPortfolio


@dataclass(frozen=True, slots=True)
class ExcerptAnswer:
    """Paragraphs of one exchange, and the log entry in which they were chosen."""

    exchange_id: int
    parts: list[str]
    entry: int | None


@dataclass(frozen=True, slots=True)
class SkillChoiceAnswer:
    """A skill of a portfolio, as it was chosen."""

    topic_id: str
    note: str
    excerpts: list[ExcerptAnswer]
    reflections: list[int]
    deliverables: list[int]
    endorsements: list[int]


@dataclass(frozen=True, slots=True)
class PortfolioAnswer:
    """A portfolio as it was put together; ``changes`` counts its forms."""

    id: int
    urn: str
    title: str
    audience: str
    person: str
    headline: str
    introduction: str
    recipient: str
    profiles: list[str]
    admitted: list[int]
    since: date | None
    until: date | None
    job_post: str
    language: str
    skills: list[SkillChoiceAnswer]
    created_at: datetime
    changed_at: datetime
    changes: int


@dataclass(frozen=True, slots=True)
class PortfolioList:
    """All portfolios, the one changed last first."""

    portfolios: list[PortfolioAnswer]


@dataclass(frozen=True, slots=True)
class PortfolioUndone:
    """The portfolio as it stands after the undoing; null where it does not stand any more."""

    portfolio: PortfolioAnswer | None


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """Where something stands: what it is, in which skill, and what names it there."""

    what: str
    topic_id: str
    key: str


@dataclass(frozen=True, slots=True)
class NotShownAnswer:
    """Something that was chosen and is not shown, and why: gone, private, period, moved, changed, empty, other skill,
    renamed, not yet or ended."""

    place: PlaceAnswer
    why: str


@dataclass(frozen=True, slots=True)
class HitAnswer:
    """A finding of the leak scan; it blocks unless it is ``allowed``. ``resolving``: leave out, reword."""

    digest: str
    kind: str
    place: PlaceAnswer
    found: str
    before: str
    after: str
    detail: str
    times: int
    resolving: list[str]
    allowed: bool


@dataclass(frozen=True, slots=True)
class ContentSkill:
    """A skill as it would be shown. ``held_back`` exchanges are not counted because they may not leave."""

    topic_id: str
    name: str
    stage: str | None
    first_on: date
    last_on: date
    exchanges: int
    learning: int
    checked: int
    excerpts: int
    held_back: int


@dataclass(frozen=True, slots=True)
class ContentAnswer:
    """What would be disclosed now, what of the choice is not shown, and what blocks."""

    skills: list[ContentSkill]
    withheld_skills: int
    not_shown: list[NotShownAnswer]
    hits: list[HitAnswer]
    open: int
    key: str
    """The did:key of the identity key that signs, "" before there is one."""
    earlier_keys: list[str]
    """Those that handed over to it, the newest first: their statements go along."""


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What the leak scan finds; ``open`` of them block."""

    hits: list[HitAnswer]
    open: int


@dataclass(frozen=True, slots=True)
class OfferedList:
    """The skills that can be chosen for a portfolio, with counts of what may leave."""

    skills: list[OfferedSkill]


@dataclass(frozen=True, slots=True)
class ChoosablePage:
    """Exchanges of a skill with their paragraphs; ``more``: there are further ones."""

    exchanges: list[ChoosableExchange]
    more: bool


@dataclass(frozen=True, slots=True)
class PortfolioExportAnswer:
    """A file that was made of a portfolio."""

    format: str
    name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ChangesAnswer:
    """What is other than in the last file, null where none was made; and the files, the newest first."""

    changes: list[ItemChange] | None
    exports: list[PortfolioExportAnswer]


def portfolio_answer(saved: SavedPortfolio) -> PortfolioAnswer:
    """Return a portfolio as the API tells it."""
    chosen = saved.selection
    return PortfolioAnswer(
        id=saved.id,
        urn=saved.urn,
        title=chosen.title,
        audience=chosen.audience.value,
        person=chosen.person,
        headline=chosen.headline,
        introduction=chosen.introduction,
        recipient=chosen.recipient,
        profiles=list(chosen.profiles),
        admitted=list(chosen.admitted),
        since=chosen.since,
        until=chosen.until,
        job_post=chosen.job_post,
        language=chosen.language,
        skills=_choices(chosen),
        created_at=saved.created_at,
        changed_at=saved.changed_at,
        changes=saved.changes,
    )


def content_answer(resolved: Resolved, hits: tuple[LeakHit, ...]) -> ContentAnswer:
    """Return what would be disclosed as the API tells it."""
    skills = [
        ContentSkill(
            topic_id=one.topic_id,
            name=one.name,
            stage=None if one.stage is None else one.stage.value,
            first_on=one.first_on,
            last_on=one.last_on,
            exchanges=one.exchanges,
            learning=one.learning,
            checked=one.checked,
            excerpts=len(one.excerpts),
            held_back=resolved.held_back.get(one.topic_id, 0),
        )
        for one in resolved.portfolio.skills
    ]
    not_shown = [NotShownAnswer(_place(one.place), one.why.value) for one in resolved.not_shown]
    scan = scan_answer(hits)
    return ContentAnswer(
        skills=skills,
        withheld_skills=resolved.portfolio.withheld,
        not_shown=not_shown,
        hits=scan.hits,
        open=scan.open,
        key=resolved.portfolio.person.did,
        earlier_keys=list(resolved.earlier_keys),
    )


def scan_answer(hits: tuple[LeakHit, ...]) -> ScanAnswer:
    """Return findings as the API tells them."""
    told = [
        HitAnswer(
            digest=hit.digest,
            kind=hit.kind.value,
            place=_place(hit.place),
            found=hit.found,
            before=hit.before,
            after=hit.after,
            detail=hit.detail,
            times=hit.times,
            resolving=[one.value for one in hit.resolving],
            allowed=hit.allowed,
        )
        for hit in hits
    ]
    return ScanAnswer(told, sum(not hit.allowed for hit in hits))


def _place(place: TextPlace) -> PlaceAnswer:
    return PlaceAnswer(place.what, place.topic_id, place.key)


def _choices(chosen: Selection) -> list[SkillChoiceAnswer]:
    return [
        SkillChoiceAnswer(
            one.topic_id,
            one.note,
            [_excerpt(each) for each in one.excerpts],
            list(one.reflections),
            list(one.deliverables),
            list(one.endorsements),
        )
        for one in chosen.skills
    ]


def _excerpt(one: ExcerptChoice) -> ExcerptAnswer:
    return ExcerptAnswer(one.exchange_id, list(one.parts), one.entry)
