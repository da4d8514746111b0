"""Spot checks: what an answer would disclose, paragraph by paragraph, and which of it may go out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from skilltrail.domain.evidence_log import EntryState, OpenedEntry
from skilltrail.domain.leak_hits import PortfolioText, TextPlace
from skilltrail.domain.log_leaf import check_disclosures, read_leaf
from skilltrail.domain.portfolio import Audience, Selection
from skilltrail.domain.spot_check import ENTRIES_MOST, REASON, REASON_LIMIT, AskedEntry, AskedPart, SpotAnswer
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.services import evidence_log, leak_scan
from skilltrail.services.leak_scan import Lookout
from skilltrail.services.leak_words import hit_words
from skilltrail.storage import log_queries


def asked(
    session: Session,
    entries: Sequence[int],
    admitted: Collection[int],
    *,
    redactor: SecretRedactor,
    exempt: Collection[str],
    common: Callable[[], Collection[str]] = frozenset,
) -> list[AskedEntry]:
    """Return what could be shown of entries, each with what the leak scan stops at.

    ``admitted`` are clients whose matter may be shown; of another's nothing is.

    Raises
    ------
    NotFound
        If the log has no such entry.
    RequestInvalid
        If there are none, or too many.
    """
    if not 0 < len(set(entries)) <= ENTRIES_MOST:
        words = _("Name between 1 and {most} entries by their numbers.")
        raise RequestInvalid(words.format(most=ENTRIES_MOST))
    log = log_queries.open_log(session)
    if log is None:
        raise NotFound(_("The evidence log has no such entry."))
    seen = _lookout(session, admitted, redactor=redactor, exempt=exempt, common=common)
    wanted = sorted(set(entries))
    opened = dict(zip(wanted, evidence_log.opened_all(session, log, wanted, admitted), strict=True))
    old = [entry for entry, one in opened.items() if one.state is EntryState.SUPERSEDED]
    newer = log_queries.entries_after(session, log.id, old)
    in_place = evidence_log.opened_all(session, log, list(newer.values()), admitted)
    opened |= dict(zip(newer, in_place, strict=True))
    return [_asked(entry, one, seen) for entry, one in opened.items()]


def _lookout(
    session: Session,
    admitted: Collection[int],
    *,
    redactor: SecretRedactor,
    exempt: Collection[str],
    common: Callable[[], Collection[str]],
) -> Lookout:
    selection = Selection(title="", audience=Audience.CLIENT, person="", admitted=tuple(admitted))
    return leak_scan.lookout(
        session, selection, redactor=redactor, exempt=exempt, common=common, readers=selection.admitted
    )


def reasons_cleared(
    session: Session,
    answer: SpotAnswer,
    admitted: Collection[int],
    *,
    redactor: SecretRedactor,
    exempt: Collection[str],
    common: Callable[[], Collection[str]] = frozenset,
) -> SpotAnswer:
    """Return the answer with its reasons as they may go out: without secrets, looked through as what is shown is.

    Raises
    ------
    RequestInvalid
        Naming the numbers of reasons in which the leak scan stops; ``allowed`` lets one pass as the field "reason".
    """
    seen = _lookout(session, admitted, redactor=redactor, exempt=exempt, common=common)
    found = {entry: _kinds(REASON, text, entry, seen) for entry, text in answer.withheld.items()}
    _refuse(
        f"{n} {REASON} ({_words(kinds)})" for n, kinds in found.items() if kinds and (n, REASON) not in answer.allowed
    )
    return replace(answer, withheld={entry: redactor.redact(text)[0] for entry, text in answer.withheld.items()})


def _asked(entry: int, opened: OpenedEntry, seen: Lookout) -> AskedEntry:
    if opened.state is not EntryState.OPEN or opened.leaf is None:
        return AskedEntry(entry, opened.state, entry if opened.state is EntryState.START else None)
    fields = check_disclosures(read_leaf(opened.leaf), list(opened.fields.values()))
    parts = tuple(AskedPart(name, text, _kinds(name, text, opened.entry, seen)) for name, text in fields.items())
    return AskedEntry(entry, EntryState.OPEN, opened.entry, parts, opened.exchange_id)


def _kinds(name: str, text: str, entry: int, seen: Lookout) -> tuple[str, ...]:
    return leak_scan.kinds_in(PortfolioText(TextPlace("excerpt", key=f"{entry} {name}"), text, entry), seen)


def check(answer: SpotAnswer, found: Sequence[AskedEntry]) -> None:
    """Refuse an answer that would show what may not go out, or that leaves a number without a word.

    Raises
    ------
    RequestInvalid
        Naming the numbers and fields.
    """
    for one in found:
        if one.entry not in answer.shown and not answer.withheld.get(one.entry, "").strip():
            words = _("Entry {n}: show something of it, or say why it is withheld.")
            raise RequestInvalid(words.format(n=one.entry))
        if len(answer.withheld.get(one.entry, "")) > REASON_LIMIT:
            raise RequestInvalid(_("This is too long: at most {most} characters.").format(most=REASON_LIMIT))
        unknown = sorted(set(answer.shown.get(one.entry, ())) - {part.name for part in one.parts})
        if unknown or (one.entry in answer.shown and one.answered_by is None):
            words = _("Entry {n}: nothing of this can be shown: {fields}.")
            raise RequestInvalid(words.format(n=one.entry, fields=", ".join(unknown) or one.state.value))
    _refuse(_stopped(answer, found))


def _refuse(stopped: Iterable[str]) -> None:
    if stopped := list(stopped):
        words = _("Not before you have looked at it and allowed it: {fields}.")
        raise RequestInvalid(words.format(fields="; ".join(stopped)))


def _stopped(answer: SpotAnswer, found: Sequence[AskedEntry]) -> Iterator[str]:
    for one in found:
        chosen = set(answer.shown.get(one.entry, ()))
        for part in one.parts:
            if part.name in chosen and part.kinds and (one.entry, part.name) not in answer.allowed:
                yield f"{one.entry} {part.name} ({_words(part.kinds)})"


def _words(kinds: Iterable[str]) -> str:
    return ", ".join(map(hit_words, kinds))
