"""What keeps Skilltrail from saving, in words for the learner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the learner has to know at once: ``words`` say what is so and what happens to new chats meanwhile.

    ``code`` is an error's stable code: storage_full, database_damaged or database_replaced.
    """

    code: str
    words: str
