"""The stand-in's state: what it will answer, what it knows, what it has said."""

import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from e2e.standin import plan as p
from e2e.standin.connection import Request
from e2e.standin.conversation import ROOT, Clock, Conversation, Ids, Message, author_role
from e2e.standin.events import Answer, Spoken
from e2e.standin.grammars import finished_message
from e2e.standin.messages import Writer, user_message
from e2e.standin.plan import Plan
from e2e.standin.truth import Sent, TruthLog


@dataclass(frozen=True, slots=True)
class Look:
    """How pages are served. ``network`` "worker" hides the page's traffic from a main-world tap."""

    generation: str = "B"
    locale: str = "en"
    network: str = "page"


class UnplannedPromptError(Exception):
    """A page sent a prompt that no test has announced."""


@dataclass(slots=True)
class Site:
    """Everything the stand-in knows; pages change it only through requests."""

    seed: int = 1
    look: Look = field(default_factory=Look)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    truth: TruthLog = field(default_factory=TruthLog)
    sent: dict[str, Sent] = field(default_factory=lambda: defaultdict(Sent))
    requests: Counter[str] = field(default_factory=Counter)
    running: dict[str, Answer] = field(default_factory=dict)
    handed_off: dict[str, Answer] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    faults: list[str] = field(default_factory=list)
    _plans: dict[str, deque[Plan]] = field(default_factory=lambda: defaultdict(deque))
    _ids: Ids = field(init=False)

    def __post_init__(self) -> None:
        self._ids = Ids(self.seed)

    def expect(self, plans: Iterable[Plan]) -> None:
        """Announce the answers to come; plans of the same prompt are used in turn."""
        for plan in plans:
            self._plans[plan.prompt].append(plan)

    def begin(self, request: Request) -> Answer:
        """Take a send body in and return the answer that is to be streamed."""
        body = request.json()
        conversation = self._conversation_of(body)
        prompt_id = self._prompt_id(conversation, body)
        prompt = conversation.nodes[prompt_id].message
        assert prompt is not None
        plan = self._next_plan(prompt)
        writer = Writer(ids=self._ids, clock=self.clock, model=plan.model)
        drafts = writer.drafts(plan, parent=prompt_id)
        answer = Answer(plan=plan, conversation_id=conversation.id, prompt=prompt, drafts=drafts)
        self.running[conversation.id] = answer
        return answer

    def conclude(self, answer: Answer) -> None:
        """Keep what has been said and write the turn down."""
        conversation = self.conversations[answer.conversation_id]
        parent = str(answer.prompt["id"])
        if answer.plan.ending not in p.FAILURES:
            # The stream repeats the chat's opening context; in the tree it stands at the root only.
            for spoken in (one for one in answer.spoken if author_role(one.draft.message) in {"assistant", "tool"}):
                parent = conversation.add(finished_message(answer, spoken), parent=parent)
        if answer.plan.title is not None:
            conversation.title = answer.plan.title
        self.truth.add(answer, conversation)
        self.running.pop(conversation.id, None)

    def seed_chat(self, plans: Iterable[Plan], *, title: str, gizmo_id: str | None = None) -> Conversation:
        """Create a chat that took place long ago; its turns count as truth once a page loads them."""
        conversation = Conversation(id=self._ids.new(), title=title, gizmo_id=gizmo_id)
        self.conversations[conversation.id] = conversation
        for draft in Writer(ids=self._ids, clock=self.clock, model="gpt-5-6").context(ROOT):
            conversation.add(draft.message, parent=conversation.current)
        for plan in plans:
            self._seed_turn(conversation, plan, parent=conversation.current)
        return conversation

    def seed_branch(self, conversation: Conversation, plan: Plan, *, beside: str) -> None:
        """Add an edited prompt as a sibling of the prompt ``beside``; it becomes the current branch."""
        self._seed_turn(conversation, plan, parent=conversation.nodes[beside].parent or ROOT)

    def _seed_turn(self, conversation: Conversation, plan: Plan, *, parent: str) -> None:
        prompt = prompt_message(self._ids.new(), plan)
        kept = user_message(prompt, clock=self.clock)
        conversation.add(kept, parent=parent)
        writer = Writer(ids=self._ids, clock=self.clock, model=plan.model)
        drafts = writer.drafts(plan, parent=str(kept["id"]))
        answer = Answer(plan=plan, conversation_id=conversation.id, prompt=kept, drafts=drafts)
        answer.spoken = [Spoken(draft, text=draft.text or "") for draft in drafts]
        self.conclude(answer)

    def _conversation_of(self, body: dict[str, object]) -> Conversation:
        known = body.get("conversation_id")
        if isinstance(known, str):
            return self.conversations[known]
        mode = body["conversation_mode"]
        assert isinstance(mode, dict)
        conversation = Conversation(
            id=self._ids.new(),
            gizmo_id=mode.get("gizmo_id"),
            temporary=bool(body["history_and_training_disabled"]),
        )
        self.conversations[conversation.id] = conversation
        return conversation

    def _prompt_id(self, conversation: Conversation, body: dict[str, object]) -> str:
        parent = str(body["parent_message_id"])
        if body["action"] == "variant":
            return parent
        messages = body["messages"]
        assert isinstance(messages, list)
        return conversation.add(user_message(messages[0], clock=self.clock), parent=parent)

    def _next_plan(self, prompt: Message) -> Plan:
        text = prompt_text(prompt)
        waiting = self._plans.get(text)
        if not waiting:
            raise UnplannedPromptError(text[:60])
        return waiting.popleft()


def prompt_message(message_id: str, plan: Plan) -> Message:
    """Return the prompt in the form of a send body."""
    metadata = {"attachments": [{"id": f"file_{name}", "name": name} for name in plan.attachments]}
    content = {"content_type": "text", "parts": [plan.prompt]}
    return {"id": message_id, "author": {"role": "user"}, "content": content, "metadata": metadata}


def prompt_text(prompt: Message) -> str:
    """Return the text parts of a prompt, whatever stands between them."""
    content = prompt["content"]
    assert isinstance(content, dict)
    return "\n\n".join(part for part in content["parts"] if isinstance(part, str))


def stream_name() -> str:
    """Return a fresh name for a stream, sent as ``x-request-id``."""
    return str(uuid.uuid4())
