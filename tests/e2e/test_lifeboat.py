"""The tap sees nothing: reading the page takes over, and says so (issue 2, point 3)."""

import pytest

from e2e.harness.chromium import wait_until
from e2e.harness.comparison import NONE, difference, told_secrets, words
from e2e.harness.script import Lane, Script, by_socket, edited, legacy, plain, with_tools
from e2e.harness.tabs import open_tabs, page_errors, play
from e2e.harness.waiting import until_stored
from e2e.harness.world import World
from e2e.standin.site import Look

pytestmark = pytest.mark.e2e


READING_MS = 3_500


def visible_script() -> Script:
    """Return two chats of a few turns each in one tab, so that a stale page stays behind.

    The last answer of each chat is read before the person goes on; who leaves at once leaves nothing to see.
    """
    script = Script(lanes=[Lane()])
    [lane] = script.lanes
    for kind in (plain, with_tools, by_socket):
        kind(script, lane)
    lane.steps[-1]["read"] = READING_MS
    lane.new_chat()
    for kind in (legacy, plain):
        kind(script, lane)
    return script


@pytest.mark.parametrize(("generation", "locale"), [("B", "de"), ("C", "ja")])
def test_page_reading_saves_the_visible_exchanges_and_reports_degraded(
    world: World, generation: str, locale: str
) -> None:
    extension, service, site = world.extension, world.service, world.site
    site.look = Look(generation=generation, locale=locale, network="worker")
    pages = open_tabs(world.browser, 1)

    play(site, pages, visible_script())

    truths = site.truth.must_be_stored()
    until_stored(world, count=len(truths), seconds=40)
    rows = service.rows()
    texts = service.texts()
    assert difference(rows, truths) == NONE
    assert {row["fidelity"] for row in rows} == {"dom"}
    assert {key: words(reply) for key, (_, reply) in texts.items()} == {turn.key: words(turn.reply) for turn in truths}
    assert {key: words(prompt) for key, (prompt, _) in texts.items()} == {
        turn.key: words(turn.prompt) for turn in truths
    }
    assert told_secrets((text for pair in texts.values() for text in pair), site) == []
    assert page_errors(pages) == []
    wait_until(lambda: extension.status()["health"]["state"] == "degraded", seconds=15, what="degraded in the popup")
    assert extension.badge() != ""


def test_first_unseen_answer_is_enough_to_be_called_degraded(world: World) -> None:
    extension, site = world.extension, world.site
    site.look = Look(generation="B", network="worker")
    script = Script(lanes=[Lane()])
    plain(script, script.lanes[0])
    pages = open_tabs(world.browser, 1)

    play(site, pages, script)

    wait_until(
        lambda: extension.status()["health"]["state"] == "degraded", seconds=15, what="degraded after one exchange"
    )


def test_page_reading_adds_nothing_where_the_tap_has_seen_everything(world: World) -> None:
    extension, service, site = world.extension, world.service, world.site
    site.look = Look(generation="C", locale="de")
    script = visible_script()
    edited(script, script.lanes[0])
    pages = open_tabs(world.browser, 1)

    play(site, pages, script)

    pages[0].wait_for_timeout(6000)  # time for a page reader to find what it should leave alone
    until_stored(world, count=len(site.truth.must_be_stored()), seconds=20)
    rows = service.rows()
    assert difference(rows, site.truth.must_be_stored()) == NONE
    assert {row["fidelity"] for row in rows} == {"stream_complete"}
    assert extension.status()["health"]["state"] == "ok"
    assert extension.badge() == ""
