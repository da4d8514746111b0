"""What a portfolio held, item by item, so that the next one can be compared with it without keeping a word of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from skilltrail.domain.portfolio import PortfolioSkill
from skilltrail.domain.resolved_portfolio import Resolved
from skilltrail.domain.saved_portfolio import PortfolioItem

ENTRY = "entry-"
"""Before the number of an entry in the key of an item: by it the item is found when the entry is forgotten."""


def items_of(resolved: Resolved, key: bytes) -> tuple[PortfolioItem, ...]:
    """Return the items of a portfolio; the digests of two are compared only where they were made with the same key."""
    return tuple(_Items(resolved, key).all())


class _Items:
    def __init__(self, resolved: Resolved, key: bytes) -> None:
        self._resolved = resolved
        self._key = key

    def all(self) -> Iterator[PortfolioItem]:
        portfolio = self._resolved.portfolio
        yield self._item("heading", "", portfolio.title, portfolio.recipient, portfolio.audience.value)
        person = portfolio.person
        yield self._item("person", "", person.name, person.headline, person.introduction, *person.profiles)
        yield self._item("key", "", person.did)
        yield self._item("period", "", str(portfolio.since), str(portfolio.until))
        for skill in portfolio.skills:
            yield from self._of_skill(skill)

    def _of_skill(self, skill: PortfolioSkill) -> Iterator[PortfolioItem]:
        topic = skill.topic_id
        yield self._item("skill", topic, skill.name, skill.area, skill.stage.value if skill.stage else "")
        counts = (skill.exchanges, skill.learning, skill.episodes, skill.days, skill.checked, skill.last_on)
        yield self._item("counts", topic, *map(str, counts))
        if skill.note:
            yield self._item("note", topic, skill.note)
        for concept in skill.alignments:
            yield self._item("alignment", f"{topic} {concept.key}", concept.label)
        for excerpt in skill.excerpts:
            source = self._resolved.exchange_of.get(excerpt.entry)
            for part in excerpt.parts:
                # By exchange, not by entry: a new entry of the same exchange shows the same words.
                key = f"{topic} {source} {part.name}"
                yield PortfolioItem("excerpt", key, self._digest(part.text), source)
        reflected = self._resolved.reflected.get(topic, ())
        for held, reflection in zip(reflected, skill.reflections, strict=True):
            key = f"{topic} {ENTRY}{held.entry_id}"
            yield PortfolioItem("reflection", key, self._digest(reflection.text), held.exchange_id)
        named = [
            ("deliverable", f"{one.form} {one.title} {one.address}{one.commit}{one.sha256}")
            for one in skill.deliverables
        ]
        named += [("endorsement", hashlib.sha256(one.document).hexdigest()) for one in skill.endorsements]
        for kind, text in named:
            yield PortfolioItem(kind, f"{topic} {self._digest(text).hex()[:16]}", self._digest(text))

    def _item(self, kind: str, key: str, *parts: str) -> PortfolioItem:
        return PortfolioItem(kind, key, self._digest("\x1f".join(parts)))

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
