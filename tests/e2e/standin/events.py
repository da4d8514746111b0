"""Server-sent events of one answer, in the grammar that the page's bundle understands."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from e2e.standin import plan as p
from e2e.standin.conversation import Message
from e2e.standin.messages import Draft, with_text
from e2e.standin.plan import Plan

TEXT = "/message/content/parts/0"


@dataclass(frozen=True, slots=True)
class Event:
    """One SSE frame; ``name`` None leaves the ``event:`` line out."""

    data: str
    name: str | None = None
    comment: bool = False

    def encode(self, line_end: str) -> str:
        """Return the frame with its blank line."""
        if self.comment:
            return f": {self.data}{line_end}{line_end}"
        head = f"event: {self.name}{line_end}" if self.name else ""
        return f"{head}data: {self.data}{line_end}{line_end}"


DONE = Event("[DONE]")
PING = Event("ping", comment=True)


def note(kind: str, /, **fields: object) -> Event:
    """Return a frame that carries a ``type``."""
    return Event(json.dumps({"type": kind, **fields}, ensure_ascii=False))


def delta(frame: dict[str, object]) -> Event:
    """Return a frame of delta encoding v1."""
    return Event(json.dumps(frame, ensure_ascii=False), name="delta")


@dataclass(slots=True)
class Spoken:
    """A message as far as it has been sent."""

    draft: Draft
    text: str = ""
    finished: bool = False

    def message(self, *, status: str = "finished_successfully") -> Message:
        """Return the message with the text sent so far."""
        if self.draft.text is None:
            return self.draft.message
        return with_text(self.draft.message, self.text, status=status, end_turn=self.finished or None)


@dataclass(slots=True)
class Answer:
    """One answer on its way; ``stop()`` ends it at the next piece of text."""

    plan: Plan
    conversation_id: str
    prompt: Message
    drafts: list[Draft]
    spoken: list[Spoken] = field(default_factory=list)
    stopped: bool = False

    def stop(self) -> None:
        """Do what the stop button does."""
        self.stopped = True

    @property
    def said(self) -> list[Spoken]:
        """The visible messages that carry text."""
        return [one for one in self.spoken if one.draft.visible and one.text]

    def is_last(self, spoken: Spoken) -> bool:
        """Tell whether this message ends the turn."""
        return spoken.draft is self.drafts[-1] or self.stopped

    def pieces(self, text: str) -> Iterator[str]:
        """Yield ``text`` in tokens of 1 to ``largest_token`` characters."""
        draw = random.Random(self.plan.seed)
        start = 0
        while start < len(text):
            size = draw.randint(1, self.plan.largest_token)
            yield text[start : start + size]
            start += size

    def breaks_at(self, text: str) -> int | None:
        """Return after how many characters a broken answer breaks off."""
        if self.plan.ending in {p.CUT, p.ERROR, p.MODERATED}:
            return max(1, len(text) // 2)
        return None

    def preamble(self) -> Iterator[Event]:
        """Yield what comes before any message, on every leg."""
        if self.plan.way != p.LEGACY:
            yield Event('"v1"', name="delta_encoding")
        yield note(
            "resume_conversation_token",
            kind="topic",
            token="eyJhbGciOiJub25lIn0.conduit",
            conversation_id=self.conversation_id,
        )

    def handoff(self, topic: str) -> Iterator[Event]:
        """Yield the first leg of an answer that is streamed elsewhere."""
        yield from self.preamble()
        yield note("input_message", input_message=self.prompt, conversation_id=self.conversation_id)
        options = [
            {"type": "resume_sse_endpoint", "topic_id": topic},
            {"type": "subscribe_ws_topic", "topic_id": topic},
        ]
        yield note("stream_handoff", conversation_id=self.conversation_id, turn_exchange_id=topic, options=options)
        yield DONE

    def closing(self) -> Iterator[Event]:
        """Yield what comes after the last message."""
        metadata = {
            "model_slug": self.plan.model,
            "tool_invoked": self.plan.tools,
            "turn_exchange_id": self.drafts[-1].message["id"],
        }
        yield note("server_ste_metadata", conversation_id=self.conversation_id, metadata=metadata)
        yield note("message_stream_complete", conversation_id=self.conversation_id)
        yield note("conversation_detail_metadata", conversation_id=self.conversation_id, blocked_features=[])
        yield DONE

    def title_note(self) -> Event:
        """Return the title that the site makes up after the first words."""
        return note("title_generation", title=self.plan.title, conversation_id=self.conversation_id)

    def failure(self) -> Event:
        """Return the frame that takes the answer back."""
        if self.plan.ending == p.MODERATED:
            verdict = {"flagged": True, "blocked": True, "moderation_id": "modr-1"}
            return note(
                "moderation",
                conversation_id=self.conversation_id,
                message_id=self.drafts[-1].message["id"],
                is_completion=True,
                moderation_response=verdict,
            )
        body = {"message": None, "conversation_id": self.conversation_id, "error": "Something went wrong."}
        return Event(json.dumps({**body, "error_code": "internal_error"}))

    def finish(self, spoken: Spoken) -> dict[str, object]:
        """Return the metadata that closes a visible message."""
        kinds = {p.STOPPED: "interrupted", p.TOO_LONG: "max_tokens"}
        kind = "interrupted" if self.stopped else kinds.get(self.plan.ending, "stop")
        spoken.finished = True
        references = spoken.draft.message["metadata"]
        assert isinstance(references, dict)
        closing = {"is_complete": kind == "stop", "finish_details": {"type": kind, "stop_tokens": [200002]}}
        return {**closing, "content_references": references.get("content_references", [])}

    def final_status(self) -> str:
        """Return the status that the last patch sets."""
        partial = self.stopped or self.plan.ending in {p.STOPPED, p.TOO_LONG}
        return "finished_partial_completion" if partial else "finished_successfully"


def without_references(message: Message) -> Message:
    """Return a message as it opens: citations become known only at the end."""
    metadata = message["metadata"]
    assert isinstance(metadata, dict)
    kept = {key: value for key, value in metadata.items() if key != "content_references"}
    return {**message, "metadata": kept}
