"""Routes of clients and projects: keeping them, and saying whose exchanges are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.application.exports import TABLES
from skilltrail.domain.contexts import (
    ClientLine,
    Context,
    ContextChange,
    ContextForm,
    ContextOverview,
    ExchangeContext,
    LeftOut,
    SaidOf,
)
from skilltrail.domain.exchange import ExchangePage
from skilltrail.web.access import DECIDE, DECIDE_IN_WORDS, READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Count, LeftOutQuery, Nothing, Query, Strict
from skilltrail.web.space import application, spaces

_Word = Annotated[str, Field(max_length=1_000)]
_Words = Annotated[list[_Word], Field(max_length=1_000)]
_Id = Annotated[int, Field(ge=1, le=2**53)]


class ContextIn(Strict):
    """A client or project, with everything by which texts name it. Domains may be addresses of pages or people."""

    name: _Word
    others: Annotated[_Words, Field(default_factory=list, description="Other names")]
    domains: Annotated[_Words, Field(default_factory=list)]
    words: Annotated[_Words, Field(default_factory=list, description="Products, people, code names")]

    def form(self, *, archived: bool = False) -> ContextForm:
        """Return it as the domain's value."""
        return ContextForm(self.name, tuple(self.others), tuple(self.domains), tuple(self.words), archived)


class ClientIn(ContextIn):
    """A new client; ``short``: where its name without "GmbH" and the like tells a client, that is another name."""

    short: bool = True


class ArchivedIn(Strict):
    """Whether a client or project is offered no longer."""

    archived: bool


class RemoveIn(Strict):
    """What becomes of a removed client's exchanges: nobody's, own learning, or another client's (``to``)."""

    then: Literal["release", "own", "move"] = "release"
    to: _Id | None = None


class SayIn(Strict):
    """Whose exchanges are: of ``clients``, own learning, or left to the rules; ``whole``: with all of their chats."""

    exchanges: Annotated[list[Count], Field(min_length=1, max_length=1_000)]
    said: Literal["clients", "own", "left"]
    clients: Annotated[list[_Id], Field(default_factory=list, max_length=20)]
    project: _Id | None = None
    whole: bool = False
    suggested: bool = False


class ClientPageQuery(Query):
    """A page of exchanges, newest first."""

    cursor: Annotated[int, Field(ge=0, le=2**53)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, slots=True)
class ContextAnswer:
    """A client (``client_id`` null) or a project of one."""

    id: int
    client_id: int | None
    name: str
    others: list[str]
    domains: list[str]
    words: list[str]
    archived: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """A client with its projects. ``undecided`` exchanges may be another client's; ``by_hand`` are among the others.

    ``short`` is a form of its name by which texts do not find it, null where there is none.
    """

    client: ContextAnswer
    projects: list[ContextAnswer]
    exchanges: int
    undecided: int
    by_hand: int
    last_at: datetime | None
    short: str | None = None


@dataclass(frozen=True, slots=True)
class ClientList:
    """All clients. ``none`` exchanges are nobody's; ``waiting`` were not looked at since the rules changed last."""

    clients: list[ClientAnswer]
    own: int
    none: int
    undecided: int
    waiting: int
    total: int


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """A change; its number undoes it. ``context`` is what was kept, null for what was said of exchanges."""

    change: int
    context: ContextAnswer | None
    exchanges: int


@dataclass(frozen=True, slots=True)
class AssignedAnswer:
    """A client of an exchange; not ``certain``: one of several that are named. ``by``: hand, chat or rule."""

    client_id: int
    project_id: int | None
    certain: bool
    by: str


@dataclass(frozen=True, slots=True)
class ReasonAnswer:
    """Why: the prompt, reply or title of an exchange (``talk``: of another one of its chat) names a client."""

    client_id: int
    place: str
    how: str
    word: str
    talk: bool


@dataclass(frozen=True, slots=True)
class ExchangeContextAnswer:
    """Whose an exchange is, and why. ``looked_at``: the rules as they are now have seen it."""

    exchange_id: int
    clients: list[AssignedAnswer]
    own: bool
    undecided: bool
    reasons: list[ReasonAnswer] = field(default_factory=list)
    looked_at: bool = True


def list_clients() -> ClientList:
    """Show all clients."""
    return overview_answer(application().contexts.overview())


def add_client(body: ClientIn) -> ChangeAnswer:
    """Keep a new client."""
    return change_answer(spaces().own.contexts.keep(body.form(), short=body.short))


def keep_short_form(client_id: int) -> ChangeAnswer:
    """Keep the short form of a client's name as another name."""
    return change_answer(spaces().own.contexts.keep_short(client_id))


def change_client(client_id: int, body: ContextIn) -> ChangeAnswer:
    """Change what a client or project is called."""
    own = spaces().own.contexts
    held = own.all().get(client_id)
    form = body.form(archived=held is not None and held.form.archived)
    return change_answer(own.keep(form, context_id=client_id))


def add_project(client_id: int, body: ContextIn) -> ChangeAnswer:
    """Keep a new project of a client."""
    return change_answer(spaces().own.contexts.keep(body.form(), client_id=client_id))


def archive_client(client_id: int, body: ArchivedIn) -> ChangeAnswer:
    """Offer a client or project no longer, or again."""
    return change_answer(spaces().own.contexts.set_archived(client_id, archived=body.archived))


