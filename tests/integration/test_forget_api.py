"""Forgetting and the learner's rights over HTTP, on the pages and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from callers import Caller, envelope, item
from canaries import CLIENT
from conftest import SteppingClock
from dashboard import Dashboard
from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder

FORGET = "/api/v1/forget"


@pytest.fixture(autouse=True)
def stored(worker: Caller) -> None:
    batch = [item(1), item(2, prompt=f"About {CLIENT}"), item(3, conversation_id="c-2", title=None)]
    worker.post("/api/v1/exchanges", envelope(*batch))


def finish(application: Application, clock: SteppingClock) -> None:
    clock.move(seconds=10)
    application.forgetting.run_due()


def test_a_plan_says_what_would_go(page: Caller) -> None:
    plan = page.post(f"{FORGET}/plan", {"word": CLIENT}).json

    assert (plan["scope"], plan["exchanges"], plan["conversations"], plan["whole_conversations"]) == ("word", 1, 1, 0)
    assert [one["question"] for one in plan["examples"]] == [f"About {CLIENT}"]


@pytest.mark.parametrize("who", ["page", "command_line"])
def test_forgetting_waits_ten_seconds_and_is_done(
    who: str, request: pytest.FixtureRequest, application: Application, clock: SteppingClock
) -> None:
    caller: Caller = request.getfixturevalue(who)
    asked = caller.post(FORGET, {"exchange": 2})
    assert (asked.status_code, asked.json["state"], asked.json["seconds_left"]) == (202, "waiting", 10.0)

    finish(application, clock)

    done = caller.get(f"{FORGET}/{asked.json['id']}").json
    assert (done["state"], done["done"], done["seconds_left"]) == ("done", 1, 0.0)
    assert caller.get("/api/v1/exchanges/2").status_code == 404
    listed = caller.get(FORGET).json
    assert (len(listed["passes"]), listed["kept_out"], listed["retention_months"]) == (1, 1, 0)


def test_undone_in_time_nothing_is_gone(page: Caller, application: Application, clock: SteppingClock) -> None:
    asked = page.post(FORGET, {"everything": True}).json

    assert page.send("DELETE", f"{FORGET}/{asked['id']}").status_code == 204
    finish(application, clock)

    assert application.exchanges.page().total == 3
    assert page.send("DELETE", f"{FORGET}/{asked['id']}").status_code == 404


def test_too_late_is_said_so(page: Caller, application: Application, clock: SteppingClock) -> None:
    asked = page.post(FORGET, {"exchange": 1}).json
    finish(application, clock)

    late = page.send("DELETE", f"{FORGET}/{asked['id']}")

    assert (late.status_code, late.json["code"]) == (409, "too_late")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "forget_invalid"),
        ({"exchange": 1, "everything": True}, 422, "forget_invalid"),
        ({"exchange": 99}, 404, "not_found"),
        ({"exchange": "1"}, 422, "request_invalid"),
        ({"word": "x"}, 422, "forget_invalid"),
        ({"since": "2026-02-30"}, 422, "request_invalid"),
        ({"since": "yesterday"}, 422, "request_invalid"),
        ({"conversation_of": 99}, 404, "not_found"),
    ],
)
def test_wrong_wishes_are_refused_in_words_that_quote_nothing(
    page: Caller, body: dict[str, object], status: int, code: str
) -> None:
    for path in (FORGET, f"{FORGET}/plan", "/fragments/forget-plan"):
        answer = page.post(path, body)

        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert "yesterday" not in answer.text


def test_an_extension_can_forget_nothing(worker: Caller) -> None:
    for method, path in (("POST", FORGET), ("POST", f"{FORGET}/plan"), ("GET", FORGET), ("GET", "/api/v1/everything")):
        assert worker.send(method, path, {"everything": True} if method == "POST" else None).status_code == 403


def test_a_late_delivery_is_answered_as_forgotten(
    worker: Caller, page: Caller, application: Application, clock: SteppingClock
) -> None:
    page.post(FORGET, {"exchange": 1})
    finish(application, clock)

    (result,) = worker.post("/api/v1/exchanges", envelope(item(1))).json["results"]

    assert (result["outcome"], result["code"], result["exchange_id"]) == ("refused", "forgotten", None)


def test_the_ledger_answer_names_what_the_extension_still_holds(
    worker: Caller, page: Caller, application: Application, clock: SteppingClock
) -> None:
    page.post(FORGET, {"conversation": "c-2"})
    finish(application, clock)
    keys = ("capture_id", "provider", "conversation_id", "prompt_id", "reply_id", "asked_at")
    held = [{key: one[key] for key in keys} for one in (item(1), item(3, conversation_id="c-2"))]
    row = {"provider": "chatgpt", "conversation_id": "c-2", "updated_at": "2026-11-22T10:00:00Z"}
    outbox = {"waiting": 0, "rejected": 2, "bytes": 10}
    sent = {"schema": 1, "extension_version": "0.1.0", "state": "ok", "outbox": outbox, "rows": [row], "held": held}

    answer = worker.post("/api/v1/ledger", sent).json

    assert answer["forgotten"] == [item(3)["capture_id"]]
    assert [(talk["conversation_id"], set(talk)) for talk in answer["reset"]] == [
        ("c-2", {"provider", "conversation_id", "at"})
    ]
    again = worker.post("/api/v1/ledger", sent | {"rows": [row | {"reset_at": answer["reset"][0]["at"]}]}).json
    assert again["reset"] == []


# --- exports ----------------------------------------------------------------------------------------------------------


def test_a_saved_file_stands_in_the_record_and_a_preview_does_not(page: Caller) -> None:
    page.get("/fragments/export-preview?format=json")
    page.get("/api/v1/exports?format=json")
    page.get("/api/v1/exports?format=csv")

    listed = page.get("/api/v1/past-exports").json["exports"]

    assert [(one["format"], one["exchanges"], one["gone"]) for one in listed] == [("csv", 3, 0), ("json", 3, 0)]


def test_a_file_made_of_the_invented_history_is_nobodys(page: Caller) -> None:
    page.post("/api/v1/demo")
    page.get("/api/v1/exports?format=csv", Skilltrail_Space="demo")

    assert page.get("/api/v1/past-exports").json["exports"] == []


def test_everything_is_one_document(page: Caller) -> None:
    answer = page.get("/api/v1/everything")

    assert answer.headers["Content-Disposition"].startswith('attachment; filename="skilltrail-everything-')
    assert [one["id"] for one in answer.json["exchanges"]] == [1, 2, 3]
    assert page.get("/api/v1/past-exports").json["exports"][0]["format"] == "everything"


def test_restricting_goes_over_http(page: Caller) -> None:
    path = "/api/v1/exchanges/1/restricted"
    assert page.send("PUT", path, {"restricted": True, "whole_conversation": True}).json == {
        "restricted": True,
        "exchanges": 2,
    }
    shown = page.get("/api/v1/exchanges/2").json
    assert (shown["restricted"], shown["talk_restricted"], shown["talk_exchanges"]) == (True, True, 2)
    assert page.get("/api/v1/exports?format=csv").text.count("chatgpt") == 1
    assert page.send("PUT", "/api/v1/exchanges/99/restricted", {"restricted": True}).status_code == 404


def test_a_retention_rule_is_set_and_read(page: Caller) -> None:
    assert page.post("/api/v1/retention/plan", {"months": 3}).json["exchanges"] == 0
    assert page.send("PUT", "/api/v1/retention", {"months": 12}).json == {"months": 12, "asked": None}
    assert page.get(FORGET).json["retention_months"] == 12
    assert page.send("PUT", "/api/v1/retention", {"months": 7}).json["code"] == "forget_invalid"


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_seconds_and_a_way_back(application: Application, clock: SteppingClock) -> None:
    show = Dashboard(application)
    application.forgetting.ask(_wish(exchange=2))
    clock.move(seconds=3)

    found = show("/fragments/forget")

    assert "1 exchange will be forgotten. 7 seconds left" in found.text
    assert "forget-undo" in found.attributes("data-action")
    assert found.attributes("data-live") == ["1"]
    clock.move(seconds=10)
    application.forgetting.run_due()
    after = show("/fragments/forget")
    assert "1 exchange forgotten, in the backups too." in after.text
    assert "forget-undo" not in after.attributes("data-action")
    assert after.attributes("data-live") == ["60"]


def _wish(**named: object) -> object:
    from skilltrail.domain.forget import ForgetWish

    return ForgetWish(**named)  # type: ignore[arg-type]


def test_the_plan_on_the_page_names_examples(page: Caller) -> None:
    html = page.post("/fragments/forget-plan", {"word": CLIENT}).text

    assert "Forget 1 exchange" in html
    assert f"About {CLIENT}" in html


def test_the_exchange_page_offers_it(application: Application) -> None:
    found = Dashboard(application)("/fragments/exchanges/1")

    assert "Forget this exchange" in found.text
    assert "Forget the chat (2 exchanges)" in found.text
    assert found.attributes("aria-checked") == ["false", "false"]


def test_the_invented_history_has_nothing_to_forget(application: Application) -> None:
    application.demo.open()

    found = Dashboard(application)("/fragments/forget", space="demo")

    assert "button" not in found.tags


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cli"
    monkeypatch.setenv("SKILLTRAIL_KEYRING", "off")
    settings = Settings(home=home, keyring=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        application.exchanges.capture(items([captured(1), captured(2, prompt=f"About {CLIENT}")]))
    return home


def run(home: Path, *arguments: str, status: int = 0, typed: str | None = None) -> str:
    done = CliRunner().invoke(main, ["forget", "--home", str(home), *arguments], input=typed)
    assert done.exit_code == status, done.output
    return done.output


def test_a_dry_run_shows_and_changes_nothing(home: Path) -> None:
    assert "This would forget 1 exchange" in run(home, "--word", CLIENT, "--dry-run")

    shown = json.loads(run(home, "--word", CLIENT, "--dry-run", "--json"))
    assert (shown["ok"], shown["dry_run"], shown["plan"]["exchanges"]) == (True, True, 1)


def test_at_once_it_is_gone_when_the_command_ends(home: Path) -> None:
    done = json.loads(run(home, "--word", "-", "--yes", "--now", "--json", typed=f"{CLIENT}\n"))

    assert (done["ok"], done["forgotten"], done["pass"]["stage"]) == (True, 1, "done")
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as application:
        assert [row.id for row in application.exchanges.rows()] == [1]


def test_without_yes_it_asks_and_a_script_is_told_so(home: Path) -> None:
    assert "--yes" in run(home, "--exchange", "1", status=1)
    assert json.loads(run(home, "--exchange", "1", "--json", status=1))["code"] == "forget_invalid"


@pytest.mark.parametrize(
    "arguments",
    [(), ("--exchange", "1", "--everything"), ("--exchange", "1", "--now"), ("--since", "soon")],
)
def test_wrong_usage_is_status_2(home: Path, arguments: tuple[str, ...]) -> None:
    run(home, *arguments, status=2)


def test_what_is_not_there_is_status_1(home: Path) -> None:
    assert json.loads(run(home, "--exchange", "9", "--yes", "--json", status=1))["code"] == "not_found"


def test_control_c_within_the_ten_seconds_leaves_everything(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from skilltrail.cli import forgetting

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(forgetting.time, "sleep", interrupted)

    assert json.loads(run(home, "--everything", "--yes", "--json"))["undone"] is True
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as application:
        assert application.exchanges.page().total == 2
        assert application.forgetting.passes() == ()
