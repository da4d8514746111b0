"""The visible part of a portfolio's page: who, what the checks say, skills one by one, and how to check it oneself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from skilltrail.domain.portfolio import Portfolio, PortfolioSkill
from skilltrail.exporters import portfolio_chart as charts
from skilltrail.exporters import portfolio_words as say
from skilltrail.exporters.portfolio_markup import Element, tag
from skilltrail.exporters.portfolio_page_words import how_to_check
from skilltrail.exporters.portfolio_view import (
    DeliverableView,
    EndorsementView,
    ExcerptView,
    PortfolioView,
    SkillView,
    contact_link,
)
from skilltrail.i18n import _

_PHONE = 12
"""Months drawn where the screen is narrow."""


def body(portfolio: Portfolio, view: PortfolioView) -> list[Element]:
    """Return what stands in the page's body before data and code."""
    months = charts.axis(portfolio.skills, portfolio.made_at.date())
    pairs = list(zip(portfolio.skills, view.skills, strict=True))
    firsts = [0, *accumulate(len(said.excerpts) for said in view.skills)]
    skills = [_skill(skill, said, months, place, firsts[place]) for place, (skill, said) in enumerate(pairs)]
    how = _how(view, stamped=_stamped(portfolio))
    main = tag("main", _overview(view, pairs, months), *skills, _to_do(view), _reach(view), how)
    return [_opening(view), _result(view), main, _footer(view), _printed(view)]


# --- the opening ----------------------------------------------------------------------------------------------------


def _opening(view: PortfolioView) -> Element:
    kicker = [tag("span", _("Learning portfolio")), tag("span", view.made_on)]
    return tag(
        "header",
        tag("p", *kicker, class_="kicker"),
        tag("h1", _name(view.name)),
        tag("p", _name(view.headline), class_="headline") if view.headline else None,
        tag("p", _name(view.title), class_="title") if view.title else None,
        *(tag("p", _name(words), class_="intro") for words in view.introduction),
        tag("p", _name(view.prepared), class_="prepared") if view.prepared else None,
        tag("dl", *(_figure(number, words) for number, words in view.facts), class_="figures"),
        tag("p", tag("strong", view.statement), " ", _name(view.what), class_="honest"),
    )


def _figure(number: str, words: str) -> Element:
    return tag("div", tag("dt", words), tag("dd", number))


def _result(view: PortfolioView) -> Element:
    """Return the three answers; until the script has run they say that nothing was checked."""
    unchanged = tag(
        "div",
        tag("h3", _("Is it unchanged?")),
        tag("p", _("Not checked yet"), class_="answer", id="verdict"),
        tag("p", _("This page checks itself in a browser that runs its script. Without it, excerpts stay hidden."),
            id="verdict-hint"),
        tag("p", _("Checked on screen only: nothing is checked on paper."), class_="answer on-paper"),
        tag("p", tag("span", _("This page judges itself; a forged page could show the same tick.") + " ",
                     class_="same-tick"),
            _("To be sure:"), " ", tag("a", _("check it without this page"), href="#how"), "."),
        class_="card unchanged",
    )  # fmt: skip
    when = tag(
        "div",
        tag("h3", _("When was it?")),
        tag("p", view.time, class_="answer"),
        tag("p", _name(view.time_hint)),
        class_="card",
    )
    who = tag(
        "div",
        tag("h3", _("Who says so?")),
        tag("p", _name(view.issuer), class_="answer"),
        tag("p", _("The public half of that key, to compare:"), class_="soft"),
        tag("p", tag("code", view.key), class_="key"),
        class_="card",
    )
    more = tag(
        "details", tag("summary", _("What was checked")), tag("ul", id="lines"), class_="lines", hidden="", id="more"
    )
    return tag(
        "section",
        tag("h2", _("What the checks say"), id="result-head"),
        tag("div", unchanged, when, who, class_="cards"),
        more,
        class_="result",
        id="result",
        aria_labelledby="result-head",
    )


# --- skills ---------------------------------------------------------------------------------------------------------


def _overview(view: PortfolioView, pairs: Sequence[tuple[PortfolioSkill, SkillView]], months: Sequence[str]) -> Element:
    rows = [_row(skill, said, months, place) for place, (skill, said) in enumerate(pairs)]
    rest = tag("p", f"{view.stages} {view.withheld}".strip(), class_="soft")
    return tag(
        "section",
        tag("h2", _("Skills at a glance"), id="overview"),
        tag("ul", *rows, class_="overview"),
        rest,
        aria_labelledby="overview",
    )


