"""Messages as the site writes them in streams and in conversation JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from e2e.standin.conversation import Clock, Ids, Message
from e2e.standin.plan import SYSTEM_ERROR, Plan, Say

HIDDEN = {"is_visually_hidden_from_conversation": True}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message and, if its text is streamed piece by piece, that text."""

    message: Message
    text: str | None = None
    visible: bool = False


class Writer:
    """Writes the messages of one answer, in the order in which they travel."""

    def __init__(self, *, ids: Ids, clock: Clock, model: str) -> None:
        self._ids = ids
        self._clock = clock
        self._model = model

    def drafts(self, plan: Plan, *, parent: str) -> list[Draft]:
        """Return every message of the answer: hidden ones first, visible ones last."""
        drafts = [*self.context(parent), self._memory(parent)] if plan.hidden_context else []
        if plan.thoughts:
            drafts += self._thoughts(parent)
        if plan.ending == SYSTEM_ERROR:
            return [*drafts, self._system_error(parent)]
        for index, spoken in enumerate(plan.says):
            if index or plan.tools:
                drafts += self._tool_chatter(parent)
            last = index == len(plan.says) - 1
            drafts.append(self._answer(spoken, parent=parent, last=last))
        return drafts

    def message(
        self, role: str, content: Mapping[str, object], *, parent: str, metadata: Mapping[str, object], **fields: object
    ) -> Message:
        """Return one message with the keys that every message has."""
        return {
            "id": self._ids.new(),
            "author": {"role": role, "name": None, "metadata": {}},
            "create_time": self._clock.now(),
            "update_time": None,
            "content": dict(content),
            "status": "finished_successfully",
            "end_turn": None,
            "weight": 1.0,
            "metadata": {"parent_id": parent, "model_slug": self._model, **metadata},
            "recipient": "all",
            "channel": None,
            **fields,
        }

    def context(self, parent: str) -> list[Draft]:
        """Return the hidden messages that open a chat: an empty system message and the person's profile."""
        profile = {"content_type": "user_editable_context", "user_profile": "HIDDEN-PROFILE", "user_instructions": "x"}
        empty = {"content_type": "text", "parts": ["HIDDEN-SYSTEM text"]}
        return [
            Draft(self.message("system", empty, parent=parent, metadata=HIDDEN, create_time=None)),
            Draft(self.message("user", profile, parent=parent, metadata=HIDDEN)),
        ]

    def _memory(self, parent: str) -> Draft:
        memory = {"content_type": "model_editable_context", "model_set_context": "HIDDEN-MEMORY likes blue"}
        return Draft(self.message("assistant", memory, parent=parent, metadata=HIDDEN))

    def _thoughts(self, parent: str) -> list[Draft]:
        steps = [{"summary": "HIDDEN-THOUGHT", "content": "HIDDEN-THOUGHT weighing", "chunks": [], "finished": True}]
        thoughts = {"content_type": "thoughts", "thoughts": steps, "source_analysis_msg_id": ""}
        recap = {"content_type": "reasoning_recap", "content": "Thought for 12s"}
        preamble = {"content_type": "text", "parts": [""]}
        mark: dict[str, object] = {"is_thinking_preamble_message": True}
        return [
            Draft(self.message("assistant", thoughts, parent=parent, metadata={}, channel="analysis")),
            Draft(self.message("assistant", preamble, parent=parent, metadata=mark), text="HIDDEN-PREAMBLE soon"),
            Draft(self.message("assistant", recap, parent=parent, metadata={"finished_duration_sec": 12})),
        ]

    def _tool_chatter(self, parent: str) -> list[Draft]:
        call = {"content_type": "code", "language": "unknown", "response_format_name": None, "text": ""}
        comment = {"content_type": "text", "parts": [""]}
        result = {"content_type": "execution_output", "text": "HIDDEN-TOOL 42"}
        aside = self.message("assistant", comment, parent=parent, metadata={}, channel="commentary")
        order = self.message("assistant", call, parent=parent, metadata={}, channel="commentary", recipient="python")
        return [
            Draft(aside, text="HIDDEN-NOTE"),
            Draft(order),
            Draft(self.message("tool", result, parent=parent, metadata={})),
        ]

    def _system_error(self, parent: str) -> Draft:
        content = {"content_type": "system_error", "name": "tool_error", "text": "HIDDEN-ERROR Something went wrong"}
        return Draft(self.message("assistant", content, parent=parent, metadata={}, end_turn=True))

    def _answer(self, spoken: Say, *, parent: str, last: bool) -> Draft:
        references: list[dict[str, object]] = [
            {"matched_text": one.matched_text, "type": "grouped_webpages", "alt": one.alt, "items": []}
            for one in spoken.references
        ]
        metadata: dict[str, object] = {"content_references": references, "request_id": self._ids.new()}
        content = {"content_type": "text", "parts": [""]}
        channel = "final" if last else None
        message = self.message("assistant", content, parent=parent, metadata=metadata, channel=channel)
        return Draft(message, text=spoken.raw, visible=True)


def user_message(sent: Message, *, clock: Clock) -> Message:
    """Return the prompt as the site keeps it, from the message of the send body."""
    return {
        **sent,
        "create_time": clock.now(),
        "status": "finished_successfully",
        "end_turn": None,
        "weight": 1.0,
        "recipient": "all",
        "channel": None,
    }


def with_text(message: Message, text: str, **changes: object) -> Message:
    """Return ``message`` holding ``text`` in the place where its kind keeps it."""
    content = message["content"]
    assert isinstance(content, dict)
    if content["content_type"] == "text":
        return {**message, "content": {**content, "parts": [text]}, **changes}
    return {**message, **changes}
