"""Routes of forgetting and of the learner's rights to their data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from flask import Response
from pydantic import Field

from skilltrail.domain.forget import UNDO, ForgetPass, ForgetPlan, ForgetWish
from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _
from skilltrail.web import answers
from skilltrail.web.access import DECIDE
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Count, Strict
from skilltrail.web.space import spaces


class ForgetIn(Strict):
    """What is to be forgotten: exactly one of these; ``since`` and ``until`` together are one."""

    exchange: Count | None = None
    conversation: Annotated[str, Field(min_length=1, max_length=200, description="The source's own id")] | None = None
    conversation_of: Annotated[int, Field(ge=0, le=2**53, description="An exchange of the conversation")] | None = None
    word: Annotated[str, Field(min_length=1, max_length=200, description="In any case, inside words too")] | None = None
    since: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Included")] | None = None
    import_id: Count | None = None
    client: Annotated[int, Field(ge=0, le=2**53, description="A client, with all that is its")] | None = None
    everything: bool = False

    def wish(self) -> ForgetWish:
        """Return it as the domain's value; raises RequestInvalid for a day that is in no calendar."""
        named = self.model_dump(include=_WISHES) | {"since": _day(self.since), "until": _day(self.until)}
        return ForgetWish(**named)


class ForgetOrder(ForgetIn):
    """What is to be forgotten, and whether the ten seconds in which it can be undone are waived."""

    at_once: bool = False


_WISHES = {"exchange", "conversation", "conversation_of", "word", "import_id", "client", "everything"}


class RetentionIn(Strict):
    """A retention rule: 0 (off), 3, 12 or 24 months."""

    months: Annotated[int, Field(ge=0, le=1_200)]


class RestrictIn(Strict):
    """Whether an exchange, or all of its conversation, is left out of exports."""

    restricted: bool
    whole_conversation: bool = False


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise RequestInvalid(_("One of the days is in no calendar.")) from None


def plan_forgetting(body: ForgetIn) -> ForgetPlan:
    """Say what would go."""
    return spaces().own.forgetting.plan(body.wish())


def ask_to_forget(body: ForgetOrder) -> answers.ForgetAnswer:
    """Forget in ten seconds, unless it is undone."""
    return answer_of(spaces().own.forgetting.ask(body.wish(), wait=timedelta() if body.at_once else UNDO))


def list_forgettings() -> answers.ForgetList:
    """Show what was forgotten of late: counts and times."""
    own = spaces().own
    return answers.ForgetList(
        passes=[answer_of(found) for found in own.forgetting.passes()],
        kept_out=own.forgetting.kept_out(),
        retention_months=own.forgetting.retention(),
    )


def read_forgetting(pass_id: int) -> answers.ForgetAnswer:
    """Say how far a forgetting is."""
    return answer_of(spaces().own.forgetting.get(pass_id))


def cancel_forgetting(pass_id: int) -> Response:
    """Undo a forgetting that waits."""
    spaces().own.forgetting.cancel(pass_id)
    return Response(status=204)


def let_back() -> Response:
    """Delete the marks that keep forgotten exchanges out."""
    spaces().own.forgetting.let_back()
    return Response(status=204)


def plan_retention(body: RetentionIn) -> ForgetPlan:
    """Say which texts a retention rule would take away now."""
    return spaces().own.forgetting.plan_retention(body.months)


def set_retention(body: RetentionIn) -> answers.RetentionAnswer:
    """Set the retention rule."""
    asked = spaces().own.forgetting.set_retention(body.months)
    return answers.RetentionAnswer(months=body.months, asked=None if asked is None else answer_of(asked))


def restrict_exchange(exchange_id: int, body: RestrictIn) -> answers.RestrictAnswer:
    """Leave an exchange or its conversation out of exports, or no longer."""
    count = spaces().own.data_rights.restrict(
        exchange_id, restricted=body.restricted, whole_conversation=body.whole_conversation
    )
    return answers.RestrictAnswer(restricted=body.restricted, exchanges=count)


def download_everything() -> Response:
    """Send all that is kept of the learner."""
    rights = spaces().own.data_rights
    answer = Response(rights.everything(), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{rights.everything_name()}"'
    return answer


def list_past_exports() -> answers.PastExports:
    """Show the files that were made."""
    return answers.PastExports(exports=list(spaces().own.forgetting.past_exports()))


def answer_of(found: ForgetPass) -> answers.ForgetAnswer:
    """Return a pass as the API says it."""
    left = (found.due_at - spaces().own.clock()).total_seconds()
    return answers.ForgetAnswer(
        id=found.id,
        scope=found.scope.value,
        state=found.stage.value,
        exchanges=found.exchanges,
        conversations=found.conversations,
        exports=found.exports,
        done=found.done,
        asked_at=found.asked_at,
        due_at=found.due_at,
        finished_at=found.finished_at,
        seconds_left=max(0.0, round(left, 1)) if found.stage.value == "waiting" else 0.0,
        problem=found.problem,
    )


ROUTES = (
    Route(
        "POST",
        "/forget/plan",
        plan_forgetting,
        DECIDE,
        "What would go; nothing changes.",
        takes=ForgetIn,
        gives=ForgetPlan,
    ),
    Route(
        "POST",
        "/forget",
        ask_to_forget,
        DECIDE,
        "Forget for good in ten seconds; until then it can be undone.",
        takes=ForgetOrder,
        gives=answers.ForgetAnswer,
        status=202,
    ),
    Route(
        "GET", "/forget", list_forgettings, DECIDE, "What was forgotten of late: counts only.", gives=answers.ForgetList
    ),
    Route(
        "GET", "/forget/<int:pass_id>", read_forgetting, DECIDE, "How far a forgetting is.", gives=answers.ForgetAnswer
    ),
    Route("DELETE", "/forget/<int:pass_id>", cancel_forgetting, DECIDE, "Undo a forgetting that waits.", status=204),
    Route(
        "DELETE", "/forget/kept-out", let_back, DECIDE, "Let what was forgotten come again by an import.", status=204
    ),
    Route(
        "POST",
        "/retention/plan",
        plan_retention,
        DECIDE,
        "Which texts a retention rule would take away now; nothing changes.",
        takes=RetentionIn,
        gives=ForgetPlan,
    ),
    Route(
        "PUT",
        "/retention",
        set_retention,
        DECIDE,
        "Set after how many months texts go; what is counted stays.",
        takes=RetentionIn,
        gives=answers.RetentionAnswer,
    ),
    Route(
        "PUT",
        "/exchanges/<int:exchange_id>/restricted",
        restrict_exchange,
        DECIDE,
        "Leave an exchange, or its conversation, out of every export.",
        takes=RestrictIn,
        gives=answers.RestrictAnswer,
    ),
    Route("GET", "/everything", download_everything, DECIDE, "Everything that is kept of the learner, as JSON."),
    Route("GET", "/past-exports", list_past_exports, DECIDE, "Files that were made.", gives=answers.PastExports),
)
