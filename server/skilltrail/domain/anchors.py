"""Anchors: another's word on when a checkpoint of the evidence log existed. Nothing is sent from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ADDRESS_LIMIT = 500
"""Characters of the address of a push."""

PLACEHOLDER = "https://AUTHORITY.example/tsr"
"""Where a command names the authority; which one is the learner's choice."""


class AnchorKind(StrEnum):
    """Whose word it is: a time-stamping authority's (RFC 3161), or that of whoever hosts a pushed repository."""

    RFC3161 = "rfc3161"
    GIT = "git"


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """An anchor of the checkpoint over ``size`` entries of a log.

    ``token`` is the authority's answer as it came, empty for a push; ``at`` its time; ``by`` the name in its
    certificate, or the address of the push. ``root``: the certificates that the token was checked with.
    """

    id: int
    log_id: int
    size: int
    kind: AnchorKind
    checkpoint: bytes
    token: bytes
    root: bytes
    at: datetime | None
    by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class AnchorRequest:
    """What is given to an authority: ``query`` is the file for it, ``checkpoint`` what it is about.

    ``digest`` (hex, SHA-256) is all that leaves in the query, beside a random number.
    """

    size: int
    checkpoint: bytes
    query: bytes
    digest: str

    @property
    def stem(self) -> str:
        """Return what its files are called, without their endings."""
        return f"skilltrail-checkpoint-{self.size}"

    def send_line(self) -> str:
        """Return the command that sends it."""
        head = 'curl -H "Content-Type: application/timestamp-query" --data-binary'
        return f"{head} @{self.stem}.tsq {PLACEHOLDER} -o {self.stem}.tsr"

    def check_line(self) -> str:
        """Return the command that checks the answer without us."""
        return f"openssl ts -verify -data {self.stem}.txt -in {self.stem}.tsr -CAfile authority-root.pem"
