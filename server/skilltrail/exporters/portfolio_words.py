"""What a portfolio says in words of ours: facts, stories, and plainly what its checks show and what they do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from skilltrail.domain.portfolio import Excerpt, Portfolio, PortfolioSkill
from skilltrail.domain.stages import Stage
from skilltrail.exporters.portfolio_turn_words import turn_name
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
    whole = sum(skill.exchanges for skill in portfolio.skills)
    count = sum(skill.imported for skill in portfolio.skills)
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
        return said
    return f"{said} " + _("Those of them that are shown here were imported on {day}.").format(day=day(days.pop()))


def facts(portfolio: Portfolio) -> tuple[tuple[str, str], ...]:
    """Return the figures of the whole portfolio: number, and what it counts."""
    skills = portfolio.skills
    exchanges, excerpts = sum(skill.exchanges for skill in skills), sum(len(skill.excerpts) for skill in skills)
    works = sum(len(skill.deliverables) for skill in skills)
    endorsements = sum(len(skill.endorsements) for skill in skills)
    found = [
        (len(skills), ngettext("skill", "skills", len(skills))),
        (exchanges, ngettext("recorded exchange", "recorded exchanges", exchanges)),
        (excerpts, ngettext("excerpt to read", "excerpts to read", excerpts)),
        (works, ngettext("deliverable", "deliverables", works)),
        (endorsements, ngettext("endorsement", "endorsements", endorsements)),
    ]
    return tuple((number(count), words) for count, words in found if count)


def counts(skill: PortfolioSkill) -> tuple[tuple[str, str], ...]:
    """Return the figures of a skill: number, and what it counts; zeros only where their absence would mislead."""
    found = [
        (skill.exchanges, ngettext("exchange", "exchanges", skill.exchanges), True),
        (skill.learning, _("of them learning"), True),
        (skill.episodes, ngettext("episode", "episodes", skill.episodes), True),
        (skill.days, ngettext("day", "days", skill.days), True),
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
    turns = [f"{turn_name(turn)}: {month_words(one.month)}." for one in skill.months for turn in one.turns]
    return " ".join([head, *turns])


def last_months(count: int) -> str:
    """Say that a chart shows only the last of the months."""
    return _("The chart shows the last {n} months.").format(n=number(count))


def rule(skill: PortfolioSkill) -> str:
    """Say the rule of the stage that was reached; of another's word, that it is attached and not checked here."""
    if skill.stage is Stage.ATTESTED:
        return _("Somebody else signed an endorsement of it. It is attached; its signature is not checked here.")
    return one_line(skill.stage_rule)


def freshness(skill: PortfolioSkill) -> str:
    """Say when a skill was last practised, in words that stay true however late the file is read."""
    if skill.idle_days == 0:
        return _("Last practised on the day this was made")
    return ngettext(
        "Last practised on {day}, {n} day before this was made",
        "Last practised on {day}, {n} days before this was made",
        skill.idle_days,
        day=day(skill.last_on),
    )


# --- excerpts -------------------------------------------------------------------------------------------------------


def entry_title(excerpt: Excerpt) -> str:
    """Say when and whom was asked."""
    words = _("Asked {provider} on {day}")
    return words.format(provider=provider_name(excerpt.provider), day=day(excerpt.asked_on))


def entry_facts(excerpt: Excerpt, size: int, name: str) -> tuple[str, ...]:
    """Say whence an excerpt comes, what the learner found when checking it, and how much of it is withheld."""
    origin = {
        "extension": _("recorded in the browser, in the log since {day}"),
        "import": _("imported from an export file on {day}; the date of the question is that file's"),
        "manual": _("added by hand, in the log since {day}"),
    }.get(excerpt.origin, _("in the log since {day}"))
    checked = {
        "confirmed": _("{name} checked the answer and found it right"),
        "corrected": _("{name} checked the answer and corrected an error in it"),
        "contradicted": _("{name} checked the answer and found it wrong"),
    }.get(excerpt.check, _("{name} noted no check of the answer"))
    return (
        _("entry {entry} of {size}").format(entry=number(excerpt.entry), size=number(size)),
        origin.format(day=day(excerpt.logged_on)),
        checked.format(name=name),
        ngettext(
            "{n} other field of this entry is not shown: an id, a time or a paragraph",
            "{n} other fields of this entry are not shown, such as ids, times or paragraphs",
            excerpt.withheld,
        ),
    )


