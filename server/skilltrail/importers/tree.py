"""The tree of a conversation's messages → its exchanges, with every message accounted for.

Each way from a prompt down to the next prompt, or to a leaf, is one exchange if a reply can be seen on it; edits and
regenerations are further children and keep their place. Exchanges on the way from the root to the current leaf are on
the current path. A conversation without branches is a tree too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from skilltrail.domain.exchange import Attachment, CapturedExchange, Citation, Fidelity, Origin, Status
from skilltrail.importers.contract import ImportedConversation, Skip

STEPS_MAX = 200_000
"""Replies put together for one conversation; only a file made to be slow has more."""

ATTACHMENTS_MAX, CITATIONS_MAX = 50, 100
_SINGLY = {"no_reply", "no_prompt", "bad_message", "failed"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    ``node`` names its place in the tree, ``id`` is the source's id of it. ``role`` is user, assistant or other.
    ``left`` is the reason (of a ``Skip``) for which it is no words to be stored; None for a prompt or reply. A message
    that is left can still give ``attachments`` and ``citations`` to its exchange. ``at`` is when it was written,
    ``ended_at`` when it was finished. ``weight`` is of how many messages of the file it is made, where a format joins.
    """

    node: str
    id: str | None
    role: str
    text: str = ""
    left: str | None = None
    at: datetime | None = None
    ended_at: datetime | None = None
    model: str | None = None
    status: Status = Status.COMPLETE
    attachments: tuple[Attachment, ...] = ()
    citations: tuple[Citation, ...] = ()
    weight: int = 1

    @property
    def is_prompt(self) -> bool:
        """Return whether it begins a turn."""
        return self.role == "user" and self.left is None

    @property
    def asks(self) -> bool:
        """Return whether it begins an exchange: with words, or with what was sent without any."""
        return self.is_prompt and not (self.is_wordless and not self.attachments)

    @property
    def is_wordless(self) -> bool:
        """Return whether it says nothing: a picture alone, or blanks."""
        return not self.text or self.text.isspace()

    @property
    def is_reply(self) -> bool:
        """Return whether it has words that answer."""
        return self.role == "assistant" and self.left is None and not self.is_wordless


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as its format read it.

    ``parents`` leads from each node, with or without a message, to the one above. ``current`` is the leaf that the
    source shows, None where it does not say: then the newest. ``bad`` are messages of which not even a role is known.
    """

    provider: str
    extractor: str
    conversation_id: str
    messages: Mapping[str, Message]
    parents: Mapping[str, str | None]
    current: str | None = None
    title: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    model: str | None = None
    project_id: str | None = None
    gizmo_id: str | None = None
    bad: Sequence[Skip] = ()


def in_line(messages: Sequence[Message]) -> dict[str, str | None]:
    """Return the ``parents`` of messages that follow one another."""
    nodes = [message.node for message in messages]
    return dict(zip(nodes, [None, *nodes], strict=False))


def assemble(talk: Talk, *, index: int, now: datetime) -> ImportedConversation:
    """Return the exchanges of a conversation in time order, and what of it was left out."""
    growing = _Growing(talk, now)
    pairs = sorted(growing.exchanges(), key=lambda pair: _in_time(pair[0]))
    skipped = (*talk.bad, *_skips(talk, growing, index))
    return ImportedConversation(
        index=index,
        conversation_id=talk.conversation_id,
        exchanges=tuple(exchange for exchange, _share in pairs),
        skipped=skipped,
        messages=sum(message.weight for message in talk.messages.values()) + sum(skip.messages for skip in talk.bad),
        used=sum(talk.messages[node].weight for node in growing.used),
        updated_at=talk.updated_at,
        shares=tuple(share for _exchange, share in pairs),
    )


def _in_time(exchange: CapturedExchange) -> tuple[datetime, datetime, str]:
    return exchange.asked_at, exchange.answered_at or exchange.asked_at, exchange.source_key


def _skips(talk: Talk, growing: _Growing, index: int) -> Iterator[Skip]:
    """Yield why each unused message was left: one by one where it matters which, else by reason."""
    firsts: dict[str, str | None] = {}
    counts: Counter[str] = Counter()
    for node, message in talk.messages.items():
        if node in growing.used:
            continue
        reason = growing.reason(message)
        if reason in _SINGLY:
            yield Skip(reason, index, message.id, message.weight)
        else:
            firsts.setdefault(reason, message.id)
            counts[reason] += message.weight
    for reason, count in counts.items():
        yield Skip(reason, index, firsts[reason], count)


@dataclass(frozen=True, slots=True)
class _Step:
    """One message on the way down from a prompt; ``before`` leads back up, so that ways share what they share."""

    message: Message
    before: _Step | None


@dataclass(slots=True)
class _Reply:
    steps: list[Message]
    last: Message
    on_path: bool


@dataclass(slots=True)
class _Growing:
    """Finds the exchanges of one conversation and notes which messages went into them."""

    talk: Talk
    now: datetime
    used: set[str] = field(default_factory=set)
    _children: dict[str, list[str]] = field(default_factory=dict)
    _onward: dict[str, str] = field(default_factory=dict)
    _budget: int = field(default_factory=lambda: STEPS_MAX)

    def exchanges(self) -> Iterator[tuple[CapturedExchange, int]]:
        """Yield every exchange, with the number of messages that are counted with it."""
        for node, parent in self.talk.parents.items():
            if parent is not None:
                self._children.setdefault(parent, []).append(node)
        path = list(self._upwards(self._leaf()))
        self._onward = dict(zip(path, [path[0] if path else "", *path], strict=False))
        for message in self.talk.messages.values():
            if message.asks:
                for reply in self._replies(message.node):
                    fresh = {message.node, *(step.node for step in reply.steps)} - self.used
                    self.used |= fresh
                    share = sum(self.talk.messages[node].weight for node in fresh)
                    yield self._exchange(message, reply), share

    def reason(self, message: Message) -> str:
        """Return why a message that is in no exchange was left."""
        if message.left is not None:
            return message.left
        if message.is_wordless and not message.asks:
            return "empty"
        if self._budget <= 0:
            return "too_many_branches"
        return "no_reply" if message.is_prompt else "no_prompt"

    def _leaf(self) -> str | None:
        talk = self.talk
        if talk.current is not None and talk.current in talk.parents:
            return talk.current
        leaves = [message for node, message in talk.messages.items() if not self._children.get(node)]
        ranked = [(message.at.timestamp() if message.at else 0.0, place) for place, message in enumerate(leaves)]
        return leaves[max(ranked)[1]].node if ranked else None

    def _upwards(self, node: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while node is not None and node not in seen:
            seen.add(node)
            yield node
            node = self.talk.parents.get(node)

    def _replies(self, prompt: str) -> list[_Reply]:
        """Return the replies to a prompt; each has one parent, so every node below is passed once."""
        found: dict[str, _Reply] = {}
        standing = self._standing(prompt)
        stack: list[tuple[str, _Step | None]] = [(prompt, None)]
        while stack and self._budget > 0:
            node, step = stack.pop()
            below = self._children.get(node, ())
            answers = [child for child in below if child != prompt and not self._begins_turn(child)]
            if step is not None and (not answers or len(answers) < len(below)):
                self._add(found, step, standing)
            stack += [(child, self._next(child, step)) for child in reversed(answers)]
        return list(found.values())

    def _begins_turn(self, node: str) -> bool:
        message = self.talk.messages.get(node)
        return message is not None and message.is_prompt

    def _next(self, node: str, step: _Step | None) -> _Step | None:
        message = self.talk.messages.get(node)
        if message is not None and (message.is_reply or message.attachments or message.citations):
            return _Step(message, step)
        return step

    def _standing(self, prompt: str) -> str | None:
        """Return the last reply that the source shows between a prompt and the next one."""
        standing, node = None, prompt
        while (onward := self._onward.get(node, node)) != node and not self._begins_turn(onward):
            message = self.talk.messages.get(onward)
            if message is not None and message.is_reply:
                standing = onward
            node = onward
        return standing

    def _add(self, found: dict[str, _Reply], step: _Step, standing: str | None) -> None:
        steps: list[Message] = []
        back: _Step | None = step
        while back is not None:
            steps.append(back.message)
            back = back.before
        self._budget -= len(steps)
        last = next((message for message in steps if message.is_reply), None)
        if last is not None and last.node not in found:
            found[last.node] = _Reply(steps[::-1], last, last.node == standing)

    def _exchange(self, prompt: Message, reply: _Reply) -> CapturedExchange:
        talk = self.talk
        asked, source = self._asked_at(prompt)
        above = talk.parents.get(prompt.node)
        above_message = talk.messages.get(above) if above is not None else None
        return CapturedExchange(
            provider=talk.provider,
            conversation_id=talk.conversation_id,
            prompt_id=prompt.id,
            reply_id=reply.last.id,
            parent_id=above_message.id if above_message else above,
            prompt=prompt.text,
            reply="\n\n".join(step.text for step in reply.steps if step.is_reply),
            asked_at=asked,
            asked_at_source=source,
            answered_at=reply.last.ended_at or reply.last.at,
            captured_at=self.now,
            model=reply.last.model or talk.model,
            title=talk.title,
            project_id=talk.project_id,
            gizmo_id=talk.gizmo_id,
            origin=Origin.IMPORT,
            fidelity=Fidelity.EXPORT,
            status=reply.last.status,
            on_current_path=reply.on_path,
            attachments=_each_once([prompt, *reply.steps])[:ATTACHMENTS_MAX],
            citations=_cited(reply.steps)[:CITATIONS_MAX],
            extractor=talk.extractor,
        )

    def _asked_at(self, prompt: Message) -> tuple[datetime, str]:
        if prompt.at is not None:
            return prompt.at, "message"
        for node in self._upwards(prompt.node):
            message = self.talk.messages.get(node)
            if message is not None and message.at is not None:
                return message.at, "conversation"
        known = self.talk.created_at or self.talk.updated_at
        return (known, "conversation") if known is not None else (self.now, "observed")


def _each_once(messages: Sequence[Message]) -> tuple[Attachment, ...]:
    return tuple(dict.fromkeys(file for message in messages for file in message.attachments))


def _cited(messages: Sequence[Message]) -> tuple[Citation, ...]:
    """Return each address once, with the first title that it has."""
    found: dict[str, Citation] = {}
    for citation in (one for message in messages for one in message.citations):
        known = found.setdefault(citation.url, citation)
        if known.title is None and citation.title:
            found[citation.url] = replace(known, title=citation.title)
    return tuple(found.values())
