"""`skilltrail verify FILE|FOLDER`: checks what somebody sends, without a data folder and without the network."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skilltrail.cli.options import Answer, command, plain
from skilltrail.config import Settings
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.domain.verification import Outcome, Verification

_CERTIFICATE = click.Path(path_type=Path, dir_okay=False, exists=True)


_HELP = """Check a portfolio, a credential or entries of a log that somebody sent you.

PATH is a file (page, archive, credential, baked picture) or a folder. There are three
answers, and the exit status says:

\b
  0  unchanged since it was signed with a key that you can compare
     (whose key it is, the file cannot tell; when it was, only with --root)
  1  altered, missing, or never signed as it says; or it could not be read
  2  wrong usage
  3  something stays open: nothing or not everything could be checked,
     no key can be compared, or with --root no authority confirms the time
"""


@command("verify", help=_HELP)
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--root", "roots", type=_CERTIFICATE, multiple=True, help="Certificate of a time authority you trust.")
def verify_command(settings: Settings, answer: Answer, path: Path, roots: tuple[Path, ...]) -> None:  # noqa: ARG001 - every command has them
    """Check, say what came of it, and leave with the status that ``_HELP`` names."""
    from skilltrail.services.verifying import verify

    found = verify(dict(_files(path)), roots=[_read(root) for root in roots])
    outcome = _outcome(found, timed=bool(roots))
    told = plain({"lines": found.lines, "integrity": found.integrity, "time": found.time, "issuer": found.issuer})
    answer.result({"ok": outcome.value == "passed", "outcome": outcome.value, **told})
    _say(answer, found)
    click.get_current_context().exit(_STATUS[outcome.value])


_STATUS = {"passed": 0, "failed": 1, "open": 3}


def _outcome(found: Verification, *, timed: bool) -> Outcome:
    """Return what the status says; who named an authority also asks when it was."""
    from skilltrail.domain.verification import Outcome

    if found.outcome is Outcome.PASSED and timed:
        return found.time.outcome
    return found.outcome


def _say(answer: Answer, found: Verification) -> None:
    from skilltrail.exporters.wording import one_line

    for line in found.lines:
        about = f"{one_line(line.about)}: " if line.about else ""
        answer.say(f"{_word(line.outcome)} {about}{one_line(line.text)}")
    answer.say("")
    answer.say(_("Integrity: {words}").format(words=one_line(found.integrity.text)))
    answer.say(_("Time: {words}").format(words=one_line(found.time.text)))
    answer.say(_("Issuer: {words}").format(words=one_line(found.issuer.text)))


def _word(outcome: Outcome) -> str:
    words = {"passed": _("passed"), "failed": _("FAILED"), "open": _("unconfirmed")}
    return words[outcome.value]


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of a file, or of all files of a folder; links are not followed."""
    from skilltrail.errors import EvidenceInvalid
    from skilltrail.services.verifying_files import BYTES_MOST, FILES_MOST

    if not path.is_dir():
        yield path.name, _read(path)
        return
    count, left = 0, BYTES_MOST
    for folder, _folders, names in os.walk(path):
        for name in sorted(names):
            count += 1
            if count > FILES_MOST:
                raise EvidenceInvalid(_("There is more here than a portfolio can have."))
            file = Path(folder) / name
            if stat.S_ISREG(file.lstat().st_mode):
                data = _read(file, left)
                left -= len(data)
                yield file.relative_to(path).as_posix(), data


def _read(file: Path, most: int | None = None) -> bytes:
    """Return a file of at most so many bytes; no more of it is read."""
    from skilltrail.errors import EvidenceInvalid
    from skilltrail.services.verifying_files import BYTES_MOST

    most = BYTES_MOST if most is None else most
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise EvidenceInvalid(_("There is more here than a portfolio can have."))
    return data
