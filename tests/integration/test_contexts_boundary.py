"""What of clients could slip through: chats that were half looked at, own words, masks, forgetting too early."""

from __future__ import annotations

import json

import pytest

from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.domain.contexts import ContextForm
from skilltrail.services import context_rules

CLIENT = ContextForm("Quuxwerk")


def tell(application: Application, number: int, prompt: str, talk: str = "talk") -> None:
    """Capture an exchange."""
    found = captured(number, conversation_id=talk, prompt=prompt, reply="Well.", title="Chat")
    application.exchanges.capture(items([found]))


def leaving(application: Application) -> tuple[int, ...]:
    return application.exports.file("json").exchange_ids


def questions(application: Application) -> list[str]:
    return [one["question"] for one in json.loads(application.exports.file("json").data)["exchanges"]]


class TestHalfLookedAt:
    def test_a_chat_stays_until_all_of_it_was_looked_at(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(application, 1, "Redundancies: whom do we let go first?")
        tell(application, 2, "What is a closure?", "other")
        tell(application, 3, "And for Quuxwerk in Berlin?")
        application.contexts.keep(CLIENT)
        monkeypatch.setattr(context_rules.look, "__kwdefaults__", {"most": 2})

        application.contexts._look()  # one batch, and no more

        assert leaving(application) == (2,)
        assert application.contexts.overview().waiting == 2
        assert not application.contexts.exchange(1).looked_at
        application.contexts.finish()
        assert leaving(application) == (2,)
        assert application.contexts.overview().waiting == 0

    def test_what_comes_to_a_chat_keeps_all_of_it_back_until_it_was_looked_at(self, application: Application) -> None:
        application.contexts.keep(CLIENT)
        tell(application, 1, "Redundancies: whom do we let go first?")
        application.contexts.finish()
        assert leaving(application) == (1,)

        tell(application, 2, "It is for Quuxwerk")

        assert leaving(application) == ()
        assert application.trail.timeline().exchanges == 2
        application.contexts.finish()
        assert leaving(application) == ()
