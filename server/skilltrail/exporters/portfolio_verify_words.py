"""VERIFY.md of an evidence bundle: what is in it, and how to check it with tools that are not ours.

Its commands are run by the tests, on a bundle as it is made and on altered ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib import resources

from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters import portfolio_reach_words as say
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
    yield from _all_at_once(portfolio)
    yield from _by_hand(portfolio)
    yield from _signatures()
    yield from _credentials()
    yield from _endorsements(files)
    yield from _spot_checks()
    yield from _stamps(files)
    yield from _reach(portfolio)
    yield from ["## " + _("What is in here"), "", *(f"- `{one}`" for one in files), "- `VERIFY.md`", "- `manifest.jws`"]


def _key(portfolio: Portfolio) -> Iterator[str]:
    words = _("Compare this key with one that {name} has published where you know it to be theirs:")
    yield from ["## " + _("Whose key it is"), "", words.format(name=literal(portfolio.person.name)), ""]
    yield from [f"    {one_line(portfolio.person.did)}", ""]
    yield from [*(f"- {addressed(one_line(one))}" for one in portfolio.person.profiles), ""]


def _all_at_once(portfolio: Portfolio) -> Iterator[str]:
    words = _(
        "Skilltrail is free software (Apache-2.0); this was made with version {version}. Take it from a source that "
        "you trust, not from whoever sent you this. With Python 3.11, 3.12 or 3.13, in the folder of its source:"
    )
    yield from ["## " + _("All at once"), "", words.format(version=literal(portfolio.product_version)), ""]
    yield from _command(
        "python3 -m venv .venv",
        ".venv/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu -c constraints.txt .",
    )
    yield from [_("Then, in this folder, with the path to that program in front; it works offline:"), ""]
    yield from _command("skilltrail verify .")


def _by_hand(portfolio: Portfolio) -> Iterator[str]:
    """Yield the steps that need nothing of ours: a script that can be read, then OpenSSL."""
    yield from ["## " + _("Without Skilltrail"), ""]
    yield from [_("Work in a copy of this folder: what the steps write does not belong to it."), ""]
    yield _(
        "`manifest.jws` is a signed list: it names the SHA-256 of every file here. `checkpoint-….txt` is one signed "
        "line for the whole log, and each `.tlog-proof` leads from an entry's hash to that line. This script compares "
        "all of it, and the words in `portfolio.json` with what the log holds. It needs Python alone. Read it, and "
        "save it as `check.py`, or let the command below it do so:"
    )
    yield from ["", "```python", *_script().rstrip("\n").split("\n"), "```", ""]
    yield from _command(
        "sed -n '/^```python$/,/^```$/p' VERIFY.md | sed '1d;$d' > check.py",
        f"python3 check.py {one_line(portfolio.person.did)}",
    )
    yield from [_("It ends with “fit the manifest”, or it says what is not as signed."), ""]


def _signatures() -> Iterator[str]:
    yield from ["## " + _("The two signatures"), ""]
    yield _(
        "The script has written keys, texts and signatures into `for-openssl`: the key that you gave it, and the log's "
        "key, which the manifest names. OpenSSL 3 checks them (Ed25519):"
    )
    yield ""
    yield from _command(
        *(
            f"openssl pkeyutl -verify -pubin -inkey for-openssl/{key}.pem -rawin -in for-openssl/{what}.txt "
            f"-sigfile for-openssl/{what}.sig"
            for key, what in (("identity", "manifest"), ("log", "checkpoint"))
        )
    )
    yield _(
        "Programs that know these formats do as well: the manifest is a JWS (RFC 7515) with EdDSA, the checkpoint a "
        "C2SP signed note, the proofs are C2SP tlog-proof files, and the disclosures have the form of RFC 9901."
    )
    yield ""


def _credentials() -> Iterator[str]:
    yield from ["## " + _("The credentials"), ""]
    yield _(
        "Each file in `credentials` is an Open Badges 3.0 credential with a Data Integrity proof (eddsa-rdfc-2022). "
        "Checkers for it are the one of 1EdTech (vc.1ed.tech), VerifierPlus and the libraries of Digital Bazaar. They "
        "will say that the signature fits and that the issuer is unknown; that is right, for this is self-issued."
    )
    yield ""


def _endorsements(files: Collection[str]) -> Iterator[str]:
    given = [one for one in files if one.startswith("endorsements/")]
    if not given:
        return
    yield from ["## " + _("The endorsements"), ""]
    yield _(
        "Each is a credential of its own, signed by whoever endorsed. The script above has made sure that the key is "
        "not the sender's, and has written it into `for-openssl`. The library openbadgeslib checks the signature:"
    )
    yield from ["", *_command("python3 -m pip install openbadgeslib", *map(_endorsement, given))]
    yield _("It prints “fits”, or ends with an error. Whose key it is only the endorser can say: ask at the contact.")
    yield ""


def _endorsement(file: str) -> str:
    key = file.replace("endorsements/", "for-openssl/").replace(".json", ".pem")
    return (
        'python3 -c "import json, sys; from openbadgeslib.ob3.ldp import verify_data_integrity_proof as check; '
        f"check(json.load(open(sys.argv[1], encoding='utf-8')), open(sys.argv[2], 'rb').read()); print('fits')\" "
        f"{file} {key}"
    )


def _spot_checks() -> Iterator[str]:
    yield from ["## " + _("An answer to a spot check"), ""]
    yield _(
        "You may ask for entries by the numbers that stand with each skill as counted. The answer is an archive of its "
        "own, `skilltrail-spot-check-….zip`: for each entry a `.leaf`, a `.tlog-proof` and a `.disclosures.json` as in "
        "`evidence` here, and a `README.txt`. Its `log-key.txt` must be the one of this folder."
    )
    yield ""


def _reach(portfolio: Portfolio) -> Iterator[str]:
    shows, shows_not = say.what_the_checks_show(portfolio), say.what_they_do_not(portfolio)
    yield from ["## " + _("What checks can show"), "", if_they_pass(), "", *(f"- {literal(one)}" for one in shows), ""]
    yield from ["## " + _("What they cannot show"), "", *(f"- {literal(one)}" for one in shows_not), ""]


def _stamps(files: Collection[str]) -> Iterator[str]:
    stamps = [one for one in files if one.endswith(".tsr")]
    if not stamps:
        return
    yield from ["## " + _("The time stamp"), ""]
    yield from [_("Get the root certificate of who gave it from themselves, and:"), ""]
    for one in stamps:
        yield from _command(f"openssl ts -verify -data {one.removesuffix('.tsr')}.txt -in {one} -CAfile tsa-root.pem")


def _script() -> str:
    """Return the script that recomputes hashes and proofs; what is in it stands in no other format of ours."""
    return (resources.files("skilltrail.exporters") / "templates" / "check_bundle.txt").read_text(encoding="utf-8")


def _command(*lines: str) -> list[str]:
    return ["```sh", *lines, "```", ""]
