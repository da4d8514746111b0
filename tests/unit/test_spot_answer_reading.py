"""The text of a spot check's answer, read back: what we write of the entries passes, anything else does not."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from skilltrail.domain.evidence_log import EntryState, Shown
from skilltrail.domain.spot_check import AskedEntry, AskedPart, SpotAnswer
from skilltrail.exporters.spot_answer import spot_answer
from skilltrail.exporters.spot_answer_reading import says_what_is_here
from skilltrail.i18n import LANGUAGES, speaking

FIELDS = {1: {"prompt.1": "Why?", "provider": "chatgpt"}, 7: {"reply.1": "So.", "supersedes": "4"}}


def _asked(entry: int, answered_by: int | None, state: EntryState = EntryState.OPEN) -> AskedEntry:
    parts = tuple(AskedPart(name, text) for name, text in FIELDS.get(answered_by or 0, {}).items())
    return AskedEntry(entry, state, answered_by, parts)


def _readme(answer: SpotAnswer, *found: AskedEntry, extension: bytes | None = None) -> bytes:
    shown = {number: Shown(number, EntryState.OPEN, b"", b"", (), 0) for number in (1, 7)}
    file = spot_answer(
        found,
        answer,
        shown,
        checkpoint=b"",
        key="",
        extension=extension,
        made_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        return archive.read("README.txt")


WHOLE = SpotAnswer(
    {1: ("prompt.1", "provider"), 4: ("reply.1", "supersedes")},
    {2: "A client’s matter.", 3: "Forgotten; it says: 4 fields shown."},
)
ASKED = (_asked(1, 1), _asked(2, None, EntryState.PRIVATE), _asked(3, None, EntryState.SUPERSEDED), _asked(4, 7))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("extension", [None, b"proof"])
def test_what_we_write_is_known_in_every_language(language: str, extension: bytes | None) -> None:
    with speaking(language):
        readme = _readme(WHOLE, *ASKED, extension=extension)

    assert says_what_is_here(readme, FIELDS, extension=extension is not None)
    assert not says_what_is_here(readme, FIELDS, extension=extension is None)
    assert not says_what_is_here(readme, {1: FIELDS[1]}, extension=extension is not None)
    assert not says_what_is_here(readme, {**FIELDS, 9: {}}, extension=extension is not None)


def test_that_an_entry_took_anothers_place_is_told_as_shown_only_where_it_is() -> None:
    proved = _readme(WHOLE, *ASKED).decode()
    unshown = _readme(SpotAnswer({4: ("reply.1",)}), ASKED[3]).decode()
    older = _readme(SpotAnswer({2: ("reply.1", "supersedes")}), _asked(2, 7)).decode()

    assert "as entry 7, which took its place (its field supersedes)" in proved
    for said in (unshown, older):
        assert "supersedes" not in said
        assert "as entry 7; the learner says that it took its place" in said
    assert says_what_is_here(unshown.encode(), {7: {"reply.1": "So."}}, extension=False)
    assert says_what_is_here(older.encode(), {7: FIELDS[7]}, extension=False)
    assert not says_what_is_here(proved.encode(), {**FIELDS, 7: {"reply.1": "So.", "model": "4"}}, extension=False)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"\n\n" * 50, b"- Entry 1: 2 fields shown.\n" * 5])
def test_any_other_text_is_none_of_ours(data: bytes) -> None:
    assert not says_what_is_here(data, FIELDS, extension=False)
