"""The evidence bundle: everything that a portfolio can be checked with, as files that other people's tools read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping

from skilltrail.domain.manifest import hash_of, shown_entries
from skilltrail.domain.portfolio import Portfolio, SignedPortfolio
from skilltrail.exporters.portfolio_markdown import portfolio_markdown
from skilltrail.exporters.portfolio_verify_words import verify_text
from skilltrail.exporters.portfolio_zip import zipped
from skilltrail.i18n import speaking

SignFiles = Callable[[Mapping[str, str]], bytes]
"""Gets name → hash of the files of a bundle and returns its manifest (JWS)."""


def portfolio_bundle(signed: SignedPortfolio, *, page: bytes, sign_files: SignFiles | None) -> bytes:
    """Return the bundle as a zip archive.

    Parameters
    ----------
    page
        The portfolio's page.
    sign_files
        Signs the manifest that names every file; without it the portfolio's own manifest goes along, which binds the
        evidence and not how it is laid out.
    """
    files = bundle_files(signed, page=page)
    hashes = {name: hash_of(data) for name, data in files.items()}
    return zipped({**files, "manifest.jws": sign_files(hashes) if sign_files else signed.manifest})


def bundle_files(signed: SignedPortfolio, *, page: bytes) -> dict[str, bytes]:
    """Return name → bytes of everything in a bundle but its manifest."""
    portfolio = signed.portfolio
    files = {
        "portfolio.html": page,
        "portfolio.json": signed.content,
        "portfolio.md": portfolio_markdown(signed).encode("utf-8", "replace"),
        f"checkpoint-{portfolio.log_entries}.txt": portfolio.checkpoint,
        "log-key.txt": portfolio.log_key.encode() + b"\n",
        **dict(_credentials(signed)),
        **dict(_evidence(portfolio)),
        **dict(_statements(signed)),
        **dict(_anchors(portfolio)),
    }
    with speaking(portfolio.language):
        files["VERIFY.md"] = verify_text(portfolio, files).encode("utf-8", "replace")
    return files


def _credentials(signed: SignedPortfolio) -> Iterator[tuple[str, bytes]]:
    for name, data in signed.credentials.items():
        yield f"credentials/{name.removeprefix('urn:uuid:')}.json", data


def _evidence(portfolio: Portfolio) -> Iterator[tuple[str, bytes]]:
    for number, entry in shown_entries(portfolio).items():
        yield f"evidence/{number:06d}.leaf", entry.leaf
        yield f"evidence/{number:06d}.tlog-proof", entry.proof
        yield f"evidence/{number:06d}.disclosures.json", entry.disclosures_file()


def _statements(signed: SignedPortfolio) -> Iterator[tuple[str, bytes]]:
    documents = [one.document for skill in signed.portfolio.skills for one in skill.endorsements]
    for number, data in enumerate(dict.fromkeys(documents), start=1):
        yield f"endorsements/endorsement-{number}.json", data
    for number, data in enumerate(signed.rotations, start=1):
        yield f"identity/handover-{number}.json", data


def _anchors(portfolio: Portfolio) -> Iterator[tuple[str, bytes]]:
    """Yield tokens, each beside the checkpoint that it is about."""
    for number, anchor in enumerate(portfolio.anchors, start=1):
        stem = f"anchors/checkpoint-{number}-{hashlib.sha256(anchor.checkpoint).hexdigest()[:8]}"
        yield f"{stem}.txt", anchor.checkpoint
        yield f"{stem}.{'tsr' if anchor.kind == 'rfc3161' else 'git.txt'}", anchor.token
