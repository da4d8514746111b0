"""What the page's script says, in the language of the portfolio; and how a page is checked without it."""

from __future__ import annotations

import json

from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters.portfolio_view import PortfolioView
from skilltrail.exporters.portfolio_words import gap, part_label
from skilltrail.exporters.wording import ngettext, number, one_line
from skilltrail.formats import listed
from skilltrail.i18n import _


def script_words(portfolio: Portfolio) -> str:
    """Return the words of the script as JSON that can stand in a script element."""
    name = one_line(portfolio.person.name)
    words = {
        "labels": json.dumps(_labels(portfolio), ensure_ascii=True, sort_keys=True),
        "gap": gap(),
        "passed": _("Unchanged since it was signed"),
        "failed": _("CHECKS FAILED: something here was altered"),
        "failedHint": _("Do not rely on this file. Ask for it again, from the sender."),
        "open": _("Not checked here"),
        "openHint": _(
            "This browser cannot check signatures of this kind (Ed25519). Hashes fit, but whether they were signed is "
            "open. Use a newer browser, or the ways named below."
        ),
        "noCrypto": _(
            "This browser or viewer offers no means to check anything. Save the file and open it in a current "
            "browser, or use the ways named below."
        ),
        "done": _done(portfolio),
        "shownUnchecked": _("Read the excerpts unchecked"),
        "unchecked": _("unchecked"),
        "checked": _("in {name}'s own log, as shown").format(name=name),
        "altered": _("Not shown: this excerpt was altered."),
        "notShown": _("Not shown, because checks of this file failed."),
        "waiting": _("Not shown, because it cannot be checked here."),
        "save": _("Save the credential (for Open Badges checkers)"),
        **_failures(),
        "manifest": _("Signature of the sender's key over the list of everything here"),
        "content": _("The content is what was signed"),
        "page": _("What this page shows is what was signed: words, figures, charts and style"),
        "pageHint": _("A browser extension that changes pages causes this as well; try a private window."),
        "credential": _("Credential of “{name}” is the one that was signed"),
        "checkpoint": _("The log's own signature over its {n} entries"),
        "rotationsOpen": _(
            "Statements by which earlier keys of the sender named this one: attached, unchanged; their signatures are "
            "not checked by this page"
        ),
        "entry": _("Entry {n}: in the log, and shown as it was logged"),
        "endorsementOpen": _("Endorsement by {name}: attached, unchanged; its signature is not checked by this page"),
        "endorsementOther": _(
            "Endorsement by {name}: attached, unchanged; what was signed does NOT call the skill by the name shown here"
        ),
        "credentialOpen": _("Open Badges proof within each credential: needs another tool"),
        "stateFail": _("failed"),
        "statePass": _("passed"),
        "stateOpen": _("not checked here"),
    }
    text = json.dumps(words, ensure_ascii=True, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _done(portfolio: Portfolio) -> str:
    """Say how many checks passed, {n}, and in the same breath which no browser makes."""
    endorsements = sum(len(skill.endorsements) for skill in portfolio.skills)
    left = [ngettext("the signature of {n} endorsement", "the signatures of {n} endorsements", endorsements)]
    left = [*left[: bool(endorsements)], *([_("the Open Badges proofs")] if portfolio.skills else [])]
    if not left:
        return _("{n} checks passed in this browser; nothing was sent.")
    words = _("{n} checks passed in this browser, {open} not checked here ({what}). Nothing was sent.")
    count = endorsements + bool(portfolio.skills)
    return words.replace("{open}", number(count)).replace("{what}", listed(left))


def _failures() -> dict[str, str]:
    """Return what is said of each check that failed: as a failure, never as what should have been."""
    return {
        "manifestFail": _("The list of everything here was NOT signed with the sender's key as it stands"),
        "contentFail": _("The content is NOT what was signed"),
        "pageFail": _("What this page shows is NOT what was signed: words, figures, charts or style were altered"),
        "credentialFail": _("Credential of “{name}” is NOT the one that was signed"),
        "checkpointFail": _("The log's own signature does NOT fit its {n} entries"),
        "rotationsFail": _("Statements by which earlier keys of the sender named this one: NOT those that were signed"),
        "entryFail": _("Entry {n} is NOT in the log as it is shown here"),
        "endorsementFail": _("Endorsement by {name}: altered, made with the sender's own key, or not about this"),
        "figuresFail": _("What is said of “{name}” CONTRADICTS itself: figures, months or stage"),
    }


def _labels(portfolio: Portfolio) -> dict[str, str]:
    """Return what stands over the parts of excerpts, by kind; over answers by provider."""
    excerpts = [excerpt for skill in portfolio.skills for excerpt in skill.excerpts]
    answers = {f"reply:{one.provider}": part_label("reply.1", one.provider) for one in excerpts}
    kinds = {part.name.partition(".")[0] for one in excerpts for part in one.parts}
    return answers | {kind: part_label(f"{kind}.1", "") for kind in kinds}


def how_to_check(view: PortfolioView, *, stamped: bool, paper: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the steps of an independent check: words, and the command where there is one; ``paper`` is no page."""
    if paper:
        return _how_from_paper(view)
    steps = [
        (_("Compare this key with one that {name} has published where you know it to be theirs:"), view.key),
        (_("A forged page can show what it likes. Skilltrail's command compares every byte of the file with what was "
           "signed; it works offline and needs no account. Skilltrail is free software (Apache-2.0): take it from a "
           "source that you trust, not from whoever sent you this file."),
         "skilltrail verify portfolio.html"),
        (_("You need not trust Skilltrail either: ask {name} for the evidence bundle. Its VERIFY.md holds a short "
           "script to read and run, and the commands of OpenSSL, a program that others make."), ""),
        (_("Give a saved credential to any checker for Open Badges 3.0, such as vc.1ed.tech. It will say that the "
           "signature fits and that the issuer is unknown; that is right, for this is self-issued."), ""),
    ]  # fmt: skip
    if stamped:
        command = "openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile tsa-root.pem"
        steps.append((_("Check the time stamp in the evidence bundle with the root certificate of who gave it:"),
                      command))  # fmt: skip
    steps.append(
        (_("Ask for a spot check: name some of the counted entries of a skill, and {name} can show them."), "")
    )
    return tuple((words.format(name=view.name), command) for words, command in steps)


def _how_from_paper(view: PortfolioView) -> tuple[tuple[str, str], ...]:
    steps = [
        (_("Compare this key with one that {name} has published where you know it to be theirs:"), view.key),
        (_("Ask {name} for the page of this portfolio. It checks itself in a browser, and Skilltrail's command, free "
           "software that works offline, compares every byte of it with what was signed:"),
         "skilltrail verify portfolio.html"),
        (_("You need not trust Skilltrail either: ask {name} for the evidence bundle. Its VERIFY.md holds a short "
           "script to read and run, and the commands of OpenSSL, a program that others make."), ""),
        (_("Ask for a spot check: name some of the counted entries of a skill, and {name} can show them."), ""),
    ]  # fmt: skip
    return tuple((words.format(name=view.name), command) for words, command in steps)
