"""Thousands of alterations of everything that a client gets: none passes. About five minutes.

python -m pytest tests/torture/test_verifying.py -s
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from identities import bundle, little, page
from mutations import alterations
from skilltrail.domain.verification import Outcome
from skilltrail.services.verifying import verify, verify_credential

OF_EACH_FILE = 500
OF_THE_PAGE = 1_500
OF_A_CREDENTIAL = 2_000


def missed(files: Mapping[str, bytes], name: str, count: int) -> list[str]:
    """Return the kinds of alterations of one file that the check of all did not see."""
    return [
        kind
        for kind, altered in alterations(files[name], count)
        if verify({**files, name: altered}).integrity.outcome is not Outcome.FAILED
    ]


def test_every_file_of_a_bundle() -> None:
    files = {name: data for name, data in bundle(little()).items() if not name.endswith(".png")}
    assert verify(files).integrity.outcome is Outcome.PASSED

    found = {name: missed(files, name, OF_EACH_FILE) for name in files}

    print(f"\nbundle: {OF_EACH_FILE} alterations of each of {len(files)} files, missed {sum(map(len, found.values()))}")
    assert {name: kinds for name, kinds in found.items() if kinds} == {}


def test_the_page() -> None:
    files = {"portfolio.html": page(little())}
    assert verify(files).integrity.outcome is Outcome.PASSED

    found = missed(files, "portfolio.html", OF_THE_PAGE)

    print(f"\npage: {OF_THE_PAGE} alterations, missed {len(found)}")
    assert found == []


def test_a_credential_alone() -> None:
    """Its proof signs what the JSON means: an alteration that passes must mean the same (white space)."""
    data = bundle(little())["credential-1.json"]
    passed = Counter(
        json.loads(altered) == json.loads(data)
        for _kind, altered in alterations(data, OF_A_CREDENTIAL)
        if verify_credential(altered).outcome is Outcome.PASSED
    )

    print(
        f"\ncredential: {OF_A_CREDENTIAL} alterations, {passed[True]} passed that mean the same, {passed[False]} others"
    )
    assert passed[False] == 0
