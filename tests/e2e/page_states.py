"""One list of every page of the dashboard with its states; a fragment that is not on it fails a test.

Each state says which fragments it asks for (rules of the route table), and that is held against what the page did ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from chatgpt_exports import chat, write
from portfolios import sample, sign_page, signed
from skilltrail.exporters.portfolio_files import render_portfolio

Prepare = Callable[[Page, Path], None]

EXCEPTIONS = {
    "/fragments/topics/<topic_id>/exchanges": "only further rows of the list on the topic's page",
    "/fragments/topics/<topic_id>/episodes": "only further rows of the list on the topic's page",
    "/fragments/clients/<client_id>/exchanges": "only further rows of the list on the client's page",
    "/fragments/evidence/<kind>": "only further rows of the lists on the page of goals and evidence",
    "/fragments/redactions/exchanges": "only further rows of the list on the page of what is hidden",
}
"""Fragments that no state asks for, each with the reason."""


@dataclass(frozen=True, slots=True)
class State:
    """A page as it stands after ``prepare``; ``path`` may name ids (see ``full_site.ids``)."""

    name: str
    path: str
    fragments: tuple[str, ...]
    prepare: Prepare | None = None


def _opened(page: Page, _folder: Path) -> None:
    """Open all that is folded, so that it is looked at too."""
    page.evaluate("for (const one of document.querySelectorAll('#view details')) one.open = true")


def _searched(words: str) -> Prepare:
    def prepare(page: Page, _folder: Path) -> None:
        page.fill("#search-text", words)
        page.keyboard.press("Enter")
        expect(page.locator(".search-count")).to_be_visible()

    return prepare


def _planned(page: Page, _folder: Path) -> None:
    page.get_by_label("Word", exact=True).fill("index")
    page.get_by_role("button", name="Show what would go").first.click()
    expect(page.locator("#forget-now")).to_be_visible()


def _ruled(page: Page, _folder: Path) -> None:
    page.locator("#retention-months, form[data-action=retention-plan] select").first.select_option("12")
    page.get_by_role("button", name="Show what would go").nth(1).click()
    expect(page.locator("#retention-plan > *").first).to_be_visible()


def _handed_over(page: Page, folder: Path) -> None:
    if page.locator("form[data-action=import-start]").count():
        return
    file = write(folder, [chat("seen", 3), chat("more", 2), 5], "handed-over.json")
    with page.expect_file_chooser() as chooser:
        page.locator("[data-action=import-files]").click()
    chooser.value.set_files(file)
    expect(page.locator("form[data-action=import-start]")).to_be_visible(timeout=20_000)


def _checked(page: Page, folder: Path) -> None:
    whole = signed(sample())
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "portfolio.html"
    file.write_bytes(render_portfolio("html", whole, sign_page=sign_page(whole)).data)
    page.locator("#verify-file").set_input_files(file)
    page.get_by_role("button", name="Check it").click()
    expect(page.locator("#verify-result h2")).to_be_visible(timeout=20_000)


def _divided(page: Page, _folder: Path) -> None:
    page.get_by_role("button", name="Split…").click()
    expect(page.locator("#parts-title")).to_be_visible()


def _planned_restore(page: Page, _folder: Path) -> None:
    page.locator("#restore-1").click()
    expect(page.locator(".plan > *").first).to_be_visible()


def _marked(page: Page, _folder: Path) -> None:
    page.locator("button.redacted").first.click()
    expect(page.locator(".mark-card")).to_be_visible()


def _looked(page: Page, _folder: Path) -> None:
    page.locator("[data-action=own-word-look]").first.click()
    expect(page.locator("#own-word-found > *").first).to_be_visible()


def _lengthened(page: Page, _folder: Path) -> None:
    page.locator("[data-part=reply-rest] button").click()
    expect(page.locator("[data-part=reply-rest] > div")).to_be_visible()


def _ticked(page: Page, _folder: Path) -> None:
    for box in page.locator("input.tick").all()[:2]:
        box.check()


def _forgetting(page: Page, _folder: Path) -> None:
    page.locator("#forget-exchange").click()
    expect(page.locator(".countdown")).to_be_visible()


def _tabled(page: Page, _folder: Path) -> None:
    page.locator("#twin-table").click()


def _looked_around(page: Page, _folder: Path) -> None:
    page.locator("[data-action=client-look]").click()
    expect(page.locator("[data-action=client-look]")).to_have_count(0)


def _compared(page: Page, _folder: Path) -> None:
    expect(page.locator(".requirements").first).to_be_visible(timeout=20_000)


def _chosen(page: Page, folder: Path) -> None:
    _compared(page, folder)
    _opened(page, folder)
    page.locator("[data-action=portfolio-excerpts]").first.click()
    expect(page.locator(".excerpt-choice").first).to_be_visible()
    _opened(page, folder)


def _home(name: str) -> str:
    return f"/fragments/{name}"


SKILLS = ("/fragments/skills", "/fragments/skills-map")
TIMELINE = ("/fragments/timeline", "/fragments/timeline-chart")
TOPIC = ("/fragments/topics/<topic_id>", "/fragments/topics/<topic_id>/chart")
EXCHANGE = ("/fragments/exchanges/<int:exchange_id>",)
CLIENT = ("/fragments/clients/<client_id>",)
PORTFOLIO = ("/fragments/portfolios/<int:portfolio_id>", "/fragments/portfolios/<int:portfolio_id>/job-post")
PORTFOLIO_EXCERPTS = "/fragments/portfolios/<int:portfolio_id>/excerpts/<topic_id>"
SEARCH = ("/fragments/search", "/fragments/search-results")

STATES = (
    State("home", "/", (_home("home"),)),
    State("home-since", "/?days=30", (_home("home"), _home("since"))),
    State("timeline", "/timeline", TIMELINE),
    State("timeline-table", "/timeline", TIMELINE, _tabled),
    State("timeline-weeks", "/timeline?since=2026-06-01&until=2026-07-31", TIMELINE),
    State("timeline-days", "/timeline?since=2026-07-01&until=2026-07-14", TIMELINE),
    State("timeline-one-day", "/timeline?since=2026-06-25&until=2026-06-25", ("/fragments/timeline",)),
    State("timeline-nothing", "/timeline?since=2031-01-01", ("/fragments/timeline",)),
    State("topic", "/topics/{topic_id}", TOPIC),
    State("topic-opened", "/topics/{topic_id}", TOPIC, _opened),
    State("topic-months", "/topics/{topic_id}?month=2026-07", TOPIC, _tabled),
    State("topic-split", "/topics/{topic_id}", (*TOPIC, "/fragments/topics/<topic_id>/parts"), _divided),
    State("topic-move", "/topics/{topic_id}", TOPIC, _ticked),
    State("skills", "/skills", SKILLS),
    State("skills-list", "/skills?sort=freshen&quiet=30", SKILLS, _tabled),
    State("topic-log", "/topics/log", (_home("topic-log"),)),
    State("hidden-topics", "/topics/hidden", (_home("hidden-topics"),)),
    State("exchange", "/exchanges/{exchange_id}", EXCHANGE),
    State("exchange-opened", "/exchanges/{exchange_id}", EXCHANGE, _opened),
    State("exchange-checked", "/exchanges/{checked_id}", EXCHANGE, _opened),
    State(
        "exchange-long", "/exchanges/{long_id}", (*EXCHANGE, "/fragments/exchanges/<int:exchange_id>/rest"), _lengthened
    ),
    State("exchange-forgetting", "/exchanges/{exchange_id}", EXCHANGE, _forgetting),
    State("search", "/search", SEARCH),
    State("search-results", "/search", SEARCH, _searched("index join in:prompt after:2026-01")),
    State("search-none", "/search", SEARCH, _searched("zebra -index topic:nowhere")),
    State("review", "/review", (_home("review"),)),
    State("review-opened", "/review", (_home("review"),), _opened),
    State("evidence", "/evidence", (_home("evidence"),)),
    State("evidence-opened", "/evidence", (_home("evidence"),), _opened),
    State("verify", "/verify", (_home("verify"),)),
    State("verify-result", "/verify", (_home("verify"), _home("verify-result")), _checked),
    State("claims", "/claims", (_home("claims"),)),
    State("claims-opened", "/claims", (_home("claims"),), _opened),
    State("imports", "/imports", (_home("imports"),)),
    State("import-preview", "/imports", (_home("imports"),), _handed_over),
    State("import-report", "/imports/{import_id}", ("/fragments/imports/<int:import_id>",), _opened),
    State("export", "/export", (_home("export"), _home("export-preview"))),
    State("redactions", "/redactions?kind=openai-key", (_home("redactions"),)),
    State("redactions-mark", "/exchanges/{exchange_id}", (*EXCHANGE, _home("redactions")), _marked),
    State(
        "redactions-word", "/redactions", (_home("redactions"), "/fragments/redactions/words/<int:word_id>"), _looked
    ),
    State("forget", "/forget", (_home("forget"),)),
    State("forget-plan", "/forget", (_home("forget"), "/fragments/forget-plan"), _planned),
    State("retention-plan", "/forget", (_home("forget"), "/fragments/retention-plan"), _ruled),
    State("clients", "/clients", (_home("clients"),), _opened),
    State("client-candidates", "/clients", (_home("clients"), _home("client-candidates")), _looked_around),
    State("client", "/clients/{client_id}", CLIENT),
    State("client-opened", "/clients/{client_id}", CLIENT, _opened),
    State("client-suggestions", "/clients/{client_id}", (*CLIENT, f"{CLIENT[0]}/suggestions"), _looked_around),
    State("client-undecided", "/clients/undecided", CLIENT),
    State("client-nobody", "/clients/none", CLIENT, _ticked),
    State("portfolios", "/portfolio", (_home("portfolios"),)),
    State("portfolio", "/portfolio/{portfolio_id}", (*PORTFOLIO, f"{PORTFOLIO[0]}/job-post"), _compared),
    State(
        "portfolio-opened",
        "/portfolio/{portfolio_id}",
        (*PORTFOLIO, f"{PORTFOLIO[0]}/excerpts/<topic_id>", f"{PORTFOLIO[0]}/job-post"),
        _chosen,
    ),
    State("spot-check", "/spot-check", (_home("spot-check"),)),
    State("spot-check-asked", "/spot-check?entries=1,2,3,0", (_home("spot-check"),)),
    State("settings", "/settings", (_home("settings"),)),
    State("settings-opened", "/settings", (_home("settings"),), _opened),
    State("restore-plan", "/settings", (_home("settings"), "/fragments/backups/<backup_name>"), _planned_restore),
    State("health", "/health", (_home("health"),)),
    State("pair", "/pair", (_home("pair"),)),
    State("missing", "/exchanges/999999", EXCHANGE),
    State("demo", "/demo/", (_home("home"),)),
    State("demo-timeline", "/demo/timeline", TIMELINE),
    State("demo-skills", "/demo/skills", SKILLS),
    State("demo-topic", "/demo/topics/{demo_topic_id}", TOPIC, _opened),
    State("demo-exchange", "/demo/exchanges/1", EXCHANGE, _opened),
    State("demo-review", "/demo/review", (_home("review"),)),
    State("demo-settings", "/demo/settings", (_home("settings"),)),
)
