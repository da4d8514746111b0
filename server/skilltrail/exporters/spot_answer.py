"""The answer to a spot check as one archive: what is shown of each entry, its proof, and a text that explains it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime

from skilltrail.domain.evidence_log import EntryState, Shown
from skilltrail.domain.log_leaf import write_disclosures
from skilltrail.domain.spot_check import AskedEntry, SpotAnswer
from skilltrail.domain.timeline import ExportFile
from skilltrail.exporters.portfolio_zip import zipped
from skilltrail.exporters.wording import day_words, one_line
from skilltrail.i18n import _

README = "README.txt"
SUPERSEDES = "supersedes"
"""The field of an entry that names the one of before, which it took the place of."""

_WIDTH = 100


def spot_answer(
    found: Sequence[AskedEntry],
    answer: SpotAnswer,
    shown: Mapping[int, Shown],
    *,
    checkpoint: bytes,
    key: str,
    extension: bytes | None,
    made_at: datetime,
) -> ExportFile:
    """Return the archive.

    Parameters
    ----------
    shown
        What is shown, by the number of the entry that answers.
    extension
        The proof that the checkpoint extends one that the asker has, if they gave it.
    """
    files: dict[str, bytes] = {README: _readme(found, answer, extension=extension is not None, made_at=made_at)}
    for number, one in sorted(shown.items()):
        stem = f"{number:06d}"
        files[f"{stem}.leaf"] = one.leaf or b""
        files[f"{stem}.tlog-proof"] = one.proof
        files[f"{stem}.disclosures.json"] = write_disclosures(one.disclosures)
    files["checkpoint.txt"] = checkpoint
    files["log-key.txt"] = f"{key}\n".encode()
    if extension is not None:
        files["checkpoint.extension"] = extension
    name = f"skilltrail-spot-check-{made_at:%Y-%m-%d}.zip"
    return ExportFile(name=name, media_type="application/zip", data=zipped(files))


def _readme(found: Sequence[AskedEntry], answer: SpotAnswer, *, extension: bool, made_at: datetime) -> bytes:
    return readme_text([_line(one, answer) for one in found], extension=extension, day=day_words(made_at)).encode()


def readme_heading(day: str) -> str:
    """Return its first paragraph; ``day`` in words."""
    return textwrap.fill(_("Answer to a spot check, made on {day}").format(day=day), _WIDTH)


def readme_text(lines: Sequence[str], *, extension: bool, day: str) -> str:
    """Return the whole text around the lines of its entries, in the language that is spoken now."""
    parts = [
        readme_heading(day),
        _("Somebody asked to see these entries of an evidence log. What is shown of them, and why something is not:"),
        "\n".join(lines),
        _(
            "Each entry has three files: .leaf (what the log holds of it), .tlog-proof (that it is in the log) and "
            ".disclosures.json (the fields that are shown). To check them, without network:"
        ),
        "    skilltrail verify .",
        _("Or with any program for C2SP tlog-proof files and SD-JWT disclosures, SHA-256 and Ed25519."),
        _("Compare log-key.txt with the log key in the portfolio that you have."),
        _("checkpoint.extension shows that the log goes on from the checkpoint you have.") if extension else "",
        _(
            "What it shows: these fields stood in the log under these numbers, unchanged. What it does not show: when "
            "something happened, that a chat took place, who typed, or that something was learned."
        ),
    ]
    # Lines of entries and commands stay as they are; what is prose is broken for old viewers.
    wrapped = [part if part.startswith(("- ", "    ")) else textwrap.fill(part, _WIDTH) for part in parts if part]
    return "\n\n".join(wrapped) + "\n"


def shown_line(entry: int, fields: int, newer: int | None = None, *, proved: bool = False) -> str:
    """Return the line of an entry of which so many fields are shown.

    ``newer`` is the entry that answers in its place, None if it does itself; ``proved``: a field that is shown of that
    one names this entry, else that it took the place is only said.
    """
    if newer is None:
        return _("- Entry {n}: {fields} fields shown.").format(n=entry, fields=fields)
    if proved:
        words = _("- Entry {n}: {fields} fields shown, as entry {newer}, which took its place (its field supersedes).")
    else:
        words = _("- Entry {n}: {fields} fields shown, as entry {newer}; the learner says that it took its place.")
    return words.format(n=entry, newer=newer, fields=fields)


def withheld_line(entry: int, reason: str, *, superseded: bool) -> str:
    """Return the line of an entry of which nothing is shown."""
    if superseded:
        words = _("- Entry {n}: changed or forgotten since; only its hash is left. The learner says: {reason}")
    else:
        words = _("- Entry {n}: withheld. The learner says: {reason}")
    return words.format(n=entry, reason=reason)


def _line(one: AskedEntry, answer: SpotAnswer) -> str:
    if one.entry not in answer.shown:
        reason = one_line(answer.withheld.get(one.entry, ""))
        return withheld_line(one.entry, reason, superseded=one.state is EntryState.SUPERSEDED)
    names = answer.shown[one.entry]
    newer = None if one.answered_by == one.entry else one.answered_by
    proved = SUPERSEDES in names and any(part == (SUPERSEDES, str(one.entry)) for part in _texts(one))
    return shown_line(one.entry, len(names), newer, proved=proved)


def _texts(one: AskedEntry) -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in one.parts]
