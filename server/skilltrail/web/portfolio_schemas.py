"""What requests about portfolios hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from skilltrail.domain.entries import NAME_LIMIT
from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice
from skilltrail.domain.saved_portfolio import EXCERPTS_MOST, POST_LIMIT, SKILLS_MOST, TEXT_LIMIT, TITLE_LIMIT
from skilltrail.web.api_entries import Day, Topic
from skilltrail.web.keeping_schemas import Passphrase
from skilltrail.web.schemas import Query, Strict

_PARTS_MOST = 140
_IDS_MOST = 200
_Id = Annotated[int, Field(ge=1, le=2**53)]
_Ids = Annotated[list[_Id], Field(max_length=_IDS_MOST)]
_Line = Annotated[str, Field(max_length=TITLE_LIMIT)]
_Name = Annotated[str, Field(max_length=NAME_LIMIT)]
_Text = Annotated[str, Field(max_length=TEXT_LIMIT)]
_Part = Annotated[str, Field(pattern=r"^(prompt|reply)\.[1-9][0-9]?$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ExcerptIn(Strict):
    """Paragraphs of one exchange by their names in its log entry (prompt.1, reply.3); no ``entry``: the newest."""

    exchange_id: _Id
    parts: Annotated[list[_Part], Field(max_length=_PARTS_MOST)]
    entry: Annotated[int, Field(ge=0, le=2**53)] | None = None

    def choice(self) -> ExcerptChoice:
        """Return it as the domain's value."""
        return ExcerptChoice(self.exchange_id, tuple(self.parts), self.entry)


_Excerpts = Annotated[list[ExcerptIn], Field(max_length=EXCERPTS_MOST)]


class SkillChoiceIn(Strict):
    """One skill and what is shown of it; reflections and deliverables are ids of entries."""

    topic_id: Topic
    note: _Text = ""
    excerpts: Annotated[_Excerpts, Field(default_factory=list)]
    reflections: Annotated[_Ids, Field(default_factory=list)]
    deliverables: Annotated[_Ids, Field(default_factory=list)]
    endorsements: Annotated[_Ids, Field(default_factory=list)]

    def choice(self) -> SkillChoice:
        """Return it as the domain's value."""
        return SkillChoice(
            self.topic_id,
            self.note,
            tuple(one.choice() for one in self.excerpts),
            tuple(self.reflections),
            tuple(self.deliverables),
            tuple(self.endorsements),
        )


class AboutIn(Strict):
    """Who shows what to whom: everything of a portfolio but its skills. ``admitted`` clients' matter may be shown."""

    title: _Line = ""
    audience: Literal["client", "job post", "public"] = "client"
    person: _Name = ""
    headline: _Line = ""
    introduction: _Text = ""
    recipient: _Name = ""
    profiles: Annotated[list[Annotated[str, Field(max_length=500)]], Field(default_factory=list, max_length=10)]
    admitted: Annotated[_Ids, Field(default_factory=list)]
    since: Day | None = None
    until: Day | None = None
    job_post: Annotated[str, Field(max_length=POST_LIMIT)] = ""
    language: Annotated[str, Field(max_length=10)] = ""

    def selection(self, skills: tuple[SkillChoice, ...]) -> Selection:
        """Return a selection with these skills."""
        return Selection(
            title=self.title,
            audience=Audience(self.audience),
            person=self.person,
            headline=self.headline,
            introduction=self.introduction,
            recipient=self.recipient,
            profiles=tuple(self.profiles),
            skills=skills,
            admitted=tuple(self.admitted),
            since=self.since,
            until=self.until,
            job_post=self.job_post,
            language=self.language,
        )


class AboutChangeIn(AboutIn):
    """The same for a portfolio that is there; a job post that is not named stays."""

    def changed(self, before: Selection) -> Selection:
        """Return the selection with everything but its skills anew."""
        after = self.selection(before.skills)
        return after if "job_post" in self.model_fields_set else replace(after, job_post=before.job_post)


class PortfolioIn(AboutIn):
    """A whole portfolio."""

    skills: Annotated[list[SkillChoiceIn], Field(default_factory=list, max_length=SKILLS_MOST)]

    def whole(self) -> Selection:
        """Return it as the domain's value."""
        return self.selection(tuple(one.choice() for one in self.skills))


class SkillsIn(Strict):
    """The skills of a portfolio in their order; what was chosen of those that stay is kept."""

    topics: Annotated[list[Topic], Field(max_length=SKILLS_MOST)]


class SkillChangeIn(Strict):
    """What is shown of one skill; what is not named stays as it is."""

    note: _Text | None = None
    excerpts: _Excerpts | None = None
    reflections: _Ids | None = None
    deliverables: _Ids | None = None
    endorsements: _Ids | None = None

    def changes(self) -> dict[str, Any]:
        """Return what is named."""
        found: dict[str, Any] = {}
        if self.note is not None:
            found["note"] = self.note
        if self.excerpts is not None:
            found["excerpts"] = tuple(one.choice() for one in self.excerpts)
        for name in ("reflections", "deliverables", "endorsements"):
            ids = getattr(self, name)
            if ids is not None:
                found[name] = tuple(ids)
        return found


class JobPostIn(Strict):
    """A job post to compare with the history; it is not kept. ``admitted`` clients' matter counts too."""

    text: Annotated[str, Field(max_length=POST_LIMIT)]
    admitted: Annotated[_Ids, Field(default_factory=list)]


class TitleIn(Strict):
    """Another title."""

    title: _Line


class HitIn(Strict):
    """A finding of the leak scan, by its digest."""

    digest: Digest


class PortfolioExportIn(Strict):
    """A format, and the passphrase of the identity key if it has one."""

    format: Annotated[str, Field(max_length=40)]
    passphrase: Passphrase | None = None


class ChoosableQuery(Query):
    """A page of a skill's exchanges; ``skip`` so many of them."""

    topic: Topic
    skip: Annotated[int, Field(ge=0, le=100_000)] = 0
