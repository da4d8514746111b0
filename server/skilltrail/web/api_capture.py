"""Routes of the extension: hello, exchanges, ledger, pairing, proof."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from pydantic import ValidationError

from skilltrail import __version__
from skilltrail.domain.access import Scope
from skilltrail.domain.capture import CapturedItem, CaptureResult, LedgerReply, LedgerView, Outcome
from skilltrail.domain.exchange import Origin
from skilltrail.errors import UnsupportedSchema
from skilltrail.i18n import _
from skilltrail.services.handshake import encode
from skilltrail.services.pairing import PairingState
from skilltrail.web import answers
from skilltrail.web.access import CAPTURE, PAIRING, PAIRING_START, PUBLIC, READ, REPORT
from skilltrail.web.routes import Route
from skilltrail.web.schemas import (
    SCHEMA,
    CaptureEnvelope,
    CaptureItem,
    LedgerIn,
    PairingKey,
    PairingPoll,
    PairingStart,
    ProofQuestion,
    what_is_wrong,
)
from skilltrail.web.security import principal
from skilltrail.web.space import application, spaces

CAPABILITIES = ["exchanges", "ledger", "pairing", "proof"]
OLDEST_EXTENSION = (0, 1, 0)
"""Extensions of the last 12 months are served; an older one is told so."""

# A device brings what it saw; an import comes from the learner's own command line.
_ALLOWED = {
    Scope.CAPTURE: (Origin.EXTENSION, Origin.MANUAL),
    Scope.CLI: (Origin.EXTENSION, Origin.IMPORT, Origin.MANUAL),
}


def hello() -> answers.Hello:
    """Say who listens here."""
    here = spaces()
    return answers.Hello(
        product="skilltrail",
        version=__version__,
        api=["v1"],
        instance_id=here.own.instance_id,
        port=here.port,
        schemas=[SCHEMA],
        capabilities=CAPABILITIES,
    )


def capture_exchanges(body: CaptureEnvelope) -> answers.CaptureAnswer:
    """Take in a batch."""
    _check_sender(body.schema_, body.extension_version)
    who = principal()
    read = [_read_item(item) for item in body.items]
    good = [item for item in read if isinstance(item, CapturedItem)]
    report = application().exchanges.capture(good, device_id=who.device_id, origin_allowed=_ALLOWED[who.scope])
    judged = iter(report.results)
    results = [next(judged) if isinstance(item, CapturedItem) else item for item in read]
    return answers.CaptureAnswer(results=results, revision=report.revision)


def capture_preflight() -> Response:
    """Answer a browser's question before a cross-site capture; the gate adds the permission."""
    return Response(status=204)


def record_ledger(body: LedgerIn) -> answers.LedgerAnswer:
    """Keep an extension's account of itself; tell it what it should forget too."""
    _check_sender(body.schema_, body.extension_version)
    device_id = principal().device_id
    reply = application().ledger.record(device_id, body.report()) if device_id is not None else LedgerReply()
    return answers.LedgerAnswer(ok=True, forgotten=list(reply.forgotten), reset=list(reply.reset))


def read_ledger() -> LedgerView:
    """Show the accounts beside what the database holds."""
    return application().ledger.read()


def start_pairing(body: PairingStart) -> answers.PairingStarted:
    """Take in an extension's request."""
    started = spaces().own.pairing.start(label=body.label, origin=request.headers["Origin"])
    return answers.PairingStarted(
        request_id=started.request_id,
        request_secret=started.request_secret,
        commitment=encode(started.commitment),
        expires_in=started.expires_in,
    )


def exchange_pairing_keys(request_id: str, body: PairingKey) -> answers.PairingHalf:
    """Take the extension's key and show ours."""
    half = spaces().own.pairing.exchange_keys(request_id, secret=body.request_secret, public_key=body.public_key)
    return answers.PairingHalf(public_key=encode(half.public_key), nonce=encode(half.nonce))


def pairing_status(request_id: str, body: PairingPoll) -> answers.PairingStanding:
    """Say where the request stands."""
    state, device_id, box = spaces().own.pairing.status(request_id, secret=body.request_secret)
    if state is not PairingState.APPROVED or box is None:
        return answers.PairingStanding(state=state.value)
    sealed = answers.SealedMarkKey(nonce=encode(box.nonce), box=encode(box.box))
    return answers.PairingStanding(state=state.value, device_id=device_id, mark_key=sealed)


def prove(body: ProofQuestion) -> answers.ProofAnswer:
    """Show a paired extension that this is its server, on this port."""
    here = spaces()
    return answers.ProofAnswer(proof=encode(here.own.pairing.prove(body.device_id, nonce=body.nonce, port=here.port)))


def _check_sender(schema: int, extension_version: str) -> None:
    if schema != SCHEMA:
        raise UnsupportedSchema(
            _("This server reads capture format {known}. Update the older of the two.").format(known=SCHEMA)
        )
    parts = extension_version.split(".")
    if not all(part.isdecimal() for part in parts) or tuple(map(int, parts)) < OLDEST_EXTENSION:
        raise UnsupportedSchema(_("This extension is too old for this server. Update it; what it keeps is not lost."))


def _read_item(item: Any) -> CapturedItem | CaptureResult:
    try:
        model = CaptureItem.model_validate(item)
    except ValidationError as error:
        named = item.get("capture_id") if isinstance(item, dict) else None
        capture_id = named[:100] if isinstance(named, str) else ""
        return CaptureResult(capture_id, Outcome.REFUSED, code="item_invalid", detail=what_is_wrong(error))
    return CapturedItem(model.capture_id, model.exchange())


ROUTES = (
    Route("GET", "/hello", hello, PUBLIC, "Who listens here; no data.", gives=answers.Hello),
    Route(
        "POST",
        "/exchanges",
        capture_exchanges,
        CAPTURE,
        "Take in up to 200 exchanges; each is answered for itself.",
        takes=CaptureEnvelope,
        gives=answers.CaptureAnswer,
    ),
    Route(
        "POST",
        "/ledger",
        record_ledger,
        REPORT,
        "Keep an extension's account.",
        takes=LedgerIn,
        gives=answers.LedgerAnswer,
    ),
    Route("GET", "/ledger", read_ledger, READ, "The accounts beside what the database holds.", gives=LedgerView),
    Route(
        "POST",
        "/pairings",
        start_pairing,
        PAIRING_START,
        "An extension asks to be connected.",
        takes=PairingStart,
        gives=answers.PairingStarted,
        status=201,
    ),
    Route(
        "POST",
        "/pairings/<request_id>/key",
        exchange_pairing_keys,
        PAIRING,
        "Exchange keys, once; after this both sides show six digits.",
        takes=PairingKey,
        gives=answers.PairingHalf,
    ),
    Route(
        "POST",
        "/pairings/<request_id>/status",
        pairing_status,
        PAIRING,
        "Where a request stands; asked each second.",
        takes=PairingPoll,
        gives=answers.PairingStanding,
    ),
    Route(
        "POST",
        "/proof",
        prove,
        PUBLIC,
        "The server proves itself to a paired extension before captures are sent.",
        takes=ProofQuestion,
        gives=answers.ProofAnswer,
    ),
)
