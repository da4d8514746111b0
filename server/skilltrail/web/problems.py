"""Errors as answers: RFC 9457 problems with a stable code, and the only table of HTTP statuses.

Nothing of a request's content and no trace ever goes into a problem or a log line.
"""

from __future__ import annotations

import errno
import logging
import math
import secrets
import traceback
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from skilltrail import errors
from skilltrail.errors import RateLimited, SkilltrailError
from skilltrail.i18n import _
from skilltrail.web.json_door import dump_json

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


_STATUS: dict[type[SkilltrailError], int] = {
    SkilltrailError: 500,
    errors.CaptureError: 422,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedSchema: 426,
    errors.AccessRefused: 403,
    errors.HostRefused: 421,
    errors.NotPaired: 401,
    errors.RateLimited: 429,
    errors.PairingError: 409,
    errors.NotFound: 404,
    errors.ForgetInvalid: 422,
    errors.TooLate: 409,
    errors.PortfolioBlocked: 409,
    errors.CorrectionRefused: 409,
    errors.UnsupportedFormat: 422,
    errors.ImportFailed: 422,
    errors.ImportBusy: 409,
    errors.ModelUnavailable: 503,
    errors.StorageError: 503,
    errors.StorageFull: 507,
    errors.BackupUnusable: 422,
    errors.RequestInvalid: 422,
    errors.EvidenceInvalid: 422,
    errors.JsonInvalid: 400,
    errors.MediaTypeRefused: 415,
    errors.MethodRefused: 405,
    errors.ShuttingDown: 503,
}

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def status_of(kind: type[SkilltrailError]) -> int:
    """Return the HTTP status of an error class; a class without a row has its parent's."""
    return next(_STATUS[base] for base in kind.__mro__ if base in _STATUS)


def problem(error: SkilltrailError, *, headers: dict[str, str] | None = None) -> Response:
    """Return the answer for ``error``."""
    status = status_of(type(error))
    answer = _answer(status, code=error.code, detail=str(error))
    answer.headers.extend(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="skilltrail"'
    if isinstance(error, RateLimited):
        answer.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, errors.ShuttingDown):
        answer.headers["Retry-After"] = "5"
    return answer


def request_id() -> str:
    """Return the id of this request: the learner can tell it to support, and the log has it."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def register(app: Flask, *, count: Callable[[str], None]) -> None:
    """Answer every error of ``app`` with a problem; ``count`` is told the code of every refusal."""

    def answered(error: SkilltrailError) -> Response:
        status = status_of(type(error))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("request %s: %s", request_id(), error.code)
        elif status != HTTPStatus.NOT_FOUND:
            count(error.code)
        return problem(error)

    app.register_error_handler(SkilltrailError, answered)

    def no_space(error: OSError) -> Response:
        if error.errno not in _NO_SPACE:
            return _unexpected(error)
        return answered(errors.StorageFull(_("The disk is full. Free some space and try again.")))

    app.register_error_handler(OSError, no_space)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    """Answer what Flask itself refuses: unknown addresses, methods, oversized bodies."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, MethodNotAllowed):
        allow = ", ".join(sorted(error.valid_methods or ()))
        return problem(errors.MethodRefused(_("This address does not know that method.")), headers={"Allow": allow})
    if status == HTTPStatus.NOT_FOUND:
        return problem(errors.NotFound(_("There is nothing at this address.")))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem(errors.PayloadTooLarge(_("The body is larger than this address takes.")))
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer(int(status), code="request_invalid", detail=_("The request is not one that this server takes."))
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    """Answer a fault of ours. Only types and places are logged: messages can quote what was captured."""
    places = traceback.extract_tb(error.__traceback__)[-4:]
    trail = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places))
    log.error("request %s failed: %s at %s", request_id(), type(error).__name__, trail)
    detail = _("Something went wrong inside Skilltrail. The log names it under this request id.")
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, code="internal", detail=detail)


def _answer(status: int, *, code: str, detail: str) -> Response:
    body = {
        "type": f"urn:skilltrail:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "request_id": request_id(),
    }
    return Response(dump_json(body), status=status, content_type=MEDIA_TYPE)
