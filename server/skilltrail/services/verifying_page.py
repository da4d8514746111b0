"""What the page of a portfolio shows, against what its signed content says: the page is written anew and compared.

A learner signs whatever page they like: the signature shows that nobody altered it since, not that Skilltrail wrote it.
"""

from __future__ import annotations

from skilltrail.domain.verification import Line, Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.portfolio_page import PageParts, is_shipped, visible_part
from skilltrail.exporters.portfolio_reading import read_portfolio
from skilltrail.exporters.portfolio_writer import is_name, writer
from skilltrail.i18n import _
from skilltrail.services.verifying_files import read_content


def check_shown_words(name: str, page: PageParts, data: bytes) -> list[Line]:
    """Return what can be told of what a page shows: its checker's code, and its words; ``data`` is the whole file."""
    return [*_code(name, data), _words(name, page)]


def _code(name: str, data: bytes) -> list[Line]:
    if is_shipped(data):
        return []
    words = _("The page’s own checker is not one of Skilltrail’s: do not believe what the page shows.")
    return [Line(Outcome.OPEN, name, words)]


def _words(name: str, page: PageParts) -> Line:
    if _as_written(page):
        words = _("What the page shows is what Skilltrail writes from the signed content.")
        return Line(Outcome.PASSED, name, words)
    if page.by == writer():
        words = _("The page shows something else than Skilltrail writes from the signed content: do not believe it.")
        return Line(Outcome.FAILED, name, words)
    words = _(
        "What the page shows was not compared with the signed content: it was written by {other}, this is {own}. The "
        "signed content alone says what was signed."
    )
    other = page.by if is_name(page.by) else _("another program")
    return Line(Outcome.OPEN, name, words.format(other=other, own=writer()))


def _as_written(page: PageParts) -> bool:
    try:
        content = read_content(page.content)
        return visible_part(read_portfolio(content), by=page.by if is_name(page.by) else "") == page.visible
    except (EvidenceInvalid, KeyError, TypeError, ValueError, OverflowError):
        return False  # no content from which a page of ours could come
