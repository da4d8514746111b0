"""`skilltrail doctor`: looks at everything that can be wrong on the learner's machine and says what to do."""

from __future__ import annotations

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import running_server
from skilltrail.config import Settings

_SIGNS = {"ok": "✓", "warning": "!", "fault": "✗"}


@command("doctor", help="Check the installation and the data, and say what to do.")
def doctor_command(settings: Settings, answer: Answer) -> None:
    """Exit status 1 when something is at fault; warnings alone are no fault."""
    from skilltrail.application.doctor import examine

    server = running_server(settings)
    findings = examine(settings, port=server.port if server else None)
    for finding in findings:
        answer.say(f"{_SIGNS[finding.state]} {finding.subject}: {finding.words}")
        if finding.remedy:
            answer.say(f"    → {finding.remedy}")
    faults = [finding for finding in findings if finding.state == "fault"]
    answer.result({"ok": not faults, "findings": findings})
    if faults:
        raise click.exceptions.Exit(1)
