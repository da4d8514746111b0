"""HTML of an answer → the Markdown that it was made from, as far as exchanges need it.

Takeout gives answers as HTML. What counts is words, paragraphs, lists, tables and code; links keep their words, and
scripts, styles and pictures are left out. Nothing of it is ever shown as HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_BLOCKS = {
    "p", "div", "section", "article", "blockquote", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "pre", "dl", "figure",
}  # fmt: skip
_LINES = {"br", "tr", "dt", "dd"}
_SILENT = {"script", "style", "head", "title", "template", "svg", "math"}
_AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})")
_MANY_BREAKS = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DEPTH_MAX = 8


class _Words:
    """Collects the text between tags; hostile HTML opens and never closes, so nothing here is a stack of tags."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._silent = 0
        self._pre = 0
        self._lists: list[int | None] = []

    def opens(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "pre":
            self._pre += 1
            self.pieces.append("\n\n```\n")
        elif tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
            self.pieces.append("\n" if len(self._lists) > 1 else "\n\n")
        elif tag == "li":
            self.pieces.append(self._bullet())
        elif tag in {"td", "th"}:
            self.pieces.append(" | ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" + ("#" * int(tag[1]) + " " if tag[0] == "h" and tag[1:].isdigit() else ""))
        elif tag in _LINES:
            self.pieces.append("\n")
        elif tag in _AROUND and not self._pre:
            self.pieces.append(_AROUND[tag])

    def closes(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "pre" and self._pre:
            self._pre -= 1
            self.pieces.append("\n```\n\n")
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self.pieces.append("\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag in _AROUND and not self._pre:
            self.pieces.append(_AROUND[tag])

    def says(self, text: str) -> None:
        if not self._silent:
            said = html.unescape(text)
            # Between blocks a line break of the source means nothing, and in code it means everything.
            self.pieces.append(said if self._pre else _SPACES.sub(" ", said))

    def _bullet(self) -> str:
        indent = "  " * min(max(0, len(self._lists) - 1), _DEPTH_MAX)
        if not self._lists or self._lists[-1] is None:
            return f"\n{indent}- "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"\n{indent}{number}. "


def text_of_html(source: str) -> str:
    """Return the words of HTML as Markdown; never raises, and takes time in proportion to its length."""
    words = _Words()
    for text, tag, closing in _tokens(source):
        words.says(text)
        if tag and closing:
            words.closes(tag)
        elif tag:
            words.opens(tag)
    lines = "".join(words.pieces).replace("\xa0", " ").split("\n")
    return _MANY_BREAKS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _tokens(source: str) -> Iterator[tuple[str, str, bool]]:
    """Yield text with the tag that follows it, and whether that one closes.

    Python's own parser takes the square of the length for tags and comments that never end.
    """
    at, last_end, last_comment = 0, source.rfind(">"), source.rfind("-->")
    begin = source.find("<")
    while 0 <= begin <= last_end:
        if source.startswith("<!--", begin) and begin <= last_comment - 4:
            yield source[at:begin], "", False
            at = source.index("-->", begin + 4) + 3
        elif source.startswith(("<!", "<?"), begin):
            yield source[at:begin], "", False
            at = source.index(">", begin) + 1
        elif tag := _TAG.match(source, begin):
            yield source[at:begin], tag.group(1).lower(), source.startswith("</", begin)
            at = source.index(">", begin) + 1
        else:
            # A sign of its own, such as "5 < 6".
            begin = source.find("<", begin + 1)
            continue
        begin = source.find("<", at)
    yield source[at:], "", False
