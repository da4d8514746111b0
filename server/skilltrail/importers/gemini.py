"""What both forms of Gemini's activity have in common: a record is a prompt with its answer, sessions are made of time.

Google Takeout lists activity, not conversations: newest first, one record for each prompt, and in most files nothing
says what belongs together. Records with no pause of more than 30 minutes between them are taken as one conversation;
its id is made of its first record's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from skilltrail.domain.exchange import Attachment
from skilltrail.importers.contract import ImportedConversation, Reading, Skip
from skilltrail.importers.reading import made_id
from skilltrail.importers.tree import Message, Talk, assemble

PAUSE = timedelta(minutes=30)
"""A longer silence between two records begins another session."""

SESSION_MAX = 2_000
"""Records of one session; nobody asks more without a pause, and memory holds a session at a time."""

_VERBS = (
    "Prompted with: ", "Prompted: ", "Prompted ", "Asked Gemini: ", "Asked Bard: ", "Asked ", "Said ", "Branched ",
    "Answered ", "送信したメッセージ: ", "送信したメッセージ：", "Eingegebener Prompt: ", "Prompt: ",
    "Du hast gefragt: ",
    "Gefragt: ", "Gesagt: ", "Prompt envoyé : ", "Vous avez demandé : ", "Has preguntado: ", "Preguntaste: ",
    "Petición: ", "Você perguntou: ", "Comando: ", "Hai chiesto: ", "입력한 프롬프트: ", "提示: ", "提示：",
)  # fmt: skip
"""How a title begins that is a prompt, by the language of the account; a title without any of them is kept whole."""

_NO_PROMPTS = (
    "Created ", "Used ", "Added ", "Gave ", "Selected ", "Shared ", "Deleted ", "Viewed ", "Visited ", "Searched ",
    "Edited ", "Pinned ", "Renamed ", "Exported ", "Updated ",
)  # fmt: skip
"""Activity that is no question: a canvas made, an app used, feedback given."""

_ATTACHED = re.compile(r"\s{0,8}(?:Attached \d{1,4} files?|添付ファイル \d{1,4} 件)\.?\s{0,8}\Z")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of activity, or ``skip`` where it is none that can become an exchange.

    ``drafts`` counts further variants of the answer; only the first is kept, for nothing says which was chosen.
    """

    index: int
    at_bytes: int
    title: str = ""
    answer: str = ""
    at: datetime | None = None
    drafts: int = 0
    conversation_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    skip: Skip | None = None

    @property
    def messages(self) -> int:
        """Return how many messages of the file it holds."""
        return self.skip.messages if self.skip else 1 + bool(self.answer) + self.drafts


def prompt_of(title: str, *, answered: bool) -> str | None:
    """Return the learner's words in a record's title; None if the record is no question."""
    for verb in _VERBS:
        if title.startswith(verb.rstrip()) and (len(title) == len(verb.rstrip()) or title.startswith(verb)):
            return _ATTACHED.sub("", title[len(verb) :]).strip()
    # Without an answer nothing says that a title in a language we do not know is a question.
    if title.startswith(_NO_PROMPTS) or not answered:
        return None
    return _ATTACHED.sub("", title).strip()


def is_gemini(*labels: object) -> bool:
    """Tell by the names of products, in any language, whether a record is Gemini's; without names it is."""
    said = [label.lower() for label in labels if isinstance(label, str) and label]
    return not said or any("gemini" in label or "bard" in label for label in said)


def sessions(records: Iterable[Record], reading: Reading, extractor: str) -> Iterator[ImportedConversation]:
    """Yield the conversations of records in file order; ``index`` is that of a session's last record."""
    held: list[Record] = []
    for record in records:
        if record.index < reading.start:
            continue
        if held and not _belongs(held[-1], record, len(held)):
            yield _session(held, reading, extractor)
            held = []
        held.append(record)
    if held:
        yield _session(held, reading, extractor)


def _belongs(last: Record, record: Record, held: int) -> bool:
    if held >= SESSION_MAX or last.conversation_id != record.conversation_id:
        return False
    if record.conversation_id is not None or record.skip is not None or last.at is None or record.at is None:
        return record.conversation_id is not None
    return abs(last.at - record.at) <= PAUSE


def _session(held: list[Record], reading: Reading, extractor: str) -> ImportedConversation:
    records = [record for record in reversed(held) if record.skip is None]
    skipped = [record.skip for record in held if record.skip is not None]
    skipped += [Skip("draft", record.index, messages=record.drafts) for record in records if record.drafts]
    last = held[-1]
    if not records:
        count = sum(record.messages for record in held)
        return ImportedConversation(last.index, None, (), tuple(skipped), messages=count, at_bytes=last.at_bytes)
    begun = records[0].at
    made = "session-" + (begun.strftime("%Y%m%dT%H%M%S") if begun else made_id("gemini", records[0].title)[:16])
    messages: dict[str, Message] = {}
    for record in records:
        messages |= _messages(record)
    nodes = list(messages)
    talk = Talk(
        provider="gemini",
        extractor=extractor,
        conversation_id=records[0].conversation_id or made,
        messages=messages,
        parents=dict(zip(nodes, [None, *nodes], strict=False)),
        updated_at=records[-1].at,
        bad=skipped,
    )
    return replace(assemble(talk, index=last.index, now=reading.now), at_bytes=last.at_bytes)


def _messages(record: Record) -> dict[str, Message]:
    # Nothing has an id; the same second can hold two records, so the words are part of what names one.
    when = record.at.isoformat() if record.at else ""
    own = made_id("gemini", when, record.title)
    prompt = Message(f"{record.index}p", own, "user", record.title, at=record.at, attachments=record.attachments)
    found = {prompt.node: prompt}
    if record.answer:
        # A reply's id is left open: equal words below the same prompt are the same reply.
        found[f"{record.index}r"] = Message(f"{record.index}r", None, "assistant", record.answer, at=record.at)
    return found
