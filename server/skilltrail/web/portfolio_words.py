"""What the pages of portfolios say: findings, reasons, places, changes, formats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from skilltrail.domain.job_post import Basis, SkillEvidence, Standing
from skilltrail.domain.leak_hits import HitKind, LeakHit, TextPlace
from skilltrail.domain.portfolio import Audience, PortfolioSkill
from skilltrail.domain.portfolio_choices import OfferedSkill
from skilltrail.domain.resolved_portfolio import Why
from skilltrail.domain.saved_portfolio import ItemChange
from skilltrail.exporters.skill_words import fresh_words, stage_words
from skilltrail.exporters.wording import day_words, exchanges_words, ngettext, one_line
from skilltrail.formats import number
from skilltrail.i18n import _


def audience_words(audience: Audience | str) -> str:
    """Say for whom a portfolio is."""
    words = {
        Audience.CLIENT: _("A client"),
        Audience.JOB_POST: _("A job post"),
        Audience.PUBLIC: _("Everybody"),
    }
    return words[Audience(audience)]


def audience_hint(audience: Audience) -> str:
    """Say what that means."""
    words = {
        Audience.CLIENT: _("Somebody whom you know by name."),
        Audience.JOB_POST: _("Paste the post: we show what you can support."),
        Audience.PUBLIC: _("A profile page or a repository."),
    }
    return words[audience]


def hit_words(hit: LeakHit) -> str:
    """Say what was found."""
    words = {
        HitKind.CLIENT: _("A word of your client {client}"),
        HitKind.NEAR_CLIENT: _("Looks like a word of your client {client}"),
        HitKind.OTHERS_MATTER: _("This exchange is {client}’s matter"),
        HitKind.SECRET: _("Looks like a secret"),
        HitKind.OWN_WORD: _("A word of your list of words to be hidden"),
        HitKind.PERSONAL: _("Personal data"),
        HitKind.REDACTION: _("A mark: something was hidden here"),
        HitKind.HELD_BACK: _("Named after what is held back; rename the skill, or leave it out")
        if hit.place.what == "name"
        else _("Named after what is held back; take it back from the skill, or leave the skill out"),
        HitKind.PATH: _("A path that names a person or a computer"),
    }[hit.kind]
    client = one_line(hit.detail) or _("a client")
    return words.format(client=client)


def why_words(why: Why) -> str:
    """Say why something that was chosen is not shown."""
    return {
        Why.GONE: _("is not there any more"),
        Why.PRIVATE: _("belongs to a client, is undecided, or is left out of exports"),
        Why.PERIOD: _("lies outside of the days that you chose"),
        Why.MOVED: _("belongs to another skill now"),
        Why.CHANGED: _("changed since you chose it: choose it again"),
        Why.EMPTY: _("nothing of it may leave"),
    }[why]


def place_words(what: str) -> str:
    """Name a kind of place of a portfolio."""
    words = {
        "title": _("Title"),
        "recipient": _("Recipient"),
        "person": _("Your name"),
        "headline": _("What you do"),
        "introduction": _("Introduction"),
        "profiles": _("Pages of yours"),
        "name": _("Name of the skill"),
        "area": _("Area"),
        "note": _("Your note"),
        "term": _("Term"),
        "alignment": _("Published skill"),
        "excerpt": _("Excerpt"),
        "reflection": _("Reflection"),
        "deliverable": _("Deliverable"),
        "endorsement": _("Endorsement"),
        "file name": _("Name of the file"),
    }
    return words.get(what, _("Text"))


def part_words(name: str) -> str:
    """Name a paragraph of an exchange: prompt.2 is the second one of the question."""
    what, _dot, count = name.partition(".")
    return (_("Question, part {n}") if what == "prompt" else _("Answer, part {n}")).format(n=count)


def where_words(place: TextPlace, names: dict[str, str]) -> str:
    """Say where something stands: "Excerpt: Answer, part 2 · Docker networking"."""
    what = place_words(place.what)
    if place.what == "excerpt" and " " in place.key:
        what = f"{what}: {part_words(place.key.split(' ')[1])}"
    name = names.get(place.topic_id, "")
    return f"{what} · {one_line(name)}" if name else what


def doubt_words(doubt: str) -> str:
    """Say in two words what the leak scan would stop at."""
    return {
        HitKind.CLIENT.value: _("a client’s word"),
        HitKind.NEAR_CLIENT.value: _("like a client’s word"),
        HitKind.SECRET.value: _("a secret"),
        HitKind.OWN_WORD.value: _("a word to hide"),
        HitKind.PERSONAL.value: _("personal data"),
        HitKind.REDACTION.value: _("something hidden"),
        HitKind.PATH.value: _("a path"),
    }.get(doubt, doubt)


def offered_words(skill: OfferedSkill) -> str:
    """Say what of a skill may leave, in a line."""
    parts = [stage_words(skill.stage), exchanges_words(skill.exchanges)]
    if skill.checked:
        parts.append(ngettext("{n} checked answer", "{n} checked answers", skill.checked))
    if skill.deliverables:
        parts.append(ngettext("{n} deliverable", "{n} deliverables", skill.deliverables))
    return " · ".join([*parts, fresh_words(skill.idle_days)])


def counted_words(skill: PortfolioSkill) -> str:
    """Say what is counted of a skill, as the portfolio will say it in numbers."""
    words = _("{exchanges} in {episodes} on {days}, {learning} of them learning; from {first} to {last}.")
    return words.format(
        exchanges=exchanges_words(skill.exchanges),
        episodes=ngettext("{n} episode", "{n} episodes", skill.episodes),
        days=ngettext("{n} day", "{n} days", skill.days),
        learning=number(skill.learning),
        first=day_words(skill.first_on),
        last=day_words(skill.last_on),
    )


def change_words(change: ItemChange, names: dict[str, str]) -> str:
    """Say what is other than in the last file."""
    topic = change.key.split(" ")[0]
    name = one_line(names.get(topic, "")) or _("a skill that has ended")
    what = {
        "heading": _("title or recipient"),
        "person": _("what you say of yourself"),
        "key": _("the key that signs"),
        "period": _("the days"),
        "skill": _("the skill {name}").format(name=name),
        "counts": _("counts of {name}").format(name=name),
        "note": _("your note on {name}").format(name=name),
        "alignment": _("a published skill of {name}").format(name=name),
        "excerpt": _("an excerpt of {name}").format(name=name),
        "reflection": _("a reflection of {name}").format(name=name),
        "deliverable": _("a deliverable of {name}").format(name=name),
        "endorsement": _("an endorsement of {name}").format(name=name),
    }.get(change.kind, change.kind)
    how = {"added": _("New: {what}"), "removed": _("Gone: {what}"), "changed": _("Changed: {what}")}[change.how]
    return how.format(what=what)


@dataclass(frozen=True, slots=True)
class FormatCard:
    """A format as the page offers it."""

    format: str
    name: str
    words: str


def format_card(format_name: str) -> FormatCard:
    """Return how a format is offered."""
    known = {
        "html": (_("Web page"), _("To send: reads well, prints well, checks itself without a network.")),
        "pdf": (_("PDF"), _("To print or upload.")),
        "bundle": (_("All files with proofs (zip)"), _("For whoever checks everything; it says how.")),
        "badge-json": (_("Open Badges (JSON)"), _("One credential for each skill, for wallets and checkers.")),
        "badge-png": (_("Open Badges (picture)"), _("The same, baked into a picture.")),
        "json": (_("Data (JSON)"), _("For programs. The format is described.")),
        "markdown": (_("Text (Markdown)"), _("For a profile or a README.")),
        "svg": (_("Card (SVG)"), _("A small picture for a profile.")),
        "json-resume": (_("JSON Resume"), _("For tools that make CVs.")),
        "europass": (_("Text for Europass"), _("To paste or attach there.")),
        "xapi": (_("xAPI"), _("One statement for each shown entry.")),
        "csv": (_("Table (CSV)"), _("For a spreadsheet.")),
    }
    name, words = known.get(format_name, (format_name, ""))
    return FormatCard(format_name, name, words)


def standing_words(standing: Standing) -> str:
    """Name how requirements stand."""
    return {
        Standing.COVERED: _("Covered by your history"),
        Standing.ADJACENT: _("Related to what you did"),
        Standing.MISSING: _("Not in your history"),
    }[standing]


def evidence_words(evidence: SkillEvidence) -> str:
    """Say what a statement about a requirement rests on."""
    count = exchanges_words(evidence.exchanges)
    spoken = ngettext("{n} question speaks of it", "{n} questions speak of it", evidence.spoken)
    words = {
        Basis.NAMED: _("A skill of yours is called so: {count}"),
        Basis.SPOKEN: _("{spoken}, in a skill of {count}"),
        Basis.FAMILY: _("It belongs to the same family: {count}"),
        Basis.NEAR: _("The texts of this skill are near to it: {count}"),
    }[evidence.basis]
    said = words.format(count=count, spoken=spoken)
    if evidence.spoken and evidence.basis is Basis.NAMED:
        said = f"{said}; {spoken}"
    return f"{said} · {fresh_words(evidence.idle_days)}"


def period_words(since: date | None, until: date | None) -> str:
    """Say which days count."""
    if since and until:
        return _("From {since} to {until}").format(since=day_words(since), until=day_words(until))
    if since:
        return _("Since {since}").format(since=day_words(since))
    return _("Until {until}").format(until=day_words(until)) if until else _("All days")
