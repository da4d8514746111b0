"""The dashboard's shell page and what holds for every fragment: no data without a session, no captured word acts."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from dashboard import BASE, Dashboard, Found
from exchanges import captured, items
from skilltrail.application import Application
from timelines import HOSTILE

PAGES = ("/", "/timeline", "/topics/x", "/exchanges/1", "/export", "/health", "/settings", "/pair")


@pytest.fixture
def fetch(application: Application) -> Dashboard:
    return Dashboard(application)


class TestShell:
    @pytest.mark.parametrize("path", [*PAGES, *(f"/demo{page}" for page in PAGES)])
    def test_every_address_serves_the_same_empty_page(self, fetch: Dashboard, path: str) -> None:
        pages = {fetch.page(address) for address in ("/", path)}

        assert len(pages) == 1

    def test_the_page_has_no_inline_script_or_style(self, fetch: Dashboard) -> None:
        page = Found(fetch.page("/"))

        assert [found["src"] for tag, found in page.elements if tag == "script"] == ["/static/app.js"]
        assert not any(tag == "style" or "style" in found for tag, found in page.elements)
        assert not any(name.startswith("on") for _tag, found in page.elements for name in found)

    def test_what_the_page_names_is_there(self, fetch: Dashboard) -> None:
        page = Found(fetch.page("/"))
        named = [at for at in page.attributes("src") + page.attributes("href") if at.startswith("/static/")]

        assert named
        for address in named:
            with fetch.client.get(address, base_url=BASE) as answer:
                assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "home", "timeline", "timeline-chart", "topics/x", "topics/x/exchanges", "topics/x/chart", "topics/x/episodes",
        "exchanges/1", "exchanges/1/rest",
        "export", "export-preview?format=json", "health", "settings", "pair",
    ],
)  # fmt: skip
def test_no_fragment_without_a_session(fetch: Dashboard, path: str) -> None:
    answer = fetch.client.get(f"/fragments/{path}", base_url=BASE)

    assert answer.status_code == 401
    assert answer.get_json()["code"] == "not_paired"


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\ud800" not in text])
def test_hostile_words_add_no_element_anywhere(fetch: Dashboard, application: Application, text: str) -> None:
    plain, hostile = (
        captured(1, prompt=words, reply="r", title=words, conversation_id=f"c-{number}", model="m", project_id="p")
        for number, words in enumerate(("words", text))
    )
    results = application.exchanges.capture(items([plain, hostile])).results
    pages = [fetch(f"/fragments/exchanges/{result.exchange_id}") for result in results]
    lists = fetch("/fragments/timeline")

    assert pages[0].tags == pages[1].tags
    for page in (*pages, lists):
        assert not set(page.tags) & {"script", "img", "iframe", "style", "svg", "object"}
        assert not any(name.startswith("on") or name == "style" for _tag, found in page.elements for name in found)


def test_every_own_word_passes_the_translator() -> None:
    """Templates hold no bare English: what a reader sees comes from ``_()`` or from data."""
    folder = resources.files("skilltrail.web") / "templates"
    names = [path for path in folder.iterdir() if path.name.endswith(".html")]
    names += list((folder / "fragments").iterdir())
    bare = []
    for path in names:
        source = re.sub(
            r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<code[^>]*>.*?</code>",
            "",
            path.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        words = re.sub(r"<[^>]*>", " ", source)
        bare += [(path.name, word) for word in re.findall(r"[A-Za-z]{2,}", words) if word != "Skilltrail"]

    assert bare == []
