"""Files that are handed over to be checked: archives and baked pictures opened, sizes capped, each of a kind."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from skilltrail.domain.badge_image import SIGNATURE, png_credential
from skilltrail.domain.base64url import decoded
from skilltrail.domain.manifest import MANIFEST_MOST, TYPE, is_manifest
from skilltrail.domain.strict_json import read_strict
from skilltrail.errors import ArchiveRefused, EvidenceInvalid
from skilltrail.i18n import _
from skilltrail.importers.archive import entries, is_archive
from skilltrail.importers.members import Unpacked
from skilltrail.platform.data_integrity import svg_credential
from skilltrail.services.log_verifying import KEY, LEAF, PROOF, SHOWN

FILES_MOST = 3_000
BYTES_MOST = 128 * 1024 * 1024
CONTENT_MOST = 48 * 1024 * 1024
"""Bytes of a portfolio's content: what is read as JSON takes many times its size in memory."""
CREDENTIALS_MOST = 4 * 1024 * 1024
"""Bytes of all credentials: a large one takes a second to check, and a portfolio of forty skills has 0.3 MB of them."""

CONTENT_SCHEMA = "urn:skilltrail:schema:portfolio:1"

Files = Mapping[str, bytes]


class Kind(StrEnum):
    """What a file is, by what it holds, else by its name."""

    PAGE = "page"
    MANIFEST = "manifest"
    CONTENT = "content"
    CREDENTIAL = "credential"
    LEAF = "leaf"
    PROOF = "proof"
    DISCLOSURES = "disclosures"
    CHECKPOINT = "checkpoint"
    LOG_KEY = "log key"
    STAMP = "stamp"
    REQUEST = "request"
    JSON = "json"
    OTHER = "other"


def unpacked(files: Files) -> dict[str, bytes]:
    """Return files by name, an archive that stands alone as its members, without a folder that all of them share.

    Raises
    ------
    EvidenceInvalid
        If there are too many, or too much, two for one place, or an archive is damaged or made to do harm.
    """
    if len(files) == 1 and is_archive(io.BytesIO(next(iter(files.values())))):
        files = _members(next(iter(files.values())))
    if len(files) > FILES_MOST or sum(map(len, files.values())) > BYTES_MOST:
        raise EvidenceInvalid(_("There is more here than a portfolio can have."))
    if len({_same_place(name) for name in files}) < len(files):
        words = _("There are two files here that some systems take for one: only case or accents differ.")
        raise EvidenceInvalid(words)
    top = {name.partition("/")[0] for name in files}
    if len(top) == 1 and all("/" in name for name in files):
        files = {name.partition("/")[2]: data for name, data in files.items()}
    return dict(files)


def kind_of(name: str, data: bytes) -> Kind:
    """Return what a file is; a file that was altered is still what its name says."""
    by_name = _by_name(name.rpartition("/")[2].lower())
    if by_name is not Kind.OTHER:
        return by_name
    head = data[:4096].lstrip()
    if head[:15].lower() == b"<!doctype html>" or name.lower().endswith((".html", ".htm")):
        return Kind.PAGE
    if is_manifest(data):
        return Kind.MANIFEST if _is_ours(data) else Kind.CREDENTIAL
    if head.startswith(b"{") or name.lower().endswith(".json"):
        return _json_kind(data)
    if data.startswith(SIGNATURE) or b"<svg" in head:
        return Kind.CREDENTIAL if baked(data) is not None else Kind.OTHER
    return Kind.OTHER


def _json_kind(data: bytes) -> Kind:
    if CONTENT_SCHEMA.encode() in data[:4096]:
        return Kind.CONTENT
    return Kind.CREDENTIAL if b"VerifiableCredential" in data or b'"proof"' in data else Kind.JSON


def baked(data: bytes) -> bytes | None:
    """Return the credential inside a picture, None if there is none; raises EvidenceInvalid."""
    if data.startswith(SIGNATURE):
        return png_credential(data)
    return svg_credential(data) if b"<svg" in data[:4096] else None


def read_content(data: bytes) -> dict[str, Any]:
    """Return the content of a portfolio; raises EvidenceInvalid."""
    found = read_strict(data, most=CONTENT_MOST)
    if not isinstance(found, dict) or found.get("schema") != CONTENT_SCHEMA:
        raise EvidenceInvalid(_("This is not the content of a portfolio."))
    return found


def _by_name(name: str) -> Kind:
    endings = {
        LEAF: Kind.LEAF,
        PROOF: Kind.PROOF,
        SHOWN: Kind.DISCLOSURES,
        ".tsr": Kind.STAMP,
        ".tsq": Kind.REQUEST,
        ".jws": Kind.MANIFEST,
    }
    if name == KEY:
        return Kind.LOG_KEY
    if name.startswith("checkpoint") and name.endswith(".txt"):
        return Kind.CHECKPOINT
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), Kind.OTHER)


def _is_ours(data: bytes) -> bool:
    try:
        header = read_strict(decoded(data.partition(b".")[0].strip().decode("ascii")), most=MANIFEST_MOST)
    except (EvidenceInvalid, UnicodeDecodeError):
        return False
    return isinstance(header, dict) and header.get("typ") == TYPE


def _members(archive: bytes) -> dict[str, bytes]:
    file = io.BytesIO(archive)
    try:
        listed = [entry for entry in entries(file) if not entry.is_folder]
        if len(listed) > FILES_MOST or sum(entry.size for entry in listed) > BYTES_MOST:
            raise EvidenceInvalid(_("There is more here than a portfolio can have."))
        if len({_same_place(entry.name) for entry in listed}) < len(listed):
            raise EvidenceInvalid(_("The archive holds a file twice under one name."))
        return {entry.name: Unpacked(file, entry).read() for entry in listed}
    except ArchiveRefused as error:
        raise EvidenceInvalid(str(error)) from None


def _same_place(name: str) -> str:
    """Return what names have in common that some system unpacks to one file: it would show another than was checked."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.replace("\\", "/")).casefold())
