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


@command("verify", help="Check a portfolio, a credential or entries of a log that somebody sent you.")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--root", "roots", type=_CERTIFICATE, multiple=True, help="Certificate of a time authority you trust.")
def verify_command(settings: Settings, answer: Answer, path: Path, roots: tuple[Path, ...]) -> None:  # noqa: ARG001 - every command has them
    """PATH is a file (page, archive, credential, baked picture) or a folder; status 1 if anything speaks against it."""
    from skilltrail.services.verifying import verify

    found = verify(dict(_files(path)), roots=[_read(root) for root in roots])
    passed = _is_sound(found)
    told = plain({"lines": found.lines, "integrity": found.integrity, "time": found.time, "issuer": found.issuer})
    answer.result({"ok": passed, **told})
    _say(answer, found)
    if not passed:
        click.get_current_context().exit(1)


def _is_sound(found: Verification) -> bool:
    """Tell whether something was checked and nothing failed; who it is from, nobody but the reader can tell."""
    from skilltrail.domain.verification import Outcome

    return found.integrity.outcome is Outcome.PASSED and found.time.outcome is not Outcome.FAILED


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
    from skilltrail.services.verifying_files import FILES_MOST

    if not path.is_dir():
        yield path.name, _read(path)
        return
    count = 0
    for folder, _folders, names in os.walk(path):
        for name in sorted(names):
            count += 1
            if count > FILES_MOST:
                raise EvidenceInvalid(_("There is more here than a portfolio can have."))
            file = Path(folder) / name
            if stat.S_ISREG(file.lstat().st_mode):
                yield file.relative_to(path).as_posix(), _read(file)


def _read(file: Path) -> bytes:
    from skilltrail.errors import EvidenceInvalid
    from skilltrail.services.verifying_files import BYTES_MOST

    with file.open("rb") as opened:
        data = opened.read(BYTES_MOST + 1)
    if len(data) > BYTES_MOST:
        raise EvidenceInvalid(_("There is more here than a portfolio can have."))
    return data
