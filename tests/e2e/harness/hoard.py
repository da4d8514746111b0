"""Very many exchanges at once, through the extension's own intake: old chats that a page loads one after the other.

The page asks for the documents as it does when a person opens an old chat; the tap reads them, the bridge hands each
exchange to the worker, and the worker redacts and keeps it. Nothing is written behind the extension's back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from e2e.harness.chromium import Extension
from e2e.harness.comparison import Key
from e2e.harness.prose import answer, question
from e2e.harness.service import Service
from e2e.standin.plan import Plan, say
from e2e.standin.site import Site

# Reads, and reads only, what waits: ids in the order of the outbox.
WAITING = """async () => {
  const answerOf = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await answerOf(indexedDB.open("skilltrail"));
  const found = [];
  for (let after = 0; ;) {
    const outbox = database.transaction("outbox").objectStore("outbox");
    const some = await answerOf(outbox.getAll(IDBKeyRange.lowerBound(after, true), 500));
    if (some.length === 0) break;
    after = some.at(-1).seq;
    found.push(...some.map(({ item }) => [item.conversation_id, item.prompt_id, item.reply_id, item.capture_id]));
  }
  database.close();
  return found;
}"""


@dataclass(frozen=True, slots=True)
class Held:
    """One exchange in the outbox."""

    key: Key
    capture_id: str


def seed_chats(site: Site, *, chats: int, turns: int) -> list[str]:
    """Let so many chats of so many turns have taken place long ago; return their ids in order."""
    made = []
    for chat in range(chats):
        numbers = range(chat * turns, (chat + 1) * turns)
        plans = [Plan(prompt=question(n), says=(say(answer(n, paragraphs=4)),), seed=n) for n in numbers]
        made.append(site.seed_chat(plans, title=f"Chat {chat} of long ago").id)
    return made


def open_chats(page: Page, ids: Sequence[str]) -> None:
    """Open chats one after the other, each as soon as the one before is shown."""
    for chat_id in ids:
        page.evaluate("id => standin.open(id, 'tree')", chat_id)


def held(extension: Extension) -> list[Held]:
    """Return what waits in the outbox, in its order."""
    rows = extension.popup().evaluate(WAITING)
    return [Held(key=(chat, prompt, reply), capture_id=capture) for chat, prompt, reply, capture in rows]


def stored(service: Service) -> list[dict[str, Any]]:
    """Return everything that the running server keeps of each exchange, in the order of arrival."""
    return sorted(service.get("/api/v1/everything")["exchanges"], key=lambda row: int(row["seq"]))


def keys_by_seq(service: Service) -> list[Key]:
    """Return the ids of the stored exchanges in the order of arrival."""
    return [(row["conversation_id"], row["prompt_id"], row["reply_id"]) for row in stored(service)]


def first_of_each(keys: Sequence[Key]) -> list[Key]:
    """Return each key once, where it came first."""
    return list(dict.fromkeys(keys))
