"""What is embedded in a portfolio's page, read back from its bytes: for whoever checks the file without a browser."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

PAGE_MOST = 64 * 1024 * 1024

_DOCTYPE = "<!DOCTYPE html>"
_OPEN, _CLOSE = "<script ", "</script>"
_WORDS = 'type="application/json" id="words"'
_CONTENT = 'type="application/json" id="content"'
_MANIFEST = 'type="text/plain" id="manifest"'
_CODE = 'type="module" id="checker"'
_KINDS = ("credential", "rotation")
_BY = '<meta name="generator" content="'


@dataclass(frozen=True, slots=True)
class PageParts:
    """What a page holds: ``manifest`` is its own JWS, ``visible`` and ``file`` are what its claim ``page`` must say.

    ``by`` is the name that the writing program gave itself, "" where it gave none.
    """

    content: bytes
    credentials: Mapping[str, bytes]
    rotations: tuple[bytes, ...]
    manifest: bytes
    visible: str
    file: str
    by: str = ""


def read_page(data: bytes) -> PageParts:
    """Return the embedded parts of a page, none of them checked.

    Raises
    ------
    EvidenceInvalid
        If it is no page of a portfolio, or holds a part twice.
    """
    text = _text(data)
    scripts = _scripts(text)
    manifest = _one(scripts, _MANIFEST)
    empty = text.replace(f"{_OPEN}{_MANIFEST}>{manifest}{_CLOSE}", f"{_OPEN}{_MANIFEST}>{_CLOSE}", 1)
    return PageParts(
        content=_one(scripts, _CONTENT).encode(),
        credentials=_named(scripts, "credential"),
        rotations=tuple(_named(scripts, "rotation").values()),
        manifest=manifest.encode(),
        visible=hashed(without_scripts(text.removeprefix(_DOCTYPE))),
        file=hashed(empty.encode()),
        by=text.partition(_BY)[2].partition('"')[0],
    )


def without_scripts(text: str) -> bytes:
    """Return the visible part: markup without data and code, the words that the code says excepted."""
    kept, rest = [], text
    while _OPEN in rest:
        before, _open, rest = rest.partition(_OPEN)
        inner, _close, rest = rest.partition(_CLOSE)
        kept.append(before)
        if inner.startswith(f"{_WORDS}>"):
            kept.append(f"{_OPEN}{inner}{_CLOSE}")
    return "".join([*kept, rest]).encode()


def hashed(data: bytes) -> str:
    """Return SHA-256 as base64url without padding, as manifests name it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode("ascii").rstrip("=")


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8") if len(data) <= PAGE_MOST else ""
    except UnicodeDecodeError:
        text = ""
    if not text.startswith(f"{_DOCTYPE}<html "):
        raise _refused()
    return text


def _scripts(text: str) -> dict[str, str]:
    """Return attributes → text of all script elements; in a page of ours the sign ``<`` begins markup only."""
    found: dict[str, str] = {}
    for piece in text.split(_OPEN)[1:]:
        inner, closed, _rest = piece.partition(_CLOSE)
        attributes, opened, body = inner.partition(">")
        if not closed or not opened or attributes in found:
            raise _refused()
        found[attributes] = body
    if not {_WORDS, _CONTENT, _MANIFEST, _CODE} <= found.keys():
        raise _refused()
    return found


def _one(scripts: Mapping[str, str], attributes: str) -> str:
    return scripts[attributes]


def _named(scripts: Mapping[str, str], kind: str) -> dict[str, bytes]:
    start = f'type="text/plain" data-kind="{kind}" data-name="'
    named = {key.removeprefix(start).removesuffix('"'): body for key, body in scripts.items() if key.startswith(start)}
    return {name: _bytes(body) for name, body in named.items()}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _refused() from None


def _refused() -> EvidenceInvalid:
    return EvidenceInvalid(_("This is not the page of a portfolio."))
