"""The three answers about what was checked: integrity, time and issuer, none of which stands for another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from skilltrail.domain.verification import Answer, Line, Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _
from skilltrail.platform.timestamps import TimeToken, check_token
from skilltrail.services.verifying_portfolio import EvidenceToken

_TOKENS_MOST = 100
_NAMES_MOST = 20
_CHARS_MOST = 200
_GRAVEST_FIRST = (Outcome.FAILED, Outcome.PASSED, Outcome.OPEN)


@dataclass(slots=True)
class Found:
    """What has been found so far; ``issuers`` are keys that signed, with the names that their holders give themselves;
    ``self_issued`` are those of them that speak of themselves.

    ``checkpoints`` fit their signatures, each with where it stands; ``tokens`` are others' words on when those existed;
    ``log_keys`` signed checkpoints outside of a portfolio; ``profiles`` are places where a key can be compared.
    ``uncovered`` tells that a file is here which no signature speaks for.
    """

    lines: list[Line] = field(default_factory=list)
    checkpoints: dict[bytes, str] = field(default_factory=dict)
    tokens: list[EvidenceToken] = field(default_factory=list)
    issuers: dict[str, str] = field(default_factory=dict)
    self_issued: set[str] = field(default_factory=set)
    log_keys: list[str] = field(default_factory=list)
    profiles: tuple[str, ...] = ()
    uncovered: bool = False

    def passed(self, about: str, text: str) -> None:
        """Note a check that passed."""
        self.lines.append(Line(Outcome.PASSED, about, text))

    def failed(self, about: str, text: str) -> None:
        """Note a check that failed."""
        self.lines.append(Line(Outcome.FAILED, about, text))

    def open(self, about: str, text: str, *, plain: bool = False) -> None:
        """Note a file that could not be checked; a ``plain`` one is known to need no signature."""
        self.uncovered = self.uncovered or not plain
        self.lines.append(Line(Outcome.OPEN, about, text))


def integrity(found: Found) -> Answer:
    """Return whether what was checked is unchanged since it was signed; open if that is not all that is here."""
    if any(line.outcome is Outcome.FAILED for line in found.lines):
        return Answer(Outcome.FAILED, _("Something was altered, is missing, or was never signed as it says."))
    if any(line.outcome is Outcome.PASSED for line in found.lines):
        if found.uncovered:
            return Answer(Outcome.OPEN, _("Not everything here is covered by a signature that could be checked."))
        return Answer(Outcome.PASSED, _("What was checked is unchanged since it was signed."))
    return Answer(Outcome.OPEN, _("There was nothing that could be checked."))


def time(found: Found, roots: Sequence[bytes]) -> Answer:
    """Return by when it existed, on whose word; a token that does not fit becomes a line, too."""
    words = _("No third party confirms any date; all dates are those of the learner’s own computer.")
    answers = [_of_token(token, found, roots) for token in found.tokens[:_TOKENS_MOST]]
    nobody = Answer(Outcome.OPEN, words)
    gravest = min(answers, key=lambda answer: _GRAVEST_FIRST.index(answer.outcome), default=nobody)
    if len(found.checkpoints) > 1 and gravest.outcome is not Outcome.FAILED:
        words = _("What is here stands under different checkpoints, so no date holds for all of it: {names}.")
        return Answer(Outcome.OPEN, words.format(names=", ".join(map(clipped, found.checkpoints.values()))))
    return gravest


def issuer(found: Found) -> Answer:
    """Return whose key signed, as far as a file can tell: what is to be compared, and where."""
    if found.issuers:
        return Answer(Outcome.OPEN, " ".join(_issuers(found)))
    if found.log_keys:
        words = _("Signed by a log whose key is {key}; compare it with what its owner published.")
        return Answer(Outcome.OPEN, " ".join(words.format(key=clipped(key)) for key in found.log_keys[:_NAMES_MOST]))
    return Answer(Outcome.OPEN, _("Nothing here is signed by a key that could be compared."))


def clipped(text: str) -> str:
    """Return others' words in one line, not too long."""
    words = one_line(text)
    return words if len(words) <= _CHARS_MOST else words[: _CHARS_MOST - 1] + "…"


def _of_token(token: EvidenceToken, found: Found, roots: Sequence[bytes]) -> Answer:
    """Return what a token says; one that lies beside other files is about the checkpoint that they have."""
    if token.kind != "rfc3161":
        words = _("A push of the checkpoint to {by} is named; ask there when it arrived. Nothing in the file shows it.")
        return Answer(Outcome.OPEN, words.format(by=clipped(token.by)))
    if not found.checkpoints or token.checkpoint not in {b"", *found.checkpoints}:
        return Answer(Outcome.OPEN, _("A time token is about another checkpoint; it says nothing of this one."))
    try:
        told = _told(token, found, roots)
    except EvidenceInvalid as error:
        found.failed(clipped(token.by), str(error))
        return Answer(Outcome.FAILED, str(error))
    moment, by = told.at.strftime("%Y-%m-%d %H:%M:%S UTC"), clipped(told.by or token.by)
    if told.trusted:
        words = _("The checkpoint existed by {moment}, on the word of {by}.")
        found.passed(by, words.format(moment=moment, by=by))
        return Answer(Outcome.PASSED, words.format(moment=moment, by=by))
    words = _(
        "A time token says {moment} and names {by}; it counts once you name the root certificate of its authority."
    )
    return Answer(Outcome.OPEN, words.format(moment=moment, by=by))


def _told(token: EvidenceToken, found: Found, roots: Sequence[bytes]) -> TimeToken:
    """Return what a token says; one that does not say what it is about is tried with every checkpoint."""
    *others, last = [token.checkpoint] if token.checkpoint else list(found.checkpoints)
    for one in others:
        with suppress(EvidenceInvalid):
            return check_token(token.token, one, roots)
    return check_token(token.token, last, roots)


def _issuers(found: Found) -> Iterator[str]:
    words = _("Signed with the key {did}, whose holder calls themselves “{name}”.")
    own = _("Self-issued: signed with the key {did}, whose holder calls themselves “{name}”.")
    for did, name in list(found.issuers.items())[:_NAMES_MOST]:
        yield (own if did in found.self_issued else words).format(did=clipped(did), name=clipped(name) or "–")
    places = ", ".join(clipped(one) for one in found.profiles[:_NAMES_MOST])
    if places:
        yield _("No third party confirms who that is: compare the key with {places}.").format(places=places)
    else:
        yield _("No third party confirms who that is: compare the key with what the person publishes.")
