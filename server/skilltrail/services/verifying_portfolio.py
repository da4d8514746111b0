"""Checking a portfolio against its manifest: whatever that names must be there, byte for byte, and fit together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from skilltrail.domain.checkpoint import TreeHead, check_checkpoint, read_proof
from skilltrail.domain.log_leaf import write_disclosures
from skilltrail.domain.manifest import Manifest, hash_of
from skilltrail.domain.open_badge import achievement_id, checkpoint_digest, credential_id, is_handover
from skilltrail.domain.signed_note import NoteKey, read_key
from skilltrail.domain.verification import CredentialKind, CredentialReport, Line, Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.plain_text import one_line
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.platform.signing import is_signed
from skilltrail.services.log_verifying import CheckedEntry, check_shown
from skilltrail.services.verifying_content import (
    bind_content,
    bind_credential,
    bind_excerpt,
    decoded64,
    learners_word,
)
from skilltrail.services.verifying_credential import verify_credential
from skilltrail.services.verifying_endorsement import bind_endorsement, described, names_skill
from skilltrail.services.verifying_figures import check_figures
from skilltrail.services.verifying_files import CREDENTIALS_MOST, read_content

Json = Mapping[str, Any]

_ENTRIES_MOST = 5_000


@dataclass(frozen=True, slots=True)
class EvidenceToken:
    """A third party's word that came along: ``checkpoint`` is what it is about."""

    kind: str
    checkpoint: bytes
    token: bytes
    by: str


@dataclass(slots=True)
class Checked:
    """What checking a portfolio found: ``lines``, and what the answers about time and issuer are made from."""

    lines: list[Line] = field(default_factory=list)
    checkpoint: bytes | None = None
    head: TreeHead | None = None
    bound: set[str] = field(default_factory=set)
    tokens: list[EvidenceToken] = field(default_factory=list)
    person: str = ""
    profiles: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    uncovered: bool = False


def check_portfolio(
    manifest: Manifest, pool: Sequence[bytes], proofs: Sequence[bytes], *, about: str, clock: Clock
) -> Checked:
    """Check all that a manifest names: ``pool`` are the files and parts that are there, ``proofs`` those of entries."""
    return _Check(manifest, pool, proofs, about, clock).run()


