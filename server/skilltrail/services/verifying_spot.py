"""What lies beside the entries of a spot check's answer: its text, and the proof that the log goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skilltrail.domain.checkpoint import check_checkpoint, check_extension, read_extension
from skilltrail.domain.signed_note import NoteKey
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.spot_answer import README
from skilltrail.exporters.spot_answer_reading import Shown, says_what_is_here
from skilltrail.i18n import _
from skilltrail.platform.signing import is_signed
from skilltrail.services.verifying_answers import Found
from skilltrail.services.verifying_files import Kind


def check_readmes(
    files: Mapping[str, bytes], kinds: Mapping[str, Kind], shown: Mapping[str, Shown], found: Found
) -> None:
    """Hold each text beside checked entries against them; ``shown`` are the entries by their folder."""
    for folder, entries in shown.items():
        name = f"{folder}/{README}" if folder else README
        if name not in files:
            continue
        extension = any(kind is Kind.EXTENSION and one.rpartition("/")[0] == folder for one, kind in kinds.items())
        found.told.add(name)
        if says_what_is_here(files[name], entries, extension=extension):
            words = _("It says of the entries what is here; its day, and reasons in it, are the learner’s own words.")
            found.passed(name, words)
        else:
            words = _("No signature covers this text, and it is not what Skilltrail writes of the entries here.")
            found.open(name, words)


def check_extension_file(name: str, data: bytes, key: NoteKey, checkpoints: Sequence[bytes], found: Found) -> None:
    """Check a proof that the log goes on: to a checkpoint that is here, from an older one, if that is here too.

    ``checkpoints`` are those of this log. Raises EvidenceInvalid.
    """
    extension = read_extension(data)
    head = check_checkpoint(extension.checkpoint, key, is_signed)
    if extension.checkpoint not in checkpoints or extension.old > head.size:
        raise EvidenceInvalid(_("The proof that the log goes on is of another checkpoint than what lies beside it."))
    older = [one for one in checkpoints if check_checkpoint(one, key, is_signed).size == extension.old]
    if not older:
        words = _(
            "It shows only together with the checkpoint over {n} entries that the log goes on from there: put that one "
            "beside it, as checkpoint-older.txt."
        )
        found.open(name, words.format(n=extension.old), plain=True)
    for one in older:
        check_extension(data, one, key, is_signed)
        found.passed(name, _("The log goes on from its checkpoint over {n} entries.").format(n=extension.old))
