"""The leak scan: looks through everything that a portfolio discloses for what must not go out.

It finds clients' words and what looks like them, secrets, own words, personal data, marks of what was hidden, paths
that name somebody, and excerpts that are a client's matter. Names of people that no list holds, and what a picture
shows, no pattern finds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from skilltrail.domain.context_words import fold
from skilltrail.domain.contexts import Context, ContextKind
from skilltrail.domain.leak_hits import (
    AROUND,
    HitKind,
    LeakHit,
    PortfolioText,
    TextPlace,
    digest_for,
    digest_of_hit,
    resolving_of,
    texts_of,
)
from skilltrail.domain.portfolio import Audience, Selection
from skilltrail.domain.redaction import OWN_WORD
from skilltrail.domain.resolved_portfolio import Resolved
from skilltrail.platform.client_words import ClientWords
from skilltrail.platform.linear import Subject
from skilltrail.platform.near_words import NearWords
from skilltrail.platform.patterns import MARK, SecretRedactor
from skilltrail.platform.personal_data import PersonalData
from skilltrail.platform.readings import readings
from skilltrail.services.context_rules import words_of
from skilltrail.services.leak_bytes import carried
from skilltrail.storage import context_queries
from skilltrail.storage import portfolio_evidence_queries as evidence

_MASKED = r"(?P<secret>\[client\]|\[e-mail\]|\[phone\]|\[iban\]|\[ip-address\]|\[mac-address\])"
_PATH = (
    r"(?i)(?P<secret>[a-z]:[\\/]+users[\\/]+[^\\/\s\"'<>|:*?]+"
    r"|/(?:home|users)/[^/\s\"'<>|:*?]+"
    r"|\\\\[a-z0-9_.-]+\\[^\\/\s\"'<>|:*?]+"
    r"|file:/{2,3}[^\s\"'<>]+)"
)


@dataclass(frozen=True, slots=True)
class Lookout:
    """What is looked for. ``names`` are those of clients by id, ``clients_of`` whose each excerpt's exchange is."""

    words: ClientWords
    near: NearWords
    redactor: SecretRedactor
    personal: PersonalData
    names: Mapping[int, str] = field(default_factory=dict)
    clients_of: Mapping[int, Sequence[tuple[int, bool]]] = field(default_factory=dict)
    recipients: frozenset[int] = frozenset()
    """Clients whom the portfolio is for: their own matter may be shown to them."""
    readers: str = ""
    """Whom it is for and whose matter it may hold: leave to show a client's matter holds for these readers only."""


@dataclass(frozen=True, slots=True)
class _Found:
    kind: HitKind
    start: int
    end: int
    detail: str = ""


def lookout(
    session: Session,
    selection: Selection,
    shown: Sequence[int] = (),
    *,
    redactor: SecretRedactor,
    exempt: Collection[str],
    common: Callable[[], Collection[str]] = frozenset,
    readers: Collection[int] | None = None,
) -> Lookout:
    """Return what to look for in a portfolio that shows these exchanges.

    Words of admitted clients are passed over only where the portfolio is for them, or where they are ``readers``.
    ``exempt`` are the learner's own addresses and numbers, ``common`` gives everybody's words.
    """
    living = context_queries.contexts(session)
    recipients = _recipients(selection, living.values()) if readers is None else frozenset(readers)
    words = words_of(living.values()).sparing(recipients.intersection(selection.admitted))
    return Lookout(
        words=words,
        near=NearWords(words.unspared(), common),
        redactor=redactor,
        personal=PersonalData(exempt=exempt),
        names={number: one.form.name for number, one in living.items()},
        clients_of=evidence.clients_of(session, shown) if shown else {},
        recipients=recipients,
        readers="\x1f".join((selection.recipient, selection.audience, *map(str, sorted(selection.admitted)))),
    )


def _recipients(selection: Selection, living: Iterable[Context]) -> frozenset[int]:
    """Return the clients whom a portfolio is for: who is named as its recipient and by nothing else."""
    if selection.audience is not Audience.CLIENT:
        return frozenset()
    wanted = _plain(selection.recipient)
    clients = (one for one in living if one.kind is ContextKind.CLIENT)
    return frozenset(one.id for one in clients if wanted in map(_plain, (one.form.name, *one.form.others)))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def scan(
    resolved: Resolved, seen: Lookout, *, allowed: Collection[str] = (), file_names: Iterable[str] = ()
) -> tuple[LeakHit, ...]:
    """Return everything that is found in a portfolio and in the names of its files, in the order of its texts.

    A hit whose digest is ``allowed`` says so; every other one is open.
    """
    named = (PortfolioText(TextPlace("file name"), name) for name in file_names)
    found = [hit for text in (*texts_of(resolved.portfolio), *named) for hit in _hits(text, seen, resolved)]
    hits = [replace(one, digest=digest_for(one, seen.readers)) for one in found]
    once = {(hit.digest, hit.place): hit for hit in hits}
    return tuple(replace(hit, allowed=hit.digest in allowed) for hit in once.values())


