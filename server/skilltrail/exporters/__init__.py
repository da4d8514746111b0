"""One file per format: a value in, bytes out; pure."""

from __future__ import annotations

from collections.abc import Callable

from skilltrail.domain.timeline import ExportFile, TimelineExport
from skilltrail.errors import UnsupportedFormat
from skilltrail.exporters.exchanges_csv import write_exchanges_csv
from skilltrail.exporters.exchanges_xlsx import exchanges_xlsx
from skilltrail.exporters.timeline_html import timeline_html
from skilltrail.exporters.timeline_json import timeline_json
from skilltrail.exporters.timeline_markdown import timeline_markdown
from skilltrail.i18n import _

__all__ = ["TIMELINE_FORMATS", "exchanges_xlsx", "render_timeline", "write_exchanges_csv"]

_RENDERERS: dict[str, tuple[str, str, Callable[[TimelineExport], str]]] = {
    "markdown": ("md", "text/markdown; charset=utf-8", timeline_markdown),
    "json": ("json", "application/json", timeline_json),
    "html": ("html", "text/html; charset=utf-8", timeline_html),
}

TIMELINE_FORMATS = tuple(_RENDERERS)
"""Formats that ``render_timeline`` knows."""


def render_timeline(format: str, export: TimelineExport) -> ExportFile:  # noqa: A002 - the facade's word
    """Write ``export`` as one file; its name carries the day it was made and nothing captured.

    Raises
    ------
    UnsupportedFormat
        If ``format`` is not one of ``TIMELINE_FORMATS``.
    """
    if format not in _RENDERERS:
        words = _("Skilltrail writes timelines as {formats}.")
        raise UnsupportedFormat(words.format(formats=", ".join(TIMELINE_FORMATS)))
    ending, media_type, write = _RENDERERS[format]
    day = export.timeline.generated_at.strftime("%Y-%m-%d")
    # A lone surrogate cannot be written; it stands for a character that was lost before it reached us.
    data = write(export).encode("utf-8", "replace")
    return ExportFile(name=f"skilltrail-timeline-{day}.{ending}", media_type=media_type, data=data)
