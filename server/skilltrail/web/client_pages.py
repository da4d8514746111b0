"""Pages of clients and projects, and what other pages show of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.domain.contexts import (
    NONE,
    OWN,
    UNDECIDED,
    Assigned,
    By,
    ClientLine,
    Context,
    ExchangeContext,
    How,
    PastChange,
    Place,
    Reason,
)
from skilltrail.errors import NotFound
from skilltrail.exporters.wording import exchanges_words, one_line
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("client_pages", __name__)

PAGE_SIZE = 50
_DIGITS_MOST = 15


@bp.app_context_processor
def for_templates() -> dict[str, Callable[[], list[tuple[str, str]]]]:
    """Return the choices of whose something is, for every template that asks."""
    return {"whose_choices": whose_choices}


@bp.get("/fragments/clients")
@asks(DASHBOARD_READ)
@of_one_moment
def clients_fragment() -> str:
    """All clients with their counts."""
    app = application()
    overview = app.contexts.overview()
    living = [line for line in overview.clients if not line.client.form.archived]
    return _fragment(
        "clients",
        overview=overview,
        lines=living,
        archived=[line for line in overview.clients if line.client.form.archived],
        changes=[] if in_demo() else app.contexts.changes(),
        change_words=change_words,
        revision=app.trail.revision(),
    )


@bp.get("/fragments/clients/<client_id>")
@asks(DASHBOARD_READ)
@of_one_moment
def client_fragment(client_id: str) -> str:
    """One client: its words, projects and exchanges; or what is own, nobody's, undecided."""
    app = application()
    overview = app.contexts.overview()
    page = app.contexts.page(client_id, None, PAGE_SIZE)
    about = {"of": client_id, "page": page, "overview": overview, "revision": app.trail.revision()}
    if client_id in (OWN, NONE, UNDECIDED):
        return _fragment(
            "client_rest",
            heading=rest_heading(client_id),
            words=rest_words(client_id),
            nothing=rest_nothing(client_id),
            **about,
        )
    line = _line(overview.clients, client_id)
    others = [one.client for one in overview.clients if one.client.id != line.client.id]
    return _fragment("client", line=line, others=others, **about)


@bp.get("/fragments/clients/<client_id>/exchanges")
@asks(DASHBOARD_READ)
def client_exchanges_fragment(client_id: str) -> str:
    """Serve a further page of a client's exchanges."""
    before = request.args.get("before", "")
    cursor = int(before) if _is_number(before) else None
    return _fragment("client_exchanges", of=client_id, page=application().contexts.page(client_id, cursor, PAGE_SIZE))


@bp.get("/fragments/clients/<client_id>/suggestions")
@asks(DASHBOARD_READ)
@of_one_moment
def client_suggestions_fragment(client_id: str) -> str:
    """What is near to a client's chats, and nobody's."""
    line = _line(application().contexts.overview().clients, client_id)
    found = application().contexts.suggestions(line.client.id)
    return _fragment("client_suggestions", client=line.client, suggestions=found)


@bp.get("/fragments/client-candidates")
@asks(DASHBOARD_READ)
def client_candidates_fragment() -> str:
    """Domains and names that may be clients."""
    return _fragment("client_candidates", candidates=application().contexts.candidates())


def of_exchange(exchange_id: int) -> dict[str, Any]:
    """Return what the page of an exchange shows: whose it is, why, and what can be chosen."""
    app = application()
    found, living = app.contexts.exchange(exchange_id), app.contexts.all()
    return {
        "standing": found,
        "names": [_assigned_name(one, living) for one in found.placing.clients],
        "why": why_words(found, living),
        "candidates": _candidates(found, living),
        "chosen": _chosen(found),
        "choices": whose_choices(living, keep={one.client_id for one in found.placing.clients}),
        "any": bool(living),
    }


def choices() -> list[Context]:
    """Return all clients for filters and exports, by name; archived ones too."""
    living = application().contexts.all()
    return _offered(living, living.keys())


def whose_choices(living: Mapping[int, Context] | None = None, keep: Collection[int] = ()) -> list[tuple[str, str]]:
    """Return whose something can be, as value and words; ``keep`` offers archived clients too."""
    living = application().contexts.all() if living is None else living
    found: list[tuple[str, str]] = []
    for client in _offered(living, keep):
        found.append((str(client.id), one_line(client.form.name)))
        projects = [one for one in living.values() if one.client_id == client.id and not one.form.archived]
        found += [
            (f"{client.id}/{one.id}", f"{one_line(client.form.name)} · {one_line(one.form.name)}") for one in projects
        ]
    return found


def wanted_client() -> str | None:
    """Return whose part of the history the query names; what is none is left out."""
    named = request.args.get("client", "")
    return named if named in (OWN, NONE, UNDECIDED) or _is_number(named) else None


