"""What of a chart's SVG enters a page: an allow-list of elements and attributes, links to what marks rest on, texts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from xml.parsers import expat

from skilltrail.errors import UnsupportedFormat
from skilltrail.i18n import _

_DRAWN = {"g", "path", "line", "rect", "circle", "text", "tspan"}
_KEPT = {
    "d", "x", "y", "x1", "x2", "y1", "y2", "r", "cx", "cy", "width", "height", "transform", "fill", "fill-opacity",
    "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "opacity", "text-anchor",
    "font-size", "font-weight",
}  # fmt: skip
_SPOKEN = "aria-label"
AGAIN = "again-"
"""Begins the link of a mark beside another one with the same link: for the mouse, and passed over by all else."""


def clean_chart(svg: str, *, label: str, link: Callable[[str], str | None]) -> str:
    """Return ``svg`` rebuilt from the few elements and attributes that a chart needs.

    Parameters
    ----------
    svg
        What the chart renderer made. It holds captured words as text, so nothing of it is taken on trust.
    label
        The accessible name of the whole picture.
    link
        Gets a mark's fragment ("topic-7", "month-2026-11") and returns the address to link to; None: no link.

    Raises
    ------
    UnsupportedFormat
        If ``svg`` is not well-formed or declares a document type.
    """
    return _Rebuild(label, link).run(svg)


class _Rebuild:
    """One pass over the SVG; ``_open`` holds the closing tag of each element entered ("" where it was left out)."""

    def __init__(self, label: str, link: Callable[[str], str | None]) -> None:
        self._label, self._link = label, link
        self._out: list[str] = []
        self._open: list[str] = []
        self._hidden = 0
        self._anchored = 0

    def run(self, svg: str) -> str:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._text, self._doctype
        try:
            parser.Parse(svg, True)
        except expat.ExpatError as fault:
            raise UnsupportedFormat(_("The chart could not be drawn.")) from fault
        return "".join(self._out)

    def _doctype(self, *_parts: object) -> None:
        raise UnsupportedFormat(_("The chart could not be drawn."))

    def _start(self, name: str, given: dict[str, str]) -> None:
        unseen = given.get("display") == "none" or given.get("class") == "background"
        if self._hidden or unseen or not self._known(name):
            self._hidden += 1
            return
        if name == "svg":
            fixed = 'xmlns="http://www.w3.org/2000/svg" class="chart" role="group"'
            self._enter(f"<svg {fixed} {self._frame(given)}>", "</svg>")
        elif name == "a":
            self._anchor(given)
        else:
            kept = "".join(f' {key}="{escape(value)}"' for key, value in given.items() if key in _KEPT)
            title = self._title(name, given)
            self._enter(f"<{name}{kept}>{title}", f"</{name}>")

    def _known(self, name: str) -> bool:
        return name in _DRAWN or name == "a" or (name == "svg" and not self._open)

    def _frame(self, given: dict[str, str]) -> str:
        box = escape(given.get("viewBox", "0 0 1 1"))
        size = "".join(f' {key}="{escape(given[key])}"' for key in ("width", "height") if key in given)
        return f'viewBox="{box}"{size} aria-label="{escape(self._label)}"'

    def _anchor(self, given: dict[str, str]) -> None:
        # The renderer resolves links against an address of its own; the fragment alone is ours.
        fragment = (given.get("xlink:href") or given.get("href") or "").rpartition("#")[2]
        again = fragment.startswith(AGAIN)
        address = self._link(fragment.removeprefix(AGAIN))
        if address is None:
            self._enter("", "")
            return
        self._anchored += 1
        passed = ' tabindex="-1" aria-hidden="true"' if again else ""
        self._enter(f'<a href="{escape(address)}"{passed}>', "</a>")

    def _title(self, name: str, given: dict[str, str]) -> str:
        spoken = given.get(_SPOKEN) if self._anchored and name in {"path", "text"} else None
        if not spoken:
            return ""
        # The link's name must stand on the link itself; a title inside the mark is what the mouse sees.
        self._out[-1] = self._out[-1].replace("<a ", f'<a aria-label="{escape(spoken)}" ', 1)
        return f"<title>{escape(spoken)}</title>" if name == "path" else ""

    def _enter(self, opening: str, closing: str) -> None:
        self._out.append(opening)
        self._open.append(closing)

    def _end(self, _name: str) -> None:
        if self._hidden:
            self._hidden -= 1
            return
        closing = self._open.pop()
        self._anchored -= closing == "</a>"
        self._out.append(closing)

    def _text(self, data: str) -> None:
        if not self._hidden and "</text>" in self._open:
            self._out.append(escape(data))
