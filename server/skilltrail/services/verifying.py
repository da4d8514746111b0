"""Checking what somebody sends: one line for each check, then integrity, time and issuer as three separate answers.

From bytes alone: without data folder, database or network. For portfolios of ours (bundle, archive, page) and for Open
Badges 3.0 credentials of anybody. What is hostile gives a refusal, never an error of another kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skilltrail.domain.manifest import Manifest, check_manifest, hash_of
from skilltrail.domain.verification import CredentialKind, CredentialReport, Outcome, Verification
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.portfolio_page import PageParts, read_page
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock, utc_now
from skilltrail.platform.signing import is_signed
from skilltrail.services import verifying_answers as answers
from skilltrail.services.verifying_answers import Found, clipped
from skilltrail.services.verifying_credential import verify_credential
from skilltrail.services.verifying_entries import check_entries
from skilltrail.services.verifying_files import CREDENTIALS_MOST, Kind, baked, kind_of, unpacked
from skilltrail.services.verifying_page import check_shown_words
from skilltrail.services.verifying_portfolio import Checked, EvidenceToken, check_portfolio

__all__ = ["verify", "verify_credential"]

_PARTS = {Kind.CONTENT, Kind.CREDENTIAL, Kind.LEAF, Kind.DISCLOSURES, Kind.CHECKPOINT}
_OF_A_SPOT_ANSWER = {"README.txt", "checkpoint.extension"}
_UNSIGNED = {Kind.OTHER, Kind.REQUEST, Kind.STAMP, Kind.LOG_KEY}


def verify(files: Mapping[str, bytes], *, roots: Sequence[bytes] = (), clock: Clock = utc_now) -> Verification:
    """Check files by name (a file alone, or all of a folder, with / between its parts).

    ``roots`` are certificates of time-stamping authorities that the asker trusts, PEM or DER.

    Raises
    ------
    EvidenceInvalid
        If there is too much, an archive cannot be read, or a certificate is none.
    """
    known = unpacked(files)
    kinds = {name: _kind(name, data) for name, data in known.items()}
    found = Found()
    _check_files(known, kinds, found, clock)
    # What a token says is about time alone: one that was signed by another authority alters nothing.
    integrity, time = answers.integrity(found), answers.time(found, roots)
    bound = bool(found.issuers or found.log_keys)
    return Verification(tuple(found.lines), integrity, time, answers.issuer(found), bound=bound)


def _kind(name: str, data: bytes) -> Kind:
    try:
        return kind_of(name, data)
    except EvidenceInvalid:
        # A picture that cannot be read: looked at again below, where it becomes a line.
        return Kind.CREDENTIAL


def _check_files(files: Mapping[str, bytes], kinds: Mapping[str, Kind], found: Found, clock: Clock) -> None:
    manifests = _of(kinds, Kind.MANIFEST)
    pages = {name: page for name in _of(kinds, Kind.PAGE) if (page := _page(name, files[name], found)) is not None}
    signed = {name: _check_page(name, page, files[name], found, clock) for name, page in pages.items()}
    if len(manifests) > 1:
        found.failed(manifests[1], _("There is more than one manifest."))
    elif manifests:
        _check_bundle(manifests[0], files, kinds, signed, found, clock)
    else:
        _check_loose(files, kinds, found, clock)
    found.tokens += [EvidenceToken("rfc3161", b"", files[name], name) for name in _of(kinds, Kind.STAMP)]


# --- the page -------------------------------------------------------------------------------------------------------


def _page(name: str, data: bytes, found: Found) -> PageParts | None:
    try:
        return read_page(data)
    except EvidenceInvalid as error:
        found.failed(name, str(error))
        return None


def _check_page(name: str, page: PageParts, data: bytes, found: Found, clock: Clock) -> Manifest | None:
    manifest = _manifest(name, page.manifest, found)
    if manifest is None:
        return None
    if manifest.page != {"visible": page.visible, "file": page.file}:
        found.failed(name, _("The page was altered: it is not the file that was signed."))
    else:
        found.passed(name, _("The page is the file that was signed, byte for byte."))
        shown = check_shown_words(name, page, data)
        found.lines += shown
        found.uncovered = found.uncovered or any(line.outcome is Outcome.OPEN for line in shown)
    pool = [page.content, *page.credentials.values(), *page.rotations]
    _add(found, name, manifest, check_portfolio(manifest, pool, (), about=name, clock=clock))
    return manifest


# --- a bundle -------------------------------------------------------------------------------------------------------


def _check_bundle(
    name: str,
    files: Mapping[str, bytes],
    kinds: Mapping[str, Kind],
    pages: Mapping[str, Manifest | None],
    found: Found,
    clock: Clock,
) -> None:
    manifest = _manifest(name, files[name], found)
    if manifest is None:
        return
    if manifest.page is not None:
        found.failed(name, _("This manifest is that of a page; it does not speak for files."))
    for other, of_page in pages.items():
        if of_page is not None and _portfolio(of_page) != _portfolio(manifest):
            found.failed(other, _("The page is of another portfolio than the files beside it."))
    pool = [files[one] for one, kind in kinds.items() if kind in _PARTS]
    pool += [inner for one in _of(kinds, Kind.CREDENTIAL) if (inner := _baked(files[one])) is not None]
    proofs = [files[one] for one in _of(kinds, Kind.PROOF)]
    checked = check_portfolio(manifest, pool, proofs, about=name, clock=clock)
    _add(found, name, manifest, checked)
    for other, data in files.items():
        if other != name:
            _check_bound(other, data, kinds[other], manifest, checked, found)
        if kinds[other] is Kind.LOG_KEY and data.removesuffix(b"\n") != manifest.log_key.encode("utf-8", "replace"):
            found.failed(other, _("It is another key than that of the log which the manifest names."))
    for other in sorted((manifest.files or {}).keys() - files.keys()):
        found.failed(other, _("Missing: the manifest names this file."))


def _portfolio(manifest: Manifest) -> tuple[str, str, str, str]:
    """Return what the manifests of one portfolio, that of the page and that of the files, have in common."""
    return manifest.issuer, manifest.portfolio, manifest.content, manifest.checkpoint


def _check_bound(name: str, data: bytes, kind: Kind, manifest: Manifest, checked: Checked, found: Found) -> None:
    """See to it that a file of a bundle is one that the manifest names, by its hash or by what it carries."""
    own = hash_of(data)
    if manifest.files is not None and name in manifest.files:
        if manifest.files[name] == own:
            found.passed(name, _("It is the file that was signed, byte for byte."))
        else:
            found.failed(name, _("It was altered: it is not the file that was signed."))
        return
    inner = _baked(data) if kind is Kind.CREDENTIAL else None
    if own in checked.bound or (inner is not None and hash_of(inner) in checked.bound):
        return
    if kind is Kind.PAGE and manifest.files is None:  # it has a manifest of its own, which was compared
        return
    if manifest.files is None and kind in _UNSIGNED:
        if kind in {Kind.OTHER, Kind.JSON}:
            found.open(name, _("No signature covers this file."))
        return
    if kind is Kind.STAMP:  # a token can be asked for after the bundle was signed; it has a signature of its own
        return
    found.failed(name, _("The manifest names no such file: it was altered, or added."))


def _add(found: Found, name: str, manifest: Manifest, checked: Checked) -> None:
    found.uncovered = found.uncovered or checked.uncovered
    found.lines += checked.lines
    found.tokens += checked.tokens
    found.issuers.setdefault(manifest.issuer, checked.person)
    found.self_issued.add(manifest.issuer)
    found.profiles = found.profiles or checked.profiles
    if checked.head is not None and checked.checkpoint is not None:
        found.checkpoints.setdefault(checked.checkpoint, name)


def _manifest(name: str, data: bytes, found: Found) -> Manifest | None:
    try:
        manifest = check_manifest(data, is_signed)
    except EvidenceInvalid as error:
        found.failed(name, str(error))
        return None
    found.passed(name, _("The manifest fits its signature."))
    if manifest.recipient:
        found.passed(name, _("It was made out to “{name}”.").format(name=clipped(manifest.recipient)))
    return manifest


# --- single files ---------------------------------------------------------------------------------------------------


def _check_loose(files: Mapping[str, bytes], kinds: Mapping[str, Kind], found: Found, clock: Clock) -> None:
    reports: dict[str, CredentialReport] = {}
    left = CREDENTIALS_MOST
    for name in _of(kinds, Kind.CREDENTIAL):
        inner = _baked(files[name])
        left -= len(files[name] if inner is None else inner)
        if left < 0:
            raise EvidenceInvalid(_("There is more here than a portfolio can have."))
        reports[name] = _check_credential(name, files[name], found, clock)
    _check_endorsed(reports, found)
    check_entries(files, kinds, found)
    checked = {Kind.CREDENTIAL, Kind.PAGE, Kind.LEAF, Kind.PROOF, Kind.DISCLOSURES, Kind.CHECKPOINT}
    for name, kind in kinds.items():
        if kind not in checked | _UNSIGNED | {Kind.JSON}:
            found.open(name, _("Without its manifest nothing shows whether this was altered."))
        if kind in {Kind.OTHER, Kind.JSON}:
            beside = bool(found.log_keys) and name in _OF_A_SPOT_ANSWER
            found.open(name, _("There is nothing in it that could be checked."), plain=beside)


def _check_credential(name: str, data: bytes, found: Found, clock: Clock) -> CredentialReport:
    try:
        inner = baked(data)
    except EvidenceInvalid as error:
        found.failed(name, str(error))
        return CredentialReport(())
    report = verify_credential(data if inner is None else inner, about=name, clock=clock)
    found.lines += report.lines
    found.uncovered = found.uncovered or report.outcome is Outcome.OPEN
    if report.signed:
        found.issuers.setdefault(report.issuer, report.issuer_name)
        if report.kind is CredentialKind.ACHIEVEMENT and report.issuer == report.subject:
            found.self_issued.add(report.issuer)
        found.profiles = found.profiles or ((report.issuer_url,) if report.issuer_url else ())
    return report


def _check_endorsed(reports: Mapping[str, CredentialReport], found: Found) -> None:
    """Refuse an endorsement whose key is also that of the credential which it endorses."""
    for name, report in reports.items():
        if report.kind is not CredentialKind.ENDORSEMENT or not report.signed:
            continue
        of = [
            other
            for other in reports.values()
            if other.kind is CredentialKind.ACHIEVEMENT and report.subject in _ids(other)
        ]
        if any(other.issuer == report.issuer for other in of):
            found.failed(name, _("An endorsement was signed with the learner’s own key."))


def _ids(report: CredentialReport) -> set[str]:
    subject = report.document.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    inner = achievement.get("id") if isinstance(achievement, dict) else None
    return {report.id, inner if isinstance(inner, str) else report.id}


def _baked(data: bytes) -> bytes | None:
    try:
        return baked(data)
    except EvidenceInvalid:
        return None


def _of(kinds: Mapping[str, Kind], wanted: Kind) -> list[str]:
    return sorted(name for name, kind in kinds.items() if kind is wanted)