def admitted() -> tuple[int, ...]:
    """Return the clients that the query ticks for an export."""
    named = request.args.get("with_clients", "").split(",")
    return tuple(int(one) for one in named if _is_number(one))


def why_words(found: ExchangeContext, living: Mapping[int, Context]) -> list[str]:
    """Say in sentences why an exchange is whose it is."""
    by = {one.by for one in found.placing.clients}
    if found.placing.own or By.HAND in by or By.CHAT in by:
        return [_said_words(found)]
    if not found.looked_at:
        return [_("It is looked at in a moment: the clients changed.")]
    return [reason_words(reason, living, named=found.placing.undecided) for reason in found.reasons]


def reason_words(reason: Reason, living: Mapping[int, Context], *, named: bool = False) -> str:
    """Say what names a client; ``named``: say which one."""
    place = {
        (Place.PROMPT, False): _("Its prompt names {what}."),
        (Place.REPLY, False): _("Its reply names {what}."),
        (Place.TITLE, False): _("The chat’s title names {what}."),
        (Place.PROMPT, True): _("Another prompt of this chat names {what}."),
        (Place.TITLE, True): _("The chat’s title names {what}."),
        (Place.REPLY, True): _("Another reply of this chat names {what}."),
    }[(reason.place, reason.talk)]
    words = place.format(what=reason.word if reason.how is How.DOMAIN else f"“{reason.word}”")
    client = living.get(reason.client_id)
    return f"{one_line(client.form.name)} — {words}" if named and client is not None else words


def change_words(change: PastChange) -> str:
    """Say what a change did."""
    if change.did == "said":
        whose = {"own": _("own learning"), "left": _("left to the words")}.get(change.said) or ", ".join(change.clients)
        count = exchanges_words(change.exchanges)
        return _("{exchanges}: {whose}").format(exchanges=count, whose=one_line(whose) or _("a removed client’s"))
    words = {
        "added": _("Added: {name}"),
        "changed": _("Changed: {name}"),
        "archived": _("Archived: {name}"),
        "again": _("Out of the archive: {name}"),
        "removed": _("Removed: {name}"),
    }
    return words[change.did].format(name=one_line(change.name))


def rest_heading(of: str) -> str:
    """Return what a list of no single client is called."""
    return {OWN: _("Own learning"), NONE: _("Nobody’s"), UNDECIDED: _("Undecided")}[of]


def rest_words(of: str) -> str:
    """Say what such a list holds."""
    return {
        OWN: _("You said that these are yours. Exports may hold them."),
        NONE: _("They name no client. Exports may hold them. Tick those that belong to one."),
        UNDECIDED: _("They name several clients. They stay out of exports until you say whose they are."),
    }[of]


def rest_nothing(of: str) -> str:
    """Say that such a list is empty."""
    return {
        OWN: _("Nothing yet. Tick exchanges and say that they are yours: exports may hold them then."),
        NONE: _("Nothing: every exchange is a client’s, or yours."),
        UNDECIDED: _("Nothing to decide: no exchange names several clients."),
    }[of]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MOST


def _said_words(found: ExchangeContext) -> str:
    if found.say is not None and found.say.suggested:
        return _("You took up a suggestion.")
    if found.say is None or found.say.whole:
        return _("You said so, of the whole chat.")
    return _("You said so.")


def _assigned_name(one: Assigned, living: Mapping[int, Context]) -> dict[str, Any]:
    client, project = living.get(one.client_id), living.get(one.project_id or 0)
    return {
        "id": one.client_id,
        "name": "" if client is None else client.form.name,
        "project": "" if project is None else project.form.name,
    }


def _candidates(found: ExchangeContext, living: Mapping[int, Context]) -> list[tuple[str, str]]:
    """Return the answers to the question whose it is: each client that is named, and all of them."""
    if not found.placing.undecided:
        return []
    ids = [one.client_id for one in found.placing.clients if one.client_id in living]
    single = [(str(number), one_line(living[number].form.name)) for number in ids]
    return [*single, (",".join(map(str, ids)), _("Both") if len(ids) == 2 else _("All of them"))]


def _chosen(found: ExchangeContext) -> str:
    if found.placing.own:
        return OWN
    if len(found.placing.clients) != 1:
        return ""
    one = found.placing.clients[0]
    return f"{one.client_id}/{one.project_id}" if one.project_id else str(one.client_id)


def _offered(living: Mapping[int, Context], keep: Collection[int] = ()) -> list[Context]:
    clients = [one for one in living.values() if one.client_id is None and (not one.form.archived or one.id in keep)]
    return sorted(clients, key=lambda one: one.form.name.casefold())


def _line(clients: tuple[ClientLine, ...], client_id: str) -> ClientLine:
    for line in clients:
        if str(line.client.id) == client_id:
            return line
    raise NotFound(_("This client does not exist (any more)."))


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    now = datetime.now(UTC)
    return render_template(f"fragments/{name}.html", now=now, is_demo=demo, base="/demo" if demo else "", **context)
