"""A portfolio in words: what every format that people read says, in the language of the portfolio and in one order.

Formats lay this out and add nothing, so that page, PDF and Markdown say the same. Texts of the learner and of others
come through as they are (``Words``), without control characters; everything else is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skilltrail.domain.portfolio import (
    Excerpt,
    Portfolio,
    PortfolioSkill,
    ShownDeliverable,
    ShownEndorsement,
)
from skilltrail.exporters import portfolio_reach_words as reach
from skilltrail.exporters import portfolio_reader_words as reader
from skilltrail.exporters import portfolio_words as say
from skilltrail.exporters.disclosure import aligned, framework_notices, self_recorded
from skilltrail.exporters.portfolio_chart import axis
from skilltrail.exporters.wording import area_words, bytes_words, days_words, one_line, visible_lines
from skilltrail.i18n import _


@dataclass(frozen=True, slots=True)
class ExcerptView:
    """``facts`` say whence it comes; ``parts`` are (who or what, text as logged, whether the learner asks)."""

    entry: int
    title: str
    facts: tuple[str, ...]
    parts: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class DeliverableView:
    """``address`` is a web address or ""; ``facts`` name and value of what can be compared (commit, hash, size)."""

    title: str
    kind: str
    day: str
    address: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EndorsementView:
    """A statement of somebody else; ``caution`` says what is not checked, ``ticked`` what they confirmed."""

    comment: str
    by: str
    day: str
    contact: str
    key: str
    caution: str
    ticked_by: str
    ticked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkillView:
    """One skill; ``counts`` are (number, what it counts), ``story`` says in words what the chart shows.

    ``stage`` is its name with what must be read with it, ``stage_name`` and ``stage_caveat`` are the two apart.
    """

    id: str
    name: str
    area: str
    stage: str
    stage_name: str
    stage_caveat: str
    rule: str
    fresh: str
    last: str
    period: str
    note: str
    counts: tuple[tuple[str, str], ...]
    story: str
    terms: tuple[str, ...]
    alignments: tuple[tuple[str, str], ...]
    excerpts: tuple[ExcerptView, ...]
    reflections: tuple[tuple[str, str], ...]
    deliverables: tuple[DeliverableView, ...]
    endorsements: tuple[EndorsementView, ...]
    counted: str


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """Everything that is said, in the order in which it is read."""

    title: str
    name: str
    headline: str
    introduction: tuple[str, ...]
    made_on: str
    recipient: str
    prepared: str
    period: str
    statement: str
    what: str
    facts: tuple[tuple[str, str], ...]
    skills: tuple[SkillView, ...]
    withheld: str
    stages: str
    endorsed: str
    to_do: tuple[str, ...]
    if_passed: str
    no_proof: str
    shows: tuple[str, ...]
    shows_not: tuple[str, ...]
    time: str
    time_hint: str
    issuer: str
    key: str
    profiles: tuple[str, ...]
    notices: tuple[str, ...]
    made_with: str


def portfolio_view(portfolio: Portfolio) -> PortfolioView:
    """Return the words of a portfolio. Whoever calls speaks its language (``i18n.speaking``)."""
    name = one_line(portfolio.person.name)
    return PortfolioView(
        title=one_line(portfolio.title),
        name=name,
        headline=one_line(portfolio.person.headline),
        introduction=_paragraphs(portfolio.person.introduction),
        made_on=say.day(portfolio.made_at.date()),
        recipient=one_line(portfolio.recipient),
        prepared=reader.prepared_for(portfolio),
        period=days_words(portfolio.since, portfolio.until),
        statement=self_recorded(),
        what=say.what_this_is(portfolio),
        facts=say.facts(portfolio),
        skills=tuple(_skill(portfolio, skill) for skill in portfolio.skills),
        withheld=say.withheld_skills(portfolio.withheld),
        stages=reach.what_stages_are(portfolio),
        endorsed=reach.what_endorsed_is(portfolio),
        to_do=reader.what_you_can_do(portfolio),
        if_passed=reader.if_they_pass(),
        no_proof=reader.no_proof().format(name=name),
        shows=reach.what_the_checks_show(portfolio),
        shows_not=reach.what_they_do_not(portfolio),
        time=reach.time_answer(portfolio),
        time_hint=reach.time_hint(portfolio),
        issuer=reach.issuer_answer(name),
        key=portfolio.person.did,
        profiles=tuple(filter(None, map(one_line, portfolio.person.profiles))),
        notices=_notices(portfolio),
        made_with=_("Made with Skilltrail {version} on {day}.").format(
            version=portfolio.product_version, day=say.day(portfolio.made_at.date())
        ),
    )


def _skill(portfolio: Portfolio, skill: PortfolioSkill) -> SkillView:
    name = one_line(portfolio.person.name)
    return SkillView(
        id=skill.id,
        name=one_line(skill.name),
        area=area_words(skill.area),
        stage=say.stage_whole(skill.stage),
        stage_name=say.stage_name(skill.stage),
        stage_caveat=say.stage_caveat(skill.stage),
        rule=say.rule(skill),
        fresh=say.freshness(skill),
        last=_("last on {day}").format(day=say.day(skill.last_on)),
        period=days_words(skill.first_on, skill.last_on),
        note=visible_lines(skill.note).strip(),
        counts=say.counts(skill),
        story=_story(portfolio, skill),
        terms=tuple(filter(None, map(one_line, skill.terms))),
        alignments=tuple((one_line(aligned(one)), one.address) for one in skill.alignments),
        excerpts=tuple(_excerpt(one, portfolio.log_entries, name) for one in skill.excerpts),
        reflections=tuple((visible_lines(one.text).strip(), say.day(one.written_on)) for one in skill.reflections),
        deliverables=tuple(map(_deliverable, skill.deliverables)),
        endorsements=tuple(_endorsement(one, name) for one in skill.endorsements),
        counted=say.numbers(skill.entries),
    )


def _story(portfolio: Portfolio, skill: PortfolioSkill) -> str:
    months = axis(portfolio.skills, portfolio.made_at.date())
    cut = any(month.month < months[0] for month in skill.months)
    return " ".join(filter(None, (say.story(skill), say.last_months(len(months)) if cut else "")))


def _excerpt(excerpt: Excerpt, size: int, name: str) -> ExcerptView:
    return ExcerptView(
        entry=excerpt.entry,
        title=say.entry_title(excerpt),
        facts=say.entry_facts(excerpt, size, name),
        parts=tuple(_joined(excerpt)),
    )


def _joined(excerpt: Excerpt) -> Iterator[tuple[str, str, bool]]:
    """Yield texts of one kind put together; where paragraphs between them are withheld, it is said."""
    kind, text, last = "", "", 0
    for part in excerpt.parts:
        name, _dot, number = part.name.partition(".")
        place = int(number) if number.isdecimal() else 0
        if name == kind:
            text += part.text if place == last + 1 else f"\n{say.gap()}\n\n{part.text}"
        else:
            if kind:
                yield say.part_label(kind, excerpt.provider), text, kind == "prompt"
            kind, text = name, part.text
        last = place
    if kind:
        yield say.part_label(kind, excerpt.provider), text, kind == "prompt"


def _deliverable(one: ShownDeliverable) -> DeliverableView:
    facts = [
        (_("Commit"), one_line(one.commit)),
        (_("SHA-256 of the file"), one_line(one.sha256)),
        (_("Size"), bytes_words(one.size) if one.size else ""),
    ]
    return DeliverableView(
        title=one_line(one.title),
        kind=say.deliverable_kind(one.form),
        day=say.day(one.dated),
        address=one_line(one.address),
        facts=tuple(pair for pair in facts if pair[1]),
    )


def _endorsement(one: ShownEndorsement, name: str) -> EndorsementView:
    return EndorsementView(
        comment=visible_lines(one.comment).strip(),
        by=one_line(one.issuer_name),
        day=say.day(one.signed_on),
        contact=one_line(one.contact),
        key=one_line(one.issuer_did),
        caution=say.endorser_caution(name),
        ticked_by=say.ticked_by(one_line(one.issuer_name)),
        ticked=say.endorser_ticked(visible_lines(one.about)),
    )


def contact_link(contact: str) -> str:
    """Return the address that a contact leads to, "" where it is none: of web and e-mail only."""
    bare = contact.removeprefix("https://").removeprefix("http://")
    if not bare or any(not (sign.isascii() and (sign.isalnum() or sign in "-._~/@+%:")) for sign in bare):
        return ""
    if bare != contact:
        return contact
    if contact.count("@") == 1 and "/" not in contact and ":" not in contact:
        return f"mailto:{contact}"
    host = contact.partition("/")[0]
    return f"https://{contact}" if "." in host.strip(".") and not {"@", ":"} & set(contact) else ""


def _notices(portfolio: Portfolio) -> tuple[str, ...]:
    used = {concept.framework for skill in portfolio.skills for concept in skill.alignments}
    return tuple(words for framework, words in framework_notices().items() if framework in used)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in visible_lines(text).split("\n\n") if part.strip())
