"""The stand-in against itself, in a Chromium without our extension: a measure must be right before it measures."""

import pytest

from e2e.harness.chromium import Chromium
from e2e.harness.script import mixed_script
from e2e.harness.tabs import differing_streams, open_tabs, page_errors, page_streams, play
from e2e.standin.site import Look, Site

pytestmark = pytest.mark.e2e

COUNT_FETCHES = """
const own = window.fetch;
window.seen = 0;
window.fetch = (...rest) => { window.seen += 1; return own(...rest); };
window.WebSocket = class extends WebSocket { constructor(...rest) { window.seen += 1; super(...rest); } };
"""


def test_page_understands_every_answer_as_the_site_meant_it(bare_browser: Chromium, site: Site) -> None:
    script = mixed_script(exchanges=40, lanes=4)
    pages = open_tabs(bare_browser, 2)

    results = play(site, pages, script)

    shown = {(one["conversationId"], one["promptId"], one["replyId"]): one["text"].rstrip() for one in results}
    meant = {turn.key: turn.reply for turn in site.truth.must_be_stored()}
    assert meant.items() <= shown.items()
    assert len(meant) == 40
    assert site.faults == []
    assert page_errors(pages) == []


def test_page_receives_the_sent_bytes_cut_at_odd_places(bare_browser: Chromium, site: Site) -> None:
    script = mixed_script(exchanges=16, lanes=4)
    pages = open_tabs(bare_browser, 1)

    play(site, pages, script)

    streams = page_streams(pages)
    assert differing_streams(site, streams) == []
    assert sum(one["splitCharacters"] for one in streams) > 5
    assert sum(one["splitLineEnds"] for one in streams) > 5


@pytest.mark.parametrize(
    ("generation", "turn", "reply"),
    [
        ("A", 'article[data-testid^="conversation-turn-"]', "[data-message-id] .markdown.prose"),
        ("B", 'section[data-testid^="conversation-turn-"]', "[data-message-id] .markdown-new-styling"),
        ("C", "[data-turn-key]:not(.frozen-copy)", '[data-markdown-text-style="assistant-message"]'),
    ],
)
def test_page_wears_the_markup_of_each_generation(
    bare_browser: Chromium, site: Site, generation: str, turn: str, reply: str
) -> None:
    site.look = Look(generation=generation, locale="de")
    script = mixed_script(exchanges=3, lanes=1)
    [page] = open_tabs(bare_browser, 1)

    play(site, [page], script)

    page.wait_for_selector(turn)
    assert page.locator(reply).count() >= 3
    assert page.url.endswith(site.truth.turns[-1].conversation_id)


def test_traffic_of_a_worker_stays_out_of_sight_of_the_page(bare_browser: Chromium, site: Site) -> None:
    site.look = Look(network="worker")
    script = mixed_script(exchanges=3, lanes=1)
    bare_browser.context.add_init_script(
        "const f = fetch; window.seen = 0; window.fetch = (...a) => { seen += 1; return f(...a); };"
    )
    [page] = open_tabs(bare_browser, 1)

    results = play(site, [page], script)

    assert [one["text"] for one in results] == [turn.reply for turn in site.truth.turns]
    assert page.evaluate("() => window.seen") == 0
