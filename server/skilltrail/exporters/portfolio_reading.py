"""The content of a portfolio read back: the value that ``portfolio_json`` wrote, for whoever writes its page anew.

What others send is read: every member must have the type and the size that ours have, else nothing is read at all.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from skilltrail.domain.claims import FRAMEWORKS, TOOL, PublishedConcept
from skilltrail.domain.portfolio import (
    Anchor,
    Audience,
    Excerpt,
    Person,
    Portfolio,
    PortfolioSkill,
    ShownDeliverable,
    ShownEndorsement,
    ShownPart,
    ShownReflection,
    SkillMonth,
)
from skilltrail.domain.saved_portfolio import SKILLS_MOST
from skilltrail.domain.stages import Stage
from skilltrail.domain.trajectory import Turn
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import LANGUAGES, _

Json = Mapping[str, Any]

_NUMBER_MOST = 10**12


def read_portfolio(content: Json) -> Portfolio:
    """Return the portfolio that a content says; names of topics, which formats do not use, are not in it.

    Raises
    ------
    EvidenceInvalid
        If it is no content that ``write_content`` could have written.
    """
    try:
        return _portfolio(content)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EvidenceInvalid(_("This is not the content of a portfolio.")) from None


def _portfolio(content: Json) -> Portfolio:
    log, language = content["log"], _text(content["language"])
    if language not in LANGUAGES or len(content["skills"]) > SKILLS_MOST:
        raise ValueError("none of ours")  # of a million skills a page would take hours
    return Portfolio(
        id=_text(content["id"]),
        title=_text(content["title"]),
        audience=Audience(content["audience"]),
        recipient=_text(content["recipient"] or ""),
        person=_person(content["person"]),
        made_at=datetime.fromisoformat(content["made_at"]),
        language=language,
        since=_day(content["since"]),
        until=_day(content["until"]),
        skills=tuple(_skill(one) for one in _list(content["skills"])),
        withheld=_number(content["withheld_skills"]),
        log_entries=_number(log["entries"]),
        checkpoint=_bytes(log["checkpoint"]),
        log_key=_text(log["key"]),
        product_version=_text(content["product"]["version"]),
        anchors=tuple(_anchor(one) for one in _list(content["anchors"])),
    )


def _person(given: Json) -> Person:
    profiles = tuple(_text(one) for one in _list(given["profiles"]))
    return Person(
        _text(given["name"]), _text(given["headline"]), _text(given["introduction"]), profiles, _text(given["did"])
    )


def _skill(given: Json) -> PortfolioSkill:
    counts = given["counts"]
    return PortfolioSkill(
        id=_text(given["id"]),
        topic_id="",
        name=_text(given["name"]),
        area=_text(given["area"]),
        note=_text(given["note"]),
        stage=None if given["stage"] is None else Stage(given["stage"]),
        stage_rule=_text(given["stage_rule"]),
        first_on=date.fromisoformat(given["first_on"]),
        last_on=date.fromisoformat(given["last_on"]),
        idle_days=_number(given["idle_days"]),
        exchanges=_number(counts["exchanges"]),
        learning=_number(counts["learning"]),
        episodes=_number(counts["episodes"]),
        days=_number(counts["days"]),
        imported=_number(counts["imported"]),
        checked=_number(counts["checked"]),
        corrected=_number(counts["corrected"]),
        months=tuple(_month(one) for one in _list(given["months"])),
        terms=tuple(_text(one) for one in _list(given["terms"])),
        alignments=tuple(_concept(one) for one in _list(given["alignments"])),
        excerpts=tuple(_excerpt(one) for one in _list(given["excerpts"])),
        reflections=tuple(_reflection(one) for one in _list(given["reflections"])),
        deliverables=tuple(_deliverable(one) for one in _list(given["deliverables"])),
        endorsements=tuple(_endorsement(one) for one in _list(given["endorsements"])),
        entries=tuple(_number(one) for one in _list(given["entries"])),
    )


def _month(given: Json) -> SkillMonth:
    month = _text(given["month"])
    date.fromisoformat(f"{month}-01")
    turns = tuple(Turn(one) for one in _list(given["turns"]))
    return SkillMonth(month, _number(given["exchanges"]), _number(given["learning"]), turns)


def _concept(given: Json) -> PublishedConcept:
    named = {name: framework for framework, name in FRAMEWORKS.items()}
    framework = named[_text(given["target_framework"])]
    # Of the kind only whether it is a tool shows: those have no address.
    kind = TOOL if given["target_url"] is None else "skill"
    return PublishedConcept(framework, _text(given["target_code"]), kind, _text(given["target_name"]))


def _excerpt(given: Json) -> Excerpt:
    return Excerpt(
        entry=_number(given["entry"]),
        origin=_text(given["origin"]),
        asked_on=date.fromisoformat(given["asked_on"]),
        logged_on=date.fromisoformat(given["logged_on"]),
        provider=_text(given["provider"]),
        parts=tuple(ShownPart(_text(one["name"]), _text(one["text"])) for one in _list(given["parts"])),
        withheld=_number(given["withheld"]),
        leaf=_bytes(given["leaf"]),
        proof=_bytes(given["proof"]),
        disclosures=tuple(_text(one) for one in _list(given["disclosures"])),
        check=_text(given["check"]),
    )


def _reflection(given: Json) -> ShownReflection:
    return ShownReflection(_text(given["text"]), date.fromisoformat(given["written_on"]))


def _deliverable(given: Json) -> ShownDeliverable:
    return ShownDeliverable(
        form=_text(given["form"]),
        title=_text(given["title"]),
        dated=date.fromisoformat(given["dated"]),
        address=_text(given["address"] or ""),
        commit=_text(given["commit"] or ""),
        sha256=_text(given["sha256"] or ""),
        size=_number(given["size"] or 0),
    )


def _endorsement(given: Json) -> ShownEndorsement:
    return ShownEndorsement(
        issuer_name=_text(given["issuer_name"]),
        issuer_did=_text(given["issuer_did"]),
        contact=_text(given["contact"]),
        comment=_text(given["comment"]),
        signed_on=date.fromisoformat(given["signed_on"]),
        document=_bytes(given["document"]),
        about=_text(given["about"]),
    )


def _anchor(given: Json) -> Anchor:
    at = None if given["at"] is None else datetime.fromisoformat(given["at"])
    return Anchor(_text(given["kind"]), _bytes(given["checkpoint"]), _bytes(given["token"]), at, _text(given["by"]))


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError("no text")
    return given


def _list(given: object) -> list[Any]:
    if not isinstance(given, list):
        raise TypeError("no list")
    return given


def _number(given: object) -> int:
    if type(given) is not int or not 0 <= given <= _NUMBER_MOST:
        raise ValueError("no number of ours")
    return given


def _day(given: object) -> date | None:
    return None if given is None else date.fromisoformat(_text(given))


def _bytes(given: object) -> bytes:
    try:
        return base64.b64decode(_text(given), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
