"""Timeline exports: what they hold, and that captured words in them are words only."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from importlib import resources

import jsonschema
import pytest
from markdown_it import MarkdownIt

from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import UnsupportedFormat
from skilltrail.exporters import TIMELINE_FORMATS, render_timeline
from skilltrail.exporters.timeline_markdown import literal
from skilltrail.exporters.wording import one_line
from timelines import HOSTILE, entry, export, hostile_export, timeline, topic


class Page(HTMLParser):
    """Every element with its attributes, and the text, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(what: object) -> str:
    return render_timeline("html", what).data.decode()  # type: ignore[arg-type]


def markdown_of(what: object) -> str:
    return render_timeline("markdown", what).data.decode()  # type: ignore[arg-type]


def test_file_names_carry_the_day_and_nothing_captured() -> None:
    names = {kind: render_timeline(kind, hostile_export(HOSTILE[0])).name for kind in TIMELINE_FORMATS}

    assert names == {
        "markdown": "skilltrail-timeline-2026-11-22.md",
        "json": "skilltrail-timeline-2026-11-22.json",
        "html": "skilltrail-timeline-2026-11-22.html",
    }


def test_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnsupportedFormat, match="markdown, json, html"):
        render_timeline("docx", export())


@pytest.mark.parametrize("kind", TIMELINE_FORMATS)
def test_every_format_says_that_it_is_self_recorded(kind: str) -> None:
    text = render_timeline(kind, export(entry())).data.decode()

    assert "Self-recorded by the learner, not independently assessed." in text


@pytest.mark.parametrize("kind", TIMELINE_FORMATS)
def test_own_words_claim_no_more_than_they_can_carry(kind: str) -> None:
    text = render_timeline(kind, export(entry())).data.decode().lower()

    assert not re.search(r"\b(certified|proven|level|score|mastery|verified)\b", text)


@pytest.mark.parametrize("kind", TIMELINE_FORMATS)
def test_an_empty_history_is_exported_too(kind: str) -> None:
    nothing = timeline(exchanges=0, conversations=0, unassigned=0, first_at=None, last_at=None)

    assert render_timeline(kind, export(of=nothing)).data


class TestMarkdown:
    def test_topic_and_question_stand_under_their_heading(self) -> None:
        text = markdown_of(export(entry()))

        assert "\n## SQL query tuning\n" in text
        assert "Programming: 3 exchanges in 2 episodes on 2 days." in text
        assert "March 2026: 1; May 2026: 2." in text
        assert "- 2 March 2026, ChatGPT: Why does this query scan the whole table? (Slow report)" in text

    def test_days_are_those_of_the_learners_zone(self) -> None:
        late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

        assert "- 3 March 2026, ChatGPT" in markdown_of(export(entry(asked_at=late)))

    @pytest.mark.parametrize("text", HOSTILE)
    def test_captured_words_render_as_themselves(self, text: str) -> None:
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(f"before {literal(text)} after")
        inline = tokens[1].children or []

        assert [token.type for token in inline if token.type != "text_special"] == ["text"] * len(
            [token for token in inline if token.type != "text_special"]
        )
        assert "".join(token.content for token in inline) == f"before {one_line(text)} after"

    @pytest.mark.parametrize("text", HOSTILE)
    def test_captured_words_make_no_structure(self, text: str) -> None:
        kinds = {token.type for token in MarkdownIt("commonmark").parse(markdown_of(hostile_export(text)))}

        assert not kinds & {"html_block", "fence", "code_block", "table_open", "hr"}

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_link_picture_or_html_comes_of_them(self, text: str) -> None:
        html = MarkdownIt("commonmark").enable("table").render(markdown_of(hostile_export(text)))
        tags = {tag for tag, _attributes in Page(html).elements}

        assert not tags & {"a", "img", "script", "code", "style", "svg"}
        assert "h1" in tags

    def test_bare_addresses_are_broken_for_readers_that_link_them(self) -> None:
        assert literal("see https://e.example or www.e.example or a@e.example") == (
            "see https\\://e.example or www\\.e.example or a\\@e.example"
        )


