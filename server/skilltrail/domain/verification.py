"""What checking a file says: one line for each check, and three separate answers. Never one word for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a check, or an answer, came to; ``OPEN``: it could not be checked here, or nobody can tell from the file."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


class CredentialKind(StrEnum):
    """What a credential is about."""

    ACHIEVEMENT = "achievement"
    ENDORSEMENT = "endorsement"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Line:
    """One check: ``about`` is the file or part that was looked at, ``text`` what came of it."""

    outcome: Outcome
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three answers, with its reason."""

    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """What checking one credential says.

    ``issuer`` is the id of its issuer, ``method`` that of the key which signed. All words in it are its issuer's own.
    ``subject`` is whom or what it is about: of an endorsement the id of what is endorsed. ``signed`` tells whether a
    signature fits with a key that is its issuer's; ``lines`` say what else was looked at.
    """

    lines: tuple[Line, ...]
    signed: bool = False
    kind: CredentialKind = CredentialKind.OTHER
    id: str = ""
    name: str = ""
    issuer: str = ""
    issuer_name: str = ""
    issuer_url: str = ""
    subject: str = ""
    comment: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def outcome(self) -> Outcome:
        """Passed if the signature fits and nothing speaks against it; open if no signature could be checked."""
        if any(line.outcome is Outcome.FAILED for line in self.lines):
            return Outcome.FAILED
        return Outcome.PASSED if self.signed else Outcome.OPEN


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking files says; ``integrity``: unchanged since it was signed. ``time``: existed by when, on whose word.

    ``issuer``: whose key signed, and what is to be compared; ``bound``: there is such a key, and not on the file's own
    word alone.
    """

    lines: tuple[Line, ...]
    integrity: Answer
    time: Answer
    issuer: Answer
    bound: bool = False

    @property
    def outcome(self) -> Outcome:
        """Return what a script may build on.

        Failed if any answer is; passed if all that is here is unchanged since a key signed it that can be compared;
        else open. The answers about time and issuer are nearly always open, and that changes nothing here.
        """
        if Outcome.FAILED in {self.integrity.outcome, self.time.outcome, self.issuer.outcome}:
            return Outcome.FAILED
        return Outcome.PASSED if self.integrity.outcome is Outcome.PASSED and self.bound else Outcome.OPEN
