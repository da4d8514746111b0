"""What a request that fits the document may be answered: anything but "this does not fit".

schemathesis's own check counts every 422 as a contradiction. Here a request can fit the document and still be refused
for what it says (a file that is not there, a word that is too long); such refusals are sentences for the learner.
"""

from __future__ import annotations

import json
import re
from typing import Any

import schemathesis
from schemathesis import GenerationMode

_UNFIT = {"request_invalid", "json_invalid", "unsupported_media_type", "method_not_allowed"}
_LIMIT = 2**53
# "field: rule" is what the models say; a refusal for a reason is a sentence.
_RULE = re.compile(r"[\w.?-]+: \w+|the body .*")


@schemathesis.check
def fitting_requests_are_understood(_ctx: Any, response: Any, case: Any) -> None:
    """Fail when a request that fits the document is refused as one that does not."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or response.status_code < 400:
        return
    problem = response.json()
    unfit = problem["code"] in _UNFIT and _RULE.fullmatch(problem["detail"])
    if unfit and not _beyond_the_door(response.request.body):
        raise AssertionError(f"a fitting request was refused: {response.status_code} {problem}")


def _beyond_the_door(body: Any) -> bool:
    """Tell whether a body holds what no address takes: a number beyond the limits, deep nesting, 1.0 for 1."""
    level, depth = [json.loads(body)] if body else [], 0
    while level:
        if any(map(_is_beyond, level)):
            return True
        lists = [one for one in level if isinstance(one, list)]
        level = [part for one in level if isinstance(one, dict) for part in (*one.values(), *one)]
        level += [part for one in lists for part in one]
        depth += 1
    return depth > 64


def _is_beyond(one: Any) -> bool:
    if isinstance(one, str):
        return any("\ud800" <= sign <= "\udfff" for sign in one)
    if isinstance(one, int | float):
        return not -_LIMIT <= one <= _LIMIT or (isinstance(one, float) and one.is_integer())
    return False
