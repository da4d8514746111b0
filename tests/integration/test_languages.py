"""Every page in a language of brackets: words of ours that are in no catalogue are found; and who decides."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import TestResponse

from chatgpt_exports import chat, write
from dashboard import BASE, Dashboard, Found
from e2e.dashboard_site import a_public_key
from exchanges import NOON, history, items
from pseudo import Bracketed, outside, untranslatable
from skilltrail import i18n
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.capture import LedgerReport, LedgerRow, OutboxState
from skilltrail.domain.checks import Said
from skilltrail.domain.corrections import Standing
from skilltrail.domain.entries import Deliverable, Goal, OwnSkill, Reflection
from skilltrail.domain.exchange import Fidelity, Status
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.learning import Kind
from skilltrail.ml.hash_embedder import HashEmbedder

# Names that the test's own history gives.
THEIRS = (
    "Berlin pivot", "Chrome", "Tales", "Novelprice", "all-MiniLM-L6-v2", "Lena Okafor", "Logo", "Spanish",
    "Sql", "Talk a", "Talk b", "skilltrail-timeline-", "skilltrail-exchanges", "xlsx", "html", "json", "csv", "md",
)  # fmt: skip


SECRET = "ghp_" + "abcdefghij0123456789ABCDEFGHIJ012345"
POSTED: dict[str, dict[str, object]] = {
    "/fragments/search-results#words": {"query": "logo colour"},
    "/fragments/search-results#filters": {"query": 'logo topic:"Berlin pivot" source:chatgpt before:2030 is:learning'},
    "/fragments/search-results#faulty": {"query": 'sourc:x before:never "open'},
    "/fragments/search-results#none": {"query": "zzzzqqq"},
    "/fragments/search-results#empty": {"query": ""},
    "/fragments/forget-plan#word": {"word": "logo"},
    "/fragments/forget-plan#all": {"everything": True},
    "/fragments/retention-plan": {"months": 3},
}


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A history in which something of everything happened."""
    folder = tmp_path_factory.mktemp("lived-in")
    settings = Settings(home=folder / "home", keyring=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        _live(application, folder)
    shutil.copytree(folder / "home", folder / "home-for-the-terminal")
    with Application.open(settings, model=HashEmbedder()) as application:
        yield application


def _live(application: Application, folder: Path) -> None:
    found = history(90)
    found[0] = replace(found[0], status=Status.INTERRUPTED, fidelity=Fidelity.DOM, on_current_path=False)
    found[1] = replace(found[1], reply="Python 3.11 was released in October 2022; see section 12 and version 4.2.1.")
    found[4] = replace(found[4], prompt=f"{found[4].prompt} password = hunter2secret99 tales@example.org {SECRET}")
    application.exchanges.capture(items(found))
    application.processing.run_until_done(lambda _progress: None)
    while application.checks.step():
        pass
    topics = [topic.id for topic in application.trail.topics()]
    application.corrections.rename(topics[0], "Berlin pivot")
    application.corrections.set_area(topics[0], application.trail.topics()[1].area)
    application.corrections.keep(topics[0], on=True)
    application.corrections.set_standing(topics[1], Standing.HIDDEN)
    application.corrections.undo(application.corrections.log()[0].correction_id or 0)
    application.corrections.move([5, 6], topics[0])
    application.checks.say(2, Said.CONFIRMED, source="Tales", note="Tales")
    application.checks.say(3, Said.LATER)
    application.checks.say(4, Said.CONTRADICTED)
    application.learning.say_kind(7, Kind.DELEGATED)
    application.entries.keep(Reflection("Tales"), exchange_id=2)
    application.entries.keep(Reflection("Tales"), topic_id=topics[0])
    application.entries.keep(Deliverable("url", "Tales", address="https://example.org/tales"), topic_id=topics[0])
    application.entries.keep(Deliverable("file", "Tales", sha256="0" * 64, size=1200), topic_id=topics[0])
    application.entries.keep(OwnSkill("Tales", "Tales"))
    goal = application.entries.keep(Goal("Tales", by=NOON.date()))
    application.entries.reached(goal.id)
    application.entries.keep(Goal("Tales"))
    application.redactions.add_word("Novelprice")
    application.imports.run([write(folder / "export", [chat("a"), chat("b")])])
    application.backups.make()
    application.forgetting.ask(ForgetWish(exchange=50), wait=timedelta())
    application.forgetting.run_due()
    application.forgetting.ask(ForgetWish(exchange=51), wait=timedelta(hours=1))
    application.data_rights.restrict(52, restricted=True, whole_conversation=False)
    for code in ("host_refused", "rate_limited", "storage_full", "of_a_kind_unheard"):
        application.ledger.count_refused(code)
    rows = (
        LedgerRow("chatgpt", "c-1", replies_finished=3, stored=1, degraded=True, updated_at=NOON),
        LedgerRow("chatgpt", "c-2", replies_finished=3, rejected=1, waiting=1, updated_at=NOON),
    )
    application.ledger.record(_device(application), LedgerReport("degraded", OutboxState(), rows))
    application.pairing.start(label="Chrome", origin="chrome-extension://" + "a" * 32)


def _device(application: Application) -> str:
    started = application.pairing.start(label="Chrome", origin="chrome-extension://" + "b" * 32)
    secret = started.request_secret
    application.pairing.exchange_keys(started.request_id, secret=secret, public_key=a_public_key())
    return application.pairing.approve(started.request_id).id


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "catalogue", lambda _code: Bracketed())


