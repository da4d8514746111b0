"""The name under which a topic is shown: the learner's own, else ours; one that is no term in the language spoken."""

from __future__ import annotations

from sqlalchemy import Dialect, String, func, type_coerce
from sqlalchemy.types import TypeDecorator

from skilltrail.domain.topics import NAMES
from skilltrail.i18n import retold
from skilltrail.storage.models import Topic

_BEGINNINGS = tuple(name.split("{", maxsplit=1)[0] for name in NAMES)


def told_name(name: str) -> str:
    """Say a stored name of a topic in the language that is spoken now."""
    # Lists have many names, and nearly all of them are terms.
    return retold(name, NAMES) if name.startswith(_BEGINNINGS) else name


class _Told(TypeDecorator[str]):
    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - its signature
        """Say what was read."""
        return None if value is None else told_name(value)


SHOWN_NAME = type_coerce(func.coalesce(Topic.pinned_name, Topic.name), _Told)
"""The name as a column of statements that read ``Topic``."""
