"""Every error Skilltrail raises on purpose, in one tree.

SkilltrailError
├─ CaptureError ─ PayloadTooLarge · UnsupportedSchema · InvalidCapture
├─ AccessRefused ─ HostRefused · OriginRefused · CrossSiteRefused · NotPaired · ScopeRefused · RateLimited ·
│                  SecretRefused
├─ PairingError
├─ RequestInvalid ─ JsonInvalid
├─ EvidenceInvalid
├─ PortfolioBlocked
├─ MediaTypeRefused · MethodRefused · ShuttingDown · Undeclared · PortTaken
├─ NotFound
├─ ForgetInvalid · TooLate · CorrectionRefused
├─ UnsupportedFormat
├─ ImportFailed ─ ArchiveRefused
├─ ImportBusy
├─ ModelUnavailable ─ ModelMissing
└─ StorageError ─ DataFolderInUse · SchemaTooNew · KeyUnavailable · StorageFull · DatabaseDamaged ·
                  DatabaseReplaced · BackupUnusable

Each class has a stable ``code`` (scripts and the extension rely on it); the message is for the learner and
never holds captured text. HTTP statuses stand in one table, ``web/problems.py``.
"""

from __future__ import annotations


class SkilltrailError(Exception):
    """Base of all errors; ``code`` is stable, ``str(error)`` says what to do."""

    code = "error"


class CaptureError(SkilltrailError):
    """Captured data cannot be taken as it is."""

    code = "capture_invalid"


class InvalidCapture(CaptureError):
    """One item breaks the capture format."""

    code = "item_invalid"


class PayloadTooLarge(CaptureError):
    """A body is over its cap."""

    code = "payload_too_large"


class UnsupportedSchema(CaptureError):
    """The sender speaks a capture format this server does not know."""

    code = "extension_too_old"


class AccessRefused(SkilltrailError):
    """A request did not pass the gate."""

    code = "refused"


class HostRefused(AccessRefused):
    """The Host header is not this server's own address."""

    code = "host_refused"


class OriginRefused(AccessRefused):
    """The Origin header is neither ours nor that of a paired extension."""

    code = "origin_refused"


class CrossSiteRefused(AccessRefused):
    """The browser says that another site sent the request."""

    code = "cross_site"


class NotPaired(AccessRefused):
    """No credential, or one that is unknown, expired or revoked."""

    code = "not_paired"


class ScopeRefused(AccessRefused):
    """The credential is real but may not do this."""

    code = "scope"


class RateLimited(AccessRefused):
    """Too many requests; ``retry_after`` is in seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SecretRefused(AccessRefused):
    """A passphrase or recovery key is wrong, mistyped or too short."""

    code = "secret_refused"


class PairingError(SkilltrailError):
    """A pairing request is unknown, expired, already decided or does not fit."""

    code = "pairing_failed"


class NotFound(SkilltrailError):
    """The thing asked for does not exist (any more)."""

    code = "not_found"


class ForgetInvalid(SkilltrailError):
    """What is to be forgotten is not named, or not in one way alone."""

    code = "forget_invalid"


class TooLate(SkilltrailError):
    """The time in which this could be undone is over."""

    code = "too_late"


class CorrectionRefused(SkilltrailError):
    """A correction of a topic does not fit what is there now."""

    code = "correction_refused"


class UnsupportedFormat(SkilltrailError):
    """An export format or import file that Skilltrail does not know."""

    code = "unsupported_format"


class ImportFailed(SkilltrailError):
    """An import file could not be read."""

    code = "import_failed"


class ArchiveRefused(ImportFailed):
    """An archive is damaged, or made so that reading it could do harm; ``reason`` is stable."""

    code = "archive_refused"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ImportBusy(SkilltrailError):
    """An import runs already, and there is one at a time."""

    code = "import_busy"


class ModelUnavailable(SkilltrailError):
    """The model process is not there; capture goes on, processing waits."""

    code = "model_unavailable"


class ModelMissing(ModelUnavailable):
    """The model's files are missing or altered."""

    code = "model_missing"


class StorageError(SkilltrailError):
    """The data folder or database cannot be used."""

    code = "storage"


class DataFolderInUse(StorageError):
    """Another Skilltrail holds the data folder."""

    code = "data_folder_in_use"


class SchemaTooNew(StorageError):
    """The database was written by a newer Skilltrail; it is left untouched."""

    code = "schema_too_new"


class KeyUnavailable(StorageError):
    """The key that opens the database is missing, locked or wrong."""

    code = "key_unavailable"


class StorageFull(StorageError):
    """The disk is full; reading goes on, writing waits."""

    code = "storage_full"


class DatabaseDamaged(StorageError):
    """The database file is not what was written; it is left untouched."""

    code = "database_damaged"


class BackupUnusable(StorageError):
    """A backup cannot be read with the keys at hand, or is not what was written."""

    code = "backup_unusable"


class DatabaseReplaced(StorageError):
    """Another file took the open database's place; nothing is written until the next start."""

    code = "database_replaced"


class RequestInvalid(SkilltrailError):
    """The request is not what the route takes; the message names the field, never its value."""

    code = "request_invalid"


class JsonInvalid(RequestInvalid):
    """The body is no JSON that is taken here."""

    code = "json_invalid"


class EvidenceInvalid(SkilltrailError):
    """A piece of evidence (checkpoint, proof, entry, disclosure) has not its form, or does not fit together."""

    code = "evidence_invalid"


class PortfolioBlocked(SkilltrailError):
    """A portfolio holds something that nobody has resolved yet, or nothing at all."""

    code = "portfolio_blocked"


class MediaTypeRefused(SkilltrailError):
    """The body's Content-Type is not application/json."""

    code = "unsupported_media_type"


class MethodRefused(SkilltrailError):
    """The route does not know this method."""

    code = "method_not_allowed"


class ShuttingDown(SkilltrailError):
    """The server is ending; the sender keeps what it has and tries again."""

    code = "shutting_down"


class Undeclared(SkilltrailError):
    """A route without declared rules: a fault of ours, and closed."""

    code = "undeclared"


class PortTaken(SkilltrailError):
    """Another program listens where Skilltrail should."""

    code = "port_taken"
