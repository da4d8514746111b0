"""Routes of portfolios: putting them together, looking through them, and making files of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response

from skilltrail.domain.job_post import JobMatch
from skilltrail.domain.portfolio import Audience, Selection
from skilltrail.domain.saved_portfolio import with_skill, with_skills
from skilltrail.web.access import DECIDE_IN_WORDS, MAKE_FILES, READ
from skilltrail.web.portfolio_answers import (
    ChangesAnswer,
    ChoosablePage,
    ContentAnswer,
    OfferedList,
    PortfolioAnswer,
    PortfolioExportAnswer,
    PortfolioList,
    PortfolioUndone,
    ScanAnswer,
    content_answer,
    portfolio_answer,
    scan_answer,
)
from skilltrail.web.portfolio_schemas import (
    AboutChangeIn,
    ChoosableQuery,
    HitIn,
    JobPostIn,
    PortfolioExportIn,
    PortfolioIn,
    SkillChangeIn,
    SkillsIn,
    TitleIn,
)
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing
from skilltrail.web.space import application, spaces


def list_portfolios() -> PortfolioList:
    """Show all portfolios."""
    return PortfolioList([portfolio_answer(one) for one in application().portfolios.all()])


def add_portfolio(body: PortfolioIn) -> PortfolioAnswer:
    """Keep a new portfolio."""
    return portfolio_answer(spaces().own.portfolios.keep(body.whole()))


def begin_portfolio(body: PortfolioIn) -> PortfolioAnswer:
    """Keep a new portfolio with the skills that are proposed."""
    return portfolio_answer(spaces().own.portfolios.begin(body.whole()))


def match_job_post(body: JobPostIn) -> JobMatch:
    """Compare a job post with the history."""
    selection = Selection("", Audience.JOB_POST, "", job_post=body.text, admitted=tuple(body.admitted))
    return application().portfolios.matched(selection)


def read_portfolio(portfolio_id: int) -> PortfolioAnswer:
    """Show one portfolio."""
    return portfolio_answer(application().portfolios.one(portfolio_id))


def change_portfolio(portfolio_id: int, body: PortfolioIn) -> PortfolioAnswer:
    """Keep another form of a portfolio."""
    return portfolio_answer(spaces().own.portfolios.keep(body.whole(), portfolio_id))


def change_about(portfolio_id: int, body: AboutChangeIn) -> PortfolioAnswer:
    """Change who shows it to whom; its skills stay."""
    return _edited(portfolio_id, body.changed)


def change_skills(portfolio_id: int, body: SkillsIn) -> PortfolioAnswer:
    """Choose other skills, or another order."""
    return _edited(portfolio_id, lambda before: with_skills(before, body.topics))


def change_skill(portfolio_id: int, topic_id: str, body: SkillChangeIn) -> PortfolioAnswer:
    """Choose what is shown of one skill."""
    return _edited(portfolio_id, lambda before: with_skill(before, topic_id, **body.changes()))


def rename_portfolio(portfolio_id: int, body: TitleIn) -> PortfolioAnswer:
    """Give a portfolio another title."""
    return portfolio_answer(spaces().own.portfolios.rename(portfolio_id, body.title))


def copy_portfolio(portfolio_id: int) -> PortfolioAnswer:
    """Make another portfolio of the same choices."""
    return portfolio_answer(spaces().own.portfolios.copy(portfolio_id))


def remove_portfolio(portfolio_id: int) -> PortfolioAnswer:
    """Delete a portfolio."""
    return portfolio_answer(spaces().own.portfolios.remove(portfolio_id))


def undo_portfolio(portfolio_id: int) -> PortfolioUndone:
    """Take the last change of a portfolio back."""
    held = spaces().own.portfolios.undo(portfolio_id)
    return PortfolioUndone(None if held is None else portfolio_answer(held))


def list_offered(portfolio_id: int) -> OfferedList:
    """Show which skills can be chosen."""
    portfolios = application().portfolios
    return OfferedList(list(portfolios.offered(portfolios.one(portfolio_id).selection)))


def list_choosable(portfolio_id: int, query: ChoosableQuery) -> ChoosablePage:
    """Show exchanges of a skill with their paragraphs."""
    portfolios = application().portfolios
    found, more = portfolios.choosable(portfolios.one(portfolio_id).selection, query.topic, skip=query.skip)
    return ChoosablePage(list(found), more)


def read_content(portfolio_id: int) -> ContentAnswer:
    """Show what would be disclosed now."""
    portfolios = application().portfolios
    resolved = portfolios.resolve(portfolio_id)
    return content_answer(resolved, portfolios.scan(portfolio_id, resolved))


def read_scan(portfolio_id: int) -> ScanAnswer:
    """Show what the leak scan finds."""
    return scan_answer(application().portfolios.scan(portfolio_id))


def allow_hit(portfolio_id: int, body: HitIn) -> ScanAnswer:
    """Say that something may be shown."""
    return scan_answer(spaces().own.portfolios.allow(portfolio_id, body.digest))


def disallow_hit(portfolio_id: int, body: HitIn) -> ScanAnswer:
    """Take that back."""
    return scan_answer(spaces().own.portfolios.disallow(portfolio_id, body.digest))


def leave_out_hit(portfolio_id: int, body: HitIn) -> PortfolioAnswer:
    """Take out of the portfolio what something stands in."""
    return portfolio_answer(spaces().own.portfolios.leave_out(portfolio_id, body.digest))


def read_changes(portfolio_id: int) -> ChangesAnswer:
    """Show what is other than in the last file."""
    portfolios = application().portfolios
    changes = portfolios.changes(portfolio_id)
    exports = [PortfolioExportAnswer(one.format, one.name, one.made_at) for one in portfolios.exports(portfolio_id)]
    return ChangesAnswer(None if changes is None else list(changes), exports)


def export_portfolio(portfolio_id: int, body: PortfolioExportIn) -> Response:
    """Make a file of a portfolio."""
    file = application().portfolios.export(portfolio_id, body.format, passphrase=body.passphrase)
    answer = Response(file.data, content_type=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{quote(file.name)}"'
    return answer


def _edited(portfolio_id: int, change: Any) -> PortfolioAnswer:
    portfolios = spaces().own.portfolios
    return portfolio_answer(portfolios.keep(change(portfolios.one(portfolio_id).selection), portfolio_id))


_ONE = "/portfolios/<int:portfolio_id>"


def _changes(path: str, view: Any, summary: str, takes: Any, gives: Any = PortfolioAnswer) -> Route:
    return Route("POST", f"{_ONE}{path}", view, DECIDE_IN_WORDS, summary, takes=takes, gives=gives)


ROUTES = (
    Route("GET", "/portfolios", list_portfolios, READ, "All portfolios.", gives=PortfolioList),
    Route(
        "POST", "/portfolios", add_portfolio, DECIDE_IN_WORDS, "Put a portfolio together.", takes=PortfolioIn,
        gives=PortfolioAnswer, status=201,
    ),
    Route(
        "POST", "/portfolios/proposed", begin_portfolio, DECIDE_IN_WORDS,
        "Put a portfolio together of the skills that are proposed, by the job post if there is one.", takes=PortfolioIn,
        gives=PortfolioAnswer, status=201,
    ),
    Route(
        "POST", "/portfolios/job-post", match_job_post, DECIDE_IN_WORDS,
        "What a job post asks for, what in the history stands for it, and what is missing; it is not kept.",
        takes=JobPostIn, gives=JobMatch,
    ),
    Route("GET", _ONE, read_portfolio, READ, "One portfolio, as it was put together.", gives=PortfolioAnswer),
    _changes("", change_portfolio, "Keep another form of a portfolio.", PortfolioIn),
    _changes("/about", change_about, "Change who shows it to whom, and of which days; its skills stay.", AboutChangeIn),
    _changes("/skills", change_skills, "Choose other skills, or another order.", SkillsIn),
    _changes("/skills/<topic_id>", change_skill, "Choose what is shown of one skill.", SkillChangeIn),
    _changes("/rename", rename_portfolio, "Give a portfolio another title.", TitleIn),
    _changes("/copy", copy_portfolio, "Make another portfolio of the same choices.", Nothing),
    _changes("/remove", remove_portfolio, "Delete a portfolio.", Nothing),
    _changes("/undo", undo_portfolio, "Take the last change of a portfolio back.", Nothing, PortfolioUndone),
    Route(
        "GET", f"{_ONE}/offered", list_offered, READ, "Skills that can be chosen, with what may leave of them.",
        gives=OfferedList,
    ),
    Route(
        "GET", f"{_ONE}/choosable", list_choosable, READ, "Exchanges of a skill with their paragraphs.",
        query=ChoosableQuery, gives=ChoosablePage,
    ),
    Route(
        "GET", f"{_ONE}/content", read_content, READ,
        "What would be disclosed now, what of the choice is not shown, and what blocks.", gives=ContentAnswer,
    ),
    Route("GET", f"{_ONE}/scan", read_scan, READ, "What the leak scan finds.", gives=ScanAnswer),
    _changes("/allow", allow_hit, "Say of one finding that it may be shown.", HitIn, ScanAnswer),
    _changes("/disallow", disallow_hit, "Take back that it may be shown.", HitIn, ScanAnswer),
    _changes("/leave-out", leave_out_hit, "Take out what one finding stands in.", HitIn),
    Route(
        "GET", f"{_ONE}/changes", read_changes, READ, "What is other than in the last file, and the files.",
        gives=ChangesAnswer,
    ),
    Route(
        "POST", f"{_ONE}/export", export_portfolio, MAKE_FILES,
        "Make a file of a portfolio; refused while anything that the leak scan found is open.", takes=PortfolioExportIn,
        media_types=("application/octet-stream",),
    ),
)  # fmt: skip
