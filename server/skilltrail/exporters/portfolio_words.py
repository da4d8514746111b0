"""What a portfolio says in words of ours: facts, stories, and plainly what its checks show and what they do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from skilltrail.domain.portfolio import Excerpt, Portfolio, PortfolioSkill
from skilltrail.domain.stages import Stage
from skilltrail.exporters.portfolio_turn_words import turn_in
from skilltrail.exporters.skill_words import stage_words
from skilltrail.exporters.wording import (
    day_words,
    exchanges_words,
    month_words,
    ngettext,
    number,
    one_line,
    provider_name,
)
from skilltrail.formats import listed
from skilltrail.i18n import _


def day(moment: date) -> str:
    """Return "22 November 2026"."""
    return day_words(moment)


def what_this_is(portfolio: Portfolio) -> str:
    """Say what the reader has before them, for somebody who never heard of us; and what of it came later."""
    words = _(
        "{name} works with AI assistants such as ChatGPT. Skilltrail, a program on {name}'s own computer, holds a log "
        "of conversations with them. This is a selection from that log, made by {name}: what was asked and learned, "
        "when, and what came of it."
    ).format(name=one_line(portfolio.person.name))
    return f"{words} {imported_words(portfolio)}".strip()


def imported_words(portfolio: Portfolio) -> str:
    """Say how much was imported, and when as far as the excerpts tell; "" if nothing was."""
    count, whole = origins(portfolio)
    if not count:
        return ""
    if count < whole:
        said = ngettext(
            "{n} of the {whole} exchanges was imported from an export file; its date is that file's.",
            "{n} of the {whole} exchanges were imported from an export file; their dates are that file's.",
            count,
            whole=number(whole),
        )
    else:
        said = ngettext(
            "The one exchange was imported from an export file; its date is that file's.",
            "All {n} exchanges were imported from an export file; their dates are that file's.",
            count,
        )
    excerpts = [one for skill in portfolio.skills for one in skill.excerpts if one.origin == "import"]
    days = {one.logged_on for one in excerpts}
    if len(days) != 1:
        return said + " " + _("The log protects nothing from before the day of an import.")
    words = _("What is shown of them was imported on {day}, so the log protects nothing of it from before that day.")
    return f"{said} {words.format(day=day(days.pop()))}"


def origins(portfolio: Portfolio) -> tuple[int, int]:
    """Return how many of the counted exchanges were imported, and how many there are."""
    skills = portfolio.skills
    return sum(skill.imported for skill in skills), sum(skill.exchanges for skill in skills)


def facts(portfolio: Portfolio) -> tuple[tuple[str, str], ...]:
    """Return the figures of the whole portfolio: number, and what it counts."""
    skills = portfolio.skills
    imported, exchanges = origins(portfolio)
    excerpts = sum(len(skill.excerpts) for skill in skills)
    works = sum(len(skill.deliverables) for skill in skills)
    endorsements = sum(len(skill.endorsements) for skill in skills)
    found = [
        (len(skills), ngettext("skill", "skills", len(skills))),
        (exchanges, _exchanges(imported, exchanges)),
        (excerpts, ngettext("excerpt to read", "excerpts to read", excerpts)),
        (works, ngettext("deliverable", "deliverables", works)),
        (endorsements, ngettext("endorsement", "endorsements", endorsements)),
    ]
    return tuple((number(count), words) for count, words in found if count)


def _exchanges(imported: int, whole: int) -> str:
    if not imported:
        return ngettext("recorded exchange", "recorded exchanges", whole)
    if imported == whole:
        return ngettext("imported exchange", "imported exchanges", whole)
    return _("exchanges, {imported} of them imported").format(imported=number(imported))


def counts(skill: PortfolioSkill) -> tuple[tuple[str, str], ...]:
    """Return the figures of a skill: number, and what it counts; zeros only where their absence would mislead."""
    found = [
        (skill.exchanges, ngettext("exchange", "exchanges", skill.exchanges), True),
        (skill.learning, _("of them learning"), True),
        (skill.episodes, ngettext("episode", "episodes", skill.episodes), True),
        (skill.days, ngettext("different day", "different days", skill.days), True),
        (
            skill.checked,
            ngettext("answer checked by the learner", "answers checked by the learner", skill.checked),
            False,
        ),
        (
            skill.corrected,
            ngettext("error in an answer corrected", "errors in answers corrected", skill.corrected),
            False,
        ),
        (skill.imported, _("of them imported from an export file"), False),
    ]
    return tuple((number(count), words) for count, words, always in found if count or always)


def story(skill: PortfolioSkill) -> str:
    """Say in words what the chart of a skill shows."""
    busiest = max(skill.months, key=lambda one: (one.exchanges, one.month), default=None)
    if busiest is None:
        return ""
    head = _("{exchanges} from {start} to {end}, {learning} of them learning; most in {month} ({count}).").format(
        exchanges=exchanges_words(skill.exchanges),
        learning=number(skill.learning),
        start=day(skill.first_on),
        end=day(skill.last_on),
        month=month_words(busiest.month),
        count=number(busiest.exchanges),
    )
    turns = [turn_in(turn, month_words(one.month)) for one in skill.months for turn in one.turns]
    return " ".join([head, *turns])


def last_months(count: int) -> str:
    """Say that a chart shows only the last of the months."""
    return _("The chart shows the last {n} months.").format(n=number(count))


def rule(skill: PortfolioSkill) -> str:
    """Say the rule of the stage that was reached; of another's word, that it is attached and not checked here."""
    if skill.stage is Stage.ATTESTED:
        return _("A statement in somebody else's name is attached; its signature is not checked here.")
    return one_line(skill.stage_rule)


