"""Pages of forgetting and of the learner's rights to their data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.domain.forget import MONTHS, ForgetPass, ForgetPlan, Scope, Stage
from skilltrail.errors import JsonInvalid
from skilltrail.exporters.wording import day_words, exchanges_words, ngettext, one_line
from skilltrail.i18n import _
from skilltrail.web import client_pages
from skilltrail.web.access import DASHBOARD_ONLY, DASHBOARD_READ, asks
from skilltrail.web.api_forget import ForgetIn, RetentionIn
from skilltrail.web.json_door import JsonRefusedError, load_json
from skilltrail.web.schemas import read_model
from skilltrail.web.space import application, in_demo, of_one_moment, spaces

bp = Blueprint("forget_pages", __name__)

_CHATS_OFFERED = 100


@bp.get("/fragments/forget")
@asks(DASHBOARD_READ)
@of_one_moment
def forget_fragment() -> str:
    """What can be forgotten, what is being forgotten, and what the learner may ask for."""
    app = application()
    if in_demo():
        return _fragment("forget", revision=app.trail.revision(), active=False)
    passes = app.forgetting.passes()
    return _fragment(
        "forget",
        revision=app.trail.revision(),
        passes=[(found, pass_words(found), _seconds_left(found)) for found in passes[:8]],
        active=any(found.stage is not Stage.DONE for found in passes),
        chats=_chats(),
        imports=[row for row in app.data_rights.imports() if row["held"]],
        clients=client_pages.choices(),
        months=MONTHS,
        retention=app.forgetting.retention(),
        kept_out=app.forgetting.kept_out(),
        past_exports=app.forgetting.past_exports()[:50],
        exchanges=app.trail.size(),
    )


@bp.post("/fragments/forget-plan")
@asks(DASHBOARD_ONLY)
def forget_plan_fragment() -> str:
    """What would go if this were forgotten. The wish is in the body: a word must not stand in an address."""
    plan = spaces().own.forgetting.plan(read_model(ForgetIn, _body()).wish())
    return _fragment("forget_plan", plan=plan, words=plan_words(plan), facts=plan_facts(plan), months=None)


@bp.post("/fragments/retention-plan")
@asks(DASHBOARD_ONLY)
def retention_plan_fragment() -> str:
    """Which texts a retention rule would take away."""
    months = read_model(RetentionIn, _body()).months
    plan = spaces().own.forgetting.plan_retention(months)
    return _fragment("forget_plan", plan=plan, words=rule_words(months, plan), facts=plan_facts(plan), months=months)


def pass_words(found: ForgetPass) -> str:
    """Say in one sentence how far a forgetting is."""
    count = exchanges_words(found.exchanges)
    if found.text_only:
        words = {
            Stage.WAITING: _("The texts of {count} go, by your rule."),
            Stage.FORGETTING: _("Taking away the texts of {count}…"),
            Stage.CLEANING: _("The texts of {count} are gone. Rewriting the file and the backups…"),
            Stage.DONE: _("The texts of {count} are gone, by your rule."),
        }
    else:
        words = {
            Stage.WAITING: _("{count} will be forgotten."),
            Stage.FORGETTING: _("Forgetting {count}…"),
            Stage.CLEANING: _("{count} forgotten. Rewriting the file and the backups…"),
            Stage.DONE: _("{count} forgotten, in the backups too."),
        }
    said = words[found.stage].format(count=count)
    if found.exports and not found.text_only:
        held = ngettext(
            "{n} file that you saved held some of it.", "{n} files that you saved held some of it.", found.exports
        )
        said = f"{said} {held}"
    return said


def plan_words(plan: ForgetPlan) -> str:
    """Say what a plan is about."""
    if not plan.exchanges and plan.clients:
        return ngettext("{n} client or project.", "{n} clients and projects.", plan.clients)
    if not plan.exchanges and plan.entries:
        return ngettext("{n} entry of your own.", "{n} entries of your own.", plan.entries)
    if not plan.exchanges:
        return _("Nothing that is kept here fits. Nothing would be forgotten.")
    count = exchanges_words(plan.exchanges)
    if plan.scope is Scope.EVERYTHING:
        return _("Everything: {count}.").format(count=count)
    chats = ngettext("{n} chat", "{n} chats", plan.conversations)
    return _("{count} from {chats}.").format(count=count, chats=chats)


def rule_words(months: int, plan: ForgetPlan) -> str:
    """Say what a retention rule would do now."""
    if not months:
        return _("Texts stay until you forget them.")
    if not plan.exchanges:
        return _("Nothing is that old yet. From then on texts go by themselves, day by day.")
    return _("The texts of {count} would go now; they go on counting.").format(count=exchanges_words(plan.exchanges))


def plan_facts(plan: ForgetPlan) -> list[str]:
    """Return what else a plan should say, a line each."""
    if not plan.exchanges:
        return []
    facts = _client_facts(plan)
    if plan.first_at and plan.last_at:
        facts.append(
            _("Asked from {first} to {last}.").format(first=day_words(plan.first_at), last=day_words(plan.last_at))
        )
    if plan.by_title:
        facts.append(
            ngettext(
                "{n} of them because its chat's title holds the word.",
                "{n} of them because their chat's title holds the word.",
                plan.by_title,
            )
        )
    if plan.entries:
        facts.append(
            ngettext(
                "{n} entry of your own goes with them (reflection, deliverable, skill or goal).",
                "{n} entries of your own go with them (reflections, deliverables, skills, goals).",
                plan.entries,
            )
        )
    if plan.scope is Scope.RETENTION:
        facts.append(_("Days, topics and counts stay; questions, answers and vectors go."))
        return facts
    if plan.whole_conversations:
        whole = ngettext(
            "{n} chat goes whole, with its title.", "{n} chats go whole, with their titles.", plan.whole_conversations
        )
        facts.append(whole)
    if plan.topics:
        touched = ngettext("{n} topic gets smaller or ends.", "{n} topics get smaller or end.", plan.topics)
        facts.append(touched)
    if plan.exports:
        facts.append(
            ngettext(
                "{n} file that you saved holds some of it. Files cannot be called back; the list below names it.",
                "{n} files that you saved hold some of it. Files cannot be called back; the list below names them.",
                plan.exports,
            )
        )
    if plan.scope is Scope.IMPORT:
        facts.append(_("The import is undone: importing the file again brings it all back."))
    else:
        facts.append(_("Backups that hold it are replaced by a fresh one. Copies that arrive later are kept out."))
    return facts


def _client_facts(plan: ForgetPlan) -> list[str]:
    if plan.scope is Scope.CLIENT:
        return [
            _("The client goes with its names, words and projects. Exchanges that may be another client's too stay.")
        ]
    if not plan.clients:
        return []
    return [
        ngettext(
            "{n} client or project goes, or loses the word that held it.",
            "{n} clients or projects go, or lose the words that held it.",
            plan.clients,
        )
    ]


def _chats() -> list[tuple[int, str]]:
    """Return an exchange of each of the chats of late, with what to call the chat."""
    found: dict[str, tuple[int, str]] = {}
    for item in application().exchanges.page(None, None, _CHATS_OFFERED * 2).items:
        name = one_line(item.title or "") or one_line(item.question) or _("(no words)")
        found.setdefault(item.conversation_id, (item.id, f"{name[:80]} ({day_words(item.asked_at)})"))
    return list(found.values())[:_CHATS_OFFERED]


def _seconds_left(found: ForgetPass) -> int:
    return max(0, round((found.due_at - spaces().own.clock()).total_seconds()))


def _body() -> Any:
    try:
        return load_json(request.get_data(cache=False))
    except JsonRefusedError as error:
        raise JsonInvalid(str(error)) from None


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    now = datetime.now(UTC)
    return render_template(f"fragments/{name}.html", now=now, is_demo=demo, base="/demo" if demo else "", **context)
