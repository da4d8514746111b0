"""Routes of searching. The query is in the body: it must not stand in an address, a log or a history."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from skilltrail.domain.search import Order, SearchPage
from skilltrail.domain.search_answer import SearchAnswer, answer_of
from skilltrail.web.access import READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Strict
from skilltrail.web.space import application

LONGEST = 4_000
"""Characters of a query that are taken; the beginning of a longer one is read, as the answer says."""


class SearchIn(Strict):
    """A query in the language that the search page explains; ``typing``: its last word may be a beginning."""

    query: Annotated[str, Field(max_length=LONGEST)]
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0
    order: Literal["best", "newest"] = "best"
    typing: bool = False

    def search(self) -> SearchPage:
        """Return what it finds in the history of the request."""
        return application().search.search(self.query, offset=self.offset, order=Order(self.order), typing=self.typing)


def search_history(body: SearchIn) -> SearchAnswer:
    """Search the history by words and meaning."""
    return answer_of(body.search())


ROUTES = (
    Route(
        "POST",
        "/search",
        search_history,
        READ,
        "Search the history by words, meaning and filters; changes nothing.",
        takes=SearchIn,
        gives=SearchAnswer,
    ),
)
