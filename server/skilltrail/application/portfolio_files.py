"""Signs a portfolio with the identity key and writes it in a format."""

from __future__ import annotations

from itertools import takewhile

from skilltrail.application.identity import IdentityFacade
from skilltrail.domain.portfolio import Portfolio
from skilltrail.domain.timeline import ExportFile
from skilltrail.domain.verification import Outcome
from skilltrail.errors import EvidenceInvalid, PortfolioBlocked
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock

FORMATS = (
    "html",
    "pdf",
    "bundle",
    "badge-json",
    "badge-png",
    "json",
    "markdown",
    "svg",
    "json-resume",
    "europass",
    "xapi",
    "csv",
)
"""What a portfolio can be written as; said again here, for the renderers are loaded only where a file is made."""


class PortfolioFiles:
    """What ``PortfoliosFacade`` needs of the identity and of the formats."""

    def __init__(self, identity: IdentityFacade) -> None:
        self._identity = identity

    def keys(self, *, make: bool = False) -> tuple[str, ...]:
        """Return the did:key of the identity key and of those that handed over to it, the newest first.

        Empty before there is one; with ``make`` it is made then.
        """
        held = self._identity.standing() if make else self._identity.look()
        if held is None:
            return ()
        return (held.did, *(one.did for one in takewhile(lambda key: key.handed_over, reversed(held.earlier))))

    def file(self, portfolio: Portfolio, format: str, passphrase: str | None) -> ExportFile:  # noqa: A002 - the facade's word
        """Sign a portfolio and write it in a format.

        Raises
        ------
        SecretRefused
            If the key has a passphrase and this is not it.
        UnsupportedFormat
            If there is no such format.
        """
        from skilltrail.exporters.portfolio_files import render_portfolio
        from skilltrail.exporters.portfolio_json import write_content

        key = self._identity.opened(passphrase)
        signed = key.sign(portfolio, write_content(portfolio))
        return render_portfolio(
            format,
            signed,
            sign_page=key.page_signer(signed),
            sign_files=key.bundle_signer(signed),
        )


_CHECKABLE = ("html", "bundle", "badge-json", "badge-png")
"""Formats that carry what they are checked with."""


def check_made(file: ExportFile, format_name: str, clock: Clock) -> None:
    """Check a file as whoever gets it would, before it is handed over.

    Raises
    ------
    PortfolioBlocked
        If it fails.
    """
    if format_name not in _CHECKABLE:
        return
    from skilltrail.services.verifying import verify

    try:
        sound = verify({file.name: file.data}, clock=clock).integrity.outcome is not Outcome.FAILED
    except EvidenceInvalid:
        sound = False
    if not sound:
        raise PortfolioBlocked(
            _("Nothing was written: the finished file does not pass the check that its readers make.")
        )
