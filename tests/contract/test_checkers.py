"""Pages of every version that was packed are known as ours, whatever comes after."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from identities import page, really_signed
from skilltrail import __version__
from skilltrail.exporters import portfolio_checkers as checkers
from skilltrail.exporters.portfolio_checkers import Checker
from skilltrail.exporters.portfolio_page import is_shipped

ROOT = Path(__file__).resolve().parents[2]


def test_a_version_that_was_packed_still_has_its_checker() -> None:
    """Else later versions would call the pages of this one another's: raise the version, or take the change back."""
    packed = dict(checkers.released()).get(__version__)

    assert packed in (None, checkers.current())


def test_the_list_names_each_version_once_and_in_the_form_of_rules() -> None:
    versions = [version for version, _checker in checkers.released()]
    hashes = [one for _version, checker in checkers.released() for one in checker]

    assert len(set(versions)) == len(versions)
    assert all(one.startswith("sha256-") and len(one) == 51 for one in hashes)


def test_the_page_of_this_version_is_known_and_of_an_earlier_one_by_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    data = page(really_signed())
    before = checkers.current()
    assert is_shipped(data)

    later = Checker(checkers.source_of("other style"), checkers.source_of("other code"))
    monkeypatch.setattr(checkers, "current", lambda: later)

    assert not is_shipped(data)
    monkeypatch.setattr(checkers, "released", lambda: (("0.0.1", before),))
    assert is_shipped(data)
    monkeypatch.setattr(checkers, "released", lambda: (("0.0.1", Checker(later.style, before.code)),))
    assert not is_shipped(data)


def test_packing_records_a_checker_once_and_never_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    from record_checker import record

    one, other = Checker("sha256-a", "sha256-b"), Checker("sha256-a", "sha256-c")
    file = tmp_path / "released.txt"
    file.write_text("# A list.\n", encoding="utf-8")

    assert record(file, "1.0.0", one)
    assert not record(file, "1.0.0", one)
    with pytest.raises(ValueError, match="raise the version"):
        record(file, "1.0.0", other)
    assert record(file, "1.1.0", other)
    assert tuple(checkers.read_released(file.read_text(encoding="utf-8"))) == (("1.0.0", one), ("1.1.0", other))


def test_packing_comes_to_it() -> None:
    assert "record_checker.main()" in (ROOT / "tools/pack.py").read_text(encoding="utf-8")
