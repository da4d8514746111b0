"""Two findings of one place: each is asked about, unless it says nothing that the other does not say."""

from __future__ import annotations

import pytest

from skilltrail.domain.contexts import How
from skilltrail.domain.leak_hits import PortfolioText, TextPlace
from skilltrail.platform.client_words import IdentifyingWord, identifying
from skilltrail.platform.near_words import NearWords
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.personal_data import PersonalData
from skilltrail.services.leak_scan import Lookout, kinds_in

WORDS = (IdentifyingWord(1, 1, How.NAME, "Zqacme"), IdentifyingWord(2, 1, How.DOMAIN, "zqacme.example"))


@pytest.fixture(scope="module")
def seen() -> Lookout:
    words = identifying(WORDS)
    return Lookout(words, NearWords(words.unspared()), SecretRedactor(mark_key=b"k" * 32), PersonalData())


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Ask jane.doe@zqacme.example", {"client", "personal data"}),
        (r"see C:\Users\Zqacme\x", {"client", "path"}),
        ("see /home/zqacme/x", {"client", "path"}),
        ("for Zqacme", {"client"}),
        ("for Zqacmeshop", {"near client"}),
    ],
)
def test_no_kind_hides_another(seen: Lookout, text: str, kinds: set[str]) -> None:
    assert set(kinds_in(PortfolioText(TextPlace("introduction"), text), seen)) == kinds
