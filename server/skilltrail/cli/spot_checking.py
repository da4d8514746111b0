"""`skilltrail evidence-log answer`: somebody named entries of your log; you look, decide, and get one file to send."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.domain.spot_check import REASON
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application

Told = dict[str, Any]

_ENTRY = click.IntRange(min=0)
_FILE_MOST = 8_000


@command("answer", help="Answer a spot check: somebody named entries, you disclose them or say why not.")
@click.argument("entries", nargs=-1, type=_ENTRY, required=True)
@click.option("--leave-out", "left", multiple=True, metavar="N:FIELD", help="Withhold a field, such as 12:reply.3.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="N:FIELD",
    help="Show it though the leak scan stops there; 12:reason for a reason.",
)
@click.option("--withhold", "withheld", multiple=True, metavar="N=REASON", help="Withhold an entry, and say why.")
@click.option("--with-client", "clients", type=click.IntRange(min=1), multiple=True, help="Let a client's be shown.")
@click.option(
    "--older",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="The checkpoint that the asker has: the answer shows that the log goes on from it.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the answer there.")
def answer_command(
    settings: Settings,
    answer: Answer,
    entries: tuple[int, ...],
    left: tuple[str, ...],
    allowed: tuple[str, ...],
    withheld: tuple[str, ...],
    clients: tuple[int, ...],
    older: Path | None,
    out: Path | None,
) -> None:  # fmt: skip
    """Without --out it only shows what would be disclosed, paragraph by paragraph."""
    found = _look(settings, {"entries": list(entries), "clients": list(clients)})
    reasons = dict(_pair(one, "=") for one in withheld)
    left_out, let_through = {_pair(one, ":") for one in left}, {_pair(one, ":") for one in allowed}
    chosen = [_chosen(one, reasons, left_out, let_through) for one in found["entries"]]
    for one, decided in zip(found["entries"], chosen, strict=True):
        _say(answer, one, decided)
    if out is None:
        answer.result({"ok": True, "entries": found["entries"], "chosen": chosen})
        return answer.say(_("Nothing was written. With --out FILE the answer is."))
    body = {"chosen": chosen, "clients": list(clients), "older": "" if older is None else _read(older)}
    out.write_bytes(_written(settings, body))
    answer.result({"ok": True, "file": out, "chosen": chosen})
    return answer.say(_("Written: {file}. The asker checks it with “skilltrail verify {file}”.").format(file=out))


def _chosen(one: Told, reasons: dict[int, str], left: set[tuple[int, str]], allowed: set[tuple[int, str]]) -> Told:
    number = one["entry"]
    let = [part["name"] for part in one["parts"] if (number, part["name"]) in allowed]
    names = [
        part["name"]
        for part in one["parts"]
        if (part["proposed"] or part["name"] in let) and (number, part["name"]) not in left
    ]
    let += [REASON] if (number, REASON) in allowed else []
    reason = reasons.get(number, "")
    return {"entry": number, "names": [] if reason else names, "allowed": let, "reason": reason}


def _say(answer: Answer, one: Told, decided: Told) -> None:
    head = {
        "open": _("Entry {entry}:"),
        "superseded": _("Entry {entry}: changed or forgotten since; only its hash is left. Say so with --withhold."),
        "private": _("Entry {entry}: a client’s, or left out of exports. Use --with-client ID, or --withhold."),
        "start": _("Entry {entry}: the log begins; there is nothing to show. Say so with --withhold."),
    }[one["state"]]
    answer.say(head.format(entry=one["entry"]))
    for part in one["parts"]:
        mark = "+" if part["name"] in decided["names"] else "-"
        stops = f"  [{', '.join(part['kinds'])}]" if part["kinds"] else ""
        answer.say(f"  {mark} {part['name']}{stops}: {one_line(part['text'])[:300]}")


def _pair(text: str, between: str) -> tuple[int, str]:
    number, found, rest = text.partition(between)
    if not found or not rest.strip() or not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise click.UsageError(_("Written as NUMBER{between}TEXT: {text}").format(between=between, text=text))
    return int(number), rest.strip()


def _read(file: Path) -> str:
    from skilltrail.errors import EvidenceInvalid

    with file.open("rb") as opened:
        data = opened.read(_FILE_MOST)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EvidenceInvalid(_("This is not a signed note.")) from None


def _look(settings: Settings, body: Told) -> Told:
    if (server := running_server(settings)) is not None:
        return dict(server.call("POST", "/api/v1/evidence-log/asked", body))
    from skilltrail.cli.unlocking import open_home

    with open_home(settings) as application:
        return _look_here(application, body)


def _written(settings: Settings, body: Told) -> bytes:
    if (server := running_server(settings)) is not None:
        return server.fetch("POST", "/api/v1/evidence-log/answer", body)
    from skilltrail.cli.unlocking import open_home
    from skilltrail.web.api_spot_checks import SpotAnswerIn, answer_file

    with open_home(settings) as application:
        return answer_file(application.spot_checks, SpotAnswerIn(**body)).data


def _look_here(app: Application, body: Told) -> Told:
    from skilltrail.web.api_spot_checks import AskedIn, asked_answer

    return asdict(asked_answer(app.spot_checks, AskedIn(**body)))
