"""A portfolio as one page that checks itself: nothing is loaded, one script (``checker/``) is allowed by its hash.

What can be read without checking stands in the page; excerpts come out of the embedded content, and only after their
checks have passed. The page's manifest names the hash of the page as a browser parses it; see ``portfolio_markup``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence

from skilltrail.domain.portfolio import Portfolio, SignedPortfolio
from skilltrail.exporters import portfolio_checkers as checkers
from skilltrail.exporters import portfolio_page_layout as layout
from skilltrail.exporters.portfolio_markup import Element, serialised, tag
from skilltrail.exporters.portfolio_page_parts import PageParts, hashed, read_page, without_scripts
from skilltrail.exporters.portfolio_page_words import script_words
from skilltrail.exporters.portfolio_view import PortfolioView, portfolio_view
from skilltrail.exporters.portfolio_writer import writer
from skilltrail.i18n import direction, language, speaking

__all__ = ["PageParts", "is_shipped", "portfolio_page", "read_page", "visible_part"]

SignPage = Callable[[Mapping[str, str]], bytes]
"""Gets the claim ``page`` (hash of the visible part, hash of the file with an empty manifest); returns the JWS."""

_DOCTYPE = "<!DOCTYPE html>"


def portfolio_page(signed: SignedPortfolio, *, sign_page: SignPage) -> bytes:
    """Return the page, in the language of the portfolio.

    Parameters
    ----------
    signed
        What is shown, and what it is checked with.
    sign_page
        Signs the page's own manifest; called once.
    """
    with speaking(signed.portfolio.language):
        view = portfolio_view(signed.portfolio)
        unsigned = _DOCTYPE + serialised(_document(signed.portfolio, view, _data_of(signed, manifest="")))
        page = {"visible": visible_part(signed.portfolio), "file": hashed(unsigned.encode())}
        whole = _data_of(signed, manifest=sign_page(page).decode("ascii"))
        return (_DOCTYPE + serialised(_document(signed.portfolio, view, whole))).encode()


def visible_part(portfolio: Portfolio, *, by: str = "") -> str:
    """Return the hash of the visible part of a portfolio's page, as the page's manifest names it.

    ``by`` is the name that the writing program gave itself, this one's by default (``portfolio_writer``): of the same
    content two programs may write the same.
    """
    with speaking(portfolio.language):
        return hashed(without_scripts(serialised(_document(portfolio, portfolio_view(portfolio), [], by=by))))


def _document(portfolio: Portfolio, view: PortfolioView, data: Sequence[Element], *, by: str = "") -> Element:
    style, code = checkers.style(), checkers.code()
    words = tag("script", script_words(portfolio), type="application/json", id="words")
    body = tag("body", *layout.body(portfolio, view), words, *data)
    head = _head(view, style, code, by=by or writer())
    return tag("html", head, body, lang=language(), dir=direction(language()))


def _head(view: PortfolioView, style: str, code: str, *, by: str) -> Element:
    return tag(
        "head",
        *_rules(checkers.source_of(style), checkers.source_of(code)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="robots", content="noindex"),
        tag("meta", name="generator", content=by),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{view.name}: {view.title}" if view.title else view.name),
        tag("style", style),
    )


def _rules(style: str, code: str) -> tuple[Element, Element]:
    policy = (
        f"default-src 'none'; script-src '{code}'; style-src '{style}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return tag("meta", charset="utf-8"), tag("meta", http_equiv="Content-Security-Policy", content=policy)


def _data_of(signed: SignedPortfolio, *, manifest: str) -> list[Element]:
    """Return data and code: what does not belong to the visible part."""
    content, code = signed.content.decode("ascii"), checkers.code()
    return [
        tag("script", content, type="application/json", id="content"),
        *(_data("credential", name, data) for name, data in signed.credentials.items()),
        *(_data("rotation", str(place), data) for place, data in enumerate(signed.rotations)),
        tag("script", manifest, type="text/plain", id="manifest"),
        tag("script", code, type="module", id="checker"),
    ]


def _data(kind: str, name: str, data: bytes) -> Element:
    return tag("script", base64.b64encode(data).decode("ascii"), type="text/plain", data_kind=kind, data_name=name)


def is_shipped(page: bytes) -> bool:
    """Tell whether a page runs the code of Skilltrail and nothing else: its head begins with the rule that says so.

    Before that rule there is nothing in which other code could stand.
    """
    text = page.decode("utf-8", "replace")
    opened, _head_tag, rest = text.partition("<head>")
    signs = [opened.count(sign) for sign in "<>="]
    if not opened.startswith(f"{_DOCTYPE}<html lang=") or signs != [2, 2, 2] or ' dir="' not in opened:
        return False
    code = checkers.source_of(rest.partition(' id="checker">')[2].partition("</script>")[0])
    rules = tuple("".join(map(serialised, _rules(*one))) for one in checkers.known() if one.code == code)
    return rest.startswith(rules)
