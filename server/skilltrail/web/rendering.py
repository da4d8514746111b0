"""The one path on which captured text and charts become HTML. Nothing else in the project makes ``Markup``.

Markdown without HTML, no pictures (a remote one would tell a third party when a chat is read), and nh3 over the
result: what a chat says is shown, and never acts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

from skilltrail.exporters.chart_svg import clean_chart
from skilltrail.exporters.kind_words import kind_words
from skilltrail.i18n import _

RENDERED_CHARACTERS = 60_000
"""Markdown is rendered up to here; the rest of a longer text is shown plain, in slices, when asked for."""

_TAGS = {
    "p", "br", "hr", "h3", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "table", "thead", "tbody", "tr", "th", "td", "span", "bdi", "button",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "pre": {"tabindex"}, "span": {"title"}, "button": {"title", "data-mark"}}
_CLASSES = {"span": {"image-name"}, "button": {"redacted"}}
_SCHEMES = {"http", "https", "mailto"}

_MARK = re.compile(r"\[(secret|personal):([a-z0-9_-]{1,40}):([0-9a-f]{4})\]|\[own-word:([0-9]{1,9})\]")
# Control characters have no look; direction marks stay, for they belong to the language, and <bdi>/dir hold them in.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def markdown_html(text: str) -> Markup:
    """Return a captured reply as HTML: its Markdown rendered, its redaction marks as chips."""
    return _sanitised(_parser().render(_shown(text)))


def plain_html(text: str) -> Markup:
    """Return captured text as it was typed, escaped, its redaction marks as chips."""
    return _sanitised(_with_chips(_shown(text)))


def chart_html(svg: str, *, label: str, link: Callable[[str], str | None]) -> Markup:
    """Return a chart rebuilt from an allow-list, its links led to pages of ours."""
    return _trusted(clean_chart(svg, label=label, link=link))


def _sanitised(html: str) -> Markup:
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow noreferrer",
        # Whatever made a button: all it can do is open the page about a mark.
        set_tag_attribute_values={
            "a": {"target": "_blank"},
            "pre": {"tabindex": "0"},
            "button": {"type": "button", "data-action": "mark"},
        },
    )
    return _trusted(clean)


def _trusted(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - the one place; both ways in rebuild their input from an allow-list


def _shown(text: str) -> str:
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _with_chips(text: str) -> str:
    return _MARK.sub(_chip, escapeHtml(text))


def _chip(mark: re.Match[str]) -> str:
    family, kind, digits, number = mark.groups()
    if number:
        words, hint = _("your word {number}").format(number=number), _("Replaced because it is on your list of words.")
    else:
        words = _("hidden: {kind} · {digits}").format(kind=kind_words(kind), digits=digits)
        hint = _("Replaced before it was stored. The same four signs mean the same text.")
    named = f"{family}:{kind}:{digits}" if family else ""
    return (
        f'<button type="button" class="redacted" data-mark="{named}" title="{escapeHtml(hint)}">'
        f"{escapeHtml(words)}</button>"
    )


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_ChatRenderer).enable(["table", "strikethrough"])
    parser.validateLink = _is_plain_link  # type: ignore[method-assign]
    return parser


def _is_plain_link(url: str) -> bool:
    # Other schemes, and addresses without one (they would lead into our own pages), stay as the text that they are.
    return url.lower().startswith(("http://", "https://", "mailto:"))


class _ChatRenderer(RendererHTML):
    """Markdown of a chat as part of our page: headings stay below ours, code can be scrolled, pictures are named."""

    def text(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: Any) -> str:
        return _with_chips(tokens[idx].content)

    def code_inline(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: Any) -> str:
        return f"<code>{_with_chips(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: Any) -> str:
        return f"<pre><code>{_with_chips(tokens[idx].content)}</code></pre>\n"

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: Any) -> str:
        return f"<pre><code>{_with_chips(tokens[idx].content)}</code></pre>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        words = self.renderInlineAsText(tokens[idx].children or [], options, env)
        head = escapeHtml(_("picture:"))
        return f'<span class="image-name">{head} {_with_chips(words)}</span>'

    def heading_open(self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: Any) -> str:
        return "<h3>"

    def heading_close(self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: Any) -> str:
        return "</h3>\n"
