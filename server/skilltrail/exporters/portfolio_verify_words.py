"""VERIFY.md of an evidence bundle: what is in it, and how to check it with tools that are not ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters import portfolio_words as say
from skilltrail.exporters.disclosure import self_recorded
from skilltrail.exporters.portfolio_markdown import addressed
from skilltrail.exporters.portfolio_reader_words import if_they_pass
from skilltrail.exporters.timeline_markdown import literal
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _


def verify_text(portfolio: Portfolio, files: Collection[str]) -> str:
    """Return the text, in the language that is spoken."""
    return "\n".join(_lines(portfolio, files)) + "\n"


def _lines(portfolio: Portfolio, files: Collection[str]) -> Iterator[str]:
    answers = f"{say.time_answer(portfolio)} {say.issuer_answer(one_line(portfolio.person.name))}"
    yield from ["# " + _("How to check this"), "", self_recorded(), "", literal(answers), ""]
    yield from _key(portfolio)
    yield from ["## " + _("All at once"), "", *_command("skilltrail verify .")]
    yield from _log(portfolio, files)
    yield from _credentials()
    yield from _stamps(files)
    shows, shows_not = say.what_the_checks_show(portfolio), say.what_they_do_not(portfolio)
    yield from [
        "## " + _("What checks can show"),
        "",
        if_they_pass(),
        "",
        *(f"- {literal(one)}" for one in shows),
        "",
    ]
    yield from ["## " + _("What they cannot show"), "", *(f"- {literal(one)}" for one in shows_not), ""]
    yield from ["## " + _("What is in here"), "", *(f"- `{one}`" for one in files), "- `VERIFY.md`", "- `manifest.jws`"]


def _key(portfolio: Portfolio) -> Iterator[str]:
    words = _("Compare this key with one that {name} has published where you know it to be theirs:")
    yield from ["## " + _("Whose key it is"), "", words.format(name=literal(portfolio.person.name)), ""]
    yield from [f"    {one_line(portfolio.person.did)}", ""]
    yield from [*(f"- {addressed(one_line(one))}" for one in portfolio.person.profiles), ""]


def _log(portfolio: Portfolio, files: Collection[str]) -> Iterator[str]:
    yield from ["## " + _("The log"), ""]
    yield _(
        "The checkpoint is a C2SP signed note, each entry has a C2SP proof (`.tlog-proof`), and what is shown of it "
        "are disclosures as in RFC 9901. Any tool for these formats can check them; the log's key is:"
    )
    yield from ["", f"    {one_line(portfolio.log_key)}", ""]
    first = next((one for one in files if one.endswith(".leaf")), None)
    if first is not None:
        yield from [_("Without any such tool, the hash of a leaf, at which its proof begins, is:"), ""]
        yield from _command(f"(printf '\\000'; cat {first}) | openssl dgst -sha256 -binary | base64")
    yield from [_("The manifest is a JWS (RFC 7515) with EdDSA; any JOSE library checks it with the key above."), ""]


def _credentials() -> Iterator[str]:
    yield from ["## " + _("The credentials"), ""]
    yield _(
        "Each file in `credentials` is an Open Badges 3.0 credential with a Data Integrity proof (eddsa-rdfc-2022). "
        "Checkers for it are the one of 1EdTech (vc.1ed.tech), VerifierPlus and the libraries of Digital Bazaar. They "
        "will say that the signature fits and that the issuer is unknown; that is right, for this is self-issued."
    )
    yield ""


def _stamps(files: Collection[str]) -> Iterator[str]:
    stamps = [one for one in files if one.endswith(".tsr")]
    if not stamps:
        return
    yield from ["## " + _("The time stamp"), ""]
    yield from [_("Get the root certificate of who gave it from themselves, and:"), ""]
    for one in stamps:
        yield from _command(f"openssl ts -verify -data {one.removesuffix('.tsr')}.txt -in {one} -CAfile tsa-root.pem")


def _command(line: str) -> list[str]:
    return ["```sh", line, "```", ""]
