"""What a portfolio tells its reader: what carries no proof, when a check shows something, what can be done now."""

from __future__ import annotations

from collections.abc import Iterator

from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters.wording import number, one_line
from skilltrail.formats import listed
from skilltrail.i18n import _


def prepared_for(portfolio: Portfolio) -> str:
    """Say for whom it was put together, "" for nobody in particular; never to be read as work done for them."""
    to = one_line(portfolio.recipient)
    return _("Prepared for: {recipient}").format(recipient=to) if to else ""


def no_proof() -> str:
    """Say of a PDF or a text that nothing was checked in it."""
    return _(
        "This document carries no proof, and nothing in it was checked. {name} can send the page and the evidence "
        "bundle, which can be checked."
    )


def if_they_pass() -> str:
    """Say that the list under it holds only once checks were made."""
    return _("If the checks of the page or of the evidence bundle pass, they show:")


def what_you_can_do(portfolio: Portfolio) -> tuple[str, ...]:
    """Return what a reader can do now, shortest way first; only what there is something for."""
    name = one_line(portfolio.person.name)
    found = list(_of_deliverables(portfolio))
    if contacts := dict.fromkeys(
        f"{one_line(one.issuer_name)} ({_short(one_line(one.contact))})"
        for skill in portfolio.skills
        for one in skill.endorsements
        if one.contact
    ):
        found.append(_("Ask who endorsed, at the contact: {who}.").format(who=", ".join(contacts)))
    entries = next((skill.entries for skill in portfolio.skills if skill.entries), ())
    if entries:
        words = _(
            "Ask {name} for entries by number, such as entry {entry}: the log fixes what was logged, so what {name} "
            "then shows can be checked."
        )
        found.append(words.format(name=name, entry=number(sorted(entries)[len(entries) // 2])))
    found.append(_("Compare the key with one that {name} published elsewhere.").format(name=name))
    return tuple(found)


def _of_deliverables(portfolio: Portfolio) -> Iterator[str]:
    """Yield what can be done with deliverables: some can be opened, of others only a hash is here."""
    name = one_line(portfolio.person.name)
    works = [one for skill in portfolio.skills for one in skill.deliverables]
    if opened := [one_line(one.title) for one in works if one.address]:
        yield _("Open what has an address ({titles}), and judge the work itself.").format(titles=listed(opened))
    if files := [one_line(one.title) for one in works if not one.address and one.sha256]:
        words = _("Ask {name} for {titles}, and compare the SHA-256 of what you get with the one that stands here.")
        yield words.format(name=name, titles=listed(files))
    if commits := [one_line(one.title) for one in works if not one.address and one.commit]:
        words = _("Ask {name} to show you {titles}: the commit that stands here names one state of the work.")
        yield words.format(name=name, titles=listed(commits))


def _short(contact: str) -> str:
    """Return a contact to be read; the link stands with the endorsement."""
    return contact.removeprefix("https://").removesuffix("/")
