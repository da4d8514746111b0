"""All formats of a portfolio: each a function of the one signed value, each in the portfolio's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from skilltrail.domain.portfolio import SignedPortfolio
from skilltrail.domain.timeline import ExportFile
from skilltrail.errors import UnsupportedFormat
from skilltrail.exporters.badge_png import badge_png
from skilltrail.exporters.portfolio_bundle import SignFiles, portfolio_bundle
from skilltrail.exporters.portfolio_card import portfolio_card
from skilltrail.exporters.portfolio_csv import portfolio_csv
from skilltrail.exporters.portfolio_europass import portfolio_europass
from skilltrail.exporters.portfolio_markdown import portfolio_markdown
from skilltrail.exporters.portfolio_page import SignPage, portfolio_page
from skilltrail.exporters.portfolio_pdf import portfolio_pdf
from skilltrail.exporters.portfolio_resume import portfolio_resume
from skilltrail.exporters.portfolio_xapi import portfolio_xapi
from skilltrail.exporters.portfolio_zip import zipped
from skilltrail.i18n import _

_ZIP, _PNG, _LD = "application/zip", "image/png", "application/ld+json"
_TEXTS: Mapping[str, tuple[str, str, Callable[[SignedPortfolio], str]]] = {
    "markdown": ("portfolio.md", "text/markdown; charset=utf-8", portfolio_markdown),
    "svg": ("portfolio-card.svg", "image/svg+xml", portfolio_card),
    "json-resume": ("resume.json", "application/json", portfolio_resume),
    "europass": ("portfolio-europass.txt", "text/plain; charset=utf-8", portfolio_europass),
    "xapi": ("portfolio-xapi.jsonl", "application/jsonl", portfolio_xapi),
    "csv": ("portfolio.csv", "text/csv; charset=utf-8", portfolio_csv),
}

FORMATS = ("html", "pdf", "bundle", "badge-json", "badge-png", "json", *_TEXTS)
"""What a portfolio can be written as."""


def render_portfolio(
    format: str,  # noqa: A002 - the facade's word
    signed: SignedPortfolio,
    *,
    sign_page: SignPage,
    sign_files: SignFiles | None = None,
) -> ExportFile:
    """Write a signed portfolio as one file, whose name says nothing of what is in it.

    Parameters
    ----------
    sign_page
        Signs the manifest of the page; asked for the formats that hold one.
    sign_files
        Signs the manifest of a bundle; without it that of the portfolio goes along.

    Raises
    ------
    UnsupportedFormat
        If ``format`` is not one of ``FORMATS``.
    """
    if format in _TEXTS:
        name, media_type, write = _TEXTS[format]
        # A lone surrogate stands for a sign that was lost before it reached us.
        return ExportFile(name, media_type, write(signed).encode("utf-8", "replace"))
    if format == "json":
        return ExportFile("portfolio.json", "application/json", signed.content)
    if format == "pdf":
        return ExportFile("portfolio.pdf", "application/pdf", portfolio_pdf(signed))
    if format in ("badge-json", "badge-png"):
        return _badges(signed, baked=format == "badge-png")
    if format not in FORMATS:
        words = _("Skilltrail writes portfolios as {formats}.")
        raise UnsupportedFormat(words.format(formats=", ".join(FORMATS)))
    page = portfolio_page(signed, sign_page=sign_page)
    if format == "html":
        return ExportFile("portfolio.html", "text/html; charset=utf-8", page)
    return ExportFile("portfolio-evidence.zip", _ZIP, portfolio_bundle(signed, page=page, sign_files=sign_files))


def _badges(signed: SignedPortfolio, *, baked: bool) -> ExportFile:
    """Return the credential, or an archive of them where there are several."""
    ending, media_type = ("png", _PNG) if baked else ("json", _LD)
    made = {
        f"badge-{name.removeprefix('urn:uuid:')}.{ending}": badge_png(data) if baked else data
        for name, data in signed.credentials.items()
    }
    if len(made) == 1:
        return ExportFile(f"badge.{ending}", media_type, next(iter(made.values())))
    return ExportFile(f"badges-{ending}.zip", _ZIP, zipped(made))
