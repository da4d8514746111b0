"""The short version of tests/torture/test_secrets.py: a hundred fakes captured and imported, and no byte kept."""

from __future__ import annotations

from pathlib import Path

from benchmarks import redaction
from benchmarks.fakes import sets
from benchmarks.fakes.look_alikes import LOOK_ALIKES

from canaries import dumped, key_of
from exchanges import items
from secret_search import export_file, fakes, left_in, masked, planted
from skilltrail.application import Application
from steps import count


def test_nothing_masked_is_left_in_the_folder_or_in_exports(application: Application, tmp_path: Path) -> None:
    given = fakes(each=1)[::2]
    secrets = masked(given)
    application.exchanges.capture(items(planted(given, prefix="capture")))
    application.imports.run([export_file(tmp_path / "conversations.json", given)])
    exports = tmp_path / "exports"
    exports.mkdir()
    for name in ("markdown", "json", "html", "csv", "xlsx"):
        (exports / name).write_bytes(application.exports.file(name).data)

    left = left_in([application.settings.home, exports], key_of(application), secrets)

    assert count(application, "exchange") == 2 * len(given)
    assert len(secrets) >= 100
    assert left == {}
    assert [secret for secret in secrets if secret.encode() in dumped(application).lower()] == []


def test_both_sides_reach_their_share_on_a_sample() -> None:
    by_rule = sets.by_rule(each=1)
    chat = [row.fake for row in sets.chat()]

    for side in redaction.SIDES.values():
        assert redaction.share(by_rule, side)[0] >= 0.98
        assert redaction.share(chat, side)[0] >= 0.95
        assert len(redaction.changed(LOOK_ALIKES, side)) <= 2


def test_both_sides_do_the_same() -> None:
    texts = [fake.text for fake in fakes(each=1)] + list(LOOK_ALIKES)

    assert redaction.server(texts) == redaction.extension(texts)