def _row(skill: PortfolioSkill, said: SkillView, months: Sequence[str], place: int) -> Element:
    return tag(
        "li",
        tag("a", _name(said.name), href=f"#skill-{place + 1}"),
        charts.strip(skill, months, colour=place),
        tag(
            "span",
            said.stage_name,
            tag("span", said.stage_caveat, class_="caveat") if said.stage_caveat else None,
            class_="stage",
        ),
        tag("span", said.last, class_="soft"),
    )


def _skill(skill: PortfolioSkill, said: SkillView, months: Sequence[str], place: int, first: int) -> Element:
    anchor = f"skill-{place + 1}"
    return tag(
        "article",
        tag("p", _name(said.area), class_="area") if said.area else None,
        tag("h2", _name(said.name), id=anchor),
        tag("p", tag("strong", said.stage, class_="stage"), " ", tag("span", _name(said.rule), class_="rule"),
            class_="stands"),
        tag("p", said.fresh, class_="fresh"),
        _quote(said.note, None, "note") if said.note else None,
        _figures(skill, said, months, place),
        _excerpts(said.excerpts, first),
        _reflections(said),
        _deliverables(said.deliverables),
        _endorsements(said.endorsements),
        _small_print(said),
        class_=f"skill s{place % 12}",
        aria_labelledby=anchor,
    )  # fmt: skip


def _figures(skill: PortfolioSkill, said: SkillView, months: Sequence[str], place: int) -> Element:
    learnt, other = charts.legend()
    key = tag("p", tag("span", learnt, class_="key-learnt"), tag("span", other, class_="key-other"), class_="legend")
    wide = charts.chart(skill, months, charts.WIDE, label=said.story, colour=place)
    narrow = charts.chart(skill, months[-_PHONE:], charts.NARROW, label=said.story, colour=place)
    cut = say.last_months(_PHONE) if len(months) > _PHONE else ""
    figure = tag(
        "figure",
        tag("div", wide, class_="wide"),
        tag("div", narrow, tag("p", cut, class_="soft") if cut else None, class_="narrow"),
        key,
        _marks(skill),
        tag("figcaption", said.story),
    )
    counts = tag("dl", *(_figure(number, words) for number, words in said.counts), class_="counts")
    return tag("div", figure, counts, class_="activity")


def _marks(skill: PortfolioSkill) -> Element | None:
    rows = [tag("li", sign, tag("span", f"{name}: {meaning}")) for sign, name, meaning in charts.marks(skill)]
    return tag("ul", *rows, class_="legend marks") if rows else None


def _excerpts(excerpts: Sequence[ExcerptView], first: int) -> Element | None:
    return _part(_("Excerpts from the log"), [_excerpt(one, place) for place, one in enumerate(excerpts, start=first)])


def _excerpt(one: ExcerptView, place: int) -> Element:
    """Return the place of an excerpt, counted through the page; its words come from the content, after its checks."""
    return tag(
        "article",
        tag("h4", one.title),
        tag("p", _("Shown once its checks have passed."), class_="pending"),
        tag("ul", *(tag("li", _name(fact)) for fact in one.facts), class_="entry"),
        class_="excerpt",
        data_place=str(place),
    )


def _reflections(said: SkillView) -> Element | None:
    return _part(_("What I learned, in my own words"), [_quote(text, day, "note") for text, day in said.reflections])


def _deliverables(deliverables: Sequence[DeliverableView]) -> Element | None:
    items = [tag("li", *_deliverable(one)) for one in deliverables]
    return _part(_("What came of it"), [tag("ul", *items, class_="works")] if items else [])


def _deliverable(one: DeliverableView) -> list[Element]:
    facts = [tag("div", tag("dt", name), tag("dd", tag("code", value))) for name, value in one.facts]
    named = tag("p", tag("strong", _name(one.title)), " ", tag("span", f"{one.kind}, {one.day}", class_="soft"))
    address = [tag("p", _link(one.address), class_="address")] if one.address else []
    return [named, *address, *([tag("dl", *facts, class_="facts")] if facts else [])]


def _endorsements(endorsements: Sequence[EndorsementView]) -> Element | None:
    return _part(_("What others say"), [_endorsement(one) for one in endorsements])


def _endorsement(one: EndorsementView) -> Element:
    by = tag("p", tag("strong", _name(one.by)), ", ", tag("span", one.day))
    contact = tag("p", _contact(one.contact), class_="address") if one.contact else None
    caution = tag("p", _name(one.caution), class_="soft")
    return tag(
        "figure",
        tag("blockquote", *_lines(one.comment)),
        *([tag("p", _name(one.ticked_by)), _list(one.ticked)] if one.ticked else []),
        tag("figcaption", by, contact, caution, tag("p", tag("code", one.key), class_="key")),
        class_="endorsement",
    )


