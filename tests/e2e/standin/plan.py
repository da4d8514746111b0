"""What the site is going to answer, decided by the test before the prompt is sent."""

from dataclasses import dataclass, field

# How the answer travels.
DELTA, LEGACY, RESUME, WEBSOCKET = "delta", "legacy", "resume", "websocket"
# How the answer ends.
FINISHED, STOPPED, TOO_LONG, CUT = "finished", "stopped", "too long", "cut"
ERROR, SYSTEM_ERROR, MODERATED, REFUSED = "error", "system error", "moderated", "refused"

FAILURES = frozenset({ERROR, SYSTEM_ERROR, MODERATED, REFUSED})
STATUS_AFTER = {FINISHED: "complete", STOPPED: "interrupted", TOO_LONG: "partial", CUT: "partial"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation mark inside the raw text and the words the page shows in its place."""

    matched_text: str
    alt: str | None


@dataclass(frozen=True, slots=True)
class Say:
    """One visible assistant message: ``raw`` travels, ``visible`` is what a person reads."""

    raw: str
    visible: str
    references: tuple[Reference, ...] = ()


def say(text: str) -> Say:
    """Return a message without citation marks."""
    return Say(raw=text, visible=text)


@dataclass(frozen=True, slots=True)
class Plan:
    """One answer of the site.

    ``prompt`` finds the plan when the page sends it; a regenerated prompt takes the next plan of the
    same prompt. ``pause`` is the time between two writes in seconds.
    """

    prompt: str
    says: tuple[Say, ...]
    way: str = DELTA
    ending: str = FINISHED
    seed: int = 1
    largest_chunk: int = 61
    largest_token: int = 14
    line_end: str = "\n"
    pause: float = 0.002
    model: str = "gpt-5-6-thinking"
    title: str | None = None
    thoughts: bool = False
    tools: bool = False
    hidden_context: bool = False
    keep_alive: bool = False
    odd_operations: bool = False
    attachments: tuple[str, ...] = field(default=())

    @property
    def visible(self) -> str:
        """The reply as a person reads it: the visible messages joined by a blank line."""
        return "\n\n".join(message.visible for message in self.says)
