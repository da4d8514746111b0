"""What the identity key signs of a portfolio: a credential for each skill, and the manifest over all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from skilltrail.domain.manifest import claims_of, with_claims, write_manifest
from skilltrail.domain.open_badge import credential_of, handover
from skilltrail.domain.portfolio import Portfolio, SignedPortfolio
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _, speaking
from skilltrail.platform.data_integrity import secured
from skilltrail.platform.identity_keys import IdentitySigner

PageSigner = Callable[[Mapping[str, str]], bytes]
"""Takes the claim ``page`` and returns the page's own manifest."""


def sign_portfolio(
    portfolio: Portfolio, content: bytes, key: IdentitySigner, rotations: Sequence[bytes] = ()
) -> SignedPortfolio:
    """Sign a portfolio, whose ``content`` is its JSON as it will be sent; ``rotations`` led to this key.

    Raises
    ------
    EvidenceInvalid
        If the portfolio names another key than this one.
    """
    _check_is_named(portfolio, key)
    with speaking(portfolio.language):
        credentials = {
            skill.id: secured(credential_of(portfolio, skill), key, portfolio.made_at) for skill in portfolio.skills
        }
    manifest = write_manifest(claims_of(portfolio, content, credentials, rotations), key.sign)
    return SignedPortfolio(portfolio, content, credentials, manifest, tuple(rotations))


def _check_is_named(portfolio: Portfolio, key: IdentitySigner) -> None:
    """Refuse to sign for another key: what says whose it is would fit no signature."""
    if portfolio.person.did != key.did:
        raise EvidenceInvalid(_("The portfolio names another identity key than the one that signs; make it anew."))


def page_signer(signed: SignedPortfolio, key: IdentitySigner) -> PageSigner:
    """Return what signs the page's manifest: the claims of the portfolio's, and ``page``."""
    _check_is_named(signed.portfolio, key)
    return lambda page: write_manifest(with_claims(signed.manifest, page=dict(page)), key.sign)


def bundle_signer(signed: SignedPortfolio, key: IdentitySigner) -> PageSigner:
    """Return what signs a bundle's manifest: the claims of the portfolio's, and ``files`` (name → hash)."""
    _check_is_named(signed.portfolio, key)
    return lambda files: write_manifest(with_claims(signed.manifest, files=dict(files)), key.sign)


def sign_handover(old: IdentitySigner, new: IdentitySigner, moment: datetime) -> bytes:
    """Return the statement of a key that another follows it."""
    return secured(handover(old.did, new.did, moment), old, moment)