def _small_print(said: SkillView) -> Element:
    rows = []
    if said.terms:
        rows.append(tag("p", *_around(_("Frequent words: {terms}"), terms=", ".join(said.terms))))
    for words, address in said.alignments:
        place = tag("span", address, class_="address") if address else None
        rows.append(tag("p", _name(words), " ", place))
    if said.counted:
        rows.append(tag("p", _("Counted entries of the log, for a spot check: {numbers}").format(numbers=said.counted)))
    rows.append(tag("p", class_="save", data_skill=said.id))
    return tag("div", *rows, class_="small")


# --- what it shows, how to check ------------------------------------------------------------------------------------


def _to_do(view: PortfolioView) -> Element:
    head = tag("h2", _("What you can do now"), id="to-do")
    return tag("section", head, _list(view.to_do), aria_labelledby="to-do", class_="to-do")


def _reach(view: PortfolioView) -> Element:
    shows = tag("div", tag("h3", _("What checks can show")), tag("p", view.if_passed), _list(view.shows), class_="card")
    does_not = tag("div", tag("h3", _("What they cannot show")), _list(view.shows_not), class_="card")
    head = tag("h2", _("What this shows, and what it does not"), id="reach")
    return tag("section", head, tag("div", shows, does_not, class_="cards two"), aria_labelledby="reach")


def _how(view: PortfolioView, *, stamped: bool) -> Element:
    steps = [
        tag("li", tag("p", _name(words)), tag("p", tag("code", command), class_="command") if command else None)
        for words, command in how_to_check(view, stamped=stamped)
    ]
    if view.profiles:
        told = tag("p", _("{name} names these places where the key is published too:").format(name=view.name))
        places = tag("ul", *(tag("li", _link(one)) for one in view.profiles), class_="profiles")
        steps[0] = tag("li", *steps[0].children, told, places)
    head = tag("h2", _("Check it without trusting this page"), id="how")
    return tag("section", head, tag("ol", *steps, class_="steps"), aria_labelledby="how", class_="how")


def _footer(view: PortfolioView) -> Element:
    notices = [tag("p", words) for words in view.notices]
    return tag("footer", *notices, tag("p", view.made_with, " ", view.statement))


def _printed(view: PortfolioView) -> Element:
    """Return what stands on paper alone: how the print leads back to the file that can be checked."""
    figures = ", ".join(f"{number} {words}" for number, words in view.facts)
    where = _("A print cannot be checked. Ask {name} for the file.").format(name=view.name)
    made = _("Made on {day}: {figures}. Key: {key}").format(day=view.made_on, figures=figures, key=view.key)
    return tag(
        "p", _name(where), " ", *([", ".join(view.profiles), ". "] if view.profiles else []), made, class_="printed"
    )


# --- small things ---------------------------------------------------------------------------------------------------


def _part(head: str, children: Sequence[Element]) -> Element | None:
    return tag("section", tag("h3", head), *children, class_="part") if children else None


def _quote(text: str, day: str | None, kind: str) -> Element:
    return tag("blockquote", *_lines(text), tag("footer", day) if day else None, class_=kind)


def _lines(text: str) -> list[Element]:
    return [tag("p", part, dir="auto") for part in text.split("\n\n") if part.strip()]


def _name(text: str) -> Element:
    """Return words of the learner or of others, so that their direction does not turn ours."""
    return tag("bdi", text)


def _around(pattern: str, **named: str) -> list[Element | str]:
    (key, value), *_rest = named.items()
    before, _hole, after = pattern.partition(f"{{{key}}}")
    return [before, _name(value), after]


def _link(address: str) -> Element:
    safe = address.startswith(("https://", "http://")) and not any(sign in address for sign in '<>"\\ ')
    if not safe:
        return _name(address)
    return tag("a", _name(address), href=address, rel="noopener noreferrer nofollow")


def _contact(contact: str) -> Element:
    """Return where to ask back as a link: a web address, an e-mail address, or a bare name of a host."""
    if contact.startswith(("https://", "http://")):
        return _link(contact)
    if target := contact_link(contact):
        return tag("a", _name(contact), href=target, rel="noopener noreferrer nofollow")
    return _name(contact)


def _list(items: Sequence[str]) -> Element:
    return tag("ul", *(tag("li", _name(item)) for item in items))


def _stamped(portfolio: Portfolio) -> bool:
    return any(one.kind == "rfc3161" for one in portfolio.anchors)