def kinds_in(text: PortfolioText, seen: Lookout) -> tuple[str, ...]:
    """Return the kinds of what a scan would stop at in a text that may be chosen."""
    found = [*_chosen(_found(text.text, seen)), *_carried(text.text, seen)]
    return tuple(dict.fromkeys(one.kind.value for one in found))


def open_hits(hits: Iterable[LeakHit]) -> tuple[LeakHit, ...]:
    """Return those that nobody has resolved."""
    return tuple(hit for hit in hits if not hit.allowed)


def _hits(text: PortfolioText, seen: Lookout, resolved: Resolved) -> Iterator[LeakHit]:
    exchange = resolved.exchange_behind(text)
    if _is_named_after_others(text, resolved):
        yield _hit(text, _Found(HitKind.HELD_BACK, 0, len(text.text)), None)
    groups: dict[tuple[HitKind, str, str], list[_Found]] = {}
    for one in _chosen(_found(text.text, seen)):
        groups.setdefault((one.kind, one.detail, fold(text.text[one.start : one.end])), []).append(one)
    for found in groups.values():
        yield _hit(text, found[0], exchange, times=len(found))
    for one in _carried(text.text, seen):
        yield _hit(text, one, exchange)
    if exchange is not None:
        for client, certain in seen.clients_of.get(exchange, ()):
            if client not in seen.recipients or not certain:
                first = _Found(HitKind.OTHERS_MATTER, 0, min(len(text.text), AROUND), seen.names.get(client, ""))
                yield _hit(text, first, exchange)


def _is_named_after_others(text: PortfolioText, resolved: Resolved) -> bool:
    topic, what = text.place.topic_id, text.place.what
    return (what == "name" and topic in resolved.named_after_others) or (
        what == "alignment" and (topic, text.text) in resolved.concepts_of_others
    )


def _found(text: str, seen: Lookout) -> Iterator[_Found]:
    """Yield what stands in a text, as it stands and as it is meant, what weighs most first."""
    for word in seen.words.places(text):
        yield _Found(HitKind.CLIENT, word.start, word.end, seen.names.get(word.word.owner, ""))
    yield from _read(text, seen)
    for one in readings(text):
        for found in _read(one.text, seen):
            start, end = one.span(found.start, found.end)
            yield replace(found, start=start, end=end)


def _carried(text: str, seen: Lookout) -> Iterator[_Found]:
    """Yield the clients that something packed in a text names: where in it cannot be shown."""
    for owner in carried(text, seen.words):
        yield _Found(HitKind.CLIENT, 0, min(len(text), AROUND), seen.names.get(owner, ""))


def _read(text: str, seen: Lookout) -> Iterator[_Found]:
    for hit in seen.redactor.find(text):
        kind = HitKind.SECRET if hit.family == "secret" else HitKind.PERSONAL
        yield _Found(HitKind.OWN_WORD if hit.family == OWN_WORD else kind, hit.start, hit.end, hit.kind)
    subject = Subject(text)
    for start, end in (*subject.places(MARK), *subject.places(_MASKED)):
        yield _Found(HitKind.REDACTION, start, end)
    for start, end, personal in seen.personal.find(subject):
        yield _Found(HitKind.PERSONAL, start, end, personal)
    for start, end in subject.places(_PATH):
        yield _Found(HitKind.PATH, start, end)
    for near in seen.near.find(text):
        yield _Found(HitKind.NEAR_CLIENT, near.start, near.end, seen.names.get(near.word.owner, ""))


def _chosen(found: Iterable[_Found]) -> list[_Found]:
    """Leave out what says nothing that another finding of the same place does not say.

    Letting a client's word pass is no leave for the address or the secret that it stands in: of two kinds both stay.
    """
    taken: list[_Found] = []
    for one in found:
        if not any(_says_it(other, one) for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)


def _says_it(taken: _Found, one: _Found) -> bool:
    same = taken.kind is one.kind or (taken.kind is HitKind.CLIENT and one.kind is HitKind.NEAR_CLIENT)
    return same and one.start < taken.end and taken.start < one.end


def _hit(text: PortfolioText, one: _Found, exchange: int | None, *, times: int = 1) -> LeakHit:
    said, start, end = text.text, one.start, one.end
    found = said[start:end]
    before, after = said[max(0, start - AROUND) : start], said[end : end + AROUND]
    return LeakHit(
        kind=one.kind,
        place=text.place,
        found=found,
        before=("…" if start > AROUND else "") + before,
        after=after + ("…" if len(said) > end + AROUND else ""),
        digest=digest_of_hit(one.kind, text.place, f"{one.detail}\x1f{fold(found)}", said),
        detail=one.detail,
        times=times,
        resolving=resolving_of(one.kind, text.place),
        exchange_id=exchange,
    )
