"""Routes of anchors: a request for a time-stamping authority, its answer, and where a checkpoint was pushed to."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from skilltrail.application.anchors import AnchorsFacade
from skilltrail.domain.anchors import ADDRESS_LIMIT, StoredAnchor
from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _
from skilltrail.web.access import DECIDE, DECIDE_LARGE, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces

_TOKEN_SIGNS = 100_000
_ROOT_SIGNS = 700_000


class TokenIn(Strict):
    """An authority's answer, and its root certificate as the learner has it from them; bytes in base64."""

    token: Annotated[str, Field(max_length=_TOKEN_SIGNS)]
    certificate: Annotated[str, Field(min_length=1, max_length=_ROOT_SIGNS)]


class PushIn(Strict):
    """Where the checkpoint over ``size`` entries was pushed to."""

    size: Annotated[int, Field(ge=1, le=2**53)]
    address: Annotated[str, Field(max_length=ADDRESS_LIMIT)]


@dataclass(frozen=True, slots=True)
class AnchorAnswer:
    """Somebody's word on the checkpoint over ``size`` entries; of a push nothing was looked up, and it has no time."""

    id: int
    kind: str
    size: int
    at: datetime | None
    by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class AnchorList:
    """All anchors, the newest first."""

    anchors: list[AnchorAnswer]


@dataclass(frozen=True, slots=True)
class AnchorRequestAnswer:
    """What an authority can be given: ``query`` (base64) as ``stem``.tsq, and the checkpoint as ``stem``.txt.

    ``digest`` is all that leaves in the query, beside a random number; ``send`` and ``check`` are commands.
    """

    size: int
    stem: str
    key: str
    checkpoint: str
    query: str
    digest: str
    send: str
    check: str


def list_anchors() -> AnchorList:
    """Show all anchors."""
    return AnchorList([anchor_answer(one) for one in application().anchors.listed()])


def request_anchor() -> AnchorRequestAnswer:
    """Write a request for a time-stamping authority."""
    return request_answer(spaces().own.anchors)


def take_anchor(body: TokenIn) -> AnchorAnswer:
    """Take in an authority's answer."""
    return taken_answer(spaces().own.anchors, body)


def note_push(body: PushIn) -> AnchorAnswer:
    """Note where a checkpoint was pushed to."""
    return anchor_answer(spaces().own.anchors.note_push(body.size, body.address))


def remove_anchor(anchor_id: int) -> AnchorAnswer:
    """Remove an anchor."""
    return anchor_answer(spaces().own.anchors.remove(anchor_id))


def undo_anchor(anchor_id: int) -> AnchorAnswer:
    """Bring a removed anchor back."""
    return anchor_answer(spaces().own.anchors.undo(anchor_id))


def request_answer(anchors: AnchorsFacade) -> AnchorRequestAnswer:
    """Sign, and return what an authority can be given."""
    made = anchors.request()
    return AnchorRequestAnswer(
        size=made.size,
        stem=made.stem,
        key=anchors.key(),
        checkpoint=made.checkpoint.decode(),
        query=base64.b64encode(made.query).decode(),
        digest=made.digest,
        send=made.send_line(),
        check=made.check_line(),
    )


def taken_answer(anchors: AnchorsFacade, body: TokenIn) -> AnchorAnswer:
    """Take in, and return it as the API tells it."""
    return anchor_answer(anchors.take(_bytes(body.token), _bytes(body.certificate)))


def anchor_answer(anchor: StoredAnchor) -> AnchorAnswer:
    """Return an anchor as the API tells it."""
    return AnchorAnswer(anchor.id, anchor.kind.value, anchor.size, anchor.at, anchor.by, anchor.added_at)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise RequestInvalid(_("This is not base64.")) from None


ROUTES = (
    Route("GET", "/evidence-log/anchors", list_anchors, READ, "Others’ word on when checkpoints existed.",
          gives=AnchorList),
    Route(
        "POST", "/evidence-log/anchors/request", request_anchor, DECIDE,
        "Write a request for a time-stamping authority over a checkpoint of now; nothing is sent.",
        takes=Nothing, gives=AnchorRequestAnswer,
    ),
    Route(
        "POST", "/evidence-log/anchors", take_anchor, DECIDE_LARGE,
        "Take in an authority’s answer; it must be about a checkpoint of this log and fit the certificate.",
        takes=TokenIn, gives=AnchorAnswer,
    ),
    Route(
        "POST", "/evidence-log/anchors/pushed", note_push, DECIDE,
        "Note where a checkpoint was pushed to; nothing is looked up.", takes=PushIn, gives=AnchorAnswer,
    ),
    Route("POST", "/evidence-log/anchors/<int:anchor_id>/remove", remove_anchor, DECIDE, "Remove an anchor.",
          takes=Nothing, gives=AnchorAnswer),
    Route("POST", "/evidence-log/anchors/<int:anchor_id>/undo", undo_anchor, DECIDE, "Bring a removed anchor back.",
          takes=Nothing, gives=AnchorAnswer),
)  # fmt: skip
