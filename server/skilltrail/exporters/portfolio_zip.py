"""Archives that are the same, byte for byte, whenever the same files go in. Nothing here reads one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""Members bear no time of their own: the earliest that the format knows."""

_PLAIN_FILE = 0o100644 << 16


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of files, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, _BEGINNING)
            # Else it would say on which system it was made.
            member.create_system, member.external_attr = 3, _PLAIN_FILE
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
