"""Pages of portfolios: the list, and the one page on which a portfolio is put together and made into files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.application import Application
from skilltrail.application.portfolio_files import FORMATS
from skilltrail.domain.entries import Endorsement, EntryKind
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.domain.job_post import Standing
from skilltrail.domain.portfolio import Audience
from skilltrail.domain.resolved_portfolio import Resolved
from skilltrail.domain.saved_portfolio import ItemChange, SavedPortfolio
from skilltrail.exporters.skill_words import stage_words
from skilltrail.i18n import LANGUAGES
from skilltrail.web import client_pages, portfolio_words
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("portfolio_pages", __name__)

_SKIP_MOST = 100_000


@bp.get("/fragments/portfolios")
@asks(DASHBOARD_READ)
@of_one_moment
def portfolios_fragment() -> str:
    """All portfolios, and a new one."""
    app = application()
    held = app.portfolios.all()
    last = held[0].selection if held else None
    return _fragment(
        "portfolios",
        held=held,
        made=app.portfolios.last_exports(),
        person=last.person if last else "",
        headline=last.headline if last else "",
        audiences=list(Audience),
        topics=len(app.trail.topics()),
    )


@bp.get("/fragments/portfolios/<int:portfolio_id>")
@asks(DASHBOARD_READ)
@of_one_moment
def portfolio_fragment(portfolio_id: int) -> str:
    """One portfolio: who and for whom, skills, what is shown of each, what will be disclosed, findings, files."""
    app = application()
    # First: it asks at once for all that the rest of the page needs too.
    resolved = app.portfolios.resolve(portfolio_id)
    saved = app.portfolios.one(portfolio_id)
    hits = app.portfolios.scan(portfolio_id, resolved)
    identity = app.identity.look()
    return _fragment(
        "portfolio",
        saved=saved,
        chosen=saved.selection,
        questions=_shown_questions(app, saved, resolved),
        audiences=list(Audience),
        languages=LANGUAGES,
        clients=client_pages.choices(),
        offered=app.portfolios.offered(saved.selection),
        resolved=resolved,
        portfolio=resolved.portfolio,
        open_hits=[hit for hit in hits if not hit.allowed],
        allowed_hits=[hit for hit in hits if hit.allowed],
        entries=_entries(app, saved),
        changes=_worth_saying(app.portfolios.changes(portfolio_id, resolved)),
        exports=app.portfolios.exports(portfolio_id),
        formats=[portfolio_words.format_card(one) for one in FORMATS],
        locked=identity is not None and identity.locked,
        names=_names(app, resolved),
    )


@bp.get("/fragments/portfolios/<int:portfolio_id>/excerpts/<topic_id>")
@asks(DASHBOARD_READ)
@of_one_moment
def portfolio_excerpts_fragment(portfolio_id: int, topic_id: str) -> str:
    """Serve exchanges of a skill with their paragraphs, to choose from."""
    app = application()
    saved = app.portfolios.one(portfolio_id)
    skip = request.args.get("skip", "0")
    start = min(int(skip), _SKIP_MOST) if skip.isascii() and skip.isdecimal() and len(skip) <= 6 else 0
    found, more = app.portfolios.choosable(saved.selection, topic_id, skip=start)
    chosen = {
        (each.exchange_id, each.entry, part)
        for one in saved.selection.skills
        if one.topic_id == topic_id
        for each in one.excerpts
        for part in each.parts
    }
    return _fragment(
        "portfolio_excerpts",
        saved=saved,
        topic_id=topic_id,
        exchanges=found,
        chosen=chosen,
        next=start + len(found) if more else None,
        first=start == 0,
    )


@bp.get("/fragments/portfolios/<int:portfolio_id>/job-post")
@asks(DASHBOARD_READ)
def portfolio_post_fragment(portfolio_id: int) -> str:
    """Say what the job post of a portfolio asks for, and what in the history stands for it."""
    app = application()
    saved = app.portfolios.one(portfolio_id)
    found = app.portfolios.matched(saved.selection)
    return _fragment(
        "portfolio_post",
        saved=saved,
        match=found,
        groups=[(one, found.of(one)) for one in Standing],
        texts={one.number: one.text for one in found.sentences},
        taken={one.topic_id for one in saved.selection.skills},
    )


def _shown_questions(app: Application, saved: SavedPortfolio, resolved: Resolved) -> dict[int, ExchangeSummary]:
    """Return by exchange the questions of excerpts that are shown: what is held back is not quoted here either."""
    missing = {one.place.key for one in resolved.not_shown if one.place.what == "excerpt"}
    living = {one.topic_id for one in resolved.portfolio.skills}
    chosen = [one for skill in saved.selection.skills if skill.topic_id in living for one in skill.excerpts]
    return app.exchanges.summaries([one.exchange_id for one in chosen if str(one.exchange_id) not in missing])


def _worth_saying(changes: Sequence[ItemChange] | None) -> list[ItemChange] | None:
    """Leave out the counts of skills that come or go whole: whoever reads that knows that their counts do."""
    if changes is None:
        return None
    whole = {one.key for one in changes if one.kind == "skill" and one.how != "changed"}
    return [one for one in changes if one.kind != "counts" or one.key.split(" ")[0] not in whole]


def _entries(app: Application, saved: SavedPortfolio) -> dict[str, dict[str, list[Any]]]:
    """Return by skill the reflections, deliverables and endorsements that can be shown."""
    found: dict[str, dict[str, list[Any]]] = {}
    for topic, own in app.portfolios.own_of(saved.selection).items():
        kinds = {kind: [one for one in own.values() if one.kind is kind] for kind in EntryKind}
        found[topic] = {
            "reflections": kinds[EntryKind.REFLECTION],
            "deliverables": kinds[EntryKind.DELIVERABLE],
            "endorsements": [
                one for one in kinds[EntryKind.ENDORSEMENT] if isinstance(one.value, Endorsement) and one.value.stands
            ],
        }
    return found


def _names(app: Application, resolved: Resolved) -> dict[str, str]:
    """Return what skills are called: those of the portfolio, and others that the last file may have named."""
    names = {one.id: one.name for one in app.trail.choosable()}
    return names | {one.topic_id: one.name for one in resolved.portfolio.skills}


def _fragment(name: str, **values: Any) -> str:
    demo = in_demo()
    return render_template(
        f"fragments/{name}.html",
        is_demo=demo,
        base="/demo" if demo else "",
        words=portfolio_words,
        stage_words=stage_words,
        revision=application().trail.revision(),
        **values,
    )
