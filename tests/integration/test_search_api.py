"""Searching over the API, the page's fragments and the command line: safe to show, and silent about what is sought."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from callers import Caller, cli, dashboard
from dashboard import Found
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.web.app import create_app

RESULTS = "/fragments/search-results"
SEARCH = "/api/v1/search"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One history for all of these tests: searching changes nothing."""
    hostile = captured(
        99,
        conversation_id="hostile",
        parent_id=None,
        title="<b>zebra</b>",
        prompt="<script>alert('zebra')</script> <img src=x onerror=zebra>",
        reply="zebra \u202e</bdi><a href='javascript:zebra'>zebra</a>",
    )
    settings = Settings(home=tmp_path_factory.mktemp("searched") / "home", keyring=False)
    with Application.open(settings, model=HashEmbedder()) as opened:
        opened.exchanges.capture(items([*history(45), hostile]))
        opened.processing.run_until_done()
        while opened.search.step():
            pass
        yield opened


@pytest.fixture(scope="module")
def service(application: Application) -> Flask:
    return create_app(application, port=8731)


@pytest.fixture(scope="module")
def command_line(service: Flask, application: Application) -> Caller:
    return cli(service, application.credentials.issue_cli_token())


@pytest.fixture(scope="module")
def page(service: Flask, application: Application) -> Caller:
    key = application.sessions.mint_launch_key().key
    return dashboard(service, application.sessions.exchange_launch_key(key).token)


def test_the_api_says_what_was_found_and_why(command_line: Caller) -> None:
    answer = command_line.post(SEARCH, {"query": "spanish verb"}).json

    assert answer["by_words"] == 15
    assert answer["read_as"] == "spanish verb"
    assert answer["results"][0]["why"] == "both"
    assert answer["topics"][0]["exchanges"] == 15
    assert answer["next_offset"] is None or answer["next_offset"] == 20
    assert command_line.post(SEARCH, {"query": "in:reply zebra"}).json["results"][0]["why"] == "words"


def test_captured_text_is_shown_and_never_acts(page: Caller) -> None:
    shown = Found(page.post(RESULTS, {"query": "zebra"}).text)

    assert "script" not in shown.tags
    assert "img" not in shown.tags
    assert "mark" in shown.tags
    assert not [href for href in shown.attributes("href") if not href.startswith("/")]
    assert "<img src=x onerror= zebra >" in shown.text
    assert "\u202e" not in shown.text


def test_what_is_sought_stands_in_no_log_and_no_link(page: Caller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        shown = Found(page.post(RESULTS, {"query": "quuxwerk spanish"}).text)

    assert "quuxwerk" not in caplog.text
    assert not [href for href in shown.attributes("href") if "quuxwerk" in href]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [SEARCH, RESULTS])
def test_a_query_is_never_taken_from_an_address(page: Caller, method: str, path: str) -> None:
    assert page.send(method, f"{path}?query=spanish").status_code in (404, 405)


def test_the_page_says_how_a_query_was_read_and_offers_to_take_filters_away(page: Caller) -> None:
    shown = Found(page.post(RESULTS, {"query": "spanish after:2020 after:soon source:chatgpt -logo"}).text)

    assert "“after:soon” is no date that can be read" in shown.text
    assert "Source: ChatGPT ×" in shown.text
    assert "Without: logo ×" in shown.text
    assert any("source:" not in query and "after:2020" in query for query in shown.attributes("data-query"))


def test_without_a_query_the_page_teaches(page: Caller) -> None:
    assert "What you can ask" in Found(page.post(RESULTS, {"query": " "}).text).text
    assert "Topic" in Found(page.get("/fragments/search").text).text


def test_an_empty_history_leads_to_the_first_steps(tmp_path: Path) -> None:
    from dashboard import BASE, Dashboard

    with Application.open(Settings(home=tmp_path / "other", keyring=False), model=HashEmbedder()) as empty:
        own = Dashboard(empty)
        headers = {"Authorization": f"Bearer {own._token}"}
        shown = own.client.post(RESULTS, json={"query": ""}, base_url=BASE, headers=headers).get_data(as_text=True)

    assert "Nothing to search yet" in shown


def test_more_results_come_without_the_form(page: Caller) -> None:
    first = Found(page.post(RESULTS, {"query": "explain"}).text)
    more = Found(page.post(RESULTS, {"query": "explain", "offset": 20}).text)

    assert "20" in first.attributes("data-offset")
    assert first.tags.count("li") >= 20
    assert "more-page" in more.attributes("class")
    assert not set(first.attributes("id")) & set(more.attributes("id"))


@pytest.mark.parametrize(
    "body", [{}, {"query": 7}, {"query": "x" * 5_000}, {"query": "x", "offset": -1}, {"query": "x", "order": "odd"}]
)
def test_a_bad_request_is_a_named_problem(page: Caller, body: dict[str, object]) -> None:
    assert page.post(SEARCH, body).json["code"] == "request_invalid"


def test_the_invented_history_is_searched_apart(service: Flask, page: Caller, application: Application) -> None:
    demo = application.demo.open()
    while demo.search.step():
        pass

    answer = page.post(SEARCH, {"query": "grid"}, **{"Skilltrail-Space": "demo"}).json

    assert answer["by_words"] > 0
    assert page.post(SEARCH, {"query": "grid"}).json["by_words"] == 0


def test_the_command_searches_in_words_and_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "cli"
    monkeypatch.setenv("SKILLTRAIL_KEYRING", "off")
    monkeypatch.setenv("SKILLTRAIL_EMBEDDER", str(tmp_path / "none"))
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as filled:
        filled.exchanges.capture(items(history(45)))

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["search", "--home", str(home), *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "15 hold all words" in run("spanish", "verb")
    assert "Nothing found. Try: spanish (15)" in run("spanish", "-verb")
    found = json.loads(run("--json", "--limit", "25", "explain -logo"))
    assert found["by_words"] == 30
    assert len(found["results"]) == 25
    assert json.loads(run("--json", "spanish verb", "grammar"))["read_as"] == '"spanish verb" grammar'


def test_texts_that_wait_for_the_index_are_said(page: Caller, application: Application) -> None:
    late = captured(77, conversation_id="late", parent_id=None, asked_at=NOON + timedelta(days=90))
    application.exchanges.capture(items([late]))

    shown = Found(page.post(RESULTS, {"query": "spanish"}).text)

    assert "1 text is still being put into the index" in shown.text
    assert "yes" in shown.attributes("data-again")
