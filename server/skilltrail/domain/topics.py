"""Topics as values: what a topic run finds, why a topic is called so, and which words stand for an exchange."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from skilltrail.i18n import noted

TITLE_HEAD = 200
PROMPT_HEAD = 500
REPLY_HEAD = 700
"""Characters. On 600 real exchanges these two heads beat the prompt alone and the reply alone."""

FOLLOW_UP_WORDS = 12
"""A prompt of at most this many words leans on the one before it ("give me an example", "and in French?")."""

FRAMEWORK_NAMES = {"esco": "ESCO", "onet": "O*NET®", "skilltrail": "Skilltrail’s own list"}

NAMED_BY_WORDS = noted("Named after the words that set its exchanges apart: {words}.")
NAMED_BY_CONCEPT = noted(
    "Named after “{label}” ({framework}): about {share} % of its exchanges speak of it or of a part of it,"
    " similarity {similarity}. Telling words: {words}."
)
NAMED_BY_MEANING = noted(
    "Named after “{label}” ({framework}): its exchanges are near it in meaning without naming it,"
    " similarity {similarity}. Telling words: {words}."
)
NAMED_BY_CONCEPT_ALONE = noted(
    "Named after “{label}” ({framework}): about {share} % of its exchanges speak of it,"
    " similarity {similarity}. Telling words: {words}."
)
NAME_FORGOTTEN = noted("What gave it its name was forgotten. It is named anew when topics are looked for again.")
NAME_OF_CLIENT = noted("What gave it its name is a client’s. It is named anew when topics are looked for again.")
REASONS = (NAMED_BY_WORDS, NAMED_BY_CONCEPT, NAMED_BY_MEANING, NAMED_BY_CONCEPT_ALONE, NAME_FORGOTTEN, NAME_OF_CLIENT)
"""Of what the kept reasons of names are made, now and in earlier versions."""

TO_BE_NAMED = frozenset({NAME_FORGOTTEN, NAME_OF_CLIENT})
"""Reasons of names that were lost: the next run finds another one."""

UNNAMED = noted("Unnamed topic")
UNNAMED_NUMBERED = noted("Unnamed topic {number}")
WITHOUT_NAME = noted("Topic without a name")
NAMES = (UNNAMED, UNNAMED_NUMBERED, WITHOUT_NAME)
"""Names that are ours and no term: kept in English, told by ``i18n.retold``."""

_MARK = re.compile(r"\[secret:[a-z0-9_-]+:[0-9a-f]{4}\]")
_LINK = re.compile(r"\bhttps?://\S+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of a framework.

    ``framework`` is "esco", "onet" or "skilltrail" (our own list); ``uri`` as published, "" where there is none.
    """

    framework: str
    label: str
    uri: str = ""


@dataclass(frozen=True, slots=True)
class NameReason:
    """Why a topic has its name.

    ``terms`` are the topic's own telling words, best first; ``exemplars`` the source keys of the exchanges nearest
    its middle. ``concept`` and ``similarity`` (cosine, -1 to 1) say what framework concept gave the name, and
    ``mentions`` in what part of the topic's exchanges its words occur (0 to 1); without a concept the terms gave it.
    """

    terms: tuple[str, ...]
    exemplars: tuple[str, ...]
    concept: Concept | None = None
    similarity: float | None = None
    mentions: float = 0.0

    def sentence(self) -> str:
        """Return the reason in English words, as it is kept; ``i18n.retold`` says it in other languages."""
        words = ", ".join(self.terms[:5])
        if self.concept is None:
            return NAMED_BY_WORDS.format(words=words)
        share = round(self.mentions * 100)
        framework = FRAMEWORK_NAMES.get(self.concept.framework, self.concept.framework)
        similarity = f"{self.similarity or 0.0:.2f}"
        return (NAMED_BY_CONCEPT if share else NAMED_BY_MEANING).format(
            label=self.concept.label, framework=framework, share=share, similarity=similarity, words=words
        )


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """One topic as a run found it, before it gets an id.

    ``members`` are source keys in ascending order, ``strengths`` in the same order (0 to 1: how firmly an exchange
    sits in the topic, not how likely the topic is right). ``alternatives`` are further names, best first, for when
    the name is taken. ``held``: the number of the corrected topic that this is for certain, None where overlap decides.
    """

    members: tuple[str, ...]
    strengths: tuple[float, ...]
    name: str
    terms: tuple[str, ...]
    exemplars: tuple[str, ...]
    area: str
    reason: NameReason
    alternatives: tuple[str, ...] = ()
    held: int | None = None


@dataclass(frozen=True, slots=True)
class TopicPartition:
    """What one topic run found: groups by falling size (ties: first key) and the source keys in no topic.

    Every source key of the run stands in exactly one group or in ``unassigned``; names are unique in a run.
    """

    groups: tuple[TopicGroup, ...] = ()
    unassigned: tuple[str, ...] = ()
    settings: dict[str, float] = field(default_factory=dict)


def is_follow_up(prompt: str) -> bool:
    """Tell whether a prompt is so short that it needs what was asked before it."""
    return len(prompt.split()) <= FOLLOW_UP_WORDS


def representation(*, title: str | None, prompt: str, reply: str, previous_prompt: str | None) -> str:
    """Return the text that stands for an exchange when it is embedded.

    Parameters
    ----------
    title
        The conversation's title, if there is one: it names the subject, where prompts often only hint at it.
    prompt, reply
        The whole texts; their heads are taken.
    previous_prompt
        The nearest earlier prompt of the conversation that is no follow-up itself (``is_follow_up``), if there is one.
        It goes in front of a follow-up, so that "give me an example" joins its subject and founds no topic.

    Returns
    -------
    str
        Title, prompt before, prompt and reply on a line each; white space tidied, links and redaction marks left out.
        The last line is the reply's. Empty when there is no text at all.
    """
    before = previous_prompt if is_follow_up(prompt) else None
    asked = (tidy(title or "", TITLE_HEAD), tidy(before or "", PROMPT_HEAD), tidy(prompt, PROMPT_HEAD))
    # The reply is the last line, even when it is empty: readers of a representation tell it from the prompt by that.
    text = "\n".join((*(part for part in asked if part), tidy(reply, REPLY_HEAD)))
    return text if text.strip() else ""


def tidy(text: str, limit: int) -> str:
    """Return the head of a text on one line, without links and redaction marks."""
    # Four times the limit leaves room for what is taken out, and keeps a text of a million characters cheap.
    head = _MARK.sub(" ", _LINK.sub(" ", text[: limit * 4]))
    return _SPACE.sub(" ", head).strip()[:limit]