def remove_client(client_id: int, body: RemoveIn) -> ChangeAnswer:
    """Remove a client or project."""
    then: str | int = body.then if body.then != "move" else body.to or 0
    return change_answer(spaces().own.contexts.remove(client_id, then=then))


def list_client_exchanges(of: str, query: ClientPageQuery) -> ExchangePage:
    """Show a page of a client's exchanges."""
    return application().contexts.page(of, query.cursor, query.limit)


def read_left_out(query: LeftOutQuery) -> LeftOut:
    """Say what an export leaves out because it is a client's matter."""
    # The tables hold all of the history, whichever part is asked for.
    part = None if query.format in TABLES else query.part()
    return application().contexts.left_out(part, query.admitted())


def say_client(body: SayIn) -> ChangeAnswer:
    """Say whose exchanges are."""
    done = spaces().own.contexts.say(
        body.exchanges,
        SaidOf(body.said),
        clients=body.clients,
        project_id=body.project,
        whole=body.whole,
        suggested=body.suggested,
    )
    return change_answer(done)


def read_exchange_client(exchange_id: int) -> ExchangeContextAnswer:
    """Say whose an exchange is, and why."""
    return exchange_answer(application().contexts.exchange(exchange_id))


def undo_client_change(change: int) -> ChangeAnswer:
    """Take a change back."""
    return change_answer(spaces().own.contexts.undo(change))


def overview_answer(found: ContextOverview) -> ClientList:
    """Return all clients as the API tells them."""
    clients = [client_answer(line) for line in found.clients]
    return ClientList(clients, found.own, found.none, found.undecided, found.waiting, found.total)


def exchange_answer(found: ExchangeContext) -> ExchangeContextAnswer:
    """Return whose an exchange is as the API tells it."""
    clients = [
        AssignedAnswer(one.client_id, one.project_id, one.certain, one.by.value) for one in found.placing.clients
    ]
    reasons = [ReasonAnswer(one.client_id, one.place.value, one.how.value, one.word, one.talk) for one in found.reasons]
    placing = found.placing
    return ExchangeContextAnswer(found.exchange_id, clients, placing.own, placing.undecided, reasons, found.looked_at)


def client_answer(line: ClientLine) -> ClientAnswer:
    """Return a client as the API tells it."""
    counts = line.counts
    return ClientAnswer(
        context_answer(line.client),
        [context_answer(one) for one in line.projects],
        counts.exchanges,
        counts.undecided,
        counts.by_hand,
        counts.last_at,
        line.short,
    )


def context_answer(context: Context) -> ContextAnswer:
    """Return a client or project as the API tells it."""
    form = context.form
    return ContextAnswer(
        context.id,
        context.client_id,
        form.name,
        list(form.others),
        list(form.domains),
        list(form.words),
        form.archived,
        context.created_at,
    )


def change_answer(done: ContextChange) -> ChangeAnswer:
    """Return a change as the API tells it."""
    return ChangeAnswer(done.change, None if done.context is None else context_answer(done.context), done.exchanges)


ROUTES = (
    Route("GET", "/clients", list_clients, READ, "Clients with their projects and counts.", gives=ClientList),
    Route("POST", "/clients", add_client, DECIDE_IN_WORDS, "Add a client.", takes=ClientIn, gives=ChangeAnswer),
    Route(
        "POST", "/clients/<int:client_id>", change_client, DECIDE_IN_WORDS, "Change a client or project.",
        takes=ContextIn, gives=ChangeAnswer,
    ),
    Route(
        "POST", "/clients/<int:client_id>/projects", add_project, DECIDE_IN_WORDS, "Add a project to a client.",
        takes=ContextIn, gives=ChangeAnswer,
    ),
    Route(
        "POST", "/clients/<int:client_id>/short", keep_short_form, DECIDE,
        "Keep the short form of a client's name as another name.", takes=Nothing, gives=ChangeAnswer,
    ),
    Route(
        "POST", "/clients/<int:client_id>/archived", archive_client, DECIDE,
        "Offer a client or project no longer, or again.", takes=ArchivedIn, gives=ChangeAnswer,
    ),
    Route(
        "POST", "/clients/<int:client_id>/remove", remove_client, DECIDE,
        "Remove a client or project, and say what becomes of its exchanges.", takes=RemoveIn, gives=ChangeAnswer,
    ),
    Route(
        "GET", "/clients/<of>/exchanges", list_client_exchanges, READ,
        "Exchanges of a client (its id), or own, none, undecided.", query=ClientPageQuery, gives=ExchangePage,
    ),
    Route(
        "GET", "/exports/left-out", read_left_out, READ, "What an export leaves out because it is a client's matter.",
        query=LeftOutQuery, gives=LeftOut,
    ),
    Route(
        "POST", "/exchanges/client", say_client, DECIDE, "Say whose exchanges are.", takes=SayIn, gives=ChangeAnswer,
    ),
    Route(
        "GET", "/exchanges/<int:exchange_id>/client", read_exchange_client, READ, "Whose an exchange is, and why.",
        gives=ExchangeContextAnswer,
    ),
    Route(
        "POST", "/client-changes/<int:change>/undo", undo_client_change, DECIDE,
        "Take back what was changed about clients, or said of exchanges.", takes=Nothing, gives=ChangeAnswer,
    ),
)  # fmt: skip