def pages(application: Application) -> list[str]:
    topic = application.trail.topics()[0].id
    backup = application.backups.listing()[0].name
    plain = ["home", "timeline", "export", "health", "settings", "pair", "claims", "topic-log", "hidden-topics"]
    plain += ["evidence", "forget", "imports", "redactions", "review", "search", "imports/1", "redactions/words/1"]
    plain += [f"topics/{topic}", f"topics/{topic}/exchanges", f"topics/{topic}/parts", f"backups/{backup}"]
    plain += [f"topics/{topic}/episodes"]
    plain += ["redactions/exchanges?kind=own-word"]
    plain += [f"export-preview?format={one}" for one in ("html", "markdown", "json", "csv", "xlsx")]
    return [f"/fragments/{page}" for page in (*plain, *(f"exchanges/{one}" for one in (1, 2, 3, 91)))]


def made(get: Callable[[], TestResponse], attempts: int = 200) -> TestResponse:
    for _attempt in range(attempts):
        answer = get()
        if answer.status_code != 202:
            break
        time.sleep(0.05)
    return answer


def test_every_word_of_ours_on_every_page_can_be_translated(lived_in: Application, bracketed: None) -> None:
    fetch = Dashboard(lived_in)
    theirs = {*THEIRS, *(one.prompt for one in history(90)), *(topic.name for topic in lived_in.trail.topics())}
    ask = {"base_url": BASE, "headers": fetch.headers()}
    # What takes a while is made in the background, and asked for again as the page does.
    answers = {address: made(lambda at=address: fetch.client.get(at, **ask)) for address in ["/", *pages(lived_in)]}
    for address, body in POSTED.items():
        answers[address] = fetch.client.post(address.partition("#")[0], json=body, **ask)
    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200} == {}
    said = {address: untranslatable(answer.get_data(as_text=True), theirs) for address, answer in answers.items()}
    found = {address: missed for address, missed in said.items() if missed}
    assert found == {}


def spoken_by(fetch: Dashboard, accept: str = "") -> tuple[str | None, str]:
    """Return what the answer says of its language, and the page's own word."""
    answer = fetch.client.get("/settings", base_url=BASE, headers={"Accept-Language": accept} if accept else {})
    answer.close()
    (tag,) = [given for name, given in Found(answer.get_data(as_text=True)).elements if name == "html"]
    assert tag["dir"] == "ltr"
    return answer.headers["Content-Language"], str(tag["lang"])


def choose(fetch: Dashboard, code: str) -> TestResponse:
    answer = fetch.client.put("/api/v1/language", base_url=BASE, headers=fetch.headers(), json={"language": code})
    answer.close()
    return answer


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("", "en"), ("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr,es-MX;q=0.4,en;q=0.1", "es"), ("fr", "en"), (";;q=x", "en")],
)
def test_without_a_choice_the_browser_is_heard(application: Application, accept: str, expected: str) -> None:
    assert spoken_by(Dashboard(application), accept) == (expected, expected)
    assert i18n.language() == "en", "what one request speaks must not leak into the next"