class TestJson:
    def test_the_document_fits_its_schema(self) -> None:
        schema = json.loads((resources.files("skilltrail.exporters") / "schemas/timeline-1.schema.json").read_text())
        wanted = TimelineFilter(since=date(2026, 1, 1), area="Programming")
        documents = [export(entry(), entry(seq=2, topic_id=None, prompt_id=None), of=timeline(topic(), filter=wanted))]
        documents += [hostile_export(text) for text in HOSTILE]

        for document in documents:
            jsonschema.validate(json.loads(render_timeline("json", document).data), schema)

    def test_schema_names_the_same_id_as_the_documents(self) -> None:
        schema = json.loads((resources.files("skilltrail.exporters") / "schemas/timeline-1.schema.json").read_text())

        assert json.loads(render_timeline("json", export()).data)["schema"] == schema["$id"]

    @pytest.mark.parametrize("text", HOSTILE)
    def test_captured_words_come_back_unchanged(self, text: str) -> None:
        document = json.loads(render_timeline("json", hostile_export(text)).data)

        assert document["topics"][0]["name"] == text
        assert [row["question"] for row in document["exchanges"]] == [text, text]

    def test_exchanges_stand_in_the_order_they_were_stored(self) -> None:
        document = json.loads(render_timeline("json", export(entry(seq=9), entry(seq=2))).data)

        assert [row["seq"] for row in document["exchanges"]] == [2, 9]
        assert document["exchanges"][0]["asked_at"] == "2026-03-02T09:00:00Z"

    def test_the_file_is_ascii(self) -> None:
        assert render_timeline("json", hostile_export("\u202e \u2028 ü")).data.isascii()


class TestHtml:
    def test_nothing_is_loaded_and_nothing_runs(self) -> None:
        page = Page(html_of(export(entry(), chart_svg=CHART)))
        tags = {tag for tag, _attributes in page.elements}
        addresses = [value for _tag, found in page.elements for key, value in found.items() if key in {"href", "src"}]

        assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
        assert addresses
        assert all(value is not None and value.startswith("#") for value in addresses)

    def test_the_policy_allows_exactly_the_style_in_the_page(self) -> None:
        html = html_of(export(entry()))
        style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
        policy = next(
            found["content"]
            for tag, found in Page(html).elements
            if found.get("http-equiv") == "Content-Security-Policy"
        )

        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"

    @pytest.mark.parametrize("text", HOSTILE)
    def test_captured_words_add_no_element(self, text: str) -> None:
        plain = Page(html_of(hostile_export("words")))
        page = Page(html_of(hostile_export(text)))

        assert [tag for tag, _found in page.elements] == [tag for tag, _found in plain.elements]
        assert not any(key.startswith("on") or key == "style" for _tag, found in page.elements for key in found)
        assert one_line(text).replace("\ud800", "?") in page.text

    def test_chart_and_table_say_the_same(self) -> None:
        page = Page(html_of(export(entry(), chart_svg=CHART)))

        assert ("a", {"href": "#topic-t1", "aria-label": "SQL query tuning: 3 exchanges"}) in page.elements
        assert any(tag == "table" for tag, _found in page.elements)
        assert any(found.get("id") == "topic-t1" for _tag, found in page.elements)

    def test_without_a_chart_the_table_stands_alone(self) -> None:
        html = html_of(export(entry()))

        assert 'class="chart"' not in html
        assert "<table>" in html

    def test_stopped_answers_are_marked(self) -> None:
        assert "stopped before the end" in html_of(export(entry(status="interrupted")))


CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">'
    '<g><a xlink:href="https://base.example/#topic-t1"><path aria-label="SQL query tuning: 3 exchanges" d="M0,0"/></a>'
    '<a xlink:href="https://base.example/#month-2026-03"><text aria-label="March 2026">Mar</text></a></g></svg>'
)
