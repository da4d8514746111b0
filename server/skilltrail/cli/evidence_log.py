"""`skilltrail evidence-log …`: how the log stands, signing it, showing entries, and checking what somebody shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import Answer, command, plain
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application
    from skilltrail.domain.signed_note import NoteKey

Told = dict[str, Any]

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_OUT = click.Path(path_type=Path, dir_okay=False)
_ENTRY = click.IntRange(min=0)
_FILE_MOST = 16 * 1024 * 1024


@command(
    "evidence-log",
    cls=click.Group,
    invoke_without_command=True,
    help="Show how the evidence log stands; sign it, show entries of it, check what somebody shows.",
)
def evidence_log_command(settings: Settings, answer: Answer) -> None:
    """A command behind it does something with it."""
    if click.get_current_context().invoked_subcommand is None:
        found = _asked(settings, "GET", "/evidence-log", None, _standing_here)
        _say_standing(answer, found)


@command("head", help="Sign a checkpoint over everything that is stored.")
@click.option("--out", type=_OUT, metavar="FILE", help="Write it there, and the public key beside it.")
def head_command(settings: Settings, answer: Answer, out: Path | None) -> None:
    """Give it to somebody who shall be able to check later that nothing was changed."""
    found = _asked(settings, "POST", "/evidence-log/checkpoint", {}, _signed_here)
    if out is None:
        answer.say(found["checkpoint"])
    else:
        _write_head(out, out.with_name("log-key.txt"), found)
    _say_standing(answer, found)


@command("proof", help="Show entries: their bytes, proofs, and the fields that you name.")
@click.argument("entries", nargs=-1, type=_ENTRY)
@click.option("--exchange", "exchanges", type=click.IntRange(min=1), multiple=True, help="The entry of an exchange.")
@click.option("--show", "fields", multiple=True, metavar="FIELD", help="Disclose a field, such as prompt.1.")
@click.option("--show-all", is_flag=True, help="Disclose all fields.")
@click.option("--with-client", "clients", type=click.IntRange(min=1), multiple=True, help="Let a client's be shown.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Write files there.")
def proof_command(
    settings: Settings,
    answer: Answer,
    entries: tuple[int, ...],
    exchanges: tuple[int, ...],
    fields: tuple[str, ...],
    show_all: bool,
    clients: tuple[int, ...],
    out: Path | None,
) -> None:
    """ENTRIES are numbers, as somebody named them for a spot check. Without --show, fields are listed by name."""
    of = [_asked(settings, "GET", f"/exchanges/{one}/log-entry", None, _entry_of_here(one)) for one in exchanges]
    numbers = [*entries, *(one["entry"] for one in of)]
    if not numbers:
        raise click.UsageError(_("Name entries by their numbers, or with --exchange."))
    body: Told = {"entries": numbers, "names": list(fields), "everything": show_all, "clients": list(clients)}
    found = _asked(settings, "POST", "/evidence-log/show", body, _show_here(body))
    for one in found["entries"]:
        path = f"/evidence-log/entries/{one['entry']}"
        _say_entry(answer, one, _asked(settings, "GET", path, None, _entry_here(one["entry"]))["fields"])
    if out is not None:
        _write(out, found)
    answer.result({"ok": True, **found})


@command("extends", help="Show that the log of now extends a checkpoint that was given away before.")
@click.argument("checkpoint", type=_FILE)
@click.option("--out", type=_OUT, metavar="FILE", help="Write the proof there.")
def extends_command(settings: Settings, answer: Answer, checkpoint: Path, out: Path | None) -> None:
    """CHECKPOINT is the file of then."""
    from skilltrail.errors import EvidenceInvalid

    try:
        body = {"checkpoint": _read(checkpoint).decode()}
    except UnicodeDecodeError:
        raise EvidenceInvalid(_("This is not a signed note.")) from None
    found = _asked(settings, "POST", "/evidence-log/extension", body, _extend_here(body))
    if out is None:
        answer.say(found["extension"])
    else:
        out.write_text(found["extension"], encoding="utf-8", newline="\n")
    answer.result({"ok": True, **found})


@command("verify", help="Check what somebody shows of an evidence log, without their data and without the network.")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--key", "key_text", metavar="KEY", help="The log's public key, as its owner published it.")
@click.option("--older", type=_FILE, metavar="FILE", help="A checkpoint that PATH, an extension file, must extend.")
def verify_command(settings: Settings, answer: Answer, path: Path, key_text: str | None, older: Path | None) -> None:  # noqa: ARG001 - every command has them
    """PATH is a folder with entries, a checkpoint, or (with --older) an extension file."""
    from skilltrail.services import log_verifying

    folder = path if path.is_dir() else path.parent
    key = _key(key_text, folder)
    told: Told = {"ok": True, "key": key.text(), "key_given": key_text is not None, "entries": []}
    if path.is_dir():
        sets = _sets(path)
        log_verifying.check_one_head([files[1] for files in sets.values()])
        told["entries"] = [_checked(answer, name, files, key) for name, files in sets.items()]
    else:
        head = log_verifying.check_head(_read(path), key, None if older is None else _read(older))
        told |= {"size": head.size}
        answer.say(_("Checkpoint over {n} entries.").format(n=head.size))
    answer.result(told)
    answer.say(_("Integrity: everything fits together; nothing was altered after it was signed."))
    answer.say(_("Time: no third party confirms any date."))
    whose = _("Issuer: self-issued. The key is {key}; compare it with what its owner published.")
    answer.say(whose.format(key=one_line(key.text())))
    if key_text is None:
        answer.say(_("(The key was taken from the folder itself; name the published one with --key.)"))


COMMANDS = (head_command, proof_command, extends_command, verify_command)


def _say_standing(answer: Answer, found: Told) -> None:
    answer.result({"ok": True, **found})
    answer.say(_("Log {log}: {size} entries, {waiting} waiting, {signed} signed.").format(**found))
    answer.say(_("Public key: {key}").format(**found))
    if found["follows"]:
        words = _(
            "It began because the history or its key is not the one of {origin}, last signed with {size} entries."
        )
        answer.say(words.format(**found["follows"]))


def _say_entry(answer: Answer, one: Told, names: list[str]) -> None:
    if one["state"] == "superseded":
        words = _("Entry {entry}: its exchange was changed or forgotten; only the hash is left.")
        answer.say(words.format(**one))
        return
    if one["state"] == "private":
        words = _("Entry {entry}: a client’s, or left out of exports; nothing is shown of it (--with-client ID).")
        answer.say(words.format(**one))
        return
    words = _("Entry {entry}: {shown} fields shown, {withheld} withheld ({names}).")
    answer.say(words.format(shown=len(one["disclosures"]), names=", ".join(names), **one))


def _write_head(checkpoint: Path, key: Path, found: Told) -> None:
    checkpoint.write_text(found["checkpoint"], encoding="utf-8", newline="\n")
    key.write_text(found["key"] + "\n", encoding="utf-8", newline="\n")


def _write(out: Path, found: Told) -> None:
    from skilltrail.domain.log_leaf import write_disclosures
    from skilltrail.services.log_verifying import CHECKPOINT, KEY, LEAF, PROOF, SHOWN

    out.mkdir(parents=True, exist_ok=True)
    _write_head(out / CHECKPOINT, out / KEY, found)
    for one in found["entries"]:
        if one["leaf"] is None:
            continue
        stem = f"{one['entry']:06d}"
        (out / (stem + LEAF)).write_bytes(one["leaf"].encode())
        (out / (stem + PROOF)).write_bytes(one["proof"].encode())
        (out / (stem + SHOWN)).write_bytes(write_disclosures(one["disclosures"]))


def _sets(folder: Path) -> dict[str, tuple[bytes, bytes, bytes]]:
    from skilltrail.errors import EvidenceInvalid
    from skilltrail.services.log_verifying import LEAF, PROOF, SHOWN, whole_sets

    endings = (LEAF, PROOF, SHOWN)
    found = whole_sets({file.name: _read(file) for file in folder.iterdir() if file.name.endswith(endings)})
    if not found:
        raise EvidenceInvalid(_("There are no entries in this folder."))
    return found


def _checked(answer: Answer, name: str, files: tuple[bytes, bytes, bytes], key: NoteKey) -> Told:
    from skilltrail.errors import EvidenceInvalid
    from skilltrail.services.log_verifying import check_shown

    try:
        found = check_shown(*files, key)
    except EvidenceInvalid as error:
        raise EvidenceInvalid(f"{one_line(name)}: {error}") from error
    words = _("Entry {entry} of {size}, logged on {logged_on} ({origin}): {shown} fields shown, {withheld} withheld.")
    if found.origin is None:
        words = _("Entry {entry} of {size}, logged on {logged_on}: the log begins.")
    told = plain(asdict(found))
    answer.say(words.format(shown=len(found.fields), **told))
    for field, value in found.fields.items():
        answer.say(f"  {one_line(field)}: {one_line(value)}")
    return dict(told)


def _key(text: str | None, folder: Path) -> NoteKey:
    from skilltrail.domain.signed_note import read_key
    from skilltrail.errors import EvidenceInvalid
    from skilltrail.services.log_verifying import KEY

    if text is None and not (folder / KEY).is_file():
        raise click.UsageError(_("Name the public key of the log with --key."))
    try:
        return read_key(text if text is not None else _read(folder / KEY).decode().removesuffix("\n"))
    except UnicodeDecodeError:
        raise EvidenceInvalid(_("This is not a key of a log: NAME+ID+KEY.")) from None


def _read(file: Path) -> bytes:
    from skilltrail.errors import EvidenceInvalid

    with file.open("rb") as opened:
        data = opened.read(_FILE_MOST + 1)
    if len(data) > _FILE_MOST:
        raise EvidenceInvalid(_("The file {name} is too large for what it is said to be.").format(name=file.name))
    return data


# --- without a running server ---------------------------------------------------------------------------------------


def _standing_here(app: Application) -> Told:
    from skilltrail.web.api_log import log_answer

    return dict(plain(asdict(log_answer(app.evidence_log.standing()))))


def _signed_here(app: Application) -> Told:
    from skilltrail.web.api_log import signed_answer

    return dict(plain(asdict(signed_answer(app.evidence_log))))


def _entry_here(number: int) -> Callable[[Application], Told]:
    from skilltrail.web.api_log import entry_answer

    return lambda app: asdict(entry_answer(app.evidence_log, number))


def _entry_of_here(exchange: int) -> Callable[[Application], Told]:
    from skilltrail.web.api_log import entry_answer

    return lambda app: asdict(entry_answer(app.evidence_log, app.evidence_log.entry_of(exchange)))


def _show_here(body: Told) -> Callable[[Application], Told]:
    from skilltrail.web.api_log import ShowIn, shown_answer

    return lambda app: asdict(shown_answer(app.evidence_log, ShowIn(**body)))


def _extend_here(body: Told) -> Callable[[Application], Told]:
    return lambda app: {"extension": app.evidence_log.extension(body["checkpoint"].encode()).decode()}


def _asked(settings: Settings, method: str, path: str, body: Told | None, here: Callable[[Application], Told]) -> Told:
    """Ask the running server, else do it here."""
    if (server := running_server(settings)) is not None:
        return dict(server.call(method, f"/api/v1{path}", body))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        return here(application)
