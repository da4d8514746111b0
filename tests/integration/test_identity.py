"""The identity key of a data folder: made on first need, carried by backups, closed, handed over, never shown."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from callers import Caller
from conftest import SteppingClock
from dashboard import Dashboard
from portfolios import sample
from skilltrail.application import Application
from skilltrail.application.identity import IdentityFacade
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.identity import IdentityReason
from skilltrail.domain.manifest import check_manifest, hash_of
from skilltrail.domain.portfolio import Portfolio
from skilltrail.errors import EvidenceInvalid, RequestInvalid, SecretRefused, TooLate
from skilltrail.platform import key_wrapping
from skilltrail.platform.signing import is_signed
from skilltrail.storage.database import open_database
from skilltrail.storage.identity_queries import keys

PASSPHRASE = "a few words in a row"
OTHER = "some more words in a row"


@pytest.fixture(autouse=True)
def _quick_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_wrapping.ScryptCost.__init__, "__defaults__", (2**4, 8, 1))


@pytest.fixture
def identity(application: Application) -> IdentityFacade:
    return application.identity


def portfolio(identity: IdentityFacade) -> Portfolio:
    return replace(sample(), person=replace(sample().person, did=identity.standing().did))


def test_a_key_is_made_on_first_need_and_stays(application: Application, settings: Settings) -> None:
    assert application.identity.look() is None
    did = application.identity.standing().did
    application.close()

    with Application.open(settings) as again:
        assert again.identity.standing().did == did


def test_what_is_signed_fits_the_key(identity: IdentityFacade) -> None:
    signed = identity.sign(portfolio(identity), b"{}")
    page = identity.page_signer(signed)({"visible": "a" * 43, "file": "b" * 43})

    assert check_manifest(signed.manifest, is_signed).issuer == identity.standing().did
    assert check_manifest(page, is_signed).page == {"visible": "a" * 43, "file": "b" * 43}
    assert identity.standing().used


def test_a_portfolio_of_another_key_is_refused(identity: IdentityFacade) -> None:
    with pytest.raises(EvidenceInvalid):
        identity.sign(sample(), b"{}")


def test_a_passphrase_is_asked_for_each_time(identity: IdentityFacade) -> None:
    made = portfolio(identity)
    assert identity.set_passphrase(PASSPHRASE).locked

    for wrong in (None, "", OTHER):
        with pytest.raises(SecretRefused):
            identity.sign(made, b"{}", wrong)
        with pytest.raises(SecretRefused):
            identity.set_passphrase(None, wrong)
        with pytest.raises(SecretRefused):
            identity.rotate(wrong, new_passphrase=PASSPHRASE)
    assert not identity.standing().used
    signed = identity.sign(made, b"{}", PASSPHRASE)
    with pytest.raises(SecretRefused):
        identity.page_signer(signed)


def test_a_passphrase_is_changed_and_taken_away(identity: IdentityFacade) -> None:
    did = identity.standing().did
    identity.set_passphrase(PASSPHRASE)
    identity.set_passphrase(OTHER, PASSPHRASE)
    with pytest.raises(SecretRefused):
        identity.set_passphrase(None, PASSPHRASE)

    standing = identity.set_passphrase(None, OTHER)

    assert (standing.did, standing.locked) == (did, False)


def test_a_new_passphrase_that_is_too_short_changes_nothing(identity: IdentityFacade) -> None:
    before = identity.standing()
    with pytest.raises(SecretRefused):
        identity.set_passphrase("short")
    with pytest.raises(SecretRefused):
        identity.rotate(new_passphrase="short")

    assert identity.standing() == before


def test_a_key_hands_over_and_the_statement_goes_along(identity: IdentityFacade) -> None:
    old = identity.standing().did
    identity.sign(portfolio(identity), b"{}")
    new = identity.rotate()
    signed = identity.sign(portfolio(identity), b"{}")
    [statement] = [json.loads(one) for one in signed.rotations]

    assert new.did != old
    assert (new.reason, new.earlier[0].did, new.earlier[0].handed_over) == (IdentityReason.ROTATED, old, True)
    assert (statement["issuer"]["id"], statement["credentialSubject"]["id"]) == (old, new.did)
    assert check_manifest(signed.manifest, is_signed).rotations == (hash_of(signed.rotations[0]),)


def test_a_lost_passphrase_means_a_new_identity_that_says_nothing_of_the_old(identity: IdentityFacade) -> None:
    identity.set_passphrase(PASSPHRASE)
    new = identity.rotate(lost=True, without=True)
    signed = identity.sign(portfolio(identity), b"{}")

    assert (new.reason, new.earlier[0].handed_over, new.locked) == (IdentityReason.ANEW, False, False)
    assert signed.rotations == ()


def test_a_change_can_be_taken_back_until_something_is_signed(identity: IdentityFacade) -> None:
    old = identity.standing()
    with pytest.raises(TooLate):
        identity.undo_rotation()
    assert identity.rotate().undoable
    assert identity.undo_rotation() == old

    identity.rotate()
    identity.sign(portfolio(identity), b"{}")
    assert not identity.standing().undoable
    with pytest.raises(TooLate):
        identity.undo_rotation()


def test_a_closed_key_is_not_followed_by_an_open_one_without_a_word(identity: IdentityFacade) -> None:
    before = identity.set_passphrase(PASSPHRASE)
    for wrong in ({}, {"lost": True}, {"new_passphrase": OTHER, "without": True}):
        with pytest.raises(RequestInvalid):
            identity.rotate(PASSPHRASE, **wrong)
    assert identity.standing() == before

    assert identity.rotate(PASSPHRASE, new_passphrase=OTHER).locked
    assert not identity.rotate(OTHER, without=True).locked


def test_keys_of_before_are_thrown_away_once_nothing_can_bring_them_back(identity: IdentityFacade) -> None:
    def kept() -> list[bool]:
        with identity._database.read() as session:
            return [bool(key.sealed) for key in keys(session)]

    identity.rotate()
    identity.rotate()
    assert kept() == [True, True, True]
    signed = identity.sign(portfolio(identity), b"{}")
    assert kept() == [False, False, True]
    assert len(signed.rotations) == 2
    identity.rotate()
    assert kept() == [False, False, True, True]
    assert identity.undo_rotation().did == identity.sign(portfolio(identity), b"{}").portfolio.person.did


def test_backup_and_restore_carry_the_key(application: Application) -> None:
    before = application.identity.set_passphrase(PASSPHRASE)
    backup = application.backups.make()
    assert application.backups.restore(backup.name).identity is None
    application.identity.rotate(PASSPHRASE, new_passphrase=OTHER)

    restored = application.backups.restore(backup.name)

    assert application.identity.standing() == before
    assert restored.identity == before.did


def test_everything_i_have_names_the_key_and_holds_nothing_of_it(application: Application) -> None:
    application.identity.rotate()
    pem = application.identity._current().sealed.splitlines()[1]
    whole = b"".join(application.data_rights.everything())
    told = json.loads(whole)["identities"]

    assert [one["reason"] for one in told] == ["first", "rotated"]
    assert told[1]["did"] == application.identity.standing().did
    assert pem not in whole


def test_no_secret_is_in_what_is_logged_or_shown(identity: IdentityFacade, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        identity.set_passphrase(PASSPHRASE)
        with pytest.raises(SecretRefused) as refused:
            identity.sign(portfolio(identity), b"{}", OTHER)
        identity.rotate(PASSPHRASE, new_passphrase=OTHER)
    shown = " ".join((caplog.text, str(refused.value), repr(identity._current()), repr(asdict(identity.standing()))))

    assert [word for word in (PASSPHRASE, OTHER, "PRIVATE KEY", "box") if word in shown] == []


def test_backups_that_hold_a_key_of_before_are_told_and_replaced(
    application: Application, clock: SteppingClock, settings: Settings
) -> None:
    """A stolen backup signs for the learner with a key that they gave up because it was stolen."""
    app, identity = application, application.identity
    made = [app.backups.make()]  # from before there was any key
    clock.move(minutes=1)
    identity.sign(portfolio(identity), b"{}")
    clock.move(minutes=1)
    made += [app.backups.make()]
    clock.move(minutes=1)
    identity.rotate()
    assert not identity.standing().used
    made += [app.backups.make()]
    clock.move(minutes=1)
    assert [one.name for one in app.backups.with_ended_keys()] == [made[2].name, made[1].name]
    with pytest.raises(RequestInvalid, match="signed nothing"):
        app.backups.drop_ended_keys()
    identity.sign(portfolio(identity), b"{}")
    assert all(held_keys(app, settings, one.name) for one in made[1:])
    clock.move(minutes=1)

    fresh = app.backups.drop_ended_keys()

    assert {one.name for one in app.backups.listing()} == {fresh.name, made[0].name}
    assert app.backups.with_ended_keys() == ()
    assert not any(held_keys(app, settings, one.name) for one in app.backups.listing())


def held_keys(application: Application, settings: Settings, name: str) -> bool:
    """Tell whether a key that ended by now can be taken out of a backup."""
    ended = {one.did for one in application.identity.standing().earlier}
    database = open_database(settings.home / "backups" / name, application._held.raw)
    try:
        with database.read() as session:
            return any(key.sealed for key in keys(session) if key.did in ended)
    finally:
        database.close()


def test_without_a_change_no_backup_is_told(application: Application) -> None:
    application.identity.standing()
    application.backups.make()
    application.identity.set_passphrase(PASSPHRASE)

    assert application.backups.with_ended_keys() == ()


def test_the_page_says_where_earlier_keys_lie_and_replaces_them(
    application: Application, clock: SteppingClock, page: Caller
) -> None:
    identity = application.identity
    identity.standing()
    application.backups.make()
    assert "identity-old-backups" not in ids_of(application)
    identity.rotate()
    assert page.get("/api/v1/identity").get_json()["old_backups"] == 1
    assert page.post("/api/v1/identity/backups", {}).status_code == 422
    assert "identity-old-backups" in ids_of(application)
    assert "identity-drop-now" not in ids_of(application)
    words = Dashboard(application)("/fragments/settings").text
    assert f"1 backup in {application.backups.folder} still holds an earlier key." in words
    identity.sign(portfolio(identity), b"{}")
    assert "identity-drop-now" in ids_of(application)
    clock.move(minutes=1)

    assert page.post("/api/v1/identity/backups", {}).get_json()["old_backups"] == 0
    assert "identity-old-backups" not in ids_of(application)
    assert len(application.backups.listing()) == 1


def ids_of(application: Application) -> list[str]:
    return Dashboard(application)("/fragments/settings").attributes("id")


# --- the API and the command ----------------------------------------------------------------------------------------


def test_the_api_makes_closes_and_changes_the_key(page: Caller) -> None:
    assert page.get("/api/v1/identity").get_json()["did"] is None
    did = page.post("/api/v1/identity", {}).get_json()["did"]
    body: dict[str, Any] = {"new_passphrase": PASSPHRASE}
    assert page.send("PUT", "/api/v1/identity/passphrase", body).get_json()["locked"] is True
    wrong = {"passphrase": OTHER, "new_passphrase": PASSPHRASE}
    assert page.post("/api/v1/identity/rotation", wrong).status_code == 403
    assert page.post("/api/v1/identity/rotation", {"passphrase": PASSPHRASE}).status_code == 422
    body = {"passphrase": PASSPHRASE, "without_passphrase": True}
    rotated = page.post("/api/v1/identity/rotation", body).get_json()

    assert rotated["earlier"][0]["did"] == did
    assert page.send("DELETE", "/api/v1/identity/rotation").get_json()["did"] == did


def run(*words: str, home: Path, typed: str = "", status: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["identity", *words, "--json", "--home", str(home)], input=typed)
    assert done.exit_code == status, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_the_command_from_one_end_to_the_other(application: Application, settings: Settings, tmp_path: Path) -> None:
    application.close()
    home = settings.home
    file = tmp_path / "did.txt"

    assert run(home=home)["did"] is None
    did = run("show", home=home)["did"]
    run("export-public", str(file), home=home)
    assert run("passphrase", "--passphrases", "-", home=home, typed=f"{PASSPHRASE}\n")["locked"] is True
    wrong = f"{OTHER}\n{OTHER}\n"
    assert run("rotate", "--passphrases", "-", home=home, typed=wrong, status=1)["code"] == "secret_refused"
    run("rotate", "--passphrases", "-", home=home, typed=f"{PASSPHRASE}\n", status=1)
    closed = run("rotate", "--passphrases", "-", home=home, typed=f"{PASSPHRASE}\n{OTHER}\n")
    run("rotate", "--undo", home=home)
    rotated = run("rotate", "--none", "--passphrases", "-", home=home, typed=f"{PASSPHRASE}\n")
    back = run("rotate", "--undo", home=home)

    assert file.read_text() == f"{did}\n"
    assert (closed["locked"], rotated["locked"]) == (True, False)
    assert rotated["earlier"][0] == {**rotated["earlier"][0], "did": did, "handed_over": True}
    assert (back["did"], back["locked"]) == (did, True)


def test_the_command_says_where_earlier_keys_lie(application: Application, settings: Settings) -> None:
    application.identity.standing()
    application.backups.make()
    application.close()

    def said(*words: str) -> str:
        done = CliRunner().invoke(main, ["identity", *words, "--home", str(settings.home)])
        assert done.exit_code == 0, done.output
        return done.output

    rotated = said("rotate")
    assert f"1 backup in {settings.home / 'backups'} still holds an earlier key." in rotated
    assert "Once the new key has signed something" in rotated
    with Application.open(settings) as again:
        again.identity.sign(portfolio(again.identity), b"{}")
    assert "drop-earlier” makes a new backup and deletes these" in said()
    assert (
        "Delete 1 backup for good"
        in CliRunner().invoke(main, ["identity", "drop-earlier", "--home", str(settings.home)], input="n\n").output
    )
    assert run("drop-earlier", "--yes", home=settings.home)["old_backups"] == 0
    assert "earlier key" not in said("drop-earlier")
