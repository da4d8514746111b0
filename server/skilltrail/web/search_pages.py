"""The search page: its form with menus, and the results that it asks for with every change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.domain.exchange import PROVIDERS
from skilltrail.domain.search import QUERY_LIMIT, Note, Order, SearchPage, SearchQuery, Why
from skilltrail.errors import JsonInvalid
from skilltrail.exporters.wording import area_words, day_words, exchanges_words, ngettext, provider_name
from skilltrail.i18n import _, pgettext
from skilltrail.web import client_pages
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.api_search import SearchIn
from skilltrail.web.json_door import JsonRefusedError, load_json
from skilltrail.web.schemas import read_model
from skilltrail.web.space import application, in_demo

bp = Blueprint("search_pages", __name__)

_TOPICS_OFFERED = 60


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as it was read; ``without`` is the query that is left when it is taken away."""

    words: str
    without: str


@bp.get("/fragments/search")
@asks(DASHBOARD_READ)
def search_fragment() -> str:
    """Show the form; searching gets ready meanwhile."""
    app = application()
    app.search.warm()
    return _fragment("search", menus=_menus())


@bp.post("/fragments/search-results")
@asks(DASHBOARD_READ)
def search_results_fragment() -> str:
    """Show what a query finds. It is in the body: what is looked for must not stand in an address."""
    asked = read_model(SearchIn, _body())
    page = asked.search()
    return _fragment(
        "search_results",
        page=page,
        found=found_words(page),
        notes=[note_words(note) for note in page.query.notes],
        chips=chips(page.query),
        why=why_words,
        saying=suggestion_words,
        examples=examples(),
        newest=page.order is Order.NEWEST,
        more=asked.offset > 0,
    )


def found_words(page: SearchPage) -> str:
    """Say in one sentence how much was found."""
    if page.query.empty:
        return ""
    if not page.query.wanted:
        return _("{count} found.").format(count=exchanges_words(page.by_words))
    held = ngettext("{n} exchange holds all words.", "{n} exchanges hold all words.", page.by_words)
    if not page.by_words:
        held = _("No exchange holds all words.")
    near = ngettext("{n} more is similar.", "{n} more are similar.", page.by_meaning) if page.by_meaning else ""
    return f"{held} {near}".strip()


def why_words(why: Why) -> str:
    """Say why an exchange was found."""
    return {
        Why.WORDS: _("all words"),
        Why.MEANING: _("similar meaning"),
        Why.BOTH: _("all words, similar meaning"),
        Why.SOME: _("some of the words"),
        Why.FILTER: "",
    }[why]


def note_words(note: Note) -> str:
    """Say how a part of a query was read that is not what it looks like."""
    words = {
        "date": _(
            "“{part}” is no date that can be read (such as 2026-03-01, 2026-03, 2026, 7d); it was read as words."
        ),
        "value": _("“{part}” is no filter; it was read as words."),
        "sign": _("“{part}” holds no letter or digit; it was left out."),
        "quote": _("The quotation mark {part} has no end; all that follows it was read as one phrase."),
        "cut": _("Only the beginning of the query was read: {most} characters.").format(most=QUERY_LIMIT),
    }
    return words[note.code].format(part=note.part)


def suggestion_words(code: str) -> str:
    """Say what a lighter query leaves out."""
    return {
        "excluded": _("Without the excluded words"),
        "dates": _("At any time"),
        "filters": _("Without filters"),
        "phrase": _("As single words"),
        "word": _("With fewer words"),
    }[code]


def chips(query: SearchQuery) -> list[Chip]:
    """Return the filters of a query, each with what is left without it."""
    found: list[Chip] = []
    for name, words in (
        ("topics", _("Topic: {value}")),
        ("areas", _("Area: {value}")),
        ("sources", _("Source: {value}")),
        ("clients", _("Client: {value}")),
        ("fields", _("Only in: {value}")),
        ("holds", _("Holds: {value}")),
    ):
        values: tuple[str, ...] = getattr(query, name)
        for value in values:
            kept: Any = {name: tuple(other for other in values if other != value)}
            left = replace(query, **kept)
            found.append(Chip(words.format(value=_value_words(name, value)), left.written()))
    if query.since:
        found.append(Chip(_("From {day}").format(day=day_words(query.since)), replace(query, since=None).written()))
    if query.before:
        found.append(Chip(_("Before {day}").format(day=day_words(query.before)), replace(query, before=None).written()))
    if query.earlier:
        found.append(Chip(_("Earlier versions"), replace(query, earlier=False).written()))
    for term in query.excluded:
        left = replace(query, terms=tuple(other for other in query.terms if other is not term))
        found.append(Chip(_("Without: {value}").format(value=term.text), left.written()))
    return found


