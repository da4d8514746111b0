"""A request for an endorsement as one HTML file: whoever opens it writes a sentence and signs it, offline.

The file brings the credential that is signed, and its canonical statements cut where something is filled in, so that
its script needs no JSON-LD (``endorsement_page.js``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib import resources
from typing import Any

import orjson
from jinja2 import Environment, StrictUndefined

from skilltrail.domain.endorsement import (
    COMMENT_LIMIT,
    CONTACT_LIMIT,
    NAME_LIMIT,
    Asked,
    cut_at_slots,
    marked_slots,
    unsigned_document,
)
from skilltrail.domain.timeline import ExportFile
from skilltrail.exporters.wording import day_words, month_words, one_line
from skilltrail.i18n import _, direction, speaking

FILE_NAME = "skilltrail-endorsement-request.html"
ANSWER_NAME = "skilltrail-endorsement.json"
KEY_NAME = "skilltrail-endorser-key.json"

# Everything that was written is escaped, so these comments cannot occur in it; what replaces them needs no escaping.
_STYLE, _REQUEST, _SCRIPT = "<!--style-->", "<!--request-->", "<!--script-->"


def statements_to_tick(person: str, *, work: bool = True) -> tuple[str, ...]:
    """Return what an endorser may confirm with a tick, in the language that is spoken now.

    ``work``: whether the request names any that could be confirmed.
    """
    return (
        _("I worked with {person}, or was their client.").format(person=person),
        _("I saw {person} use this skill.").format(person=person),
        *([_("The work named above was delivered, and we use it.")] if work else []),
        _("I would give {person} such work again.").format(person=person),
    )


def credential_name(asked: Asked) -> str:
    """Return what the credential is called, in the request's language."""
    with speaking(asked.language):
        return one_line(_("Statement about {person}: {skill}").format(person=asked.person, skill=asked.skill))


def about_line(asked: Asked) -> str:
    """Return what the credential says it is about: the person, their key, the skill and when it was recorded."""
    with speaking(asked.language):
        words = _("About {person} ({did}), skill “{skill}”.")
        line = words.format(person=asked.person, did=asked.did, skill=asked.skill)
        return one_line(" ".join(filter(None, [line, period_words(asked)])))


def period_words(asked: Asked) -> str:
    """Say when the skill was recorded, as far as the request tells."""
    if not asked.since:
        return ""
    return _("Recorded from {since} to {until}.").format(since=month_words(asked.since), until=month_words(asked.until))


def endorsement_request(asked: Asked, *, statements: Sequence[str], proof: Sequence[str]) -> ExportFile:
    """Return the file that is sent.

    Parameters
    ----------
    statements, proof
        The canonical statements (N-Quads) of the credential and of its proof's options, filled with the marks of
        ``marked_slots``.
    """
    with speaking(asked.language):
        style, script = _file("endorsement_request.css"), _script()
        page = _environment().from_string(_file("endorsement_request.html.j2")).render(_context(asked, style, script))
        data = _data(asked, statements, proof)
    whole = page.replace(_STYLE, f"<style>{style}</style>", 1)
    whole = whole.replace(_REQUEST, f'<script type="application/json" id="request">{data}</script>', 1)
    whole = whole.replace(_SCRIPT, f'<script type="module">{script}</script>', 1)
    return ExportFile(name=FILE_NAME, media_type="text/html; charset=utf-8", data=whole.encode())


def _context(asked: Asked, style: str, script: str) -> dict[str, Any]:
    return {
        "asked": asked,
        "title": credential_name(asked),
        "period": period_words(asked),
        "last_day": day_words(date.fromisoformat(asked.answer_by)),
        "language": asked.language,
        "direction": direction(asked.language),
        "policy": _policy(style, script),
        "limits": {"comment": COMMENT_LIMIT, "name": NAME_LIMIT, "contact": CONTACT_LIMIT},
        "file_name": ANSWER_NAME,
        "key_name": KEY_NAME,
    }


def _data(asked: Asked, statements: Sequence[str], proof: Sequence[str]) -> str:
    marks = marked_slots()
    data = {
        "asked": asdict(asked),
        "about": about_line(asked),
        "words": _words(asked),
        "document": unsigned_document(asked, credential_name(asked), marks),
        "marks": {mark: slot for slot, mark in marks.items()},
        "statements": cut_at_slots(statements, marks),
        "proof": cut_at_slots(proof, marks),
    }
    # In a script nothing but "<" can end it, and JSON has it inside of texts alone.
    return orjson.dumps(data).decode().replace("<", "\\u003c")


def _words(asked: Asked) -> dict[str, str]:
    return {
        "confirmed": _("Confirmed:"),
        "missing_comment": _("Write a sentence of your own first."),
        "missing_name": _("Write your name."),
        "missing_contact": _("Write where readers can ask back: a web address or an e-mail address."),
        "no_signing": _(
            "This browser cannot sign (it has no Ed25519). Open this file in a newer one: Firefox 129, Chrome or Edge "
            "137, Safari 17, or later."
        ),
        "no_key_file": _("This is not a key that such a page has saved."),
        "key_taken": _("Your key will be used."),
        "too_late": _("This request could be answered until {day}. Ask {person} for a new one.").format(
            day=day_words(date.fromisoformat(asked.answer_by)), person=asked.person
        ),
        "copied": _("Copied."),
    }


def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(_=_)
    return environment


def _policy(style: str, script: str) -> str:
    sources = f"script-src {_hash(script)}; style-src {_hash(style)}"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return (resources.files("skilltrail.exporters") / "templates" / name).read_text(encoding="utf-8")


def _script() -> str:
    return (resources.files("skilltrail.exporters") / "endorsement_page.js").read_text(encoding="utf-8")
