"""Entries of a log without a portfolio around them, as ``skilltrail evidence-log proof`` and spot checks write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skilltrail.domain.checkpoint import check_checkpoint, read_proof
from skilltrail.domain.signed_note import NoteKey, read_key
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _
from skilltrail.platform.signing import is_signed
from skilltrail.services.log_verifying import check_one_head, check_shown, whole_sets
from skilltrail.services.verifying_answers import Found
from skilltrail.services.verifying_files import Kind

_PARTS = (Kind.LEAF, Kind.PROOF, Kind.DISCLOSURES)


def check_entries(files: Mapping[str, bytes], kinds: Mapping[str, Kind], found: Found) -> None:
    """Check every entry and checkpoint with the log's key that lies nearest: beside it, or in a folder above.

    Folders of several logs may lie side by side, each with its own ``log-key.txt``; what belongs to one log is checked
    together, wherever it lies, for two pasts of one log speak against it.
    """
    wanted = sorted(name for name, kind in kinds.items() if kind in (*_PARTS, Kind.CHECKPOINT))
    keys = {name: files[name] for name, kind in kinds.items() if kind is Kind.LOG_KEY}
    groups: dict[bytes, list[str]] = {}
    for name in wanted:
        nearest = _nearest(name, keys)
        if nearest is None:
            found.open(name, _("Without the log’s public key (log-key.txt) it cannot be checked."))
        else:
            groups.setdefault(keys[nearest].removesuffix(b"\n"), []).append(name)
    for name, key in keys.items():
        mine = groups.pop(key.removesuffix(b"\n"), [])
        if mine:
            _check_log(name, mine, files, kinds, found)


def _nearest(name: str, keys: Mapping[str, bytes]) -> str | None:
    """Return the key beside a file, else that of the next folder above which has one, else the only one there is."""
    folder = name.rpartition("/")[0]
    while True:
        there = [key for key in keys if key.rpartition("/")[0] == folder]
        if there:
            return there[0]
        if not folder:
            return next(iter(keys)) if len(set(keys.values())) == 1 else None
        folder = folder.rpartition("/")[0]


def _check_log(
    about: str, names: Sequence[str], files: Mapping[str, bytes], kinds: Mapping[str, Kind], found: Found
) -> None:
    """Check what belongs to one log; ``about`` is the file of its key."""
    try:
        key = read_key(files[about].decode("ascii").removesuffix("\n"))
        _check_sets({name: files[name] for name in names if kinds[name] in _PARTS}, key, found)
        for name in (one for one in names if kinds[one] is Kind.CHECKPOINT):
            head = check_checkpoint(files[name], key, is_signed)
            words = _("The checkpoint over {n} log entries was signed with the log’s key.")
            found.passed(name, words.format(n=head.size))
            found.checkpoints.setdefault(files[name], name)
        found.log_keys.append(key.text())
    except (EvidenceInvalid, UnicodeDecodeError) as error:
        words = str(error) if isinstance(error, EvidenceInvalid) else _("This is not a key of a log: NAME+ID+KEY.")
        found.failed(about, words)


def _check_sets(parts: Mapping[str, bytes], key: NoteKey, found: Found) -> None:
    sets = whole_sets(parts)
    check_one_head(proof for _leaf, proof, _shown in sets.values())
    for name, (leaf, proof, shown) in sets.items():
        entry = check_shown(leaf, proof, shown, key)
        words = _("Log entry {n} of {size} fits its proof; fields shown: {shown}, withheld: {withheld}.")
        counts = {"shown": len(entry.fields), "withheld": entry.withheld}
        found.passed(name, words.format(n=entry.entry, size=entry.size, **counts))
        found.checkpoints.setdefault(read_proof(proof).checkpoint, name)
