"""A language in which every message of ours stands between brackets: what stands outside cannot be translated."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from html.parser import HTMLParser

# Names and units that are alike in every language, and days, which are written by Babel and not by us.
ALIKE = re.compile(
    r"\b(?:Skilltrail|skilltrail|Python|ChatGPT|Claude|Gemini|DeepSeek|Grok|Copilot|AI Studio|ESCO|O\*NET|"
    r"English|Deutsch|Español|t[0-9a-f]{12}|"
    r"[kKMG]B|JSON|CSV|HTML|XLSX|SHA|Excel|Markdown|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
_SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-title")
_THEIRS = {"bdi", "code", "pre", "script", "style", "mark"}
_THEIR_CLASSES = {"claim-notices", "example", "plain", "prose", "sample", "mono"}
_INLINE = {"a", "b", "bdi", "code", "em", "mark", "small", "strong"}
_EMPTY = {"input", "meta", "link", "br", "img", "hr", "col", "wbr", "source"}


class Bracketed(gettext.NullTranslations):
    """Says ⟦every message⟧ so."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def outside(text: str, theirs: Iterable[str] = ()) -> bool:
    """Tell whether words stand outside of all brackets; ``theirs``: names that are the learner's."""
    text = " ".join(text.split())
    while (less := _INNERMOST.sub("", text)) != text:
        text = less
    for name in theirs:
        text = text.replace(name, "")
    return bool(_WORD.search(ALIKE.sub("", text)))


class Spoken(HTMLParser):
    """What a page says to eye and ear, without what is marked as somebody else's words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._theirs: list[bool] = []
        self._run = ""
        self.feed(html)
        self._end_of_run("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._end_of_run(tag)
        self.said += [given[name] or "" for name in _SPOKEN if name in given]
        if tag not in _EMPTY:
            classes = set((given.get("class") or "").split())
            self._theirs.append(tag in _THEIRS or bool(classes & _THEIR_CLASSES))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self._theirs.pop()

    def handle_endtag(self, tag: str) -> None:
        self._end_of_run(tag)
        if tag not in _EMPTY and self._theirs:
            self._theirs.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._theirs):
            self._run += data

    def _end_of_run(self, tag: str) -> None:
        """A sentence goes on through elements that stand in a line."""
        if tag not in _INLINE:
            self.said.append(self._run)
            self._run = ""


def untranslatable(html: str, theirs: Iterable[str] = ()) -> list[str]:
    """Return the texts of a page that hold words of ours outside of all brackets."""
    names = sorted(theirs, key=len, reverse=True)
    return sorted({" ".join(text.split())[:160] for text in Spoken(html).said if outside(text, names)})