class _Check:
    """One check of one portfolio."""

    def __init__(
        self, manifest: Manifest, pool: Sequence[bytes], proofs: Sequence[bytes], about: str, clock: Clock
    ) -> None:
        self._manifest = manifest
        self._pool = {hash_of(one): one for one in pool}
        self._proofs = list(proofs)
        self._proofs_of: dict[int, list[bytes]] = {}
        self._about = about
        self._clock = clock
        self._found = Checked()
        self._content: Json = {}
        self._read = 0
        self._reports: dict[str, CredentialReport] = {}

    def run(self) -> Checked:
        """Return what was found; whatever fails is a line of it."""
        self._found.bound.add(hash_of(self._manifest.signed))
        steps = (self._read_content, self._check_log, self._check_rotations)
        for step in steps:
            self._guarded(step)
        if max(len(self._manifest.entries), len(self._proofs)) > _ENTRIES_MOST:
            self._found.lines.append(
                Line(Outcome.FAILED, self._about, _("There is more here than a portfolio can have."))
            )
            return self._found
        for proof in dict.fromkeys(self._proofs):
            self._proofs_of.setdefault(_index(proof), []).append(proof)
        entries: dict[int, CheckedEntry] = {}
        for number in self._manifest.entries:
            self._guarded(partial(self._take_entry, number, entries))
        if entries:
            words = _("{n} shown log entries fit their proofs, and what is shown fits the entries.")
            self._passed(words.format(n=len(entries)))
        self._guarded(partial(self._check_excerpts, entries))
        for skill in self._manifest.credentials:
            self._guarded(partial(self._check_credential, skill))
        for wanted in self._manifest.endorsements:
            self._guarded(partial(self._check_endorsement, wanted))
        for given in self._content.get("skills", ()):
            self._guarded(partial(check_figures, given))
            for shown in given["endorsements"]:
                self._guarded(partial(self._check_words, given, shown))
        self._found.lines += (
            [Line(Outcome.OPEN, self._about, words) for words in learners_word(self._content)] if self._content else []
        )
        return self._found

    # --- content ----------------------------------------------------------------------------------------------------

    def _read_content(self) -> None:
        data = self._named(self._manifest.content, _("the content"))
        content = read_content(data)
        try:
            self._take(content)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise EvidenceInvalid(_("This is not the content of a portfolio.")) from None
        self._content = content
        self._passed(_("The content is what was signed."))

    def _take(self, content: Json) -> None:
        """Put what the content carries beside the files: a page has nothing else."""
        log, person = content["log"], content["person"]
        parts = [decoded64(log["checkpoint"])]
        for skill in content["skills"]:
            parts += [decoded64(one["document"]) for one in skill["endorsements"]]
            parts += [decoded64(one["leaf"]) for one in skill["excerpts"]]
            self._proofs += [decoded64(one["proof"]) for one in skill["excerpts"]]
        parts += [write_disclosures(shown) for shown in _disclosed(content).values()]
        self._pool |= {hash_of(one): one for one in parts}
        bind_content(content, self._manifest)
        self._found.person = str(person["name"])
        self._found.profiles = tuple(str(one) for one in person["profiles"])
        self._found.tokens = [
            EvidenceToken(str(one["kind"]), decoded64(one["checkpoint"]), decoded64(one["token"]), str(one["by"]))
            for one in content["anchors"]
        ]

    # --- the log ----------------------------------------------------------------------------------------------------

    def _check_log(self) -> None:
        checkpoint = self._named(self._manifest.checkpoint, _("the checkpoint"))
        self._found.checkpoint = checkpoint
        self._found.head = check_checkpoint(checkpoint, self._key(), is_signed)
        words = _("The checkpoint over {n} log entries was signed with the log’s key.")
        self._passed(words.format(n=self._found.head.size))
        known = [number for numbers in self._manifest.counted.values() for number in numbers]
        if any(not 0 <= number < self._found.head.size for number in known):
            raise EvidenceInvalid(_("It counts log entries that the checkpoint does not cover."))
        if self._content and self._content["log"]["entries"] != self._found.head.size:
            raise EvidenceInvalid(_("The content says other than the checkpoint on how many log entries there are."))

    def _entry(self, number: int) -> CheckedEntry:
        """Check one shown entry with every proof of it that came along."""
        leaf_hash, shown_hash = self._manifest.entries[number]
        what = _("log entry {n}").format(n=number)
        leaf, shown = self._named(leaf_hash, what), self._named(shown_hash, what)
        proofs = self._proofs_of.get(number, [])
        if not proofs:
            raise EvidenceInvalid(_("Missing: {what}.").format(what=_("the proof of log entry {n}").format(n=number)))
        for proof in proofs:
            found = check_shown(leaf, proof, shown, self._key())
            if read_proof(proof).checkpoint != self._found.checkpoint:
                raise EvidenceInvalid(_("The proof of log entry {n} is of another checkpoint.").format(n=number))
            self._found.bound.add(hash_of(proof))
        return found

    def _take_entry(self, number: int, entries: dict[int, CheckedEntry]) -> None:
        entries[number] = self._entry(number)

    def _check_excerpts(self, entries: Mapping[int, CheckedEntry]) -> None:
        """See to it that what the content quotes is what the entries disclose."""
        for excerpt in (one for skill in self._content.get("skills", ()) for one in skill["excerpts"]):
            entry = entries.get(excerpt["entry"])
            if entry is None:
                raise EvidenceInvalid(_("The content shows a log entry that does not fit its proof."))
            quoted = all(entry.fields.get(part["name"]) == part["text"] for part in excerpt["parts"])
            dated = (entry.origin, entry.logged_on.isoformat()) == (excerpt["origin"], excerpt["logged_on"])
            if not quoted or not dated:
                words = _("The content quotes log entry {n} otherwise than the log has it.")
                raise EvidenceInvalid(words.format(n=entry.entry))
            bind_excerpt(excerpt, self._manifest)

    # --- credentials ------------------------------------------------------------------------------------------------

    def _check_credential(self, skill: str) -> None:
        data = self._named(self._manifest.credentials[skill], _("a credential"))
        report = self._report(data)
        self._raise(report)
        achievement = report.document["credentialSubject"].get("achievement", {})
        resources = report.document.get("relatedResource", [])
        digests = [one.get("digestMultibase") for one in resources]
        if report.issuer != self._manifest.issuer or achievement.get("id") != achievement_id(skill):
            raise EvidenceInvalid(_("A credential is not the one of its skill, or of another issuer."))
        if self._found.checkpoint is not None and checkpoint_digest(self._found.checkpoint) not in digests:
            raise EvidenceInvalid(_("A credential is about another checkpoint."))
        for one in self._content.get("skills", ()):
            if one["id"] == skill:
                bind_credential(one, self._content["person"], report)
        self._passed(_("The credential “{name}” fits its signature.").format(name=_short(report.name)))

    def _check_endorsement(self, wanted: str) -> None:
        report = self._report(self._named(wanted, _("an endorsement")))
        self._raise(report)
        own = {self._manifest.issuer, *self._found.earlier}
        about = {
            known for skill in self._manifest.credentials for known in (credential_id(skill), achievement_id(skill))
        }
        if report.kind is not CredentialKind.ENDORSEMENT or report.subject not in about:
            raise EvidenceInvalid(_("An endorsement is about something else."))
        if report.issuer in own:
            raise EvidenceInvalid(_("An endorsement was signed with the learner’s own key."))
        words = _(
            "An endorsement fits the signature of the key {did}, by the name of “{name}”; nothing shows whose it is."
        )
        self._passed(words.format(did=report.issuer, name=_short(report.issuer_name)))

    def _check_words(self, skill: Json, shown: Json) -> None:
        report = self._reports.get(hash_of(decoded64(shown["document"])))
        if report is None or not report.document:
            return
        bind_endorsement(skill, shown, report, {self._manifest.issuer, *self._found.earlier})
        if not names_skill(described(report), skill["name"]):
            words = _(
                "The endorsement by “{name}” does not call the skill “{skill}” in what was signed: read there what it "
                "is about."
            )
            told = words.format(name=_short(report.issuer_name), skill=_short(skill["name"]))
            self._found.lines.append(Line(Outcome.OPEN, self._about, told))
            self._found.uncovered = True

    def _check_rotations(self) -> None:
        """Follow the statements from key to key: the last one names the key that signed the manifest."""
        chain: list[CredentialReport] = []
        for wanted in self._manifest.rotations:
            report = self._report(self._named(wanted, _("a handover")))
            self._raise(report)
            # Anything else that a key has signed about a learner, a badge say, is not a word of that key about itself.
            if not is_handover(report.document):
                raise EvidenceInvalid(_("What should name the next key is no handover."))
            chain.append(report)
        ends = [report.subject for report in chain]
        begins = [report.issuer for report in chain]
        if chain and (ends[-1] != self._manifest.issuer or ends[:-1] != begins[1:]):
            raise EvidenceInvalid(_("The statements from key to key do not lead to the one that signed."))
        self._found.earlier = tuple(begins)
        for did in begins:
            self._passed(_("An earlier key handed over to the next: {did}").format(did=did))

    def _report(self, data: bytes) -> CredentialReport:
        self._read += len(data)
        if self._read > CREDENTIALS_MOST:
            raise EvidenceInvalid(_("There is more here than a portfolio can have."))
        report = verify_credential(data, about=self._about, clock=self._clock)
        self._reports[hash_of(data)] = report
        self._found.uncovered = self._found.uncovered or report.outcome is Outcome.OPEN
        return report

    def _raise(self, report: CredentialReport) -> None:
        """Refuse what does not fit the key of its issuer; what stays open about the rest becomes lines."""
        doubts = [line for line in report.lines if line.outcome is not Outcome.PASSED]
        if report.outcome is not Outcome.PASSED:
            raise EvidenceInvalid("; ".join(line.text for line in doubts))
        self._found.lines += doubts

    # --- help -------------------------------------------------------------------------------------------------------

    def _key(self) -> NoteKey:
        return read_key(self._manifest.log_key)

    def _named(self, wanted: str, what: str) -> bytes:
        self._found.bound.add(wanted)
        if wanted not in self._pool:
            raise EvidenceInvalid(_("Missing or altered: {what}.").format(what=what))
        return self._pool[wanted]

    def _passed(self, text: str) -> None:
        self._found.lines.append(Line(Outcome.PASSED, self._about, text))

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except EvidenceInvalid as error:
            self._found.lines.append(Line(Outcome.FAILED, self._about, str(error)))
        except (KeyError, TypeError, ValueError, AttributeError):
            words = _("Something in it has not the form that it must have.")
            self._found.lines.append(Line(Outcome.FAILED, self._about, words))


def _disclosed(content: Json) -> dict[int, list[str]]:
    """Return log entry → its disclosures in the order of their first use (see ``domain.manifest.shown_entries``)."""
    found: dict[int, dict[str, None]] = {}
    for excerpt in (one for skill in content["skills"] for one in skill["excerpts"]):
        found.setdefault(excerpt["entry"], {}).update(dict.fromkeys(map(str, excerpt["disclosures"])))
    return {entry: list(shown) for entry, shown in found.items()}


def _index(proof: bytes) -> int:
    try:
        return read_proof(proof).index
    except EvidenceInvalid:
        return -1


def _short(text: str) -> str:
    """Return words from a file in one line: with a line break they could pass for a line of the report."""
    text = one_line(text)
    return text if len(text) <= 120 else text[:119] + "…"
