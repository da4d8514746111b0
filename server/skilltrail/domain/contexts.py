"""For whom an exchange was: clients with their projects, "own learning", or nobody that is known.

What identifies a client are words of the learner's. Where they stand, and what the learner says, decides; ``resolve``
is that decision, and nothing else makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

NAME_LIMIT = 100
"""Characters of a name, domain or word."""

WORDS_LIMIT = 50
"""Other names, domains and words of one client or project, each kind."""

OWN, NONE, UNDECIDED = "own", "none", "undecided"
"""Whose exchanges can be beside a client's: the learner's own, nobody's that is known, one of several clients'."""

CONTEXTS_LIMIT = 1_000
"""Clients and projects together."""


class ContextKind(StrEnum):
    """What has a name: a client, or a project of one."""

    CLIENT = "client"
    PROJECT = "project"


class How(StrEnum):
    """What of a client or project a text names."""

    NAME = "name"
    OTHER = "other"
    DOMAIN = "domain"
    WORD = "word"


class Place(StrEnum):
    """Where it stands."""

    PROMPT = "prompt"
    REPLY = "reply"
    TITLE = "title"


class SaidOf(StrEnum):
    """What the learner says of an exchange: it is of clients, it is own learning, or the rules may decide again."""

    CLIENTS = "clients"
    OWN = "own"
    LEFT = "left"


class By(StrEnum):
    """Who decided: the learner, the learner about the whole chat, or the rules."""

    HAND = "hand"
    CHAT = "chat"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class ContextForm:
    """What a client or project is called. ``others`` are other names; ``archived`` ones are no longer offered."""

    name: str
    others: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    archived: bool = False

    def named(self) -> tuple[tuple[How, str], ...]:
        """Return everything that identifies it, and as what."""
        return (
            (How.NAME, self.name),
            *((How.OTHER, one) for one in self.others),
            *((How.DOMAIN, one) for one in self.domains),
            *((How.WORD, one) for one in self.words),
        )


@dataclass(frozen=True, slots=True)
class Context:
    """A client, or a project (``client_id`` is its client's)."""

    id: int
    form: ContextForm
    client_id: int | None
    created_at: datetime
    changed_at: datetime

    @property
    def kind(self) -> ContextKind:
        """Return what it is."""
        return ContextKind.CLIENT if self.client_id is None else ContextKind.PROJECT

    @property
    def owner(self) -> int:
        """Return the id of the client that it is, or is of."""
        return self.id if self.client_id is None else self.client_id


@dataclass(frozen=True, slots=True)
class Mention:
    """An exchange names a client or project; ``word`` as the learner wrote it."""

    context_id: int
    place: Place
    how: How
    word: str


@dataclass(frozen=True, slots=True)
class Say:
    """What the learner said of an exchange; ``change`` counts up. ``whole``: of its whole chat, what comes included.

    ``suggested``: the learner took up a suggestion of ours.
    """

    change: int
    said: SaidOf
    clients: tuple[int, ...] = ()
    project_id: int | None = None
    whole: bool = False
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """A client of an exchange. Where several stand, and not by the learner's word, none of them is ``certain``."""

    client_id: int
    project_id: int | None
    certain: bool
    by: By


@dataclass(frozen=True, slots=True)
class Placing:
    """For whom an exchange was. No clients and not ``own``: nobody knows (yet)."""

    clients: tuple[Assigned, ...] = ()
    own: bool = False

    @property
    def undecided(self) -> bool:
        """Tell whether the rules name several clients: the learner must say."""
        return any(not one.certain for one in self.clients)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an exchange is where it is. ``talk``: not the exchange itself, but another one of its chat names it."""

    client_id: int
    place: Place
    how: How
    word: str
    talk: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeContext:
    """All that an exchange's page says about it."""

    exchange_id: int
    placing: Placing
    reasons: tuple[Reason, ...]
    say: Say | None
    talk_exchanges: int
    looked_at: bool = True


@dataclass(frozen=True, slots=True)
class ClientCounts:
    """Exchanges of a client; ``undecided`` ones may be another client's; ``by_hand`` the learner assigned."""

    exchanges: int = 0
    undecided: int = 0
    by_hand: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A client with its projects and counts; ``of_project`` are exchanges by project.

    ``short`` is a form of its name by which texts do not find it: "Acme" of "Acme GmbH".
    """

    client: Context
    projects: tuple[Context, ...]
    counts: ClientCounts
    of_project: Mapping[int, int]
    short: str | None = None


@dataclass(frozen=True, slots=True)
class ContextOverview:
    """All clients, and what is nobody's. ``waiting`` exchanges were not looked at since the rules changed last."""

    clients: tuple[ClientLine, ...]
    own: int
    none: int
    undecided: int
    waiting: int
    total: int


@dataclass(frozen=True, slots=True)
class ContextChange:
    """A change that can be undone by its number; ``exchanges`` are those whose assignment it settled."""

    change: int
    context: Context | None = None
    exchanges: int = 0


@dataclass(frozen=True, slots=True)
class PastChange:
    """Something changed lately that can be undone. ``did``: added, changed, archived, again, removed or said.

    ``name`` is that of the client or project, "" for what was said of ``exchanges``: of ``clients``, or ``said`` own or
    left.
    """

    change: int
    did: str
    made_at: datetime
    name: str = ""
    exchanges: int = 0
    said: str = ""
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an export leaves out: exchanges of clients that were not ticked, and why.

    ``by_client`` (name, exchanges) may count an exchange of two clients twice; ``undecided`` are of several clients
    until the learner says; ``waiting`` were not looked at since the rules changed.
    """

    exchanges: int = 0
    by_client: tuple[tuple[str, int], ...] = ()
    undecided: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class TalkFacts:
    """What is known of one conversation: mentions and sayings by exchange; ``unseen`` ones wait for the rules."""

    exchanges: tuple[int, ...]
    mentions: Mapping[int, Sequence[Mention]]
    says: Mapping[int, Say]
    unseen: frozenset[int] = frozenset()


def as_fields(form: ContextForm) -> dict[str, Any]:
    """Return a form as it is stored."""
    return {name: list(held) if isinstance(held, tuple) else held for name, held in asdict(form).items()}


def from_fields(fields: Mapping[str, Any]) -> ContextForm:
    """Return the form that ``as_fields`` gave these fields of."""
    lists = {name: tuple(fields.get(name, ())) for name in ("others", "domains", "words")}
    return ContextForm(name=fields["name"], archived=bool(fields.get("archived")), **lists)


def resolve(talk: TalkFacts, contexts: Mapping[int, Context]) -> dict[int, Placing]:
    """Decide for whom the exchanges of a conversation were.

    The learner's word about an exchange wins, then their last word about the whole chat, then the rules: a client that
    the exchange names, or that the title or any prompt of the chat names. Several clients: none of them is certain.

    Parameters
    ----------
    contexts
        Living clients and projects by id; what is not among them counts for nothing.
    """
    chat = _word_about_chat(talk.says.values(), contexts)
    of_talk = _of_talk(talk)
    # Once for all: a chat can be thousands of exchanges long.
    around, projects = _named(of_talk, contexts), _projects(of_talk, contexts)
    found: dict[int, Placing] = {}
    for row in talk.exchanges:
        own = talk.mentions.get(row, ())
        said = _valid(talk.says.get(row), contexts)
        named = _named(own, contexts)
        if said is not None or (chat is not None and row not in talk.says):
            found[row] = _by_word(said or chat, own, contexts, By.CHAT if said is None else By.HAND)  # type: ignore[arg-type]
        else:
            found[row] = _by_rules(named | around, projects, own, contexts)
    return found


def reasons_of(row: int, talk: TalkFacts, contexts: Mapping[int, Context]) -> tuple[Reason, ...]:
    """Return what the rules go by for one exchange: its own mentions, then the chat's of clients that have none."""
    own = _reasons(talk.mentions.get(row, ()), contexts, talk=False)
    have = {reason.client_id for reason in own}
    rest = [one for one in _reasons(_of_talk(talk), contexts, talk=True) if one.client_id not in have]
    first: dict[int, Reason] = {}
    for reason in rest:
        first.setdefault(reason.client_id, reason)
    return (*own, *first.values())


def _reasons(mentions: Iterable[Mention], contexts: Mapping[int, Context], *, talk: bool) -> list[Reason]:
    order = (Place.PROMPT, Place.TITLE, Place.REPLY)
    strong = [one for one in mentions if _is_strong(one, contexts)]
    ordered = sorted(strong, key=lambda one: (order.index(one.place), one.context_id, one.word))
    return [Reason(contexts[one.context_id].owner, one.place, one.how, one.word, talk) for one in ordered]


def _of_talk(talk: TalkFacts) -> list[Mention]:
    """Return what names a client for the whole conversation: titles and prompts."""
    return [
        one for row in talk.exchanges for one in talk.mentions.get(row, ()) if one.place in (Place.PROMPT, Place.TITLE)
    ]


def _is_strong(mention: Mention, contexts: Mapping[int, Context]) -> bool:
    """Tell whether a mention names a client: the mere name of a project ("Website") may be anybody's."""
    context = contexts.get(mention.context_id)
    if context is None or context.owner not in contexts:
        return False
    return context.client_id is None or mention.how is not How.NAME


def _named(mentions: Iterable[Mention], contexts: Mapping[int, Context]) -> set[int]:
    return {contexts[one.context_id].owner for one in mentions if _is_strong(one, contexts)}


def _valid(say: Say | None, contexts: Mapping[int, Context]) -> Say | None:
    """Return a word that still means something: not one that leaves it to us, or that names removed clients alone."""
    if say is None or say.said is SaidOf.LEFT:
        return None
    if say.said is SaidOf.CLIENTS and not any(one in contexts for one in say.clients):
        return None
    return say


def _word_about_chat(says: Iterable[Say], contexts: Mapping[int, Context]) -> Say | None:
    last = max((one for one in says if one.whole), key=lambda one: one.change, default=None)
    return _valid(last, contexts)


def _by_word(say: Say, own: Sequence[Mention], contexts: Mapping[int, Context], by: By) -> Placing:
    if say.said is SaidOf.OWN:
        return Placing(own=True)
    living = sorted({one for one in say.clients if one in contexts})
    return Placing(tuple(Assigned(one, _said_project(say, one, own, contexts), True, by) for one in living))


def _said_project(say: Say, client: int, own: Sequence[Mention], contexts: Mapping[int, Context]) -> int | None:
    if say.project_id is not None and say.project_id in contexts and contexts[say.project_id].owner == client:
        return say.project_id
    return _project(client, own, contexts)


def _by_rules(
    named: set[int],
    projects: Mapping[int, int],
    own: Sequence[Mention],
    contexts: Mapping[int, Context],
) -> Placing:
    clients = sorted(named)
    certain = len(clients) == 1
    return Placing(
        tuple(Assigned(one, _project(one, own, contexts) or projects.get(one), certain, By.RULE) for one in clients)
    )


def _project(client: int, mentions: Sequence[Mention], contexts: Mapping[int, Context]) -> int | None:
    """Return the one project of a client that is named; None where there is none, or there are several."""
    return _projects(mentions, contexts).get(client)


def _projects(mentions: Iterable[Mention], contexts: Mapping[int, Context]) -> dict[int, int]:
    """Return, for each client of which just one project is named, that project."""
    named: dict[int, set[int]] = {}
    for one in mentions:
        context = contexts.get(one.context_id)
        if context is not None and context.client_id is not None:
            named.setdefault(context.client_id, set()).add(context.id)
    return {client: next(iter(held)) for client, held in named.items() if len(held) == 1}
