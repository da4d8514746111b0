"""Small steps that tests of forgetting take."""

from __future__ import annotations

from datetime import timedelta

from exchanges import items
from skilltrail.application import Application
from skilltrail.domain.exchange import CapturedExchange
from skilltrail.domain.forget import ForgetWish

NOW = timedelta()


def forget(application: Application, **wish: object) -> None:
    """Forget at once."""
    application.forgetting.ask(ForgetWish(**wish), wait=NOW)  # type: ignore[arg-type]
    application.forgetting.run_due()


def codes(application: Application, exchanges: list[CapturedExchange], **named: object) -> list[str | None]:
    """Capture and return what became of each: its outcome, or the code of its refusal."""
    report = application.exchanges.capture(items(exchanges), **named)  # type: ignore[arg-type]
    return [result.code or result.outcome.value for result in report.results]
