"""The main job, whole: two hundred exchanges from a chat page to the exported timeline (issue 2, point 1)."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page

from e2e.harness.chromium import Chromium
from e2e.harness.comparison import NONE, difference, told_secrets, wrong_paths, wrong_statuses
from e2e.harness.script import Lane, Script, attached, by_socket, mixed_script, plain, thoughtful
from e2e.harness.service import Service
from e2e.harness.tabs import HOME, differing_streams, finish, open_tabs, page_errors, page_streams, start
from e2e.harness.waiting import until_stored
from e2e.harness.world import World
from e2e.standin.plan import Plan
from e2e.standin.site import Site

pytestmark = pytest.mark.e2e

LIVE, IN_TREE, IN_WINDOW = 180, 8, 12


def temporary_script(*, first: int) -> Script:
    """Return turns of temporary chats, over every kind of leg."""
    script = Script(lanes=[Lane()], number=first)
    for kind in (plain, thoughtful, by_socket, attached):
        kind(script, script.lanes[0])
    return script


def old_plans(count: int, *, first: int) -> list[Plan]:
    """Return plain turns for a chat of long ago."""
    script = Script(lanes=[Lane()], number=first)
    for _ in range(count):
        thoughtful(script, script.lanes[0])
    return script.plans


def open_old_chats(site: Site, page: Page) -> None:
    """Load one chat as a tree with two branches and one as a window of two pages, then one again from memory."""
    plans = old_plans(IN_TREE, first=800)
    tree = site.seed_chat(plans[:-1], title="An old tree")
    fork = site.truth.turns[-2].prompt_id
    site.seed_branch(tree, plans[-1], beside=fork)
    window = site.seed_chat(old_plans(IN_WINDOW, first=900), title="An old window", gizmo_id="g-p-77aa")

    page.evaluate("id => standin.open(id, 'tree')", tree.id)
    page.evaluate("id => standin.open(id, 'window')", window.id)
    for _ in range(9):
        page.evaluate("() => standin.showOlder()")
    page.evaluate("id => standin.open(id, 'memory')", tree.id)


def play_all(site: Site, browser: Chromium) -> Sequence[Page]:
    """Chat in three tabs at once, in a temporary chat beside them, and look at old chats."""
    live = mixed_script(exchanges=LIVE, lanes=6)
    hidden = temporary_script(first=700)
    site.expect([*live.plans, *hidden.plans])
    pages = open_tabs(browser, 3)
    [private] = open_tabs(browser, 1, address=f"{HOME}?temporary-chat=true")
    start(pages, live.lanes)
    start([private], hidden.lanes)
    finish([*pages, private])
    open_old_chats(site, pages[0])
    return [*pages, private]


@pytest.mark.model
def test_two_hundred_exchanges_arrive_exactly_once_and_unchanged(
    world: World,
) -> None:
    service, site = world.service, world.site
    pages = play_all(site, world.browser)
    truths = site.truth.must_be_stored()
    assert len(truths) == LIVE + IN_TREE + IN_WINDOW
    assert {turn.why for turn in site.truth.must_stay_out()} == {"temporary", "failed"}

    until_stored(world, count=len(truths), seconds=60)

    rows = service.written_rows()
    texts = service.texts()
    timeline = service.timeline()
    assert difference(rows, truths) == NONE
    # An answer that broke off may end in a blank or a line end; nobody promises to keep that.
    assert {key: (prompt, reply.rstrip()) for key, (prompt, reply) in texts.items()} == {
        turn.key: (turn.prompt, turn.reply) for turn in truths
    }
    assert wrong_statuses(rows, truths) == []
    assert wrong_paths(rows, site) == []
    assert told_secrets((text for pair in texts.values() for text in pair), site) == []
    assert {(one["conversation_id"], one["prompt_id"], one["reply_id"]) for one in timeline["exchanges"]} >= {
        turn.key for turn in truths if site.conversations[turn.conversation_id].on_path(turn.reply_id or "")
    }
    page_is_unharmed(site, pages)
    no_request_of_ours(site)
    timeline_page_shows_them(world.browser, service)


def page_is_unharmed(site: Site, pages: Sequence[Page]) -> None:
    """The page has every byte that was sent, cut at odd places, and met no fault."""
    streams = page_streams(pages)
    assert len(streams) > 180
    assert differing_streams(site, streams) == []
    assert sum(one["splitCharacters"] for one in streams) > 50
    assert sum(one["splitLineEnds"] for one in streams) > 50
    assert page_errors(pages) == []
    assert site.faults == []


def no_request_of_ours(site: Site) -> None:
    """Active reads are off: only the page asked for chats, once each."""
    assert site.requests["GET /backend-api/conversation/ID"] == 1
    assert site.requests["GET /backend-api/conversations/ID"] == 1
    assert site.requests["GET /backend-api/conversation/ID/stream_status"] == 0
    assert site.requests["GET /api/auth/session"] == 0


def timeline_page_shows_them(browser: Chromium, service: Service) -> None:
    """The dashboard's timeline page names as many exchanges as the export."""
    service.run("process")
    exported = service.timeline()
    page = browser.page(service.sign_in_link())
    page.goto(f"{service.origin}/timeline")
    page.wait_for_selector("article svg a")  # the chart's marks lead to what they rest on
    shown = page.inner_text("article")
    assert str(exported["counts"]["exchanges"]) in shown
    for topic in exported["topics"][:3]:
        assert topic["name"] in shown
