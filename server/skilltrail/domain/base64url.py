"""base64url without padding (RFC 4648), in the one spelling that each value has."""

from __future__ import annotations

import base64
import binascii

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _


def encoded(data: bytes) -> str:
    """Return data in base64url, without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding; raises EvidenceInvalid, also for a second spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or encoded(data) != text:
        raise EvidenceInvalid(_("What is shown has not the form that it must have."))
    return data
