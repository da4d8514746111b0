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
    parts = [
        _("Answer to a spot check, made on {day}").format(day=day_words(made_at)),
        _("Somebody asked to see these entries of an evidence log. What is shown of them, and why something is not:"),
        "\n".join(_line(one, answer) for one in found),
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
    return ("\n\n".join(wrapped) + "\n").encode()


def _line(one: AskedEntry, answer: SpotAnswer) -> str:
    if one.entry in answer.shown:
        fields = len(answer.shown[one.entry])
        if one.answered_by == one.entry:
            return _("- Entry {n}: {fields} fields shown.").format(n=one.entry, fields=fields)
        words = _("- Entry {n}: {fields} fields shown, as entry {newer}, which took its place (its field supersedes).")
        return words.format(n=one.entry, newer=one.answered_by, fields=fields)
    reason = one_line(answer.withheld.get(one.entry, ""))
    if one.state is EntryState.SUPERSEDED:
        words = _("- Entry {n}: changed or forgotten since; only its hash is left. The learner says: {reason}")
    else:
        words = _("- Entry {n}: withheld. The learner says: {reason}")
    return words.format(n=one.entry, reason=reason)
