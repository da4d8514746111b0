"""The site's own memory: message trees, and the two JSON forms in which pages load them."""

import random
import time
import uuid
from dataclasses import dataclass, field

ROOT = "client-created-root"
EPOCH = 1_790_000_000.0  # September 2026, in seconds

Message = dict[str, object]


class Ids:
    """Message ids that look random and repeat from run to run."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)

    def new(self) -> str:
        """Return the next uuid."""
        return str(uuid.UUID(int=self._draw.getrandbits(128), version=4))


@dataclass(slots=True)
class Node:
    """One place in the tree; the root carries no message."""

    id: str
    parent: str | None
    message: Message | None
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Conversation:
    """A chat: every branch, and the leaf that the page shows."""

    id: str
    title: str = "New chat"
    gizmo_id: str | None = None
    temporary: bool = False
    created: float = EPOCH
    nodes: dict[str, Node] = field(default_factory=lambda: {ROOT: Node(ROOT, None, None)})
    current: str = ROOT
    window: str = "tree"  # which JSON the page asks for: "tree" or "window"

    def add(self, message: Message, *, parent: str) -> str:
        """Hang ``message`` under ``parent`` and make it the current leaf; return its id."""
        node_id = str(message["id"])
        self.nodes[node_id] = Node(node_id, parent, message)
        self.nodes[parent].children.append(node_id)
        self.current = node_id
        return node_id

    def path(self) -> list[Node]:
        """Return the nodes from the root to the current leaf."""
        found: list[Node] = []
        step: str | None = self.current
        while step is not None:
            found.append(self.nodes[step])
            step = self.nodes[step].parent
        return found[::-1]

    def on_path(self, message_id: str) -> bool:
        """Tell whether the message is part of the branch that the page shows."""
        return any(node.id == message_id for node in self.path())

    def tree_json(self) -> dict[str, object]:
        """Return the singular form: every branch."""
        mapping = {
            node.id: {"id": node.id, "parent": node.parent, "children": node.children, "message": node.message}
            for node in self.nodes.values()
        }
        return {**self._header(), "mapping": mapping, "current_node": self.current}

    def window_json(self, *, turns: int, before: str | None = None) -> dict[str, object]:
        """Return the plural form: a flat page of the newest ``turns`` turns of the current branch."""
        messages = [node.message for node in self.path() if node.message is not None]
        stop = int(before.removeprefix("cursor-")) if before else len(messages)
        start = _window_start(messages[:stop], turns=turns)
        info = {"has_previous_page": start > 0, "start_cursor": f"cursor-{start}" if start else None}
        return {**self._header(), "messages": messages[start:stop], "page_info": info}

    def _header(self) -> dict[str, object]:
        project = self.gizmo_id if self.gizmo_id and self.gizmo_id.startswith("g-p-") else None
        return {
            "id": self.id,
            "conversation_id": self.id,
            "title": self.title,
            "create_time": self.created,
            "update_time": self.created + len(self.nodes),
            "conversation_template_id": project,
            "gizmo_id": self.gizmo_id,
            "is_temporary": self.temporary,
            "default_model_slug": "gpt-5-6-thinking",
            "moderation_results": [],
        }


def _window_start(messages: list[Message], *, turns: int) -> int:
    starts = [index for index, message in enumerate(messages) if author_role(message) == "user"]
    return starts[-turns] if len(starts) > turns else 0


def author_role(message: Message) -> str:
    """Return user, assistant, tool or system."""
    author = message["author"]
    assert isinstance(author, dict)
    return str(author["role"])


@dataclass(slots=True)
class Clock:
    """Site time: this computer's, and always a little later than before, so that the order is never in doubt."""

    last: float = 0.0

    def now(self) -> float:
        """Return epoch seconds."""
        self.last = max(self.last + 0.001, time.time())
        return self.last
