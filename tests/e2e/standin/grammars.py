"""The two stream grammars: delta encoding v1, and the snapshots of earlier years."""

import json
from collections.abc import Generator, Iterator

from e2e.standin import plan as p
from e2e.standin.events import DONE, PING, TEXT, Answer, Event, Spoken, delta, note, without_references
from e2e.standin.messages import Draft, with_text


class BrokenOffError(Exception):
    """The network is to fail here."""


# Yields frames and returns whether the answer was taken back.
Broken = Generator[Event, None, bool]


def frames(answer: Answer) -> Iterator[Event]:
    """Yield the frames of the leg that carries the answer, whatever its grammar.

    Raises
    ------
    BrokenOffError
        Where a plan that ends in a cut wants the connection to break.
    """
    yield from answer.preamble()
    body = _snapshots if answer.plan.way == p.LEGACY else _deltas
    failed = yield from body(answer)
    if failed:
        yield answer.failure()
        yield DONE
    else:
        yield from answer.closing()


def _deltas(answer: Answer) -> Broken:
    message = {"message": answer.prompt, "conversation_id": answer.conversation_id, "error": None}
    yield delta({"p": "", "o": "add", "v": message, "c": 0})
    yield note("input_message", input_message=answer.prompt, conversation_id=answer.conversation_id)
    for slot, draft in enumerate(answer.drafts, start=1):
        spoken = Spoken(draft)
        answer.spoken.append(spoken)
        failed = yield from _delta_message(answer, spoken, slot)
        if failed or answer.stopped:
            return failed
    return False


def _delta_message(answer: Answer, spoken: Spoken, slot: int) -> Broken:
    draft = spoken.draft
    opening = without_references(draft.message)
    if draft.text is not None:
        opening = {**with_text(opening, ""), "status": "in_progress"}
    value = {"message": opening, "conversation_id": answer.conversation_id, "error": None}
    yield delta({"v": value, "c": slot})
    if draft.text is None:
        return False
    yield _marker(draft, "user_visible_token" if draft.visible else "cot_token", "first")
    failed = yield from _delta_text(answer, spoken)
    if failed:
        return True
    if answer.plan.odd_operations and draft.visible:
        yield from _odd_operations(spoken)
    yield _closing_patch(answer, spoken)
    yield _marker(draft, "last_token" if draft.visible else "cot_token", "last")
    return False


def _delta_text(answer: Answer, spoken: Spoken) -> Broken:
    text = spoken.draft.text or ""
    breaking = answer.breaks_at(text) if spoken.draft.visible else None
    for index, piece in enumerate(answer.pieces(text)):
        if answer.stopped:
            return False
        if breaking is not None and len(spoken.text) >= breaking:
            return _break(answer)
        spoken.text += piece
        yield delta({"p": TEXT, "o": "append", "v": piece} if index == 0 else {"v": piece})
        if spoken.draft.visible:
            yield from _interruptions(answer, index)
    return False


def _break(answer: Answer) -> bool:
    if answer.plan.ending == p.CUT:
        raise BrokenOffError
    return True


def _interruptions(answer: Answer, index: int) -> Iterator[Event]:
    """Yield what may come between two continuations and must not reset the carried pointer."""
    if index == 1 and answer.plan.title is not None:
        yield answer.title_note()
    if index == 2 and answer.plan.odd_operations:
        yield note("something_new_in_december", detail={"v": "not text", "p": "/message/content/parts/0"})
    if index % 7 == 3 and answer.plan.keep_alive:
        yield PING


def _odd_operations(spoken: Spoken) -> Iterator[Event]:
    units = len(spoken.text.encode("utf-16-le")) // 2
    yield delta({"p": TEXT, "o": "append", "v": " (never mind)"})
    yield delta({"o": "truncate", "v": units})
    yield delta({"p": "/message/metadata/made~1up/deep", "o": "add", "v": ["a"]})
    yield delta({"p": "/message/metadata/made~1up", "o": "remove"})
    yield delta({"p": TEXT, "o": "replace", "v": spoken.text})


def _closing_patch(answer: Answer, spoken: Spoken) -> Event:
    operations: list[dict[str, object]] = []
    if spoken.draft.visible:
        metadata = answer.finish(spoken)
        operations.append({"p": "/message/end_turn", "o": "replace", "v": answer.is_last(spoken)})
        operations.append({"p": "/message/metadata", "o": "append", "v": metadata})
    status = answer.final_status() if spoken.draft.visible else "finished_successfully"
    operations.insert(0, {"p": "/message/status", "o": "replace", "v": status})
    return delta({"p": "", "o": "patch", "v": operations})


def _marker(draft: Draft, marker: str, event: str) -> Event:
    return note("message_marker", marker=marker, event=event, message_id=draft.message["id"])


def _snapshots(answer: Answer) -> Broken:
    yield _snapshot(answer, answer.prompt)
    for draft in answer.drafts:
        spoken = Spoken(draft)
        answer.spoken.append(spoken)
        failed = yield from _snapshot_message(answer, spoken)
        if failed or answer.stopped:
            return failed
    return False


def _snapshot_message(answer: Answer, spoken: Spoken) -> Broken:
    text = spoken.draft.text or ""
    breaking = answer.breaks_at(text) if spoken.draft.visible else None
    for index, piece in enumerate(answer.pieces(text)):
        if answer.stopped:
            break
        if breaking is not None and len(spoken.text) >= breaking:
            return _break(answer)
        spoken.text += piece
        if index % 4 == 0:
            yield _snapshot(answer, spoken.message(status="in_progress"))
        if index == 4 and answer.plan.title is not None and spoken.draft.visible:
            yield answer.title_note()
    yield _snapshot(answer, finished_message(answer, spoken))
    return False


def _snapshot(answer: Answer, message: dict[str, object]) -> Event:
    body = {"message": message, "conversation_id": answer.conversation_id, "error": None}
    return Event(json.dumps(body, ensure_ascii=False))


def finished_message(answer: Answer, spoken: Spoken) -> dict[str, object]:
    """Return a message as the site keeps it once its text has ended."""
    if not spoken.draft.visible:
        return spoken.message()
    message = spoken.message(status=answer.final_status())
    metadata = message["metadata"]
    assert isinstance(metadata, dict)
    return {**message, "end_turn": answer.is_last(spoken), "metadata": {**metadata, **answer.finish(spoken)}}
