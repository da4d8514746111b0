"""The route of all skills side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.domain.skill_list import SkillFilter, SkillList, SkillOrder, arranged
from skilltrail.web.access import READ
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Query
from skilltrail.web.space import application


class SkillQuery(Query):
    """Order and filter; ``quiet``: last practised this many days ago or longer. "begun": no stage is reached yet.

    ``client``: skills in which something is a client's, own learning, nobody's or undecided.
    """

    sort: Literal["recent", "practised", "stage", "name", "freshen"] = "recent"
    area: Annotated[str, Field(max_length=200)] | None = None
    stage: Literal["begun", "explored", "practised", "applied", "attested"] | None = None
    learning: bool = False
    quiet: Annotated[int, Field(ge=1, le=36_500)] | None = None
    client: Annotated[str, Field(pattern=r"^(own|none|undecided|[0-9]{1,15})$")] | None = None

    def wanted(self) -> SkillFilter:
        """Return the domain's value."""
        return SkillFilter(
            order=SkillOrder(self.sort),
            area=self.area,
            stage=self.stage,
            learning=self.learning,
            quiet=self.quiet,
            client=self.client,
        )


def list_skills(query: SkillQuery) -> SkillList:
    """Show all skills with stage, freshness and evidence."""
    wanted = query.wanted()
    found = application().skills.all(wanted.client)
    return replace(found, skills=arranged(found.skills, wanted))


ROUTES = (
    Route(
        "GET", "/skills", list_skills, READ, "All skills with stage, freshness and evidence; also those added by hand.",
        query=SkillQuery, gives=SkillList,
    ),
)  # fmt: skip
