"""Plants invented secrets in a history by capture and by import, and looks for their bytes afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.fakes import sets
from benchmarks.fakes.shapes import Fake
from benchmarks.histories.chatgpt_export import write_chatgpt_export

from canaries import everything_in
from exchanges import NOON, captured
from skilltrail.domain.exchange import CapturedExchange, Origin
from skilltrail.platform.patterns import SecretRedactor

LEAST = 6
"""Signs. Shorter secrets (a PIN) stand in any large file by chance."""


def fakes(*, each: int = sets.EACH) -> list[Fake]:
    """Return the fakes by rule and those in chat text."""
    return [*sets.by_rule(each=each), *(row.fake for row in sets.chat())]


def planted(given: Sequence[Fake], *, prefix: str) -> list[CapturedExchange]:
    """Return one exchange for each fake, with it as the prompt, in the reply and, where it is short, in the title."""
    return [
        captured(
            number,
            conversation_id=f"{prefix}-{number}",
            prompt_id=f"{prefix}-p-{number}",
            reply_id=f"{prefix}-r-{number}",
            parent_id=None,
            prompt=fake.text,
            reply=f"You wrote:\n\n{fake.text}\n\nPlease keep such things to yourself.",
            title=fake.text if len(fake.text) < 200 else "Long",
            asked_at=NOON + timedelta(minutes=number),
            answered_at=NOON + timedelta(minutes=number, seconds=20),
            captured_at=NOON + timedelta(minutes=number, seconds=30),
            origin=Origin.EXTENSION,
        )
        for number, fake in enumerate(given)
    ]


def export_file(path: Path, given: Sequence[Fake]) -> Path:
    """Write the fakes as a ChatGPT data export."""
    write_chatgpt_export(path, planted(given, prefix="import"))
    return path


def masked(given: Sequence[Fake]) -> set[str]:
    """Return, in small letters, the secrets of those fakes that the rules find: none of them may be left anywhere."""
    redactor = SecretRedactor(mark_key=b"any")
    lost = {id(fake) for fake in sets.missed(given, [redactor.redact(fake.text)[0] for fake in given])}
    good = [secret for fake in given if id(fake) not in lost for secret in fake.secrets if len(secret) >= LEAST]
    # A secret that another text shows by mistake would be found there rightly.
    shown = " ".join(redactor.redact(fake.text)[0] for fake in given if id(fake) in lost).lower()
    return {secret.lower() for secret in good if secret.lower() not in shown}


def left_in(folders: Iterable[Path], key: bytes, secrets: set[str]) -> dict[str, int]:
    """Return how many of the secrets stand in each file below the folders, databases in clear as well."""
    found: dict[str, int] = {}
    for folder in folders:
        for name, data in everything_in(folder, key):
            lower = data.lower()
            hits = sum(
                secret.encode() in lower
                or secret.replace("\n", "\\n").encode() in lower
                or secret.encode("utf-16-le") in lower
                for secret in secrets
            )
            if hits:
                found[name] = hits
    return found
