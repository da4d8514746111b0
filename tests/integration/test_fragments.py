"""The dashboard's fragments: what each page holds, and that captured words are only words there."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dashboard import Dashboard
from databases import BeginWith, in_topics
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.domain.capture import LedgerReport, LedgerRow, OutboxState
from skilltrail.domain.exchange import Fidelity, Status


@pytest.fixture
def fetch(application: Application) -> Dashboard:
    """Asks for fragments as the signed-in page does."""
    return Dashboard(application)


@pytest.fixture
def grouped(begin_with: BeginWith) -> Application:
    """Ninety exchanges on three subjects, in topics."""
    return begin_with(in_topics(90))


class TestHome:
    def test_an_empty_history_begins_with_three_steps(self, fetch: Dashboard) -> None:
        page = fetch("/fragments/home")

        assert [part for part in page.attributes("data-part") if part.startswith("step")] == [
            "step-load",
            "step-pair",
            "step-chat",
        ]
        assert "/somewhere/skilltrail-extension" in page.attributes("data-copy")
        assert "demo-enter" in page.attributes("data-action")

    def test_the_first_step_is_ticked_when_an_extension_asks(self, fetch: Dashboard, application: Application) -> None:
        before = fetch("/fragments/home").attributes("class")
        application.pairing.start(label="Chrome", origin="chrome-extension://" + "a" * 32)

        assert "step done" not in [" ".join(value.split()) for value in before]
        assert "step done" in [" ".join(value.split()) for value in fetch("/fragments/home").attributes("class")]

    def test_a_key_in_a_file_is_said(self, fetch: Dashboard) -> None:
        assert "its key lies beside it in a file" in fetch("/fragments/home").text

    def test_later_it_shows_topics_and_the_newest_exchanges(self, fetch: Dashboard, grouped: Application) -> None:
        page = fetch("/fragments/home")
        topic = grouped.trail.topics()[0]

        assert "90 exchanges from 90 conversations" in page.text
        assert f"/topics/{topic.id}" in page.attributes("href")
        assert "Newest exchanges" in page.text

    def test_what_waits_is_shown_with_progress(self, fetch: Dashboard, application: Application) -> None:
        application.exchanges.capture(items(history(5)))

        page = fetch("/fragments/home")

        assert "0 of 5 read" in page.text
        assert {"max": "5", "value": "0"}.items() <= next(
            found for tag, found in page.elements if tag == "progress"
        ).items()

    def test_a_first_picture_says_that_it_is_one(self, fetch: Dashboard, application: Application) -> None:
        application.exchanges.capture(items(history(100)))
        while application.processing.progress().picture != "first":
            application.processing.step()

        home, timeline = fetch("/fragments/home"), fetch("/fragments/timeline")

        assert "First topics are there" in home.text
        assert "0 of 100 read" in home.text
        assert "100 exchanges are still to be read closely" in timeline.text


class TestTimeline:
    def test_a_stored_exchange_is_there_at_once(self, fetch: Dashboard, application: Application) -> None:
        before = fetch("/fragments/timeline")
        application.exchanges.capture(items([captured(7)]))
        after = fetch("/fragments/timeline")

        assert "How do I write query number 7?" not in before.text
        assert "How do I write query number 7?" in after.text
        assert "not grouped yet" in after.text
        assert before.attributes("data-revision") < after.attributes("data-revision")

    def test_the_table_holds_every_topic(self, fetch: Dashboard, grouped: Application) -> None:
        page = fetch("/fragments/timeline")

        for topic in grouped.trail.topics():
            assert f"/topics/{topic.id}" in page.attributes("href")
        assert sum(tag == "tbody" for tag, _found in page.elements) == len({t.area for t in grouped.trail.topics()})

    def test_a_filter_leaves_out_the_rest(self, fetch: Dashboard, grouped: Application) -> None:
        page = fetch("/fragments/timeline?since=2031-01-01")

        assert "No topic falls into this part of your history." in page.text
        assert "2031-01-01" in page.attributes("value")

    def test_a_date_that_is_none_is_left_out(self, fetch: Dashboard, grouped: Application) -> None:
        assert "Show everything" not in fetch("/fragments/timeline?since=soon&until=9999-99-99").text

    def test_the_chart_leads_to_topics_and_months(self, fetch: Dashboard, grouped: Application) -> None:
        links = fetch.picture("/fragments/timeline-chart").attributes("href")

        assert f"/topics/{grouped.trail.topics()[0].id}" in links
        assert "/timeline?since=2026-11-01&until=2026-11-30" in links

    def test_a_narrow_chart_is_narrower(self, fetch: Dashboard, grouped: Application) -> None:
        (wide,) = fetch.picture("/fragments/timeline-chart").attributes("viewbox")
        (narrow,) = fetch.picture("/fragments/timeline-chart?narrow=1").attributes("viewbox")

        assert float(narrow.split()[2]) < 400 < float(wide.split()[2])

    def test_without_topics_there_is_no_chart(self, fetch: Dashboard) -> None:
        fetch("/fragments/timeline-chart", status=404)


class TestTopic:
    def test_it_says_why_it_is_called_so_and_lists_its_exchanges(self, fetch: Dashboard, grouped: Application) -> None:
        line = grouped.trail.topics()[0]
        page = fetch(f"/fragments/topics/{line.id}")

        assert " ".join(line.name_reason.split()) in page.text
        assert all(term in page.text for term in line.terms)
        assert page.attributes("class").count("question") == line.exchanges

    def test_long_topics_come_in_pages(self, fetch: Dashboard, application: Application) -> None:
        application.exchanges.capture(items(history(180)))
        application.processing.run_until_done(lambda _progress: None)
        line = application.trail.topics()[0]
        assert line.exchanges > 50

        page = fetch(f"/fragments/topics/{line.id}")
        # Trajectory, stage and episodes lead to exchanges too; the list's own links are its questions.
        seen = [str(found["href"]) for _tag, found in page.elements if found.get("class") == "question"]
        address = next(at for at in page.attributes("data-href") if "/exchanges?before=" in at)
        further = [at for at in fetch(address).attributes("href") if at.startswith("/exchanges/")]

        exchanges = seen[-50:]
        assert len(set(exchanges)) == 50
        assert len(further) == min(50, line.exchanges - 50)
        assert not set(exchanges) & set(further)

    def test_an_unknown_topic_is_not_found(self, fetch: Dashboard) -> None:
        fetch("/fragments/topics/nothing", status=404)


class TestExchange:
    def test_it_shows_question_answer_and_facts(self, fetch: Dashboard, application: Application) -> None:
        one = captured(
            1,
            reply="Use **an index**.",
            fidelity=Fidelity.DOM,
            status=Status.INTERRUPTED,
            on_current_path=True,
            model="gpt-x",
        )
        (result,) = application.exchanges.capture(items([one])).results

        page = fetch(f"/fragments/exchanges/{result.exchange_id}")

        assert "How do I write query number 1?" in page.text
        assert any(tag == "strong" for tag, _found in page.elements)
        for words in (
            "gpt-x",
            "read from the page",
            "stopped before the end",
            "saved by the extension",
            "c-1",
            "p-1",
            "r-1",
        ):
            assert words in page.text

    def test_a_secret_is_a_chip(self, fetch: Dashboard, application: Application) -> None:
        one = captured(1, prompt="Why is ghp_16C7e42F292c6912E7710c838347Ae178B4a refused?")
        (result,) = application.exchanges.capture(items([one])).results

        page = fetch(f"/fragments/exchanges/{result.exchange_id}")

        assert "ghp_16C7" not in page.text
        assert "redacted" in page.attributes("class")

    def test_a_very_long_answer_comes_in_slices(self, fetch: Dashboard, application: Application) -> None:
        words = " ".join(f"word{number}" for number in range(30_000))
        (result,) = application.exchanges.capture(items([captured(1, reply=words)])).results

        page = fetch(f"/fragments/exchanges/{result.exchange_id}")
        shown = page.text
        (address,) = page.attributes("data-href")
        while address:
            part = fetch(address)
            shown += part.words
            address = next(iter(part.attributes("data-href")), "")

        assert "word29999" not in page.text
        assert re.search(r"\bword29999\b", shown)

    def test_an_unknown_exchange_is_not_found(self, fetch: Dashboard) -> None:
        fetch("/fragments/exchanges/99999", status=404)


class TestExport:
    @pytest.mark.parametrize("kind", ["html", "markdown", "json", "csv"])
    def test_the_preview_is_of_the_very_file(self, fetch: Dashboard, grouped: Application, kind: str) -> None:
        page = fetch(f"/fragments/export-preview?format={kind}")
        (address,) = page.attributes("data-href")
        file = grouped.exports.exchanges_csv() if kind == "csv" else grouped.exports.timeline(kind)

        assert address == f"/api/v1/exports?format={kind}"
        assert file.name in page.text
        assert "90 exchanges" in page.text

    def test_the_text_preview_begins_as_the_file_does(self, fetch: Dashboard, grouped: Application) -> None:
        lines = grouped.exports.timeline("markdown").data.decode().splitlines()

        text = fetch("/fragments/export-preview?format=markdown").text
        assert all(" ".join(line.split()) in text for line in lines[:8])

    def test_an_unknown_format_is_refused(self, fetch: Dashboard) -> None:
        fetch("/fragments/export-preview?format=docx", status=422)


class TestHealth:
    def test_all_that_was_seen_is_stored(self, fetch: Dashboard, grouped: Application) -> None:
        report(grouped, LedgerRow("chatgpt", "h-1", sends_seen=1, replies_finished=1, captured=1, stored=1))

        assert "The one reply that was seen is stored." in fetch("/fragments/health").text

    def test_what_the_database_lacks_is_not_called_stored(self, fetch: Dashboard, application: Application) -> None:
        report(application, LedgerRow("chatgpt", "gone", sends_seen=3, replies_finished=3, captured=3, stored=3))

        page = fetch("/fragments/health")

        assert "Of 3 replies seen, 3 did not reach the database." in page.text
        assert "3 missing" in page.text

    def test_what_waits_is_said(self, fetch: Dashboard, application: Application) -> None:
        report(application, LedgerRow("chatgpt", "c", sends_seen=2, replies_finished=2, captured=2, waiting=2))

        assert "Waiting in the browser: 2" in fetch("/fragments/health").text

    def test_refusals_are_told_in_plain_words(self, fetch: Dashboard, application: Application) -> None:
        application.ledger.count_refused("cross_site")

        assert "1 × requests that another website tried to send" in fetch("/fragments/health").text


def paired_device(application: Application) -> str:
    """Pair an extension and return its id."""
    started = application.pairing.start(label="Chrome", origin="chrome-extension://" + "a" * 32)
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    public_key = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    application.pairing.exchange_keys(started.request_id, secret=started.request_secret, public_key=public_key)
    return application.pairing.approve(started.request_id).id


def report(application: Application, *rows: LedgerRow) -> None:
    """A paired extension reports ``rows``."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    stamped = tuple(replace(row, updated_at=moment) for row in rows)
    application.ledger.record(paired_device(application), LedgerReport("ok", OutboxState(), stamped))


