"""While the key cannot be had, the service stands and says so: extensions keep their queue, the learner unlocks it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from callers import EXTENSION, OWN, STRANGER, Caller, envelope, extension, item
from exchanges import history, items
from route_walk import body_for, requests
from skilltrail.application import Application
from skilltrail.application.opening import LockedHome, open_or_hold
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.errors import DataFolderInUse
from skilltrail.platform import key_wrapping
from skilltrail.web.app import create_app
from skilltrail.web.locked import create_locked_app

WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    real = key_wrapping.ScryptCost
    monkeypatch.setattr(key_wrapping, "ScryptCost", lambda n=16, r=8, p=1: real(n=n, r=r, p=p))


class Closed:
    """A closed history with a paper that opens it, held by a service that is locked."""

    def __init__(self, settings: Settings, seconds: Callable[[], float]) -> None:
        with Application.open(settings) as application:
            application.exchanges.capture(items(history(5)))
            self.instance_id = application.instance_id
            self.paper = application.keys.make_recovery_key()
            application.keys.move("passphrase", new_passphrase=WORDS)
        home = open_or_hold(settings, open_folder=Application.open)
        assert isinstance(home, LockedHome)
        self.home = home
        self.opened: list[Application] = []
        self.app = create_locked_app(home, port=8731, opened=self.opened.append, monotonic=seconds)
        self.page = Caller(self.app, {"Origin": OWN, "Sec-Fetch-Site": "same-origin"})

    def end(self) -> None:
        for application in self.opened:
            application.close()
        self.home.close()


@pytest.fixture
def closed(settings: Settings, seconds: Callable[[], float]) -> Iterator[Closed]:
    made = Closed(settings, seconds)
    yield made
    made.end()


def test_hello_names_the_same_service_and_says_that_it_is_locked(closed: Closed) -> None:
    answer = extension(closed.app).get("/api/v1/hello")

    assert answer.status_code == 200
    assert answer.json["state"] == "locked"
    assert answer.json["instance_id"] == closed.instance_id
    assert answer.json["product"] == "skilltrail"


def test_an_open_service_says_so(application: Application) -> None:
    answer = extension(create_app(application, port=8731)).get("/api/v1/hello")

    assert answer.json["state"] == "open"


@pytest.mark.parametrize("path", ["/api/v1/exchanges", "/api/v1/ledger", "/api/v1/proof", "/api/v1/pairings"])
def test_extensions_are_told_to_keep_what_they_have(closed: Closed, path: str) -> None:
    for caller in (extension(closed.app, "token"), extension(closed.app, "token", origin=STRANGER)):
        answer = caller.post(path, envelope(item()))

        assert (answer.status_code, answer.json["code"]) == (503, "key_unavailable")
        assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]


def test_every_address_of_the_open_service_answers_the_same_or_shows_the_unlock_page(
    closed: Closed, tmp_path: Path
) -> None:
    with Application.open(Settings(home=tmp_path / "open", keyring=False)) as application:
        routes = list(requests(create_app(application, port=8731)))
    for method, path, access in routes:
        answer = closed.page.send(method, path, body_for(method), Authorization="Bearer x")
        if access.page or path.startswith("/static/"):
            assert answer.status_code == 200, path
        elif path == "/api/v1/hello":
            assert answer.json["state"] == "locked"
        else:
            assert (answer.status_code, answer.json["code"]) in ((503, "key_unavailable"), (403, "cross_site")), path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": EXTENSION}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_nobody_but_the_dashboard_itself_may_try_to_unlock(
    closed: Closed, headers: dict[str, str], status: int
) -> None:
    changes = {name.replace("-", "_"): value for name, value in headers.items()}
    body = json.dumps({"passphrase": WORDS}).encode()

    answer = closed.page.send("POST", "/api/v1/lock", body, **({"Content_Type": "application/json"} | changes))

    assert answer.status_code == status
    assert closed.opened == []


def test_the_page_is_told_why_and_what_opens_it(closed: Closed) -> None:
    answer = closed.page.get("/api/v1/lock").json

    assert (answer["reason"], answer["passphrase"], answer["recovery"], answer["renew"]) == (
        "passphrase",
        True,
        True,
        True,
    )
    assert "passphrase" in answer["words"]


def test_the_passphrase_opens_it_and_signs_in(closed: Closed) -> None:
    answer = closed.page.post("/api/v1/lock", {"passphrase": WORDS})

    assert answer.status_code == 201
    (application,) = closed.opened
    assert application.trail.home().exchanges == 5
    assert application.credentials.authenticate(answer.json["token"]).scope == "dashboard"


def test_the_recovery_key_opens_it_with_a_new_passphrase(closed: Closed) -> None:
    without = closed.page.post("/api/v1/lock", {"recovery_key": closed.paper})
    done = closed.page.post("/api/v1/lock", {"recovery_key": closed.paper, "new_passphrase": "another long one"})

    assert (without.status_code, without.json["code"]) == (403, "secret_refused")
    assert done.status_code == 201
    assert closed.opened[0].key_location == "passphrase"


def test_five_tries_a_minute(closed: Closed, seconds: object) -> None:
    wrong = [closed.page.post("/api/v1/lock", {"passphrase": "wrong"}).status_code for _try in range(6)]
    right = closed.page.post("/api/v1/lock", {"passphrase": WORDS})
    seconds.now += 61  # type: ignore[attr-defined]
    later = closed.page.post("/api/v1/lock", {"passphrase": WORDS})

    assert wrong == [403] * 5 + [429]
    assert right.status_code == 429
    assert later.status_code == 201


def test_wrong_secrets_never_stand_in_an_answer(closed: Closed) -> None:
    for body in ({"passphrase": "my-secret-words"}, {"recovery_key": "my-secret-words"}):
        answer = closed.page.post("/api/v1/lock", body)
        assert b"my-secret-words" not in answer.data
        assert answer.status_code == 403


def test_unlocked_twice_at_once_it_is_opened_once(closed: Closed) -> None:
    first = closed.page.post("/api/v1/lock", {"passphrase": WORDS})
    second = closed.page.post("/api/v1/lock", {"passphrase": WORDS})

    assert (first.status_code, second.status_code) == (201, 503)
    assert len(closed.opened) == 1


def test_a_second_one_is_refused_while_it_is_locked(closed: Closed) -> None:
    with pytest.raises(DataFolderInUse):
        Application.open(closed.home.settings)


def test_without_a_new_try_nothing_of_the_folder_changes(closed: Closed) -> None:
    home = closed.home.settings.home
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    closed.page.post("/api/v1/lock", {"passphrase": "wrong"})
    closed.page.post("/api/v1/lock", {})
    extension(closed.app).post("/api/v1/exchanges", envelope(item()))

    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_the_key_put_back_an_empty_try_opens_it(settings: Settings) -> None:
    with Application.open(settings) as application:
        application.exchanges.capture(items(history(2)))
    key = settings.home / "database.key"
    away = key.rename(settings.home.parent / "away")
    home = open_or_hold(settings, open_folder=Application.open)
    assert isinstance(home, LockedHome)
    assert (home.standing().reason, home.standing().recovery) == ("missing", False)

    away.rename(key)
    with home.unlock() as application:
        assert application.trail.home().exchanges == 2


class TestTerminal:
    @pytest.fixture
    def somebody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from skilltrail.cli import keeping, unlocking

        monkeypatch.setattr(unlocking, "somebody_there", lambda: True)
        monkeypatch.setattr(keeping, "somebody_there", lambda: True)

    def run(self, settings: Settings, *arguments: str, typed: str = "") -> tuple[int, str]:
        runner = CliRunner(env={"SKILLTRAIL_KEYRING": "off"})
        done = runner.invoke(main, [*arguments, "--home", str(settings.home)], input=typed)
        return done.exit_code, done.output

    def test_commands_ask_for_the_passphrase_and_again_when_it_is_wrong(
        self, closed: Closed, settings: Settings, somebody: None
    ) -> None:
        closed.home.close()

        status, words = self.run(settings, "topics", typed=f"wrong\n{WORDS}\n")

        assert status == 0
        assert "does not fit" in words
        assert WORDS not in words

    def test_the_recovery_key_renews_the_passphrase(self, closed: Closed, settings: Settings, somebody: None) -> None:
        closed.home.close()

        status, _words = self.run(settings, "topics", typed=f"\n{closed.paper}\nanother long one\nanother long one\n")
        again, _same = self.run(settings, "topics", typed="another long one\n")

        assert (status, again) == (0, 0)

    @pytest.mark.parametrize("command", ["topics", "process", "backup"])
    def test_without_a_person_it_says_what_is_wrong_and_ends(
        self, closed: Closed, settings: Settings, command: str
    ) -> None:
        closed.home.close()

        status, words = self.run(settings, command)

        assert status == 1
        assert "passphrase" in words

    def test_leaving_it_empty_gives_up(self, closed: Closed, settings: Settings, somebody: None) -> None:
        closed.home.close()

        status, words = self.run(settings, "topics", typed="\n\n")

        assert (status, "closed with a passphrase" in words) == (1, True)

    def test_doctor_names_a_passphrase_and_a_lost_key(self, closed: Closed, settings: Settings) -> None:
        closed.home.close()
        _status, fine = self.run(settings, "doctor")
        (settings.home / "database.key").unlink()
        status, lost = self.run(settings, "doctor")

        assert "closed with your passphrase" in fine
        assert status == 1
        assert "recovery key" in lost


def test_a_locked_service_is_unlocked_in_the_browser_and_goes_on_as_the_same(
    settings: Settings, tmp_path: Path
) -> None:
    """The real server process, without a terminal: locked, unlocked over HTTP, then used by the command line."""
    with Application.open(settings) as application:
        application.exchanges.capture(items(history(3)))
        application.keys.move("passphrase", new_passphrase=WORDS)
    program = [sys.executable, "-m", "skilltrail"]
    home = ["--home", str(settings.home)]
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        [*program, "serve", *home, "--no-open", "--port", "0"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={**os.environ, "SKILLTRAIL_KEYRING": "off"},
    )
    try:
        port = _wait_for_port(settings.home)

        def ask(path: str, body: object | None = None) -> tuple[int, dict[str, object]]:
            data = None if body is None else json.dumps(body).encode()
            question = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data)
            question.add_header("Content-Type", "application/json")
            try:
                with urllib.request.urlopen(question, timeout=20) as answer:
                    return answer.status, json.loads(answer.read())
            except urllib.error.HTTPError as refusal:
                return refusal.code, json.loads(refusal.read())

        assert ask("/api/v1/hello")[1]["state"] == "locked"
        run = CliRunner()
        linked = run.invoke(main, ["open", "--print", *home])
        refused = run.invoke(main, ["topics", *home])
        status, opened = ask("/api/v1/lock", {"passphrase": WORDS})
        after = run.invoke(main, ["backup", *home])

        assert linked.output.strip() == f"http://127.0.0.1:{port}/"
        assert (refused.exit_code, "locked" in refused.output) == (1, True)
        assert (status, "token" in opened) == (201, True)
        assert ask("/api/v1/hello")[1]["state"] == "open"
        assert (after.exit_code, "3 exchanges" in after.output) == (0, True)
    finally:
        process.terminate()
        assert process.wait(20) == 0
    log.seek(0)
    words = log.read()
    log.close()
    assert WORDS not in words
    assert "Traceback" not in words
    assert not (settings.home / "server.json").exists()


def _wait_for_port(home: Path) -> int:
    for _try in range(300):
        if (home / "server.json").exists():
            return int(json.loads((home / "server.json").read_bytes())["port"])
        time.sleep(0.1)
    raise AssertionError("the server did not start")
