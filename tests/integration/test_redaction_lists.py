"""Own words, allowances and personal data through the service: lists, what is stored, what goes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from callers import Caller, PairingExtension, envelope, extension, item
from dashboard import Dashboard
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.exchange import Attachment, Citation, Origin
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.ml.hash_embedder import HashEmbedder
from steps import count, step_until_idle

TOKEN = "glpat-" + "aB3dE6gH9jK2mN5pQ8sT"
EVERYWHERE: dict[str, Any] = {
    "prompt": "Write an offer for Acme GmbH",
    "reply": "Dear ACME-GmbH team",
    "title": "Offer for acme gmbh",
    "attachments": (Attachment("acme_gmbh.pdf"),),
    "citations": (Citation("https://x.test/acme-gmbh", "Acme  GmbH"),),
}


def texts(application: Application) -> str:
    """Everything that is written in the stored exchanges, as one text."""
    found = []
    for number in range(1, count(application, "exchange") + 1):
        found.append(repr(application.exchanges.get(number).captured))
    return "\n".join(found)


def test_a_word_is_replaced_in_every_written_field_of_what_comes(application: Application) -> None:
    added = application.redactions.add_word("  Acme   GmbH ")
    application.exchanges.capture(items([captured(1, **EVERYWHERE)]))

    one = application.exchanges.get(1).captured
    assert (added.word.word, added.exchanges) == ("Acme GmbH", 0)
    assert one.prompt == "Write an offer for [own-word:1]"
    assert one.reply == "Dear [own-word:1] team"
    assert one.title == "Offer for [own-word:1]"
    assert one.attachments[0].name == "[own-word:1].pdf"
    assert one.citations[0] == Citation("https://x.test/[own-word:1]", "[own-word:1]")
    assert one.redactions == {"own-word": 6}


def test_what_is_stored_is_counted_first_and_replaced_only_when_asked(application: Application) -> None:
    application.exchanges.capture(items([captured(1, **EVERYWHERE), captured(2, conversation_id="c-2", title="Other")]))
    before = texts(application)

    added = application.redactions.add_word("Acme GmbH")
    assert added.exchanges == 1
    assert application.redactions.found(added.word.id).exchanges == 1
    assert texts(application) == before

    replaced = application.redactions.replace(added.word.id)
    assert (replaced.exchanges, replaced.times) == (1, 6)
    assert "acme" not in texts(application).lower()
    assert application.redactions.found(added.word.id).exchanges == 0
    assert application.redactions.replace(added.word.id).exchanges == 0


def test_a_copy_that_comes_again_is_known_and_no_revision(application: Application) -> None:
    application.exchanges.capture(items([captured(1, **EVERYWHERE)]))
    application.redactions.replace(application.redactions.add_word("Acme GmbH").word.id)

    report = application.exchanges.capture(items([captured(1, **EVERYWHERE)]))

    assert [result.outcome for result in report.results] == ["known"]
    assert count(application, "exchange_revision") == 0


def test_earlier_versions_vectors_and_names_of_topics_lose_the_word_too(application: Application) -> None:
    many = [*history(60), captured(1, **EVERYWHERE)]
    application.exchanges.capture(items(many))
    application.exchanges.capture(items([captured(1, reply="Another letter to Acme GmbH, and longer")]))
    step_until_idle(application)
    topic = application.trail.topics()[0]
    word = application.redactions.add_word(topic.terms[0]).word

    application.redactions.replace(word.id)

    with application._database.read() as session:
        tables = ("exchange_text", "exchange_revision", "conversation", "topic", "area")
        rows = [repr(session.connection().exec_driver_sql(f"SELECT * FROM {table}").fetchall()) for table in tables]
    assert not [table for table, said in zip(tables, rows, strict=True) if f" {word.word} " in said.lower()]
    assert application.trail.topic(topic.id).line.terms[0] == f"[own-word:{word.id}]"
    assert application.processing.progress().pending > 0


def test_a_title_alone_counts_and_is_replaced(application: Application) -> None:
    application.exchanges.capture(items([captured(1, title="About Falcon"), captured(2, title="About Falcon")]))

    added = application.redactions.add_word("Falcon")
    application.redactions.replace(added.word.id)

    assert added.exchanges == 2
    assert application.exchanges.get(1).captured.title == "About [own-word:1]"


def test_a_word_taken_off_stays_replaced_and_its_number_is_never_given_again(application: Application) -> None:
    first = application.redactions.add_word("Falcon").word
    application.exchanges.capture(items([captured(1, prompt="Falcon")]))
    application.redactions.remove_word(first.id)
    second = application.redactions.add_word("Eagle").word
    application.exchanges.capture(items([captured(2, prompt="Falcon and Eagle")]))

    assert second.id != first.id
    assert application.exchanges.get(1).captured.prompt == f"[own-word:{first.id}]"
    assert application.exchanges.get(2).captured.prompt == f"Falcon and [own-word:{second.id}]"


@pytest.mark.parametrize("word", ["", "  ", "-", "x", "a" * 121])
def test_what_is_no_word_is_refused(application: Application, word: str) -> None:
    with pytest.raises(RequestInvalid):
        application.redactions.add_word(word)


def test_the_same_word_is_listed_once(application: Application) -> None:
    application.redactions.add_word("Falcon")

    with pytest.raises(RequestInvalid):
        application.redactions.add_word("FALCON")
    with pytest.raises(NotFound):
        application.redactions.remove_word(99)


def test_lists_outlive_the_process(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", keyring=False)
    with Application.open(settings, model=HashEmbedder()) as first:
        first.redactions.add_word("Falcon")
        first.redactions.set_mask_personal(True)
    with Application.open(settings, model=HashEmbedder()) as second:
        second.exchanges.capture(items([captured(1, prompt="Falcon, mail a@b.test")]))
        prompt = second.exchanges.get(1).captured.prompt

    assert prompt.startswith("[own-word:1], mail [personal:e-mail:")


def test_a_false_hit_is_kept_from_now_on_and_hidden_again_on_demand(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt=f"use {TOKEN}")]))
    mark = application.exchanges.get(1).captured.prompt[-5:-1]
    standing = application.redactions.standing("gitlab-token", mark)
    assert (standing.exchanges, standing.allowed) == (1, False)

    application.redactions.allow("gitlab-token", mark)
    application.exchanges.capture(items([captured(2, prompt=f"use {TOKEN}")]))
    application.redactions.disallow("gitlab-token", mark)
    application.exchanges.capture(items([captured(3, prompt=f"use {TOKEN}")]))

    prompts = [application.exchanges.get(number).captured.prompt for number in (1, 2, 3)]
    assert prompts == [prompts[0], f"use {TOKEN}", prompts[0]]
    with pytest.raises(NotFound):
        application.redactions.disallow("gitlab-token", mark)


@pytest.mark.parametrize(
    ("kind", "mark"), [("own-word", "0001"), ("x" * 50, "ab12"), ("api-key", "zzzz"), ("A B", "ab12")]
)
def test_marks_that_cannot_be_are_refused(application: Application, kind: str, mark: str) -> None:
    with pytest.raises(RequestInvalid):
        application.redactions.allow(kind, mark)


def test_counts_say_kinds_months_and_exchanges_but_never_values(application: Application) -> None:
    application.redactions.add_word("Falcon")
    application.exchanges.capture(
        items([captured(1, prompt=f"{TOKEN} for Falcon"), captured(2, prompt=f"{TOKEN} {TOKEN}"), captured(3)])
    )

    overview = application.redactions.overview()

    assert [(one.kind, one.family, one.times, one.exchanges) for one in overview.counts] == [
        ("gitlab-token", "secret", 3, 2),
        ("own-word", "own-word", 1, 1),
    ]
    assert overview.exchanges == 2
    rows = application.redactions.exchanges("gitlab-token")
    assert [(row.id, [mark.times for mark in row.marks]) for row in rows] == [(2, [2]), (1, [1])]
    assert TOKEN not in repr((overview, rows))


@pytest.mark.parametrize("format_", ["markdown", "json", "html", "csv", "xlsx"])
def test_no_export_holds_personal_data_unless_confirmed_for_it(application: Application, format_: str) -> None:
    application.exchanges.capture(
        items([captured(1, prompt="Mail anna@becker.test or call +49 30 901820", title="For boss@acme.test")])
    )

    data = application.exports.file(format_).data
    assert b"anna@becker" not in data
    assert b"901820" not in data
    assert b"boss@acme" not in data
    assert application.exchanges.get(1).captured.prompt.startswith("Mail anna@becker.test")


def test_a_masked_question_is_labelled_and_shown_whole_only_when_confirmed(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt="Mail anna@becker.test"), captured(2)]))

    masked = application.exports.timeline("markdown")
    shown = application.exports.timeline("markdown", show_personal=True)

    assert masked.masked == 1
    assert rb"Mail \[e-mail\] (Queries) (edited, not checkable)" in masked.data
    assert masked.data.count(b"not checkable") == 1
    assert rb"anna\@becker.test" in shown.data
    assert b"not checkable" not in shown.data


def test_half_an_address_at_the_cut_does_not_go_out(application: Application) -> None:
    prompt = f"{'word ' * 29}mail anna.with.a.long.name@kanzlei-becker.test and more and more and more"
    application.exchanges.capture(items([captured(1, prompt=prompt)]))

    assert b"anna.with" not in application.exports.timeline("json").data


def test_a_word_listed_later_does_not_go_out_although_it_is_stored(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt="Offer for Falcon")]))
    application.redactions.add_word("Falcon")

    assert b"Falcon" not in application.exports.timeline("json", show_personal=True).data


def test_the_learners_own_address_may_go_out(application: Application) -> None:
    assert application.redactions.add_own_data(" Lena@Okafor.test ") == "e-mail"
    application.exchanges.capture(items([captured(1, prompt="From lena@okafor.test to anna@becker.test")]))

    assert b"From lena@okafor.test to [e-mail]" in application.exports.timeline("json").data
    application.redactions.remove_own_data("Lena@Okafor.test")
    assert b"lena@okafor" not in application.exports.timeline("json").data
    with pytest.raises(RequestInvalid):
        application.redactions.add_own_data("Lena Okafor")


def test_the_extension_gets_the_lists_with_its_bearer_and_only_when_they_changed(
    application: Application, service: Flask, device: PairingExtension, worker: Caller, page: Caller
) -> None:
    assert page.post("/api/v1/redactions/words", {"word": "Falcon"}).status_code == 201
    assert page.send("PUT", "/api/v1/redactions/personal", {"mask_at_capture": True}).status_code == 200

    told = worker.post("/api/v1/redaction-lists", {"known": ""}).json
    again = worker.post("/api/v1/redaction-lists", {"known": told["revision"]}).json

    assert told["words"] == [{"id": 1, "word": "Falcon"}]
    assert told["mask_personal"] is True
    assert again == {"revision": told["revision"], **dict.fromkeys(("words", "allowed", "mask_personal", "exempt"))}
    assert extension(service, "no-token").post("/api/v1/redaction-lists", {}).status_code == 401
    assert page.post("/api/v1/redaction-lists", {}).status_code == 403
    assert application.redactions.lists().words[0].word == "Falcon"
    assert device.device_id


def test_the_server_hides_what_an_extension_with_old_lists_sends(worker: Caller, application: Application) -> None:
    application.redactions.add_word("Falcon")

    worker.post("/api/v1/exchanges", envelope(item(1, prompt=f"Falcon {TOKEN}")))

    one = application.exchanges.get(1).captured
    assert one.prompt.startswith("[own-word:1] [secret:gitlab-token:")
    assert one.origin is Origin.EXTENSION


def test_routes_do_what_the_page_asks(application: Application, page: Caller) -> None:
    application.exchanges.capture(items([captured(1, prompt=f"Falcon {TOKEN}")]))
    added = page.post("/api/v1/redactions/words", {"word": "Falcon"}).json
    assert added["exchanges"] == 1
    assert page.get(f"/api/v1/redactions/words/{added['word']['id']}").json["exchanges"] == 1
    assert page.post("/api/v1/redactions/words/1/replace", {}).json == {"exchanges": 1, "times": 1}
    mark = page.get("/api/v1/redactions/exchanges?kind=gitlab-token").json["exchanges"][0]["marks"][0]["mark"]
    allowance = {"kind": "gitlab-token", "mark": mark}
    assert page.post("/api/v1/redactions/allowances", allowance).json["allowed"] is True
    assert page.send("DELETE", f"/api/v1/redactions/allowances/gitlab-token/{mark}").status_code == 204
    assert page.post("/api/v1/redactions/own-data", {"value": "a@b.test"}).json == {"kind": "e-mail"}
    assert page.post("/api/v1/redactions/own-data/remove", {"value": "a@b.test"}).status_code == 204
    assert page.send("DELETE", "/api/v1/redactions/words/1").status_code == 204
    assert [one["kind"] for one in page.get("/api/v1/redactions").json["counts"]] == ["gitlab-token", "own-word"]


def test_the_page_shows_counts_lists_and_marks(application: Application) -> None:
    application.redactions.add_word("Falcon")
    application.exchanges.capture(items([captured(1, prompt=f"Falcon {TOKEN} a@b.test")]))
    mark = application.redactions.exchanges("gitlab-token")[0].marks[0].mark
    shown = Dashboard(application)

    whole = shown("/fragments/redactions").text
    assert "In 1 exchange something was hidden" in whole
    assert "gitlab token" in whole
    assert "Falcon" in whole
    where = shown("/fragments/redactions?kind=gitlab-token")
    assert f"/redactions?kind=gitlab-token&mark={mark}" in where.attributes("href")
    one = shown(f"/fragments/redactions?kind=gitlab-token&mark={mark}").text
    assert "This mark stands in 1 exchange." in one
    assert "This was no secret: keep it from now on" in one
    application.redactions.allow("gitlab-token", mark)
    assert "You said that this was no secret." in shown(f"/fragments/redactions?kind=gitlab-token&mark={mark}").text
    assert "Found in 1 exchange" not in shown("/fragments/redactions/words/1").text
    assert TOKEN not in whole
    for odd in ("?kind=%3Cscript%3E", "?kind=gitlab-token&mark=zzzz", "?kind=own-word&mark=0001"):
        assert "So far" in shown(f"/fragments/redactions{odd}").text


def test_export_page_says_how_many_questions_are_masked(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt="Mail anna@becker.test")]))
    shown = Dashboard(application)

    assert "Personal data was masked in 1 question" in shown("/fragments/export-preview?format=markdown").text
    confirmed = shown("/fragments/export-preview?format=markdown&personal=shown")
    assert "anna\\@becker.test" in confirmed.text
    assert any("personal=shown" in address for address in confirmed.attributes("data-href"))
