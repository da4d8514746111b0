"""Chats of two clients, of nobody, and of both, for tests of clients and projects."""

from __future__ import annotations

from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.domain.contexts import ContextChange, ContextForm

ACME = ContextForm("Zqacme GmbH", ("Zqacme",), ("zqacme.example",), ("Roadrunner",))
QUUX = ContextForm("Quuxwerk", domains=("quux.example",))

OF_ACME, FOLLOWS, OF_QUUX, REPLY_ALONE, NOBODYS, OF_BOTH = range(1, 7)
"""Ids of the exchanges, in the order in which ``chats`` stores them."""


def chats(application: Application) -> None:
    """Store six exchanges in five chats."""
    said = [
        ("a", "How do I deploy shop.zqacme.example?", "With a script."),
        ("a", "And then?", "Then you test."),
        ("b", "A slogan for QUUXWERK, please", "We are."),
        ("c", "Which shops are fast?", "Zqacme is."),
        ("d", "What is a closure?", "A function."),
        ("e", "Compare zqacmé with quuxwerk", "Both are fine."),
    ]
    found = [
        captured(number, conversation_id=f"talk-{talk}", prompt=prompt, reply=reply, title="Chat")
        for number, (talk, prompt, reply) in enumerate(said, 1)
    ]
    application.exchanges.capture(items(found))


def two_clients(application: Application) -> tuple[int, int]:
    """Store the chats, name both clients, and look at all; return the clients' ids."""
    chats(application)
    acme, quux = (added(application.contexts.keep(form)) for form in (ACME, QUUX))
    application.contexts.finish()
    return acme, quux


def added(done: ContextChange) -> int:
    """Return the id of what a change kept."""
    assert done.context is not None
    return done.context.id


def whose(application: Application, *ids: int) -> list[str]:
    """Return whose exchanges are: "own", "none", or ids of clients, with "?" while undecided."""
    found = []
    for number in ids or range(OF_ACME, OF_BOTH + 1):
        placing = application.contexts.exchange(number).placing
        clients = "+".join(str(one.client_id) for one in placing.clients)
        found.append("own" if placing.own else (clients or "none") + ("?" if placing.undecided else ""))
    return found


def listed(application: Application, of: object) -> list[int]:
    """Return the ids that stand in a list of whose exchanges are."""
    return sorted(item.id for item in application.contexts.page(str(of)).items)
