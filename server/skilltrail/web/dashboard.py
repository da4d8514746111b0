"""The dashboard: one empty shell page for every address, and the fragments that fill it.

The shell holds no data and needs no credential; fragments are asked for with the session's bearer. All words of other
people pass through ``rendering`` or through the templates' escaping.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import HTTPException

from skilltrail import __version__
from skilltrail.domain.exchange import CapturedExchange, ExchangePage
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import NotFound
from skilltrail.exporters import wording
from skilltrail.i18n import AUTO, LANGUAGES, _
from skilltrail.web import (
    claim_pages,
    client_pages,
    entry_pages,
    language,
    learning_words,
    page_words,
    review_pages,
)
from skilltrail.web.access import DASHBOARD_ONLY, DASHBOARD_READ, SHELL, asks
from skilltrail.web.asked_part import asked_of_topic, part_query, query_of
from skilltrail.web.correction_pages import topic_controls
from skilltrail.web.problems import problem
from skilltrail.web.rendering import RENDERED_CHARACTERS, markdown_html, plain_html
from skilltrail.web.security import is_top_level_visit
from skilltrail.web.skill_pages import skill_parts
from skilltrail.web.space import (
    application,
    autostart_is_on,
    extension_folder,
    has_demo,
    in_demo,
    of_one_moment,
    spaces,
)

bp = Blueprint("dashboard", __name__)

PAGE_SIZE = 50
LATEST_SHOWN = 20
REST_SLICE = 100_000

_LISTS = (
    "/",
    "/timeline",
    "/search",
    "/export",
    "/health",
    "/settings",
    "/forget",
    "/redactions",
    "/imports",
    "/pair",
    "/review",
    "/evidence",
    "/spot-check",
    "/verify",
)
_TOPIC_LISTS = ("/skills", "/topics/log", "/topics/hidden", "/claims", "/clients", "/clients/<client_id>")
_PORTFOLIOS = ("/portfolio", "/portfolio/<portfolio_id>")
PAGES = (*_LISTS, *_TOPIC_LISTS, *_PORTFOLIOS, "/topics/<topic_id>", "/exchanges/<exchange_id>", "/imports/<import_id>")


@asks(SHELL)
def shell(**_named: str) -> str:
    """Serve the page without data; its script asks for what the address names."""
    return render_template("shell.html")


for _page in PAGES:
    bp.add_url_rule(_page, view_func=shell)
    bp.add_url_rule(f"/demo{_page}", view_func=shell)


@bp.app_errorhandler(HTTPStatus.NOT_FOUND)
def nothing_here(_error: HTTPException) -> tuple[str, int] | Response:
    """Show people the page that says so; programs get a problem."""
    if is_top_level_visit():
        return render_template("shell.html"), HTTPStatus.NOT_FOUND
    return problem(NotFound(_("There is nothing at this address.")))


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """Return the words that every template may use."""
    return {"_": _, "w": wording, "lw": learning_words, **language.for_templates()}


@bp.get("/fragments/home")
@asks(DASHBOARD_READ)
@of_one_moment
def home_fragment() -> str:
    """First steps while there is nothing; later what happened lately and how capture is."""
    app, now = application(), _now()
    home, timeline = app.trail.home(), app.trail.timeline(TimelineFilter())
    waiting = () if in_demo() else app.pairing.pending()
    return _fragment(
        "home",
        home=home,
        timeline=timeline,
        recent=page_words.recent_topics(timeline, now),
        verdict=page_words.demo_verdict() if in_demo() else page_words.capture_verdict(app.ledger.outline()),
        steps={"loaded": bool(home.devices or waiting), "paired": home.devices > 0},
        extension_path=extension_folder() if home.exchanges == 0 else "",
        has_recovery=in_demo() or app.keys.has_recovery_key(),
        autostart=autostart_is_on(),
        to_review=app.checks.waiting(),
        since_query=urlencode(query_of(days=request.args.get("days", type=_row_number))),
    )


@bp.get("/fragments/topics/<topic_id>")
@asks(DASHBOARD_READ)
@of_one_moment
def topic_fragment(topic_id: str) -> str:
    """One topic: why it is called so, its months, its exchanges."""
    app, part = application(), asked_of_topic()
    evidence, claims, skill = (
        entry_pages.topic_evidence(topic_id),
        app.claims.topic(topic_id),
        skill_parts(app, topic_id),
    )
    # One statement for all questions of the page: whoever asks below finds them read.
    app.exchanges.summaries(
        [
            *app.exchanges.shown_of(topic_id, PAGE_SIZE, part=part),
            *skill["asked_first"],
            *evidence["asked_ids"],
            *claim_pages.exemplar_ids((claims,)),
        ]
    )
    detail = app.trail.topic(topic_id)
    page = app.exchanges.page(topic_id, None, PAGE_SIZE, part=part, by_day=True)
    return _fragment(
        "topic",
        claims=claims,
        **claim_pages.words((claims,)),
        line=detail.line,
        exemplars=detail.exemplars,
        page=page,
        part=part,
        part_query=part_query(part),
        kinds=_kinds(page),
        shares=app.learning.shares(topic_id),
        most=max((count.exchanges for count in detail.line.months), default=1),
        revision=app.trail.revision(),
        **topic_controls(detail.line),
        **evidence,
        asked=app.exchanges.summaries(evidence["asked_ids"]),
        **skill,
        episode_questions=app.exchanges.summaries(skill["asked_first"]),
    )


@bp.get("/fragments/topics/<topic_id>/exchanges")
@asks(DASHBOARD_READ)
def topic_exchanges_fragment(topic_id: str) -> str:
    """Serve a further page of a topic's exchanges."""
    before = request.args.get("before", type=_row_number)
    part = asked_of_topic()
    page = application().exchanges.page(topic_id, before, PAGE_SIZE, part=part, by_day=True)
    return _fragment("topic_exchanges", topic_id=topic_id, page=page, kinds=_kinds(page), part_query=part_query(part))


