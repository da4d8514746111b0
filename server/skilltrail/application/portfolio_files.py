"""Signs a portfolio with the identity key and writes it in a format."""

from __future__ import annotations

from skilltrail.application.identity import IdentityFacade
from skilltrail.domain.portfolio import Portfolio
from skilltrail.domain.timeline import ExportFile

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

    def did(self, *, make: bool = False) -> str:
        """Return the did:key of the identity key, "" before there is one; with ``make`` it is made then."""
        held = self._identity.standing() if make else self._identity.look()
        return "" if held is None else held.did

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

        signed = self._identity.sign(portfolio, write_content(portfolio), passphrase)
        return render_portfolio(
            format,
            signed,
            sign_page=self._identity.page_signer(signed, passphrase),
            sign_files=self._identity.bundle_signer(signed, passphrase),
        )
