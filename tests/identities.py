"""Identity keys for tests: always the same, so that what they sign is too."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portfolios import sample
from skilltrail.domain.portfolio import SignedPortfolio
from skilltrail.exporters.portfolio_json import write_content
from skilltrail.platform.identity_keys import IdentitySigner
from skilltrail.services.portfolio_signing import sign_portfolio


def identity(first: int = 0) -> IdentitySigner:
    """Return the key with the seed ``first``, ``first`` + 1 …; with 0 that of ``portfolios.sample``."""
    return IdentitySigner(Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32))))


@cache
def really_signed() -> SignedPortfolio:
    """Return the sample portfolio, signed as the product signs it."""
    return sign_portfolio(sample(), write_content(sample()), identity())