def test_a_choice_wins_over_the_browser_at_once_and_goes_with_the_history(application: Application) -> None:
    fetch = Dashboard(application)
    answer = choose(fetch, "es")
    try:
        assert (answer.status_code, answer.get_json()["chosen"]) == (200, "es")
        assert spoken_by(fetch, "de") == ("es", "es")
        assert b'"name":"language","value":"es"' in b"".join(application.data_rights.everything())
        assert i18n.language() == "es", "threads of the server speak it too"
        application.backups.restore(application.backups.make().name)
        assert spoken_by(fetch, "de") == ("es", "es")
        choose(fetch, "auto")
        assert spoken_by(fetch, "de") == ("de", "de")
    finally:
        i18n.speak_by_default("en")


def test_a_language_that_is_not_there_is_refused(application: Application) -> None:
    fetch = Dashboard(application)
    assert choose(fetch, "tlh").status_code == 422
    assert application.language.chosen() == "auto"


def test_refusals_of_the_gate_are_in_the_readers_language(application: Application, bracketed: None) -> None:
    answer = Dashboard(application).client.get("/fragments/home", base_url=BASE)
    assert answer.status_code == 401
    assert answer.get_json()["detail"].startswith("⟦")


def test_a_picture_is_drawn_for_each_language(lived_in: Application) -> None:
    """Its texts are in it: one that was drawn in English must not come in German."""
    fetch = Dashboard(lived_in)
    drawn = {}
    for accept in ("en", "es"):
        headers = fetch.headers() | {"Accept-Language": accept}
        until = time.monotonic() + 20
        while True:
            answer = fetch.client.get("/fragments/timeline-chart", base_url=BASE, headers=headers)
            if answer.status_code == 200 or time.monotonic() > until:
                break
            time.sleep(0.05)
        drawn[accept] = answer.get_data(as_text=True)
        answer.close()
    assert "Nov" in drawn["en"]
    assert "nov" in drawn["es"]


def test_the_command_line_speaks_the_setting_else_the_systems(
    tmp_path: Path, bracketed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = CliRunner().invoke
    home = str(tmp_path / "home")
    monkeypatch.setenv("SKILLTRAIL_KEYRING", "off")
    monkeypatch.setenv("LC_ALL", "es_MX.UTF-8")
    spoken: list[str] = []
    monkeypatch.setattr(i18n, "catalogue", lambda code: spoken.append(code) or Bracketed())
    try:
        run(main, ["topics", "--home", home])
        run(main, ["topics", "--home", home], env={"SKILLTRAIL_LANGUAGE": "de"})
        with Application.open(Settings(home=tmp_path / "home", keyring=False), model=HashEmbedder()) as application:
            application.language.choose("en")
        run(main, ["topics", "--home", home], env={"SKILLTRAIL_LANGUAGE": "de"})
    finally:
        i18n.speak_by_default("en")
    assert list(dict.fromkeys(spoken)) == ["es", "de", "en"]


def test_every_word_of_ours_in_the_terminal_can_be_translated(lived_in: Application, bracketed: None) -> None:
    home = lived_in.settings.home.with_name("home-for-the-terminal")
    topics = [topic.id for topic in lived_in.trail.topics()]
    names = {topic.name for topic in lived_in.trail.topics()}
    found = {}
    for line in TYPED:
        words = [word.format(topic=topics[0]) for word in line]
        done = CliRunner().invoke(main, [*words, "--home", str(home)], env={"SKILLTRAIL_KEYRING": "off"})
        said = [text for text in done.output.splitlines() if outside(text, sorted({*THEIRS, *names}, key=len)[::-1])]
        if said:
            found[" ".join(line)] = said[:6]
    assert found == {}


TYPED = (
    ["topics"],
    ["topics", "log"],
    ["topics", "keep", "{topic}"],
    ["review"],
    ["import", "--list"],
    ["backup"],
    ["pair"],
)
