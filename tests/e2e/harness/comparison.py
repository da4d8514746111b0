"""Holds what was stored against what really happened."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from e2e.standin.site import Site
from e2e.standin.truth import Truth, by_conversation

Key = tuple[str, str, str | None]
Row = Mapping[str, str]

# Every hidden text of the stand-in carries one of these words.
NEVER_STORED = ("HIDDEN-", "FROZEN-COPY", "FORGED")


@dataclass(frozen=True, slots=True)
class Difference:
    """Empty in all fields when every exchange arrived exactly once; conversation, prompt and reply ids otherwise."""

    missing: tuple[Key, ...]
    unexpected: tuple[Key, ...]
    repeated: tuple[Key, ...]


NONE = Difference(missing=(), unexpected=(), repeated=())


def key_of(row: Row) -> Key:
    """Return the ids of a CSV row."""
    return row["conversation_id"], row["prompt_id"], row["reply_id"] or None


def difference(rows: Sequence[Row], truths: Iterable[Truth]) -> Difference:
    """Compare stored rows with the exchanges that had to arrive."""
    stored = Counter(key_of(row) for row in rows)
    meant = {truth.key for truth in truths}
    return Difference(
        missing=tuple(sorted(meant - set(stored), key=str)),
        unexpected=tuple(sorted(set(stored) - meant, key=str)),
        repeated=tuple(sorted((key for key, count in stored.items() if count > 1), key=str)),
    )


def wrong_statuses(rows: Sequence[Row], truths: Iterable[Truth]) -> list[tuple[Key, str, str]]:
    """Return ids, stored status and true status of the rows whose status is not the true one."""
    true = {truth.key: truth.status for truth in truths}
    return [
        (key_of(row), row["status"], true[key_of(row)])
        for row in rows
        if key_of(row) in true and row["status"] != true[key_of(row)]
    ]


def wrong_paths(rows: Sequence[Row], site: Site) -> list[tuple[Key, str]]:
    """Return ids and stored value of the rows that are wrong about the current path."""
    wrong = []
    for row in rows:
        conversation_id, _, reply_id = key_of(row)
        on_path = site.conversations[conversation_id].on_path(reply_id or "")
        if row["on_current_path"] != ("true" if on_path else "false"):
            wrong.append((key_of(row), row["on_current_path"]))
    return wrong


def out_of_order(keys_by_seq: Sequence[Key], truths: Iterable[Truth]) -> list[str]:
    """Return the conversations whose exchanges were numbered in another order than they happened in."""
    wrong = []
    for conversation_id, turns in by_conversation(truths).items():
        meant = [turn.key for turn in turns]
        stored = [key for key in keys_by_seq if key in set(meant)]
        if stored != meant:
            wrong.append(conversation_id)
    return wrong


def words(text: str) -> str:
    """Return the letters and digits of a text: what is left of Markdown after a trip through a page."""
    return re.sub(r"[\W_]+", " ", text).strip()


def told_secrets(texts: Iterable[str], site: Site) -> list[str]:
    """Return what must not have been stored and was: hidden texts, and the words of turns that were to stay out."""
    whole = "\n".join(texts)
    stored = {truth.prompt for truth in site.truth.must_be_stored()}
    private = {truth.prompt for truth in site.truth.must_stay_out()} - stored
    return sorted(word for word in (*NEVER_STORED, *private) if word in whole)
