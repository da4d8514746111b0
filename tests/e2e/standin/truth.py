"""What really happened on the site: the log against which the capture is held."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from e2e.standin import plan as p
from e2e.standin.conversation import Conversation
from e2e.standin.events import Answer
from e2e.standin.plan import Plan


@dataclass(frozen=True, slots=True)
class Truth:
    """One turn of the site. ``reply_id`` is None when nothing visible was answered."""

    conversation_id: str
    prompt_id: str
    reply_id: str | None
    parent_id: str
    prompt: str
    reply: str
    status: str
    stored: bool
    why: str
    plan: Plan

    @property
    def key(self) -> tuple[str, str, str | None]:
        """The ids under which the exchange must be stored."""
        return self.conversation_id, self.prompt_id, self.reply_id


@dataclass(slots=True)
class Sent:
    """A running digest of the bytes that were sent on one stream."""

    size: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, data: bytes) -> None:
        """Count ``data`` as sent."""
        self.size += len(data)
        self._digest.update(data)

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of everything sent so far."""
        return self._digest.hexdigest()


@dataclass(slots=True)
class TruthLog:
    """Every turn in the order in which it ended."""

    turns: list[Truth] = field(default_factory=list)

    def add(self, answer: Answer, conversation: Conversation) -> None:
        """Write down how a turn ended."""
        said = answer.said
        failed = answer.plan.ending in p.FAILURES
        reply = _visible(answer)
        why = "temporary" if conversation.temporary else "failed" if failed else "answered" if reply else "empty"
        status = p.STATUS_AFTER[p.STOPPED if answer.stopped else answer.plan.ending] if not failed else "failed"
        prompt_id = str(answer.prompt["id"])
        self.turns.append(
            Truth(
                conversation_id=conversation.id,
                prompt_id=prompt_id,
                reply_id=str(said[-1].draft.message["id"]) if said else None,
                parent_id=str(conversation.nodes[prompt_id].parent),
                prompt=answer.plan.prompt,
                reply=reply,
                status=status,
                stored=why == "answered",
                why=why,
                plan=answer.plan,
            )
        )

    def must_be_stored(self) -> list[Truth]:
        """Return the exchanges that have to arrive."""
        return [turn for turn in self.turns if turn.stored]

    def must_stay_out(self) -> list[Truth]:
        """Return the turns of which no text may be kept."""
        return [turn for turn in self.turns if not turn.stored]


def _visible(answer: Answer) -> str:
    whole = not answer.stopped and answer.plan.ending in {p.FINISHED, p.TOO_LONG}
    if whole:
        return answer.plan.visible
    # An answer that breaks off may end in a blank; no reader keeps that.
    return "\n\n".join(one.text.strip() for one in answer.said)


def by_conversation(turns: Iterable[Truth]) -> dict[str, list[Truth]]:
    """Group turns by conversation, each group in the order in which its turns ended."""
    groups: dict[str, list[Truth]] = {}
    for turn in turns:
        groups.setdefault(turn.conversation_id, []).append(turn)
    return groups
