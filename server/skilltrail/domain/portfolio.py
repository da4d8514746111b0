"""Portfolio: what a learner chose to show to an audience, resolved into exactly what will be disclosed.

``Selection`` is what was chosen and is saved; ``Portfolio`` is what it resolves to at a moment: every word that any
format may hold stands in it, and nothing else does. ``SignedPortfolio`` adds what lets others check it. Formats turn
one of these into bytes and add nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.stages import Stage
from skilltrail.domain.trajectory import Turn


class Audience(StrEnum):
    """Whom a portfolio is for."""

    CLIENT = "client"
    JOB_POST = "job post"
    PUBLIC = "public"


# --- what was chosen ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExcerptChoice:
    """Paragraphs of one exchange, by the names of its log entry's fields ("prompt.1", "reply.3").

    ``entry`` is the log entry in which they were chosen: in a later one of the same exchange another paragraph may have
    the same name. None where that is not known.
    """

    exchange_id: int
    parts: tuple[str, ...]
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class SkillChoice:
    """One skill of a selection; entries are ids of reflections and deliverables; ``note`` is the learner's sentence."""

    topic_id: str
    note: str = ""
    excerpts: tuple[ExcerptChoice, ...] = ()
    reflections: tuple[int, ...] = ()
    deliverables: tuple[int, ...] = ()
    endorsements: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What the learner chose: saved, and resolved anew each time.

    ``admitted`` are clients whose matter may be shown in it. ``since`` and ``until`` are days, both within.
    ``recipient`` is whom it is sent to by name, "" for nobody in particular; ``job_post`` the text it was made for.
    ``profiles`` are web addresses at which the reader can compare the key's fingerprint. ``language`` is that of the
    files, "" for the one that is spoken when they are made.
    """

    title: str
    audience: Audience
    person: str
    headline: str = ""
    introduction: str = ""
    recipient: str = ""
    profiles: tuple[str, ...] = ()
    skills: tuple[SkillChoice, ...] = ()
    admitted: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    job_post: str = ""
    language: str = ""


# --- what it resolves to --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Who the learner says to be; ``did`` is the did:key of their identity key."""

    name: str
    headline: str
    introduction: str
    profiles: tuple[str, ...]
    did: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One paragraph that is shown: the field's name in the log entry, and its text exactly as it was stored."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of one exchange, with what proves that the log holds it.

    ``origin`` is extension, import or manual; ``logged_on`` the day on which it entered the log, ``asked_on`` the day
    of the question as its source states it. ``withheld`` counts the fields that are not shown, ``left_out`` those of
    them that are paragraphs of question or answer. ``leaf`` and ``proof`` are bytes as the log has them,
    ``disclosures`` the shown fields in SD-JWT form. ``check`` is unchecked, confirmed,
    corrected or contradicted: what the learner found when checking the answer.
    """

    entry: int
    origin: str
    asked_on: date
    logged_on: date
    provider: str
    parts: tuple[ShownPart, ...]
    withheld: int
    leaf: bytes
    proof: bytes
    disclosures: tuple[str, ...]
    check: str = "unchecked"
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ShownReflection:
    """The learner's own words about a skill or an exchange."""

    text: str
    written_on: date


@dataclass(frozen=True, slots=True)
class ShownDeliverable:
    """A work product: ``form`` is url, commit or file; of a file name, size in bytes and SHA-256 (hex) are known."""

    form: str
    title: str
    dated: date
    address: str = ""
    commit: str = ""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class ShownEndorsement:
    """A third party's signed statement: ``document`` is their credential as it came, ``contact`` where to ask back.

    ``about`` is its description: what it is about, and the statements that the endorser ticked (lines "- …").
    """

    issuer_name: str
    issuer_did: str
    contact: str
    comment: str
    signed_on: date
    document: bytes
    about: str = ""


@dataclass(frozen=True, slots=True)
class SkillMonth:
    """One month of a skill ("2026-11"): exchanges, how many of them count as learning, and what was reached in it."""

    month: str
    exchanges: int
    learning: int
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class PortfolioSkill:
    """One skill as it is shown; counts are of exchanges that may leave, within the portfolio's period.

    ``id`` is a urn:uuid that stays the same through exports. ``stage`` is what the recorded activity supports by the
    rules (``stage_rule`` says the one that was reached, in words), never a judgement. ``idle_days`` counts from the
    last practice to the making. ``entries`` are the log numbers of all counted exchanges: what a spot check may ask
    for.
    """

    id: str
    topic_id: str
    name: str
    area: str
    note: str
    stage: Stage | None
    stage_rule: str
    first_on: date
    last_on: date
    idle_days: int
    exchanges: int
    learning: int
    episodes: int
    days: int
    imported: int
    checked: int
    corrected: int
    months: tuple[SkillMonth, ...]
    terms: tuple[str, ...] = ()
    alignments: tuple[PublishedConcept, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    reflections: tuple[ShownReflection, ...] = ()
    deliverables: tuple[ShownDeliverable, ...] = ()
    endorsements: tuple[ShownEndorsement, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Another's word on when a checkpoint existed: ``kind`` is rfc3161 or git, ``token`` its bytes."""

    kind: str
    checkpoint: bytes
    token: bytes
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Exactly what is disclosed. ``id`` is a urn:uuid that stays the same when the selection is exported again.

    ``checkpoint`` covers every entry that is shown or counted; ``log_key`` is the public key that it is checked with,
    as text (C2SP vkey). ``withheld`` counts the skills of which something may leave and
    that were not chosen.
    """

    id: str
    title: str
    audience: Audience
    recipient: str
    person: Person
    made_at: datetime
    language: str
    since: date | None
    until: date | None
    skills: tuple[PortfolioSkill, ...]
    withheld: int
    log_entries: int
    checkpoint: bytes
    log_key: str
    product_version: str
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedPortfolio:
    """A portfolio with what the identity key signed: a credential for each skill (JSON by the skill's ``id``), and the
    manifest (compact JWS) that binds content, credentials, checkpoint and shown entries together.

    ``content`` is the portfolio as JSON (the format "json"), byte for byte as the manifest hashes it.
    """

    portfolio: Portfolio
    content: bytes
    credentials: Mapping[str, bytes]
    manifest: bytes
    rotations: tuple[bytes, ...] = field(default=())
