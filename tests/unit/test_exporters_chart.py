"""The timeline chart: every mark linked and spoken, and nothing of its SVG taken on trust."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import vl_convert

from skilltrail.domain.timeline import MonthCount
from skilltrail.errors import UnsupportedFormat
from skilltrail.exporters.chart_spec import PALETTE, ROW_LIMIT, timeline_chart
from skilltrail.exporters.chart_svg import clean_chart
from timelines import HOSTILE, timeline, topic

SVG = "{http://www.w3.org/2000/svg}"


def own_link(mark: str) -> str | None:
    return f"/{mark}"


def values(spec: dict[str, Any], key: str) -> list[Any]:
    return [row[key] for layer in spec["layer"] for row in layer["data"]["values"] if key in row]


def drawn(spec: dict[str, Any]) -> ET.Element:
    cleaned = clean_chart(vl_convert.vegalite_to_svg(spec), label="A chart", link=own_link)
    return ET.fromstring(cleaned)  # noqa: S314 - rebuilt by the code under test


def test_no_topic_no_chart() -> None:
    assert timeline_chart(timeline()) is None
    assert timeline_chart(timeline(topic(months=()))) is None


def test_each_month_of_a_topic_is_a_mark_with_a_link_and_a_text() -> None:
    spec = timeline_chart(timeline(topic()))
    assert spec is not None

    assert {"SQL query tuning, March 2026: 1 exchange", "SQL query tuning, May 2026: 2 exchanges"} <= set(
        values(spec, "d")
    )
    assert {"#topic-t1", "#month-2026-03"} <= set(values(spec, "u"))


def test_a_short_history_has_months_before_it() -> None:
    spec = timeline_chart(timeline(topic(months=(MonthCount("2026-02", 1),))))
    assert spec is not None

    months = [mark for mark in values(spec, "u") if mark.startswith("#month")]
    assert months == [f"#month-{month}" for month in ("2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02")]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("years", [1, 3, 12, 40])
def test_marks_stay_inside_and_month_names_apart(years: int, narrow: bool) -> None:
    months = tuple(MonthCount(f"{2026 - years + 1 + n // 12}-{n % 12 + 1:02d}", n % 7 + 1) for n in range(12 * years))
    spec = timeline_chart(timeline(topic(months=months)), narrow=narrow)
    assert spec is not None

    assert all(0 <= x <= spec["width"] for x in values(spec, "x") + values(spec, "x2"))
    assert all(0 <= y <= spec["height"] for y in values(spec, "y"))
    places = sorted(
        row["x"] for layer in spec["layer"] for row in layer["data"]["values"] if row.get("u", "").startswith("#month")
    )
    assert all(b - a >= 30 for a, b in pairwise(places))


def test_a_dots_area_follows_the_number_of_exchanges() -> None:
    spec = timeline_chart(timeline(topic(months=(MonthCount("2026-01", 25), MonthCount("2026-02", 100)))))
    assert spec is not None

    small, large = values(spec, "s")
    assert large / small == pytest.approx(4, rel=0.01)


def test_only_the_largest_topics_are_drawn() -> None:
    spec = timeline_chart(timeline(*(topic(id=f"t{n}", exchanges=n) for n in range(1, ROW_LIMIT + 11))))
    assert spec is not None

    assert "#topic-t11" in values(spec, "u")
    assert "#topic-t10" not in values(spec, "u")


def test_same_timeline_same_specification() -> None:
    topics = [topic(id=f"t{n}", name=f"Topic {n}", exchanges=5) for n in range(6)]

    assert timeline_chart(timeline(*topics)) == timeline_chart(timeline(*reversed(topics)))


def test_long_names_are_cut_between_words_and_spoken_whole() -> None:
    name = "Spanish grammar, the subjunctive and other moods that are hard to tell apart"
    spec = timeline_chart(timeline(topic(name=name)))
    assert spec is not None

    assert "Spanish grammar, the subjunctive …" not in values(spec, "t")
    assert "Spanish grammar, the …" in values(spec, "t")
    assert f"{name}: 3 exchanges" in values(spec, "d")


def test_colours_are_the_topics_own() -> None:
    spec = timeline_chart(timeline(topic(colour=13)))
    assert spec is not None

    assert set(values(spec, "c")) == {PALETTE[1]}


def test_the_drawn_chart_links_and_names_every_mark() -> None:
    spec = timeline_chart(timeline(topic()))
    assert spec is not None

    links = list(drawn(spec).iter(f"{SVG}a"))

    assert {"/topic-t1", "/month-2026-03", "/month-2026-05"} <= {link.get("href") for link in links}
    assert all(link.get("aria-label") for link in links)


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\ud800" not in text])
def test_hostile_names_are_text_in_the_drawn_chart(text: str) -> None:
    spec = timeline_chart(timeline(topic(name=text, area=text)))
    assert spec is not None

    root = drawn(spec)

    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "g", "path", "line", "text", "a", "title"}


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        "<style>*{display:none}</style>",
        '<image href="https://evil.example/p.png"/>',
        '<use href="#x"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        "<svg><script>alert(1)</script></svg>",
    ],
)
def test_only_drawing_passes(inner: str) -> None:
    cleaned = clean_chart(f'<svg viewBox="0 0 1 1">{inner}<g><path d="M0"/></g></svg>', label="x", link=own_link)

    assert re.findall(r"<(\w+)", cleaned) == ["svg", "g", "path"]


def test_handlers_styles_and_foreign_links_are_left_out() -> None:
    svg = (
        '<svg viewBox="0 0 1 1" onload="x()"><path d="M0" onclick="x()" style="fill:red" class="c" id="i"/>'
        '<a href="javascript:alert(1)"><text>t</text></a></svg>'
    )

    cleaned = clean_chart(svg, label="x", link=lambda mark: f"/{mark}" if mark.startswith("topic-") else None)

    assert not re.search(r"on\w+=|style=|id=|javascript|<a", cleaned)


def test_label_and_link_are_escaped() -> None:
    cleaned = clean_chart(
        '<svg viewBox="0 0 1 1"><a href="#m"><path aria-label="&lt;b&gt;&quot;" d="M0"/></a></svg>',
        label='"><script>',
        link=lambda _mark: '/"><script>',
    )

    assert "<script" not in cleaned
    assert 'aria-label="&lt;b&gt;&quot;"' in cleaned


@pytest.mark.parametrize("svg", ["<svg>", "", "<svg><g></svg>", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'])
def test_what_is_not_a_plain_svg_is_refused(svg: str) -> None:
    with pytest.raises(UnsupportedFormat):
        clean_chart(svg, label="x", link=own_link)