@bp.get("/fragments/exchanges/<int:exchange_id>")
@asks(DASHBOARD_READ)
@of_one_moment
def exchange_fragment(exchange_id: int) -> str:
    """One exchange with its facts."""
    detail = application().exchanges.get(exchange_id)
    return _fragment(
        "exchange",
        detail=detail,
        told=application().learning.exchange(exchange_id),
        topics=application().trail.choosable(),
        check=application().checks.read(exchange_id),
        reflections=application().entries.of_exchange(exchange_id),
        **review_pages.words(),
        context=client_pages.of_exchange(exchange_id),
        it=detail.captured,
        prompt=plain_html(detail.captured.prompt[:RENDERED_CHARACTERS]),
        reply=markdown_html(detail.captured.reply[:RENDERED_CHARACTERS]),
        rest_from=RENDERED_CHARACTERS,
    )


@bp.get("/fragments/exchanges/<int:exchange_id>/rest")
@asks(DASHBOARD_READ)
def exchange_rest_fragment(exchange_id: int) -> str:
    """Serve a further slice of a very long text, as plain text."""
    part = "prompt" if request.args.get("part") == "prompt" else "reply"
    start = max(0, request.args.get("start", 0, type=_row_number))
    text = _part(application().exchanges.get(exchange_id).captured, part)
    end = start + REST_SLICE
    following = end if end < len(text) else None
    return _fragment("exchange_rest", text=plain_html(text[start:end]), next=following, id=exchange_id, part=part)


@bp.get("/fragments/health")
@asks(DASHBOARD_READ)
@of_one_moment
def health_fragment() -> str:
    """The ledger: what became of every reply that was seen."""
    app = application()
    view = app.ledger.read()
    return _fragment(
        "health",
        view=view,
        verdict=page_words.demo_verdict() if in_demo() else page_words.capture_verdict(view),
        rows=page_words.conversation_rows(view),
        hidden_rows=view.conversations - len(view.rows),
        refusals=page_words.refusal_lines(view.refused),
        device_words=page_words.device_words,
        revision=app.trail.revision(),
    )


@bp.get("/fragments/settings")
@asks(DASHBOARD_READ)
@of_one_moment
def settings_fragment() -> str:
    """Connected browsers, locking, where the data is."""
    app = application()
    return _fragment(
        "settings",
        devices=() if in_demo() else app.pairing.devices(),
        extension_path="" if in_demo() else extension_folder(),
        folder=str(app.settings.home),
        key_words=page_words.key_words(app.trail.key_location()),
        key=None if in_demo() else app.keys.standing(),
        identity=None if in_demo() else app.identity.look(),
        ended_in_backups=0 if in_demo() else len(app.backups.with_ended_keys()),
        anchors=() if in_demo() else app.anchors.listed(),
        backups=() if in_demo() else app.backups.listing(),
        backup_folder=str(app.backups.folder),
        backup_problem=app.backups.problem,
        backup_words=page_words.backup_words,
        model=app.settings.embedder,
        version=__version__,
        languages={AUTO: _("As the browser asks for"), **LANGUAGES},
        chosen_language="" if in_demo() else app.language.chosen(),
        has_demo=has_demo(),
        autostart=autostart_is_on(),
        revision=app.trail.revision(),
    )


@bp.get("/fragments/backups/<backup_name>")
@asks(DASHBOARD_ONLY)
def restore_plan_fragment(backup_name: str) -> str:
    """Show what restoring a backup would change."""
    return _fragment("restore_plan", plan=spaces().own.backups.plan(backup_name))


@bp.get("/fragments/pair")
@asks(DASHBOARD_READ)
def pair_fragment() -> str:
    """Extensions that wait for the learner's decision."""
    app = application()
    return _fragment("pair", requests=app.pairing.pending(), devices=app.pairing.devices())


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    return render_template(f"fragments/{name}.html", now=_now(), is_demo=demo, base="/demo" if demo else "", **context)


def _now() -> datetime:
    return datetime.now(UTC)


def _row_number(text: str) -> int:
    """Read a number that the database can look up; what is none is left out, as a date that is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise ValueError
    return int(text)


def _kinds(page: ExchangePage) -> dict[int, str]:
    """Return what the exchanges of a page count as."""
    return {row: kind.value for row, kind in application().learning.kinds([item.id for item in page.items]).items()}


def _part(exchange: CapturedExchange, name: str) -> str:
    return exchange.prompt if name == "prompt" else exchange.reply
