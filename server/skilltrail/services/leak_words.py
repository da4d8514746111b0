"""What the leak scan stops at, in words."""

from __future__ import annotations

from skilltrail.i18n import _


def hit_words(kind: str) -> str:
    """Say what the leak scan stops at; ``kind`` is the value of a ``HitKind``."""
    known = {
        "client": _("a client’s name or word"),
        "near client": _("looks like a client’s word"),
        "secret": _("a secret"),
        "own word": _("a word of your own list"),
        "personal data": _("personal data"),
        "redaction": _("the mark of something hidden"),
        "held back": _("named after what is held back"),
        "path": _("a path that names somebody"),
    }
    return known.get(kind, kind)
