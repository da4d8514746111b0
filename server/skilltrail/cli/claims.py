"""The command about skill claims: list, confirm, reject, undo, find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from skilltrail.cli.options import Answer, command
from skilltrail.cli.running import running_server
from skilltrail.config import Settings
from skilltrail.exporters.disclosure import framework_notices
from skilltrail.exporters.wording import one_line
from skilltrail.i18n import _

if TYPE_CHECKING:
    from skilltrail.application import Application
    from skilltrail.domain.claims import TopicClaims

Told = dict[str, Any]

ACTIONS = ("list", "confirm", "reject", "undo", "find")


@command("claims", help="Your topics in ESCO and O*NET: list, confirm, reject or undo, and find concepts by words.")
@click.argument("action", type=click.Choice(ACTIONS), default="list")
@click.argument("words", nargs=-1, metavar="[TOPIC [CONCEPT]] | [WORDS...]")
@click.option("--instead-of", help="With confirm: key of a confirmed concept that this one replaces.")
@click.option("--none", "none_fits", is_flag=True, help="With reject: no published concept fits the topic.")
def claims_command(
    settings: Settings, answer: Answer, action: str, words: tuple[str, ...], instead_of: str | None, none_fits: bool
) -> None:
    """Show what is proposed for each topic, and keep what the learner decides."""
    if action == "list":
        return _list(settings, answer)
    if action == "find":
        return _find(answer, " ".join(words))
    topic, concept = _named(words)
    if action == "undo":
        done = _asked(settings, topic, "/undo", {}, lambda app: app.claims.undo(topic))
    elif none_fits:
        done = _asked(settings, topic, "", {"verdict": "none"}, lambda app: app.claims.none_fits(topic))
    else:
        done = _decided(settings, action, topic, concept or _proposed(settings, topic), instead_of)
    answer.result({"ok": True, **done})
    answer.say(f"{one_line(done['name'])}: {_standing(done)}")
    return None


def _named(words: tuple[str, ...]) -> tuple[str, str | None]:
    if not 1 <= len(words) <= 2:
        raise click.UsageError(_("Name a topic, and if you like a concept; “skilltrail claims” lists both."))
    return words[0], words[1] if len(words) == 2 else None


def _decided(settings: Settings, action: str, topic: str, concept: str, instead_of: str | None) -> Told:
    if action == "reject":
        body = {"verdict": "rejected", "concept": concept}
        return _asked(settings, topic, "", body, lambda app: app.claims.reject(topic, concept))
    body = {"verdict": "confirmed", "concept": concept} | ({"instead_of": instead_of} if instead_of else {})
    return _asked(settings, topic, "", body, lambda app: app.claims.confirm(topic, concept, instead_of=instead_of))


def _proposed(settings: Settings, topic: str) -> str:
    """Return the key of what is proposed for a topic; naming one is asked for where nothing is."""
    told = _asked(settings, topic, "", None, lambda app: app.claims.topic(topic))
    if told["abstained"] or not told["matched"]:
        raise click.UsageError(_("Nothing is proposed for this topic: name a concept (“skilltrail claims find …”)."))
    return str(told["proposals"][0]["concept"]["key"])


def _list(settings: Settings, answer: Answer) -> None:
    told = _all(settings)
    answer.result({"ok": True, **told})
    if not told["topics"]:
        answer.say(_("No topics yet. Import or capture some exchanges, then run `skilltrail process`."))
        return
    for topic in told["topics"]:
        answer.say(f"{topic['topic_id']}  {one_line(topic['name'])}: {_standing(topic)}")
    for notice in told["notices"]:
        answer.say(notice)


def _find(answer: Answer, query: str) -> None:
    # Published data alone: no history is opened for it.
    from skilltrail.ml.concepts import published_concepts
    from skilltrail.web.api_claims import concept_answer

    found = published_concepts().find(query)
    answer.result({"ok": True, "concepts": [concept_answer(concept) for concept in found]})
    if not found:
        answer.say(_("No published skill has these words. Try fewer or other words."))
    for concept in found:
        answer.say(f"{concept.key}  {concept.label}")


def _standing(topic: Told) -> str:
    """Say in a line how a topic's claims stand."""
    if topic["confirmed"]:
        labels = ", ".join(found["concept"]["label"] for found in topic["confirmed"])
        return _("aligned by you with {labels}").format(labels=labels)
    if topic["none_fits"]:
        return _("you said that nothing fits")
    if not topic["matched"]:
        return _("not compared yet")
    if topic["abstained"]:
        return _("nothing near enough")
    first = topic["proposals"][0]
    words = _("proposed: {label} ({key}), similarity {similarity}")
    concept = first["concept"]
    return words.format(label=concept["label"], key=concept["key"], similarity=f"{first['similarity']:.2f}")


def _all(settings: Settings) -> Told:
    if (server := running_server(settings)) is not None:
        return dict(server.call("GET", "/api/v1/claims"))
    with _opened(settings) as application:
        topics = [_told(claims) for claims in application.claims.all()]
    return {"topics": topics, "notices": list(framework_notices("service").values())}


def _asked(
    settings: Settings, topic: str, what: str, body: Told | None, here: Callable[[Application], TopicClaims]
) -> Told:
    """Ask the running server, else do it here; without a body it is only read."""
    if (server := running_server(settings)) is not None:
        path = f"/api/v1/topics/{quote(topic, safe='')}/claims{what}"
        return dict(server.call("GET" if body is None else "POST", path, body))
    with _opened(settings) as application:
        return _told(here(application))


def _opened(settings: Settings) -> Application:
    from skilltrail.cli.unlocking import open_home

    return open_home(settings)


def _told(claims: TopicClaims) -> Told:
    from skilltrail.web.api_claims import claims_answer

    return asdict(claims_answer(claims))
