"""Says what a reader of JSON made of a case, and whether that is right."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from callers import envelope, item
from skilltrail.importers.splitter import NotJsonError
from skilltrail.importers.stream import elements
from torture.support_hostile import JsonCase

Ask = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes]]
_PLACE = b'"PLACE"'


@dataclass
class CaptureDoor:
    """POST /api/v1/exchanges with one credential."""

    ask: Ask
    token: str
    name: str
    stored: int = 0
    _number: int = field(default=0)

    def fault(self, case: JsonCase) -> str | None:
        """Send a case alone, and an acceptable one within a batch too; return what was wrong with the answers."""
        status, answer = self._send(case.data)
        code = answer.get("code")
        if status >= 500 or status not in (400, 422):
            return f"{case.name}: alone {status} {code}"
        if case.expect == "reject" and code != "json_invalid":
            return f"{case.name}: must be refused as JSON, was {status} {code}"
        return self._fault_within(case) if case.expect == "accept" else None

    def _fault_within(self, case: JsonCase) -> str | None:
        # Beside a good item the case must hold up nothing; as an item it is refused for itself.
        self._number += 1
        good = item(self._number, conversation_id=f"{self.name}-{self._number}", extra="PLACE")
        status, answer = self._send(json.dumps(envelope(good)).encode().replace(_PLACE, case.data))
        if status != 200 or answer["results"][0]["outcome"] != "stored":
            return f"{case.name}: within an item {status} {str(answer)[:200]}"
        self.stored += 1
        status, answer = self._send(json.dumps(envelope("PLACE")).encode().replace(_PLACE, case.data))
        outcomes = [row["outcome"] for row in answer.get("results", [])]
        if status != 200 or outcomes != ["refused"]:
            return f"{case.name}: as an item {status} {outcomes}"
        return None

    def _send(self, body: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        status, data = self.ask("POST", "/api/v1/exchanges", headers, body)
        while status == HTTPStatus.TOO_MANY_REQUESTS:  # the cases come faster than a sender may ask
            time.sleep(0.1)
            status, data = self.ask("POST", "/api/v1/exchanges", headers, body)
        answer = json.loads(data)
        return status, answer if isinstance(answer, dict) else {}


def import_verdict(case: JsonCase, folder: Path) -> str:
    """Return accept, reject, or the class of what the importer let through.

    An export is an array or an object; a case that is neither is put into one.
    """
    path = folder / "conversations.json"
    path.write_bytes(case.data)
    try:
        with path.open("rb") as file:
            return _elements_verdict(file)
    except NotJsonError:
        if not case.data.strip():
            return "reject"
        return _elements_verdict(io.BytesIO(b"[" + case.data + b"]"))
    except Exception as error:  # noqa: BLE001 - the class is the verdict
        return type(error).__name__


def _elements_verdict(file: BinaryIO) -> str:
    return "reject" if any(element.fault for element in elements(file)) else "accept"