def examples() -> list[tuple[str, str]]:
    """Return queries to begin with, and what each means."""
    return [
        (
            pgettext("example of a search; words before a colon stay English", "css grid"),
            _("both words, anywhere; and what is similar in meaning"),
        ),
        (
            pgettext("example of a search; words before a colon stay English", '"pull request"'),
            _("these words, in this order"),
        ),
        (
            pgettext("example of a search; words before a colon stay English", "invoice -draft"),
            _("the one word, without the other"),
        ),
        (pgettext("example of a search; words before a colon stay English", "trans*"), _("all words that begin so")),
        (
            pgettext("example of a search; words before a colon stay English", "contract after:2026-01"),
            _("asked since January 2026; before: and on: work alike, also 7d, 3m, today"),
        ),
        (
            pgettext("example of a search; words before a colon stay English", "in:title logo"),
            _("only in titles; also in:prompt, in:reply"),
        ),
        (
            pgettext("example of a search; words before a colon stay English", "has:code loop"),
            _("with code; also has:redaction, has:attachment"),
        ),
        (
            pgettext("example of a search; words before a colon stay English", "client:acme"),
            _("of one client; also client:own, client:none, client:undecided"),
        ),
        ("topic:none", _("in no topic yet; or topic: and area: with the beginning of a name, source: with a site")),
    ]


def _value_words(name: str, value: str) -> str:
    if name == "sources":
        return provider_name(value)
    own = {
        "title": _("title"),
        "prompt": _("your words"),
        "reply": _("the reply"),
        "code": _("code"),
        "redaction": _("something hidden"),
        "attachment": _("a file"),
        "none": _("none"),
        "own": _("own learning"),
        "undecided": _("undecided"),
    }
    return own.get(value, value)


def _menus() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return name, words and choices of each menu; a choice is what it adds to the query, and its words."""
    topics = application().search.topic_names()
    areas = sorted({topic.area for topic in topics})
    return [
        ("topic", _("Topic"), [(f'topic:"{_bare(one.name)}"', one.name) for one in topics[:_TOPICS_OFFERED]]),
        ("area", _("Area"), [(f'area:"{_bare(area)}"', area_words(area)) for area in areas]),
        ("source", _("Source"), [(f"source:{name}", provider_name(name)) for name in PROVIDERS]),
        ("client", _("Client"), _client_choices()),
        (
            "time",
            _("Time"),
            [("after:7d", _("Last 7 days")), ("after:30d", _("Last 30 days")), ("after:1y", _("Last 12 months"))],
        ),
        (
            "in",
            _("Only in"),
            [(f"in:{value}", _value_words("fields", value)) for value in ("title", "prompt", "reply")],
        ),
        (
            "has",
            _("Holds"),
            [(f"has:{value}", _value_words("holds", value)) for value in ("code", "redaction", "attachment")],
        ),
    ]


def _client_choices() -> list[tuple[str, str]]:
    clients = [(f'client:"{_bare(one.form.name)}"', one.form.name) for one in client_pages.choices()]
    rest = [(f"client:{value}", _value_words("clients", value)) for value in ("own", "none", "undecided")]
    return [*clients, *rest] if clients else []


def _bare(name: str) -> str:
    return "".join(sign for sign in name if sign not in '"“”„«»')


def _body() -> Any:
    try:
        return load_json(request.get_data(cache=False))
    except JsonRefusedError as error:
        raise JsonInvalid(str(error)) from None


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    now = datetime.now(UTC)
    return render_template(f"fragments/{name}.html", now=now, is_demo=demo, base="/demo" if demo else "", **context)
