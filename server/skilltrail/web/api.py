"""The whole API: the routes of the extension, those of the learner, and the document that describes them."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint

from skilltrail.web import (
    api_anchors,
    api_capture,
    api_checks,
    api_claims,
    api_clients,
    api_corrections,
    api_endorsements,
    api_entries,
    api_forget,
    api_identity,
    api_imports,
    api_keeping,
    api_learner,
    api_learning,
    api_log,
    api_portfolios,
    api_redactions,
    api_search,
    api_skills,
    api_spot_checks,
)
from skilltrail.web.access import CAPTURE_PREFLIGHT, PUBLIC, asks
from skilltrail.web.routes import Route, blueprint


@cache
def describe_api() -> dict[str, Any]:
    """Return the OpenAPI document; it is the same as long as the program runs."""
    from skilltrail.web.openapi import document

    return document(ROUTES)


ROUTES: tuple[Route, ...] = (
    *api_capture.ROUTES,
    *api_learner.ROUTES,
    *api_corrections.ROUTES,
    *api_imports.ROUTES,
    *api_keeping.ROUTES,
    *api_forget.ROUTES,
    *api_redactions.ROUTES,
    *api_search.ROUTES,
    *api_claims.ROUTES,
    *api_learning.ROUTES,
    *api_checks.ROUTES,
    *api_entries.ROUTES,
    *api_endorsements.ROUTES,
    *api_skills.ROUTES,
    *api_clients.ROUTES,
    *api_log.ROUTES,
    *api_anchors.ROUTES,
    *api_spot_checks.ROUTES,
    *api_portfolios.ROUTES,
    *api_identity.ROUTES,
    Route("GET", "/openapi.json", describe_api, PUBLIC, "This document."),
)


def api_blueprint() -> Blueprint:
    """Return the blueprint of the API."""
    made = blueprint(ROUTES)
    preflight = asks(CAPTURE_PREFLIGHT)(api_capture.capture_preflight)
    made.add_url_rule("/exchanges", "capture_preflight", preflight, methods=["OPTIONS"])
    return made