def gap() -> str:
    """Return what stands where paragraphs between two that are shown are withheld."""
    return _("[…] paragraphs withheld")


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


# --- what the checks show -------------------------------------------------------------------------------------------


def withheld_skills(count: int) -> str:
    """Say that there is more than what is shown, "" if there is not."""
    if not count:
        return ""
    return ngettext(
        "{n} more skill is in the log and not shown.", "{n} more skills are in the log and not shown.", count
    )


def what_the_checks_show(portfolio: Portfolio) -> tuple[str, ...]:
    """Say what a reader may rely on once the checks have passed."""
    name = one_line(portfolio.person.name)
    found = [
        _("Nothing of it was changed since the holder of the key that is named here signed it."),
        _("Each excerpt stands in {name}'s log word for word, and what is withheld of it cannot be swapped later."),
        _("The log holds {n} entries. One signed line commits to all of them and shows none of the others."),
    ]
    if _endorsed(portfolio):
        found.append(
            _(
                "Each endorsement is attached unchanged, under a key other than {name}'s own. Its signature is not "
                "checked by the page; that needs another tool."
            )
        )
    return tuple(words.format(name=name, n=number(portfolio.log_entries)) for words in found)


def what_they_do_not(portfolio: Portfolio) -> tuple[str, ...]:
    """Say what no check of this file can show."""
    name = one_line(portfolio.person.name)
    found = [
        _("How well {name} can do it: nobody has assessed that. A stage counts recorded activity by the rule beside "
          "it."),
        _("That a conversation took place as it is shown, or who typed it: a text could have been invented before it "
          "was logged."),
        _dates(portfolio),
        _("The counts: apart from the excerpts they are {name}'s word. Name some of the counted entries, and {name} "
          "can show them: what was logged then is fixed."),
        _("Who {name} is: anybody can make such a key. Compare it with a page that you know to be {name}'s."),
    ]  # fmt: skip
    if _endorsed(portfolio):
        found.append(_("Who the endorsers are: nobody vouches for their keys. Ask them at the contact that they gave."))
    return tuple(words.format(name=name) for words in found)


def _dates(portfolio: Portfolio) -> str:
    if portfolio.anchors:
        return _("When it happened: the time stamp bounds when the log stood like this, and says nothing of the days "
                 "before. The dates are those of {name}'s computer.")  # fmt: skip
    return _("When it happened: the dates are those of {name}'s computer, and no third party confirms them.")


def time_answer(portfolio: Portfolio) -> str:
    """Answer whether somebody else confirms when this existed."""
    told = [one for one in portfolio.anchors if one.at is not None]
    if not portfolio.anchors:
        return _("No third party confirms any date.")
    if not told:
        return _("A third party's time stamp is enclosed; it has to be checked with another tool.")
    first = min(told, key=lambda one: one.at or portfolio.made_at)
    at = first.at or portfolio.made_at
    words = _("According to {by} the log existed by {day}. This has to be checked with another tool.")
    return words.format(by=one_line(first.by) or _("a third party"), day=day(at.date()))


def time_hint(portfolio: Portfolio) -> str:
    """Say whose the dates are."""
    words = _("All dates are those of {name}'s computer or, of what was imported, of the file it came from.")
    return words.format(name=one_line(portfolio.person.name))


def what_stages_are(portfolio: Portfolio) -> str:
    """Say what the names of stages mean, and that none is a judgement."""
    words = _("A stage counts recorded activity by the rule that stands with each skill; it is no judgement.")
    terms = _(
        "An exchange is one question with its answer. Episodes: exchanges about a skill with no pause of over 30 "
        "minutes are one. Counted as learning: exchanges whose wording asks for an explanation, a comparison, practice "
        "or feedback, or looks for an error, as {name}'s program sorted them; not those that hand over a task."
    ).format(name=one_line(portfolio.person.name))
    return " ".join(filter(None, (terms, words, what_attested_is(portfolio))))


def what_attested_is(portfolio: Portfolio) -> str:
    """Say what "attested" means, "" where no skill is."""
    if not any(skill.stage is Stage.ATTESTED for skill in portfolio.skills):
        return ""
    return _("“Attested” means: somebody else's endorsement is attached; its signature is not checked here.")


def issuer_answer(name: str) -> str:
    """Answer who says all this."""
    return _("Self-issued: {name} signed it with a key of their own, which nobody vouches for.").format(name=name)


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


def _endorsed(portfolio: Portfolio) -> bool:
    return any(skill.endorsements for skill in portfolio.skills)
