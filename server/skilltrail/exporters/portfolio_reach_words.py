"""What the checks of a portfolio show and what they do not, whose the dates are, and what the stages stand for."""

from __future__ import annotations

from skilltrail.domain.portfolio import Portfolio
from skilltrail.domain.stages import Stage
from skilltrail.exporters.portfolio_words import day, origins, rule, stage_name
from skilltrail.exporters.wording import number, one_line
from skilltrail.i18n import _


def what_the_checks_show(portfolio: Portfolio) -> tuple[str, ...]:
    """Say what a reader may rely on once the checks have passed."""
    name = one_line(portfolio.person.name)
    found = [
        _("Nothing of it was changed since the holder of the key that is named here signed it."),
        _(
            "Each excerpt stands in {name}'s log word for word. What is kept back of its entry (ids, exact times, and "
            "paragraphs where the excerpt says so) cannot be swapped later."
        ),
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
        _("How well {name} can do it: nobody has assessed that. A stage says what is there by its rule, and no more."),
        _("That a conversation took place as it is shown, or who typed it: a text could have been invented before it "
          "was logged."),
        f"{_dates(portfolio)} {_stamped(portfolio)}".strip(),
        _("The counts, and how many paragraphs an excerpt leaves out: they are {name}'s word. Name some of the counted "
          "entries, and {name} can show them: what was logged then is fixed."),
        _("Who {name} is: anybody can make such a key. Compare it with a page that you know to be {name}'s."),
    ]  # fmt: skip
    if _endorsed(portfolio):
        found.append(_("Who the endorsers are: nobody vouches for their keys. Ask them at the contact that they gave."))
    return tuple(words.format(name=name) for words in found)


def _dates(portfolio: Portfolio) -> str:
    imported, whole = origins(portfolio)
    if whole and imported == whole:
        return _("When it happened: the dates are those of the export file, which {name} had in hand before it was "
                 "imported.")  # fmt: skip
    if imported:
        return _("When it happened: the dates are those of {name}'s computer, and of what was imported those of the "
                 "export file, which {name} had in hand before.")  # fmt: skip
    return _("When it happened: the dates are those of {name}'s computer.")


def _stamped(portfolio: Portfolio) -> str:
    if portfolio.anchors:
        return _("The time stamp bounds when the log stood like this, and says nothing of the days before.")
    return _("No third party confirms them.")


def time_hint(portfolio: Portfolio) -> str:
    """Say whose the dates are."""
    imported, whole = origins(portfolio)
    if whole and imported == whole:
        words = _("All dates of exchanges are those of the export file that {name} imported.")
    elif imported:
        words = _("All dates are those of {name}'s computer or, of what was imported, of the file it came from.")
    else:
        words = _("All dates are those of {name}'s computer.")
    return words.format(name=one_line(portfolio.person.name))


def what_stages_are(portfolio: Portfolio) -> str:
    """Say what the words beside figures mean, the rule of each stage that is used, and that none is a judgement."""
    terms = _(
        "An exchange is one question with its answer. Episodes: exchanges about a skill with no pause of over 30 "
        "minutes are one. Counted as learning: exchanges whose wording asks for an explanation, a comparison, practice "
        "or feedback, or looks for an error, as {name}'s program sorted them; not those that hand over a task."
    ).format(name=one_line(portfolio.person.name))
    return " ".join(filter(None, (terms, _rules(portfolio), _unchecked(portfolio))))


def _rules(portfolio: Portfolio) -> str:
    used: dict[Stage, str] = {}
    for skill in portfolio.skills:
        if skill.stage is not None:
            used.setdefault(skill.stage, f"“{stage_name(skill.stage)}”: {rule(skill)}")
    if not used:
        return ""
    named = [used[stage] for stage in Stage if stage in used]
    return " ".join([_("What the stages stand for; none is a judgement."), *named])


def _unchecked(portfolio: Portfolio) -> str:
    if all(one.check != "unchecked" for skill in portfolio.skills for one in skill.excerpts):
        return ""
    words = _("Where an excerpt does not say that {name} checked the answer, no check was noted.")
    return words.format(name=one_line(portfolio.person.name))


def what_endorsed_is(portfolio: Portfolio) -> str:
    """Say what "endorsed" means, "" where no skill is."""
    if not any(skill.stage is Stage.ATTESTED for skill in portfolio.skills):
        return ""
    return _("“Endorsed”: a statement in somebody else's name is attached; its signature is not checked here.")


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


def issuer_answer(name: str) -> str:
    """Answer who says all this."""
    return _("Self-issued: {name} signed it with a key of their own, which nobody vouches for.").format(name=name)


def _endorsed(portfolio: Portfolio) -> bool:
    return any(skill.endorsements for skill in portfolio.skills)
