"""A request for an endorsement as tests send it, and people who answer: in node, with the page's own script."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from skilltrail.application.endorsements import request_file
from skilltrail.domain.endorsement import Asked, skill_urn
from skilltrail.exporters.endorsement_request import statements_to_tick

SUPPORT = Path(__file__).parent / "extension" / "support"
FIXTURE = Path(__file__).parent / "fixtures" / "endorsement-request.html"
"""What ``sample_page`` gives; tests/extension/endorsement-page.test.js answers it."""

SAMPLE = Asked(
    request="urn:uuid:7d7c9a52-5d0c-4a25-9d0a-0d4a3a5f7c11",
    nonce="q2JZ0b6vT5m0sWcXh3yK1A",
    person='Ada "A" Example',
    did="did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
    skill="Docker networking </script> 🚀",
    skill_id=skill_urn("docker"),
    made_on="2026-11-22",
    answer_by="2027-01-21",
    language="en",
    statements=statements_to_tick('Ada "A" Example'),
    since="2026-03",
    until="2026-11",
    deliverables=("staging network, commit 3fa9c1e",),
    note="Hi Mia — would you say a sentence?\nThanks!",
)


def sample_page() -> bytes:
    """Return the page that the fixture holds."""
    return request_file(SAMPLE).data


@cache
def _node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    return found


def answers(page: bytes, folder: Path) -> list[dict[str, Any]]:
    """Return signed answers to the request in a page, one for each hostile text."""
    file = folder / "request.html"
    file.write_bytes(page)
    done = subprocess.run(
        [_node(), str(SUPPORT / "answer-request.js"), str(file)], capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


if __name__ == "__main__":
    FIXTURE.write_bytes(sample_page())
