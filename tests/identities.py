"""Identity keys for tests: always the same, so that what they sign is too; and a bundle of what they sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portfolios import ABOUT, CONTACT, sample
from skilltrail.domain.manifest import shown_entries
from skilltrail.domain.open_badge import CONTEXTS, ENDORSEMENT_SCHEMA
from skilltrail.domain.portfolio import Anchor, Portfolio, SignedPortfolio
from skilltrail.exporters.badge_png import badge_png
from skilltrail.exporters.portfolio_json import write_content
from skilltrail.exporters.portfolio_page import portfolio_page
from skilltrail.platform.data_integrity import secured
from skilltrail.platform.identity_keys import IdentitySigner
from skilltrail.services.portfolio_signing import page_signer, sign_handover, sign_portfolio


def identity(first: int = 0) -> IdentitySigner:
    """Return the key with the seed ``first``, ``first`` + 1 …; with 0 that of ``portfolios.sample``."""
    return IdentitySigner(Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32))))


@cache
def really_signed() -> SignedPortfolio:
    """Return the sample portfolio, signed as the product signs it; so is the endorsement in it."""
    return signed_again(endorsed(identity(32)))


def endorsed(key: IdentitySigner, *, subject: str | None = None, said: str = ABOUT) -> Portfolio:
    """Return the sample with an endorsement of its first skill that a key has really signed; ``said``: about what."""
    first, *others = sample().skills
    document = endorsement(key, subject or first.id, said=said)
    given = replace(first.endorsements[0], issuer_did=key.did, document=document, about=said)
    return replace(sample(), skills=(replace(first, endorsements=(given,)), *others))


def signed_again(
    portfolio: Portfolio, rotations: Sequence[bytes] = (), anchors: Sequence[Anchor] = ()
) -> SignedPortfolio:
    """Return a portfolio with its signatures."""
    made = replace(portfolio, anchors=tuple(anchors))
    return sign_portfolio(made, write_content(made), identity(), rotations)


def handed_over() -> SignedPortfolio:
    """Return the portfolio of somebody who had two keys before."""
    moment = sample().made_at
    first = sign_handover(identity(64), identity(96), moment)
    return signed_again(endorsed(identity(32)), [first, sign_handover(identity(96), identity(), moment)])


def endorsement(key: IdentitySigner, subject: str, *, said: str = ABOUT) -> bytes:
    """Return an endorsement of ``subject`` by a key, in the words of the sample's."""
    document = {
        "@context": list(CONTEXTS),
        "id": "urn:uuid:9f2d5a3c-1111-4222-8333-444455556666",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Client statement",
        "description": said,
        "issuer": {"id": key.did, "type": ["Profile"], "name": "Marta Ruiz, Example Shop GmbH", "url": CONTACT},
        "validFrom": "2026-11-12T12:00:00Z",
        "credentialSubject": {
            "id": subject,
            "type": ["EndorsementSubject"],
            "endorsementComment": "Ada set up the network of our staging system; it has run since October.",
        },
        "credentialSchema": [{"id": ENDORSEMENT_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    return secured(document, key, sample().made_at)


def page(signed: SignedPortfolio) -> bytes:
    """Return the page of a portfolio, as the product makes it."""
    return portfolio_page(signed, sign_page=page_signer(signed, identity()))


@cache
def little() -> SignedPortfolio:
    """Return a portfolio of one skill with one excerpt and an endorsement: quick to check."""
    skill = endorsed(identity(32)).skills[0]
    return signed_again(replace(sample(), skills=(replace(skill, excerpts=skill.excerpts[:1], deliverables=()),)))


def bundle(signed: SignedPortfolio) -> dict[str, bytes]:
    """Return the files of a bundle without a page: names and bytes."""
    portfolio = signed.portfolio
    files = {"manifest.jws": signed.manifest, "portfolio.json": signed.content, "checkpoint.txt": portfolio.checkpoint}
    for number, credential in enumerate(signed.credentials.values(), 1):
        files |= {f"credential-{number}.json": credential, f"badge-{number}.png": badge_png(credential)}
    for entry, shown in shown_entries(portfolio).items():
        stem = f"evidence/{entry:06d}"
        files |= {f"{stem}.leaf": shown.leaf, f"{stem}.tlog-proof": shown.proof}
        files[f"{stem}.disclosures.json"] = shown.disclosures_file()
    given = [one.document for skill in portfolio.skills for one in skill.endorsements]
    files |= {f"endorsement-{number}.json": one for number, one in enumerate(given, 1)}
    return files | {f"handover-{number}.json": one for number, one in enumerate(signed.rotations, 1)}
