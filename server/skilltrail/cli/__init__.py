"""The `skilltrail` command.

A contract that scripts may build on: exit status 0 done, 1 refused or failed (with the reason), 2 wrong usage,
3 where a check left something open (`verify`);
`--json` gives one machine-readable object; `--home` or SKILLTRAIL_HOME names the data folder. While a server runs
on that folder, commands work through it; otherwise they open the data themselves.
"""

from __future__ import annotations

import click

from skilltrail import __version__
from skilltrail.cli.anchoring import COMMANDS as ANCHORS
from skilltrail.cli.anchoring import anchor_command
from skilltrail.cli.checking import check_command, review_command
from skilltrail.cli.checkup import doctor_command
from skilltrail.cli.claims import claims_command
from skilltrail.cli.clients import COMMANDS as CLIENTS
from skilltrail.cli.clients import clients_command
from skilltrail.cli.correcting import COMMANDS as CORRECTIONS
from skilltrail.cli.endorsing import COMMANDS as ENDORSEMENTS
from skilltrail.cli.endorsing import endorsements_command
from skilltrail.cli.entering import COMMANDS as ENTRIES
from skilltrail.cli.evidence_log import COMMANDS as LOG
from skilltrail.cli.evidence_log import evidence_log_command
from skilltrail.cli.forgetting import forget_command
from skilltrail.cli.history import exchanges_command, export_command, process_command, topics_command
from skilltrail.cli.identity import COMMANDS as IDENTITY
from skilltrail.cli.identity import identity_command
from skilltrail.cli.importing import import_command
from skilltrail.cli.keeping import backup_command, restore_command
from skilltrail.cli.learning import learning_command
from skilltrail.cli.portfolios import COMMANDS as PORTFOLIO
from skilltrail.cli.portfolios import portfolio_command
from skilltrail.cli.searching import search_command
from skilltrail.cli.serving import autostart_command, extension_command, open_command, pair_command, serve_command
from skilltrail.cli.spot_checking import answer_command
from skilltrail.cli.verifying import verify_command

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="skilltrail")
def main() -> None:
    """Skilltrail: see, check and show what you learn through AI chats, on your own computer."""


for _command in (
    serve_command,
    open_command,
    pair_command,
    extension_command,
    autostart_command,
    import_command,
    process_command,
    topics_command,
    search_command,
    claims_command,
    learning_command,
    check_command,
    review_command,
    clients_command,
    *ENTRIES,
    endorsements_command,
    evidence_log_command,
    portfolio_command,
    identity_command,
    verify_command,
    exchanges_command,
    export_command,
    forget_command,
    backup_command,
    restore_command,
    doctor_command,
):
    main.add_command(_command)

if isinstance(clients_command, click.Group):
    for _command in CLIENTS:
        clients_command.add_command(_command)

if isinstance(endorsements_command, click.Group):
    for _command in ENDORSEMENTS:
        endorsements_command.add_command(_command)

if isinstance(anchor_command, click.Group):
    for _command in ANCHORS:
        anchor_command.add_command(_command)

if isinstance(evidence_log_command, click.Group):
    for _command in (*LOG, anchor_command, answer_command):
        evidence_log_command.add_command(_command)

if isinstance(identity_command, click.Group):
    for _command in IDENTITY:
        identity_command.add_command(_command)

if isinstance(portfolio_command, click.Group):
    for _command in PORTFOLIO:
        portfolio_command.add_command(_command)

if isinstance(topics_command, click.Group):
    for _command in CORRECTIONS:
        topics_command.add_command(_command)
