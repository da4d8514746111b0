"""Signs a portfolio with the identity key and writes it in a format."""

from __future__ import annotations

from skilltrail.application.identity import IdentityFacade
from skilltrail.domain.portfolio import Portfolio
from skilltrail.domain.timeline import ExportFile
from skilltrail.exporters.portfolio_json import write_content

FORMATS = ("json",)
"""What a portfolio can be written as."""


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
        content = write_content(portfolio)
        self._identity.sign(portfolio, content, passphrase)
        day = portfolio.made_at.astimezone().date().isoformat()
        return ExportFile(name=f"portfolio-{day}.{format}", media_type="application/json", data=content)
