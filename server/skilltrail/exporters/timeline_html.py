"""The timeline as one self-contained page: no script, nothing loaded, the style allowed by its own hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from skilltrail.domain.timeline import TimelineExport
from skilltrail.exporters import disclosure, wording
from skilltrail.exporters.chart_spec import PALETTE
from skilltrail.exporters.chart_svg import clean_chart
from skilltrail.i18n import _, direction, language

# Everything captured is escaped, so these comments cannot occur in it; what replaces them needs no escaping.
_STYLE, _CHART = "<!--style-->", "<!--chart-->"


def timeline_html(export: TimelineExport) -> str:
    """Return the export as an HTML page that is read, printed and mailed as it is."""
    style = _file("timeline.css")
    page = _template().render(
        export=export,
        timeline=export.timeline,
        zone=export.timeline.generated_at.tzinfo,
        topics=disclosure.by_topic(export),
        rest=disclosure.without_topic(export),
        sentence=wording.timeline_sentence(export.timeline),
        language=language(),
        direction=direction(language()),
        policy=_policy(style),
        has_chart=export.chart_svg is not None,
        colours=len(PALETTE),
    )
    return page.replace(_STYLE, f"<style>{style}</style>", 1).replace(_CHART, _chart(export), 1)


@lru_cache(maxsize=1)
def _template() -> Template:
    """Return the page's template; it holds no words of a language, they are looked up when it is rendered."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(_=_, w=wording, d=disclosure)
    return environment.from_string(_file("timeline.html.j2"))


def _file(name: str) -> str:
    return (resources.files("skilltrail.exporters") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _chart(export: TimelineExport) -> str:
    if export.chart_svg is None:
        return ""
    topics = {f"topic-{topic.id}" for topic in export.timeline.topics}
    label = _("Topics over months; the table below holds the same figures")
    # A month has no place of its own in this page; its text stays, its link goes.
    return clean_chart(export.chart_svg, label=label, link=lambda mark: _place(mark, topics))


def _place(mark: str, topics: Collection[str]) -> str | None:
    """Return where a mark leads within the page: a dot to its topic."""
    named = mark.replace("cell-", "topic-", 1).partition(".")[0] if mark.startswith("cell-") else mark
    return f"#{named}" if named in topics else None
