"""Portfolios for tests: a real log with real proofs and Ed25519 signatures, and words as hostile as a chat can be.

``sample()`` is what a freelancer would send; ``hostile()`` the same with texts that attack every format. ``signed()``
signs them as the product does; only the endorsement has a stand-in for a proof.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skilltrail.domain import merkle
from skilltrail.domain.checkpoint import EntryProof, TreeHead, write_checkpoint, write_proof
from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.exchange import Origin
from skilltrail.domain.log_leaf import (
    LoggedExchange,
    disclosure,
    fields_of,
    write_entry,
    write_start,
)
from skilltrail.domain.portfolio import (
    Audience,
    Excerpt,
    Person,
    Portfolio,
    PortfolioSkill,
    ShownDeliverable,
    ShownEndorsement,
    ShownPart,
    ShownReflection,
    SignedPortfolio,
    SkillMonth,
)
from skilltrail.domain.signed_note import NoteKey
from skilltrail.domain.stages import Stage
from skilltrail.domain.trajectory import Turn
from skilltrail.exporters.plain_text import one_line
from skilltrail.exporters.portfolio_json import write_content
from skilltrail.platform.identity_keys import IdentitySigner
from skilltrail.platform.signing import SigningKey
from skilltrail.services.portfolio_signing import bundle_signer, page_signer, sign_portfolio
from timelines import HOSTILE

IDENTITY = SigningKey(bytes(range(32)))
CLIENT = SigningKey(bytes(range(32, 64)))
LOG = SigningKey(bytes(range(64, 96)))
MADE_AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def did_of(key: SigningKey) -> str:
    """Return the did:key of an Ed25519 key."""
    number, text = int.from_bytes(b"\xed\x01" + key.public, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return f"did:key:z{text}"


def log_key() -> NoteKey:
    return NoteKey(f"skilltrail.invalid/{LOG.public[:8].hex()}", LOG.public)


# --- the log --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """An exchange of the invented history; ``shown`` are the names of the fields that are disclosed."""

    asked_at: datetime
    prompt: str
    reply: str
    provider: str = "chatgpt"
    origin: Origin = Origin.EXTENSION
    shown: tuple[str, ...] = ()
    check: str = "unchecked"


@dataclass(frozen=True)
class Log:
    """A whole log: its leaves, its checkpoint, and what is told of its entries, from number 1 on."""

    leaves: tuple[bytes, ...]
    told: tuple[Told, ...]
    checkpoint: bytes

    def node(self, level: int, position: int) -> bytes:
        if level == 0:
            return merkle.leaf_hash(self.leaves[position])
        return merkle.node_hash(self.node(level - 1, 2 * position), self.node(level - 1, 2 * position + 1))

    def excerpt(self, entry: int) -> Excerpt:
        told, leaf = self.told[entry - 1], self.leaves[entry]
        fields, key = fields_of(_logged(told)), _leaf_key(entry)
        shown = tuple(disclosure(key, name, fields[name]) for name in told.shown)
        path = merkle.inclusion_proof(entry, len(self.leaves), cache(self.node))
        return Excerpt(
            entry=entry,
            origin=told.origin.value,
            asked_on=told.asked_at.date(),
            logged_on=_logged_on(told),
            provider=told.provider,
            parts=tuple(ShownPart(name, fields[name]) for name in told.shown),
            withheld=len(fields) - len(shown),
            left_out=sum(name.startswith(("prompt.", "reply.")) for name in fields) - len(shown),
            leaf=leaf,
            proof=write_proof(EntryProof(entry, tuple(path), self.checkpoint)),
            disclosures=shown,
            check=told.check,
        )


def log_of(told: tuple[Told, ...]) -> Log:
    """Return the signed log of exchanges, with the entry that starts it."""
    start = write_start(log_key().name, reason="first", follows=None, logged_on=date(2026, 1, 5))
    leaves = [start]
    for entry, one in enumerate(told, start=1):
        fields = fields_of(_logged(one))
        leaves.append(write_entry(fields, origin=one.origin, logged_on=_logged_on(one), key=_leaf_key(entry)))
    log = Log(tuple(leaves), told, b"")
    head = TreeHead(log_key().name, len(leaves), merkle.root(len(leaves), log.node))
    return replace(log, checkpoint=write_checkpoint(head, log_key(), LOG.sign))


def _leaf_key(entry: int) -> bytes:
    return hashlib.sha256(b"key of entry %d" % entry).digest()


def _logged_on(told: Told) -> date:
    # What is imported entered the log on the day of the import.
    return date(2026, 11, 2) if told.origin is Origin.IMPORT else told.asked_at.date()


def _logged(told: Told) -> LoggedExchange:
    return LoggedExchange(
        origin=told.origin,
        provider=told.provider,
        conversation="c-1",
        model="gpt-x",
        fidelity="api_full",
        status="complete",
        asked_at=told.asked_at,
        asked_at_source="site",
        answered_at=told.asked_at + timedelta(seconds=40),
        captured_at=told.asked_at + timedelta(minutes=1),
        prompt=told.prompt,
        reply=told.reply,
    )


# --- the sample -----------------------------------------------------------------------------------------------------

_BOTH = ("prompt.1", "reply.1")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T14:05:00+00:00")


TOLD: tuple[Told, ...] = (
    Told(
        _day("2026-03-02"),
        "Why can my web container not reach the database container by its name, when both run on the same machine?\n\n"
        "Here is the compose file of the client: …",
        "Names are resolved by Docker's own DNS, and only on networks that you define yourself. On the default bridge "
        "network containers see each other by address alone.\n\nPut both on one network of their own.",
        shown=_BOTH,
        check="confirmed",
    ),
    Told(
        _day("2026-03-09"),
        "You said that `expose` opens a port to the outside. The documentation says it does not. Which is right?",
        "The documentation is. `expose` only tells which port a container listens on; publishing needs `ports`. I was "
        "wrong.",
        shown=_BOTH,
        check="corrected",
    ),
    Told(_day("2026-04-13"), "How do I keep the database off the host network?", "Publish no port for it.", shown=()),
    Told(
        _day("2026-09-28"),
        "Explain how an overlay network carries packets between two hosts, so that I can say it to a client.",
        "Each host wraps the packet in VXLAN: the outer addresses are those of the hosts, the inner ones those of the "
        "containers.\n\nThink of a letter in a second envelope.",
        shown=("prompt.1", "reply.1", "reply.2"),
        provider="claude",
        origin=Origin.IMPORT,
    ),
    Told(
        _day("2026-05-04"),
        "EXPLAIN shows a sequential scan although there is an index on (customer_id, created_at). Why?",
        "Your condition wraps the column in a function: date(created_at) = '2026-05-01'. An index on the bare column "
        "cannot serve it. Write it as a range:\n\n```sql\nwhere created_at >= '2026-05-01'\n  and created_at < "
        "'2026-05-02'\n```",
        shown=("prompt.1", "reply.1", "reply.2"),
        check="confirmed",
    ),
    Told(_day("2026-05-18"), "When does a partial index pay off?", "When most rows are never asked for.", shown=_BOTH),
    Told(_day("2026-06-08"), "What does a bitmap heap scan do?", "It sorts the places first.", shown=()),
    Told(_day("2026-10-12"), "Wie melde ich eine Vorsteuer nach?", "Mit einer berichtigten Voranmeldung.", shown=_BOTH),
)


def _months(*counts: tuple[str, int, int, tuple[Turn, ...]]) -> tuple[SkillMonth, ...]:
    return tuple(SkillMonth(month, exchanges, learning, turns) for month, exchanges, learning, turns in counts)


def _docker(log: Log) -> PortfolioSkill:
    return PortfolioSkill(
        id="urn:uuid:0d7c3c1c-3d5b-4b0f-9f33-0a3f6c3a5c51",
        topic_id="t-docker",
        name="Docker networking",
        area="Hosting and operations",
        note="I set up and now look after the container network of a shop with four services.",
        stage=Stage.ATTESTED,
        stage_rule="Somebody else signed an endorsement of it.",
        first_on=date(2026, 3, 2),
        last_on=date(2026, 11, 18),
        idle_days=2,
        exchanges=34,
        learning=21,
        episodes=9,
        days=8,
        imported=6,
        checked=5,
        corrected=2,
        months=_months(
            ("2026-03", 9, 7, (Turn.FIRST_CONTACT, Turn.PRACTICE, Turn.CORRECTED)),
            ("2026-04", 6, 4, (Turn.CHECKED,)),
            ("2026-05", 3, 2, ()),
            ("2026-09", 7, 5, (Turn.RETURN,)),
            ("2026-10", 5, 2, (Turn.APPLICATION,)),
            ("2026-11", 4, 1, ()),
        ),
        terms=("container", "network", "compose"),
        alignments=(PublishedConcept("onet", "43232915", "tool", "Docker"),),
        excerpts=tuple(log.excerpt(entry) for entry in (1, 2, 4)),
        reflections=(
            ShownReflection(
                "I used to open every port until it worked. Now I draw the network first, and I can say why each port "
                "is open.",
                date(2026, 4, 20),
            ),
        ),
        deliverables=(
            ShownDeliverable(
                "commit",
                "Network definition of the staging system",
                date(2026, 10, 21),
                address="https://github.com/ada-example/shop-staging",
                commit="3f5c0f2a9c1d4be7b6a08d21c4d5e6f708192a3b",
            ),
            ShownDeliverable(
                "file",
                "network-plan.pdf",
                date(2026, 10, 23),
                sha256=hashlib.sha256(b"network plan").hexdigest(),
                size=184_320,
            ),
        ),
        endorsements=(_endorsement("Ada set up the network of our staging system; it has run since October."),),
        entries=(1, 2, 3, 4),
    )


def about(skill: str, person: str = "Ada Example", did: str = "") -> str:
    """Return what a client signs in the description of an endorsement, with one statement that they ticked."""
    line = one_line(f"About {person} ({did or did_of(IDENTITY)}), skill “{skill}”.")
    return f"{line}\nConfirmed:\n- I saw {person} use this skill."


ABOUT = about("Docker networking")
CONTACT = "https://shop.example/about"


def _endorsement(
    comment: str,
    key: SigningKey = CLIENT,
    *,
    name: str = "Marta Ruiz, Example Shop GmbH",
    contact: str = CONTACT,
    skill: str = "Docker networking",
    subject: str = "urn:uuid:0d7c3c1c-3d5b-4b0f-9f33-0a3f6c3a5c51",
) -> ShownEndorsement:
    document = {
        "id": "urn:uuid:9f2d5a3c-1111-4222-8333-444455556666",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": did_of(key), "type": ["Profile"], "name": name, "url": contact},
        "validFrom": "2026-11-12T12:00:00Z",
        "description": about(skill),
        "credentialSubject": {
            "id": subject,
            "type": ["EndorsementSubject"],
            "endorsementComment": comment,
        },
    }
    return ShownEndorsement(
        issuer_name=name,
        issuer_did=did_of(key),
        contact=contact,
        comment=comment,
        signed_on=date(2026, 11, 12),
        document=_stand_in(document, key),
        about=about(skill),
    )


def _sql(log: Log) -> PortfolioSkill:
    return PortfolioSkill(
        id="urn:uuid:5b1f0c9a-7a55-4c0e-8a39-5a8f6f7b1c22",
        topic_id="t-sql",
        name="SQL query tuning",
        area="Databases",
        note="",
        stage=Stage.PRACTISED,
        stage_rule="Learning in at least 3 episodes, on at least 3 days, over at least 14 days.",
        first_on=date(2026, 5, 4),
        last_on=date(2026, 8, 27),
        idle_days=85,
        exchanges=19,
        learning=12,
        episodes=6,
        days=6,
        imported=0,
        checked=2,
        corrected=0,
        months=_months(
            ("2026-05", 8, 6, (Turn.FIRST_CONTACT, Turn.CHECKED)),
            ("2026-06", 6, 4, (Turn.PRACTICE,)),
            ("2026-07", 2, 1, ()),
            ("2026-08", 3, 1, ()),
        ),
        terms=("index", "EXPLAIN", "join"),
        alignments=(PublishedConcept("esco", "598de5b0-5b58-4ea7-8058-a4bc4d18c742", "knowledge", "SQL"),),
        excerpts=tuple(log.excerpt(entry) for entry in (5, 6)),
        reflections=(ShownReflection("Look at the plan before guessing.", date(2026, 6, 9)),),
        entries=(5, 6, 7),
    )


def _vat(log: Log) -> PortfolioSkill:
    return PortfolioSkill(
        id="urn:uuid:7c0f7c7e-2b6e-4b3c-9a46-1f2e3d4c5b6a",
        topic_id="t-vat",
        name="Umsatzsteuer-Voranmeldung",
        area="Finance and taxes",
        note="Enough to do my own and to ask the right questions.",
        stage=Stage.EXPLORED,
        stage_rule="At least 3 learning exchanges.",
        first_on=date(2026, 10, 12),
        last_on=date(2026, 10, 30),
        idle_days=21,
        exchanges=5,
        learning=4,
        episodes=2,
        days=2,
        imported=0,
        checked=0,
        corrected=0,
        months=_months(("2026-10", 5, 4, (Turn.FIRST_CONTACT,))),
        excerpts=(log.excerpt(8),),
        entries=(8,),
    )


@cache
def sample() -> Portfolio:
    """Return a portfolio as a freelancer would send it: three skills of an invented history."""
    log = log_of(TOLD)
    return Portfolio(
        id="urn:uuid:6f8f0a64-6c2e-4a44-9a3e-1b7a4d7c0f11",
        title="Containers, databases and the paperwork around them",
        audience=Audience.CLIENT,
        recipient="Example Shop GmbH",
        person=Person(
            name="Ada Example",
            headline="Freelance back-end developer",
            introduction="I build and look after small web shops. This shows how I learned what they needed in 2026.",
            profiles=("https://ada.example", "https://github.com/ada-example"),
            did=did_of(IDENTITY),
        ),
        made_at=MADE_AT,
        language="en",
        since=date(2026, 1, 1),
        until=date(2026, 11, 20),
        skills=(_docker(log), _sql(log), _vat(log)),
        withheld=4,
        log_entries=len(log.leaves),
        checkpoint=log.checkpoint,
        log_key=log_key().text(),
        product_version="0.1.0",
    )


SPEAKING = (
    "Ελληνικά και Кириллица, ąćęłńóśźż ğşı øåæ",
    "שלום עולם مرحبا بالعالم",
    "日本語 한국어 🎉👩‍💻 ⚙️",
    '#set page(fill: red) #eval("1") $x^2$ *bold* _it_ @ref <label> `raw` \\ // comment',
    "=1+1",
    "@SUM(A1)",
    "-2+3",
    "\t=cmd|' /C calc'!A0",
    "trailing\u00a0blank\u00a0\u2028line\u2029paragraph\r\nnext\rnext",
    "</script><script>alert(1)</script><!--",
)
"""What the older list of hostile texts does not hold: scripts, typst, formulas behind blanks, odd line ends."""

ATTACKS = (*HOSTILE, *SPEAKING)


@cache
def hostile() -> Portfolio:
    """Return a portfolio every word of which attacks something; each attack stands in each place once."""
    one = "\n".join(attack for attack in ATTACKS if "\ud800" not in attack)
    told = tuple(
        Told(_day("2026-03-02"), attack, one, shown=_BOTH, provider="copilot")
        for attack in ATTACKS
        if "\ud800" not in attack
    )
    log = log_of(told)
    skills = tuple(_hostile_skill(log, number, attack) for number, attack in enumerate(ATTACKS))
    return replace(
        sample(),
        title=HOSTILE[0] + HOSTILE[1],
        recipient=HOSTILE[5],
        person=Person(HOSTILE[1], HOSTILE[7], "\n\n".join(ATTACKS), ATTACKS, did_of(IDENTITY)),
        skills=skills,
        log_entries=len(log.leaves),
        checkpoint=log.checkpoint,
        product_version="0.1.0",
    )


def _hostile_skill(log: Log, number: int, attack: str) -> PortfolioSkill:
    own = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    return replace(
        _docker(log_of(TOLD)),
        id=own,
        name=attack,
        area=attack,
        note=attack,
        stage_rule=attack,
        terms=(attack,),
        alignments=(PublishedConcept("esco", "598de5b0-5b58-4ea7-8058-a4bc4d18c742", "knowledge", attack),),
        excerpts=(log.excerpt(number % len(log.told) + 1),),
        reflections=(ShownReflection(attack, date(2026, 4, 20)),),
        deliverables=(
            ShownDeliverable("url", attack, date(2026, 10, 21), address=f"javascript:alert(1)//{attack}"),
            ShownDeliverable("commit", attack, date(2026, 10, 21), address=attack, commit=attack),
        ),
        endorsements=(_endorsement(attack, name=attack, contact=attack, skill=attack, subject=own),),
        entries=(number % len(log.told) + 1,),
    )


# --- signing --------------------------------------------------------------------------------------------------------


def signed(portfolio: Portfolio) -> SignedPortfolio:
    """Return the portfolio, signed as the product signs it."""
    return sign_portfolio(portfolio, write_content(portfolio), _signer())


def sign_page(whole: SignedPortfolio) -> Callable[[Mapping[str, str]], bytes]:
    """Return what signs the manifest of a page, as ``render_portfolio`` asks for it."""
    return page_signer(whole, _signer())


def sign_bundle(whole: SignedPortfolio) -> Callable[[Mapping[str, str]], bytes]:
    """Return what signs the manifest of a bundle."""
    return bundle_signer(whole, _signer())


def _signer() -> IdentitySigner:
    return IdentitySigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def _stand_in(document: dict[str, Any], key: SigningKey) -> bytes:
    text = json.dumps(document, sort_keys=True)
    proof = {"type": "stand-in", "proofValue": base64.urlsafe_b64encode(key.sign(text.encode())).decode()}
    return json.dumps({**document, "proof": proof}, indent=1).encode() + b"\n"
