"""The rules at work: texts that are due are looked through for words of clients, and conversations settled anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from skilltrail.domain.context_words import fold
from skilltrail.domain.contexts import Context, How, Mention, Place, Placing, resolve
from skilltrail.domain.redaction import OWN_WORD, OwnWord
from skilltrail.platform.client_words import ClientWords, IdentifyingWord, identifying
from skilltrail.platform.linear import Subject
from skilltrail.platform.own_words import OwnWords
from skilltrail.services.redaction import mark_text, marks_in
from skilltrail.storage import context_queries as queries
from skilltrail.storage import context_scan_queries as scans
from skilltrail.storage.context_conditions import RULES
from skilltrail.storage.context_scan_queries import DueTexts, Scanned
from skilltrail.storage.meta_queries import bump_revision, get_counter, raise_counter
from skilltrail.storage.redaction_queries import words as own_words
from skilltrail.storage.touched import Touched

AT_ONCE = 500
"""Exchanges looked at in one batch."""

_OWN_MARK = mark_text(OWN_WORD, "")[:-1]

TALKS_AT_ONCE = 200
"""Conversations settled in one go."""


def rules_now(session: Session) -> int:
    """Return the edition of the rules, 0 before the first client."""
    return get_counter(session, RULES)


def change_rules(session: Session) -> None:
    """Have everything looked at again."""
    raise_counter(session, RULES)


def read_words(session: Session) -> ClientWords:
    """Return all words that identify clients and projects, and the marks of those that the learner has hidden."""
    return words_of(queries.contexts(session).values(), own_words(session))


def words_of(contexts: Iterable[Context], hidden: Sequence[OwnWord] = ()) -> ClientWords:
    """Return the words of clients and projects, ready to be looked for.

    Where a word of the learner's list of own words holds a client's, or is a part of it, its mark stands in texts
    instead.
    """
    plain = [IdentifyingWord(one.id, one.owner, how, named) for one in contexts for how, named in one.form.named()]
    if not hidden:
        return identifying(plain)
    return identifying([*plain, *_holding(plain, hidden), *_held(plain, hidden)])


def _holding(plain: Sequence[IdentifyingWord], hidden: Sequence[OwnWord]) -> Iterator[IdentifyingWord]:
    """Yield clients' words that stand in own words: the own word's mark is theirs."""
    words = identifying(plain)
    for own in hidden:
        mark = mark_text(OWN_WORD, str(own.id))
        yield from (replace(found, literal=mark) for found in words.find(own.word))


def _held(plain: Sequence[IdentifyingWord], hidden: Sequence[OwnWord]) -> Iterator[IdentifyingWord]:
    """Yield clients' words that hold an own word, as they stand in texts: with its mark in its place."""
    own_words = OwnWords(hidden)
    for word in plain:
        for start, end, number in own_words.find(Subject(word.word)):
            if end - start < len(word.word):
                mark = mark_text(OWN_WORD, str(number))
                yield replace(word, literal=fold(word.word[:start] + mark + word.word[end:]))


def look(session: Session, words: ClientWords, rules: int, *, most: int = AT_ONCE) -> list[Scanned]:
    """Look at the next texts that are due; changes nothing."""
    titles: dict[str, tuple[IdentifyingWord, ...]] = {}
    known = {str(word.id) for word in own_words(session)}
    found = []
    for one in scans.due(session, rules=rules, most=most):
        if one.title not in titles:
            titles[one.title] = words.find(one.title)
        mentions = _mentions(Place.TITLE, titles[one.title])
        if not one.text_removed:
            mentions += _mentions(Place.PROMPT, words.find(one.prompt)) + _mentions(Place.REPLY, words.find(one.reply))
        lapsed = _lapsed(one, known)
        found.append(Scanned(one.id, one.touched, one.talk, tuple(mentions), one.text_removed, lapsed))
    return found


def _lapsed(one: DueTexts, known: Collection[str]) -> frozenset[str]:
    """Return the places where marks of own words stand that are on the list no longer."""
    texts = {Place.TITLE: one.title, Place.PROMPT: one.prompt, Place.REPLY: one.reply}
    marked = {place: marks_in(text) for place, text in texts.items() if _OWN_MARK in text}
    return frozenset(
        place.value
        for place, marks in marked.items()
        if any(one.kind == OWN_WORD and one.mark not in known for one in marks)
    )


def keep(session: Session, found: Sequence[Scanned], rules: int) -> int:
    """Write what was found, and settle the conversations concerned; return how many exchanges changed hands.

    Nothing is written where the rules changed meanwhile.
    """
    if rules_now(session) != rules:
        return 0
    living = queries.contexts(session)

    def stands(number: int, word: str) -> bool:
        # Of a removed one too: it may be brought back.
        return number not in living or word in {named for _how, named in living[number].form.named()}

    changed_talks = scans.keep(session, found, rules=rules, stands=stands)
    # All of the batch: a client that was removed, or said meanwhile, changes no mention.
    changed = settle(session, sorted(changed_talks | {one.talk for one in found}))
    if changed:
        bump_revision(session, Touched())
    return changed


def look_at_rest(session: Session) -> None:
    """Look at everything that is due in the caller's transaction: for little, and where nothing may come between."""
    rules, words = rules_now(session), read_words(session)
    while rules and (found := look(session, words, rules)):
        keep(session, found, rules)


def settle(session: Session, talks: Sequence[int], contexts: Mapping[int, Context] | None = None) -> int:
    """Work out for whom the exchanges of conversations were; write what differs and return how many did."""
    living = queries.contexts(session) if contexts is None else contexts
    return sum(
        _settle(session, talks[start : start + TALKS_AT_ONCE], living) for start in range(0, len(talks), TALKS_AT_ONCE)
    )


def _settle(session: Session, talks: Sequence[int], contexts: Mapping[int, Context]) -> int:
    placed: dict[int, Placing] = {}
    for facts in queries.facts_of(session, talks).values():
        # Most conversations name nobody.
        placed |= resolve(facts, contexts) if facts.mentions or facts.says else {}
    held, own = queries.assigned(session, talks), queries.own_in(session, talks)
    wanted = {row: placing.clients for row, placing in placed.items() if placing.clients}
    concerned = wanted.keys() | held.keys()
    changed = {row: wanted.get(row, ()) for row in concerned if wanted.get(row, ()) != held.get(row, ())}
    now_own = {row for row, placing in placed.items() if placing.own}
    queries.keep_assigned(session, changed)
    queries.set_own(session, now_own - own, own=True)
    queries.set_own(session, own - now_own, own=False)
    return len(changed.keys() | (now_own ^ own))


def _mentions(place: Place, found: Iterable[IdentifyingWord]) -> list[Mention]:
    """Return a mention of each client or project; of several of its words the one that says most speaks for it."""
    best: dict[int, IdentifyingWord] = {}
    for word in found:
        held = best.get(word.context_id)
        if held is None or _telling(word) > _telling(held):
            best[word.context_id] = word
    return [Mention(number, place, word.how, word.word) for number, word in sorted(best.items())]


def _telling(word: IdentifyingWord) -> tuple[bool, bool, int]:
    # The mere name of a project names no client: any other word of it says more.
    return word.how is not How.NAME, word.how is How.DOMAIN, len(word.word)