def stage_name(stage: Stage | None) -> str:
    """Name a stage as files that are sent name it: another's word is told as no more than that."""
    return _("Endorsed") if stage is Stage.ATTESTED else stage_words(stage)


def stage_caveat(stage: Stage | None) -> str:
    """Return what must be read with the name of a stage, "" where it needs nothing."""
    return _("signature not checked here") if stage is Stage.ATTESTED else ""


def stage_whole(stage: Stage | None) -> str:
    """Return name and caveat in one: "Endorsed · signature not checked here"."""
    return " · ".join(filter(None, (stage_name(stage), stage_caveat(stage))))


def freshness(skill: PortfolioSkill) -> str:
    """Say when the last exchange was, learning or not, in words that stay true however late the file is read."""
    if skill.idle_days == 0:
        return _("Last exchange on the day this was made")
    return ngettext(
        "Last exchange on {day}, {n} day before this was made",
        "Last exchange on {day}, {n} days before this was made",
        skill.idle_days,
        day=day(skill.last_on),
    )


# --- excerpts -------------------------------------------------------------------------------------------------------


def entry_title(excerpt: Excerpt) -> str:
    """Say when and whom was asked."""
    words = _("Asked {provider} on {day}")
    return words.format(provider=provider_name(excerpt.provider), day=day(excerpt.asked_on))


def entry_facts(excerpt: Excerpt, size: int, name: str) -> tuple[str, ...]:
    """Say whence an excerpt comes, whether text of it is left out, and what the learner found when checking it."""
    origin = {
        "extension": _("recorded in the browser, in the log since {day}"),
        "import": _("imported from an export file on {day}; the date of the question is that file's"),
        "manual": _("added by hand, in the log since {day}"),
    }.get(excerpt.origin, _("in the log since {day}"))
    checked = {
        "confirmed": _("{name} checked the answer and found it right"),
        "corrected": _("{name} checked the answer and corrected an error in it"),
        "contradicted": _("{name} checked the answer and found it wrong"),
    }.get(excerpt.check, "")
    said = (
        _("entry {entry} of {size}").format(entry=number(excerpt.entry), size=number(size)),
        origin.format(day=day(excerpt.logged_on)),
        left_out(excerpt.left_out),
        checked.format(name=name),
    )
    return tuple(filter(None, said))


def left_out(paragraphs: int) -> str:
    """Say how many paragraphs of question and answer are not shown."""
    if not paragraphs:
        return _("no text left out")
    return ngettext("{n} paragraph left out", "{n} paragraphs left out", paragraphs)


def gap() -> str:
    """Return what stands where paragraphs between two that are shown are withheld."""
    return _("[…] paragraphs left out")


def part_label(field: str, provider: str) -> str:
    """Name a part of an entry: who speaks, or what it is."""
    kind = field.partition(".")[0]
    known = {
        "prompt": _("Question"),
        "reply": _("Answer of {provider}").format(provider=provider_name(provider)),
        "model": _("Model"),
        "attachment": _("Attachment"),
        "citation": _("Source cited"),
        "asked_at": _("Asked at"),
        "answered_at": _("Answered at"),
        "captured_at": _("Recorded at"),
    }
    return known.get(kind, one_line(kind))


# --- deliverables and endorsements ----------------------------------------------------------------------------------


def deliverable_kind(form: str) -> str:
    """Name the form of a deliverable."""
    words = {"url": _("Web address"), "commit": _("Commit"), "file": _("File")}
    return words.get(form, one_line(form))


def endorser_caution(name: str) -> str:
    """Say what is known of an endorser."""
    return _(
        "Attached as it came, under a key other than {name}'s own; its signature is not checked here. Ask back at the "
        "contact."
    ).format(name=name)


def endorser_ticked(about: str) -> tuple[str, ...]:
    """Return the statements that an endorser ticked, of the description that they signed."""
    lines = [one_line(line) for line in about.splitlines() if line.startswith("- ")]
    return tuple(line.removeprefix("- ").strip() for line in lines)


def ticked_by(by: str) -> str:
    """Say whose ticks follow."""
    return _("{by} also ticked:").format(by=by)


# --- small things ---------------------------------------------------------------------------------------------------


def withheld_skills(count: int) -> str:
    """Say that there is more than what is shown, "" if there is not."""
    if not count:
        return ""
    return ngettext(
        "{n} more skill is in the log and not shown.", "{n} more skills are in the log and not shown.", count
    )


def numbers(entries: Sequence[int]) -> str:
    """Return entry numbers in order, runs shortened: "1–4, 7 and 9"."""
    runs: list[list[int]] = []
    for entry in sorted(set(entries)):
        if runs and entry == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], entry]
        else:
            runs.append([entry])
    texts = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return listed(texts) if texts else ""
