"""Searching a real, encrypted history: what is found and why, and that nothing forgotten can be found again."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from canaries import key_of, left_in
from exchanges import NOON, captured, history, items
from forgetting_steps import forget
from skilltrail.application import Application
from skilltrail.application.search import SearchFacade
from skilltrail.config import Settings
from skilltrail.domain.exchange import Attachment, CapturedExchange
from skilltrail.domain.search import Order, Why
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.engine import raw_connection
from skilltrail.storage.search_index_queries import index_some
from skilltrail.worker import Worker


def said(number: int, prompt: str, reply: str = "Well.", **changes: Any) -> CapturedExchange:
    """An exchange in a chat of its own."""
    own = {"conversation_id": f"s-{number}", "parent_id": None, "title": f"Chat {number}"}
    return captured(number, prompt=prompt, reply=reply, **(own | changes))


def store(application: Application, *exchanges: CapturedExchange) -> None:
    application.exchanges.capture(items(exchanges))
    while application.search.step():
        pass


def found(application: Application, query: str, **how: Any) -> list[int]:
    """Return the numbers of the exchanges that hold all words, in order; exchanges are numbered as they came."""
    page = application.search.search(query, **how)
    return [hit.exchange.id for hit in page.hits if hit.why in (Why.WORDS, Why.BOTH, Why.FILTER)]


def words_in_index(application: Application) -> set[str]:
    """Return every word that the index holds."""
    connection = raw_connection(application._database.path, key_of(application), mode="ro")
    try:
        connection.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, search_words, row)")
        return {row[0] for row in connection.execute("SELECT term FROM held")}
    finally:
        connection.close()


# --- what is found ----------------------------------------------------------------------------------------------------


def test_all_words_must_occur_in_title_prompt_or_reply_together(application: Application) -> None:
    store(
        application,
        said(1, "How do I centre a box?", "With flexbox."),
        said(2, "Centre it", "With grid.", title="Flexbox"),
        said(3, "A box", "Nothing."),
    )

    assert sorted(found(application, "centre flexbox")) == [1, 2]
    assert found(application, "centre flexbox box") == [1]
    assert found(application, '"a box"') == [3, 1] or found(application, '"a box"') == [1, 3]
    assert found(application, "centre -grid") == [1]
    assert sorted(found(application, "flex*")) == [1, 2]
    assert found(application, "flex") == []
    assert found(application, "in:title flexbox") == [2]


def test_case_accents_and_number_make_no_difference_and_signs_of_names_do(application: Application) -> None:
    store(application, said(1, "Mein Résumé auf C++"), said(2, "INVOICES in C#"), said(3, "plain c"))

    assert found(application, "resume") == [1]
    assert found(application, "invoice") == [2]
    assert found(application, "c++") == [1]
    assert found(application, "C#") == [2]


def test_filters_narrow_and_without_words_list_the_newest_first(application: Application) -> None:
    old = NOON - timedelta(days=300)
    store(
        application,
        said(1, "alpha", "```\ncode\n```", asked_at=old, provider="claude"),
        said(2, "alpha", attachments=(Attachment("a.pdf"),)),
        said(3, "alpha beta"),
    )

    assert found(application, "after:2026-11") == [3, 2]
    assert found(application, "before:2026-11 alpha") == [1]
    assert found(application, "source:claude") == [1]
    assert found(application, "source:chatgpt alpha -beta") == [2]
    assert found(application, "has:code") == [1]
    assert found(application, "has:attachment") == [2]
    assert found(application, "-beta") == [2, 1]
    assert found(application, "alpha", order=Order.NEWEST) == [3, 2, 1]


def test_topics_and_areas_are_named_by_the_beginnings_of_their_words(application: Application) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()
    while application.search.step():
        pass
    name = application.trail.topics()[0].name

    page = application.search.search(f'topic:"{name}"')

    assert page.by_words == 20
    assert {hit.exchange.topic_name for hit in page.hits} == {name}
    assert application.search.search("topic:none").by_words == 0
    assert application.search.search(name).topics[0].name == name


def test_what_is_like_it_is_found_without_the_words_and_said(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()
    while application.search.step():
        pass

    page = application.search.search("spanish verb grammar zebra")

    assert page.by_words == 0
    assert page.by_meaning > 0
    assert page.closely
    assert all(hit.exchange.title == "Spanish" for hit in page.hits[:5])
    assert page.hits[0].nearness is not None


def test_phrases_and_exclusions_bind_what_is_only_similar_too(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()
    while application.search.step():
        pass

    assert application.search.search("spanish verb grammar zebra -sentence").total == 0
    assert application.search.search('"translate verb" zebra').total == 0


def test_pages_follow_each_other_without_gap_or_repetition(application: Application) -> None:
    store(application, *(said(number, f"alpha {number}") for number in range(1, 48)))
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None:
        page = application.search.search("alpha", offset=offset)
        seen += [hit.exchange.id for hit in page.hits]
        offset = page.next_offset

    assert sorted(seen) == list(range(1, 48))


def test_with_nothing_found_lighter_queries_are_offered(application: Application) -> None:
    store(application, said(1, "alpha beta"))

    page = application.search.search("alpha -beta after:2026")

    assert page.total == 0
    assert ("excluded", 1) in {(one.code, one.exchanges) for one in page.suggestions}


def test_earlier_versions_are_found_when_asked_for(application: Application) -> None:
    store(application, captured(1), captured(2, prompt="alpha first"))
    store(application, captured(9, prompt="alpha second", parent_id="r-1"))

    assert found(application, "alpha second") == [3]
    assert found(application, "alpha first") == []
    assert found(application, "alpha is:earlier") == [2]


@hypothesis_settings(max_examples=120, deadline=None)
@given(query=st.one_of(st.text(max_size=40), st.text(alphabet='ab"*-()^{}:+# NEAROTD\\\x00', max_size=25)))
def test_no_query_is_an_error(searched: Application, query: str) -> None:
    page = searched.search.search(query, typing=True)

    assert page.total >= len(page.hits) - 1


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("searched") / "home"
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as opened:
        store(opened, *(said(number, f"alpha ab{number} near", "b AND c") for number in range(1, 6)))
        opened.processing.run_until_done()
        yield opened


# --- the index --------------------------------------------------------------------------------------------------------


def test_the_worker_fills_the_index_and_a_capture_writes_nothing_into_it(application: Application) -> None:
    application.exchanges.capture(items(history(5)))
    assert words_in_index(application) == set()
    assert application.search.search("spanish").waiting == 5

    worker = Worker(application, quiet_seconds=0)
    worker._step()

    assert application.search.waiting() == 0
    assert "spanish" in words_in_index(application)


def test_a_revised_text_is_out_of_the_index_at_once(application: Application) -> None:
    from skilltrail.domain.exchange import Fidelity

    first = captured(1, reply="The word is zebra.", fidelity=Fidelity.STREAM_PARTIAL)
    store(application, first)
    assert found(application, "zebra") == [1]

    application.exchanges.capture(
        items([replace(first, reply="The word is quagga.", fidelity=Fidelity.STREAM_COMPLETE)])
    )

    assert "zebra" not in words_in_index(application)
    while application.search.step():
        pass
    assert found(application, "quagga") == [1]


def test_a_new_title_takes_the_old_one_out_of_the_index(application: Application) -> None:
    store(application, captured(1, title="Zebra"))
    application.exchanges.capture(items([captured(1, title="Quagga", captured_at=NOON + timedelta(days=1))]))

    assert "zebra" not in words_in_index(application)
    while application.search.step():
        pass
    assert found(application, "quagga") == [1]


def test_what_is_forgotten_is_in_no_byte_of_the_index(application: Application, settings: Settings) -> None:
    store(application, *history(20), said(90, "About Quuxwerk zebraword", "Quuxwerk again"))
    assert found(application, "zebraword") == [21]

    forget(application, word="quuxwerk")

    assert {"quuxwerk", "zebraword"} & words_in_index(application) == set()
    assert left_in(settings.home, key_of(application), ["quuxwerk", "zebraword"]) == {}
    assert application.search.memory == 0
    assert application.search.search("zebraword").total == 0
    assert application.is_sound()


def test_texts_that_the_retention_rule_takes_leave_the_index(application: Application) -> None:
    store(application, said(1, "zebraword", asked_at=NOON - timedelta(days=900)), said(2, "other"))

    application.forgetting.set_retention(12, wait=timedelta())
    application.forgetting.run_due()

    assert "zebraword" not in words_in_index(application)
    while application.search.step():
        pass
    assert found(application, "other") == [2]


def test_after_much_is_forgotten_at_once_the_rest_is_put_in_anew(application: Application) -> None:
    store(application, *history(20), *(said(number, "zebraword") for number in range(50, 80)))

    forget(application, word="zebraword")

    assert words_in_index(application) == set()
    while application.search.step():
        pass
    assert application.search.search("spanish").by_words == 7
    assert application.is_sound()


def test_forgetting_everything_empties_the_index(application: Application) -> None:
    store(application, *history(12))

    forget(application, everything=True)

    assert words_in_index(application) == set()
    assert application.search.waiting() == 0


def test_a_word_that_is_hidden_after_the_fact_leaves_the_index(application: Application) -> None:
    store(application, said(1, "The client Quuxwerk pays"))

    application.redactions.add_word("Quuxwerk")
    application.redactions.replace(application.redactions.overview().words[0].id)

    assert "quuxwerk" not in words_in_index(application)


def test_what_was_cut_off_in_the_middle_is_made_good(settings: Settings) -> None:
    """The index and the note of what is in it change in one transaction."""
    with Application.open(settings, model=HashEmbedder()) as application:
        application.exchanges.capture(items(history(10)))
        with pytest.raises(RuntimeError, match="cut off"):
            _index_and_fail(application)
        assert application.search.waiting() == 10
        assert words_in_index(application) == set()
    with Application.open(settings, model=HashEmbedder()) as application:
        while application.search.step():
            pass
        assert application.search.search("spanish").by_words == 3


def _index_and_fail(application: Application) -> None:
    with application._database.write() as session:
        assert index_some(session) == 10
        raise RuntimeError("cut off")


def test_an_older_history_is_put_into_the_index_after_its_migration(tmp_path: Path) -> None:
    from migrating import make_version
    from skilltrail.storage import search_index_queries
    from skilltrail.storage.database import open_database

    path, key = tmp_path / "skilltrail.db", b"k" * 32
    make_version(path, key, "0004")
    connection = raw_connection(path, key, mode="rw")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("INSERT INTO exchange_text VALUES (1, 'zebra', 'r', '[]', '[]')")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM exchange_text WHERE exchange_id = 2")
    connection.close()
    _complete(path, key)

    database = open_database(path, key)

    with database.write() as session:
        assert search_index_queries.count_due(session) == 1
        assert search_index_queries.index_some(session) == 1
        assert search_index_queries.count_due(session) == 0
    database.close()


def _complete(path: Path, key: bytes) -> None:
    """Give the text its exchange and chat, with whatever the columns take."""
    connection = raw_connection(path, key, mode="rw")
    connection.execute("PRAGMA foreign_keys = OFF")
    for table in ("conversation", "exchange"):
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        values = [
            1 if column[1] in ("id", "seq", "conversation_id") else ("{}" if column[2] == "TEXT" else 0)
            for column in columns
        ]
        marks = ", ".join("?" for _column in columns)
        connection.execute(
            f'INSERT INTO "{table}" VALUES ({marks})',
            [None if c[1] == "import_id" else v for c, v in zip(columns, values, strict=True)],
        )
    connection.close()


def test_vectors_leave_the_memory_when_nobody_searches(application: Application) -> None:
    store(application, *history(12))
    application.processing.run_until_done()
    search = SearchFacade(
        database=application._database, clock=application.clock, model=application.model, idle_seconds=0.5
    )

    search.search("spanish verb")
    assert search.memory > 0

    until = time.monotonic() + 10
    while search.memory and time.monotonic() < until:
        time.sleep(0.02)
    assert search.memory == 0


def test_the_triggers_that_keep_the_index_true_are_there(application: Application) -> None:
    """A later migration that rebuilds one of their tables takes them away, and must make them again."""
    with application._database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        assert {tuple(row) for row in rows} >= {
            ("search_text_new", "exchange_text"),
            ("search_text_changed", "exchange_text"),
            ("search_text_gone", "exchange_text"),
            ("search_title_changed", "conversation"),
        }
