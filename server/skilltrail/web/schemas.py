"""What requests hold: strict pydantic models. Unknown keys are ignored and kept out; nothing is coerced.

The same models describe the API in ``openapi``.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from skilltrail.domain.capture import HeldExchange, LedgerReport, LedgerRow, OutboxState
from skilltrail.domain.exchange import Attachment, CapturedExchange, Citation, Fidelity, Origin, Status
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _

Model = TypeVar("Model", bound=BaseModel)

SCHEMA = 1
ITEMS_MOST = 200
LEDGER_ROWS_MOST = 5_000
HELD_MOST = 500
# With years in which every time zone has a date; near 1 and 9999 a page in another zone could not be drawn.
_MOMENT = re.compile(r"(?:19[7-9]|2\d\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _moment(value: Any) -> datetime:
    """Read an RFC 3339 time; one without a zone is refused, for nobody knows which hour it means."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value.upper()):
        raise ValueError("not an RFC 3339 time")
    return datetime.fromisoformat(value.upper()).astimezone(UTC)


def _first(count: int) -> BeforeValidator:
    # A 101st citation is not worth an exchange.
    return BeforeValidator(lambda value: value[:count] if isinstance(value, list) else value)


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Count = Annotated[int, Field(ge=0, le=2**53)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
OptionalId = Annotated[str, Field(max_length=200)] | None
Label = Annotated[str, Field(max_length=200)]
Secret = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    """Base of everything that comes in."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class AttachmentIn(Strict):
    """Name and kind of a file; never its content."""

    name: Annotated[str, Field(max_length=1_000)]
    mime: Annotated[str, Field(max_length=200)] | None = None
    size: Count | None = None


class CitationIn(Strict):
    """A source that a reply names."""

    url: Annotated[str, Field(max_length=8_000)]
    title: Annotated[str, Field(max_length=2_000)] | None = None


class CaptureItem(Strict):
    """One exchange, as an extension or an import brings it. Texts over 1,000,000 characters are stored cut."""

    capture_id: Annotated[str, Field(min_length=1, max_length=100)]
    provider: Annotated[str, Field(min_length=1, max_length=40)]
    account: Label = ""
    conversation_id: Id
    prompt_id: OptionalId = None
    reply_id: OptionalId = None
    parent_id: OptionalId = None
    prompt: str
    reply: str
    asked_at: Moment
    answered_at: Moment | None = None
    asked_at_source: Literal["message", "conversation", "observed"] = "message"
    model: Label | None = None
    title: str | None = None
    project_id: OptionalId = None
    gizmo_id: OptionalId = None
    origin: Literal["extension", "import", "manual"]
    fidelity: Literal["export", "api_full", "api_window", "stream_complete", "stream_partial", "dom"]
    status: Literal["complete", "interrupted", "partial"] = "complete"
    on_current_path: bool = True
    attachments: Annotated[list[AttachmentIn], Field(max_length=50), _first(50)] = []
    citations: Annotated[list[CitationIn], Field(max_length=100), _first(100)] = []
    extractor: Label = ""
    captured_at: Moment
    redactions: Annotated[dict[Annotated[str, Field(max_length=40)], Count], Field(max_length=100)] = {}
    truncated: bool = False

    def exchange(self) -> CapturedExchange:
        """Return the item as the domain's value."""
        plain = self.model_dump(exclude={"capture_id", "attachments", "citations", "origin", "fidelity", "status"})
        return CapturedExchange(
            **plain,
            origin=Origin(self.origin),
            fidelity=Fidelity(self.fidelity),
            status=Status(self.status),
            attachments=tuple(Attachment(row.name, row.mime, row.size) for row in self.attachments),
            citations=tuple(Citation(row.url, row.title) for row in self.citations),
        )


_ITEMS = {"type": "array", "maxItems": ITEMS_MOST, "items": {"$ref": "#/components/schemas/CaptureItem"}}


class CaptureEnvelope(Strict):
    """A batch. Items are judged one by one: a bad one is answered as refused and holds up no other."""

    schema_: Annotated[int, Field(alias="schema", description="Always 1.")]
    extension_version: Annotated[str, Field(max_length=40)]
    items: Annotated[list[Any], Field(max_length=ITEMS_MOST), WithJsonSchema(_ITEMS)]


class OutboxIn(Strict):
    """What waits in the extension."""

    waiting: Count
    rejected: Count
    bytes: Count
    oldest_at: Moment | None = None


class LedgerRowIn(Strict):
    """Counts of one conversation since the extension first saw it."""

    provider: Annotated[str, Field(min_length=1, max_length=40)]
    conversation_id: Id
    sends_seen: Count = 0
    replies_finished: Count = 0
    turns_in_page: Count = 0
    captured: Count = 0
    stored: Count = 0
    waiting: Count = 0
    rejected: Count = 0
    failed: Count = 0
    degraded: bool = False
    updated_at: Moment
    reset_at: Moment | None = None


class HeldIn(Strict):
    """An exchange that the extension still holds; no text."""

    capture_id: Annotated[str, Field(min_length=1, max_length=100)]
    provider: Annotated[str, Field(min_length=1, max_length=40)]
    conversation_id: Id
    prompt_id: OptionalId = None
    reply_id: OptionalId = None
    asked_at: Moment


class LedgerIn(Strict):
    """An extension's account of itself; ``held`` asks which of these exchanges were forgotten."""

    schema_: Annotated[int, Field(alias="schema", description="Always 1.")]
    extension_version: Annotated[str, Field(max_length=40)]
    state: Annotated[str, Field(min_length=1, max_length=40)]
    outbox: OutboxIn
    rows: Annotated[list[LedgerRowIn], Field(max_length=LEDGER_ROWS_MOST)]
    held: Annotated[list[HeldIn], Field(max_length=HELD_MOST)] = []

    def report(self) -> LedgerReport:
        """Return the account as the domain's value."""
        return LedgerReport(
            state=self.state,
            outbox=OutboxState(**self.outbox.model_dump()),
            rows=tuple(LedgerRow(**row.model_dump()) for row in self.rows),
            held=tuple(HeldExchange(**row.model_dump()) for row in self.held),
        )


class PairingStart(Strict):
    """An extension asks to be connected."""

    label: Annotated[str, Field(max_length=400)] = ""
    extension_version: Annotated[str, Field(max_length=40)] = ""


class PairingKey(Strict):
    """The extension's half of the key agreement."""

    request_secret: Secret
    public_key: Annotated[str, Field(max_length=200, description="P-256 point, 65 bytes, base64url")]


class PairingPoll(Strict):
    """The extension asks where its request stands."""

    request_secret: Secret


class ProofQuestion(Strict):
    """A paired extension asks the server to prove itself."""

    device_id: Annotated[str, Field(min_length=1, max_length=100)]
    nonce: Annotated[str, Field(max_length=200, description="16 to 64 random bytes, base64url")]


class SignIn(Strict):
    """A one-use key from a sign-in link."""

    key: Annotated[str, Field(min_length=1, max_length=200)]


# The server's working folder is nobody's choice: a relative path would mean wherever it happened to start.
_ABSOLUTE = r"^/[^\x00]*$" if os.name == "posix" else r"^(?:[A-Za-z]:[\\/]|\\\\)[^\x00]*$"

AbsolutePath = Annotated[str, Field(max_length=4_096, pattern=_ABSOLUTE)]


class AutostartWish(Strict):
    """Whether Skilltrail starts at sign-in."""

    on: bool


class LanguageWish(Strict):
    """The language to be spoken: the code of one, or auto."""

    language: Annotated[str, Field(min_length=2, max_length=10)]


class Nothing(Strict):
    """No content; an empty body is taken too."""


class Query(BaseModel):
    """Base of query strings: text, so numbers and dates are read from it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _day(value: Any) -> Any:
    """Let only dates as people write them through: a number would be read as seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("not a date")
    return value


Day = Annotated[date, BeforeValidator(_day)]


class PartQuery(Query):
    """Which part of the history; ``until`` is inclusive, ``learning`` asks for what counts as learning alone."""

    since: Day | None = None
    until: Day | None = None
    area: Annotated[str, Field(max_length=200)] | None = None
    client: Annotated[str, Field(pattern=r"^(own|none|undecided|[0-9]{1,15})$")] | None = None
    source: Annotated[str, Field(max_length=64)] | None = None
    learning: bool = False

    def part(self) -> TimelineFilter:
        """Return the part as the domain's value."""
        return TimelineFilter(
            since=self.since,
            until=self.until,
            area=self.area,
            client=self.client,
            source=self.source,
            learning=self.learning,
        )


Format = Literal["markdown", "json", "html", "csv", "xlsx"]


class AdmittingQuery(PartQuery):
    """Which part of the history; ``with_clients`` are the clients whose exchanges may leave: ids with commas."""

    with_clients: Annotated[str, Field(pattern=r"^[0-9]{1,15}(,[0-9]{1,15}){0,999}$")] | None = None

    def admitted(self) -> tuple[int, ...]:
        """Return the clients whose exchanges may leave."""
        return tuple(map(int, self.with_clients.split(","))) if self.with_clients else ()


class LeftOutQuery(AdmittingQuery):
    """A format and which part of the history; without a format a timeline is meant."""

    format: Format | None = None


class ExportQuery(AdmittingQuery):
    """A format and which part of the history; personal data is masked unless this very file is to show it.

    Exchanges of clients are left out, but those of ``with_clients``.
    """

    format: Format
    personal: Literal["masked", "shown"] = "masked"


class PageQuery(Query):
    """A page of exchanges, newest first."""

    topic: Annotated[str, Field(max_length=100)] | None = None
    cursor: Annotated[int, Field(ge=0, le=2**53)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


def _names(kind: type[BaseModel]) -> set[str]:
    own = {field.alias or name for name, field in kind.model_fields.items()}
    return own.union(*map(_names, kind.__subclasses__()))


def read_model(kind: type[Model], value: Any) -> Model:
    """Return ``value`` as a model.

    Raises
    ------
    RequestInvalid
        If it does not fit; the message names the field and the rule, never the value.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        words = _("Something is missing, or does not fit ({what}).")
        raise RequestInvalid(words.format(what=what_is_wrong(error))) from None


def what_is_wrong(error: ValidationError) -> str:
    """Return the first fault as "field: rule"; a message of pydantic's would quote the input."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    # The place can hold a key of the sender's making, and a key can be a captured word: only names of ours are told.
    ours = _names(Strict) | _names(Query)
    place = ".".join(str(part) if isinstance(part, int) or part in ours else "?" for part in first["loc"]) or "body"
    return f"{place}: {first['type']}"