class TestDevices:
    def test_a_connected_browser_can_be_disconnected(self, fetch: Dashboard, application: Application) -> None:
        device = paired_device(application)

        page = fetch("/fragments/settings")

        assert f"/api/v1/devices/{device}" in page.attributes("data-href")
        assert "Disconnect Chrome" in page.attributes("aria-label")

    def test_a_waiting_extension_shows_its_digits(self, fetch: Dashboard, application: Application) -> None:
        started = application.pairing.start(label="<b>Chrome", origin="chrome-extension://" + "a" * 32)
        before = fetch("/fragments/pair")
        (request,) = application.pairing.pending()

        assert "Agreeing on a number" in before.text
        assert request.id == started.request_id
        assert "pairing-approve" not in before.attributes("data-action")


class TestDemo:
    def test_its_links_stay_in_the_demo(self, fetch: Dashboard, application: Application) -> None:
        application.demo.open()

        page = fetch("/fragments/home", space="demo")

        own = [at for at in page.attributes("href") if at.startswith("/")]
        assert own
        assert all(at.startswith("/demo/") for at in own)
        assert "autostart" not in page.attributes("data-action")

    def test_it_is_not_there_before_it_is_made(self, fetch: Dashboard) -> None:
        fetch("/fragments/home", space="demo", status=404)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The learner's time zone is UTC here."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
