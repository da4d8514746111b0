"""Strings planted wherever a history holds what is a client's, and a search for them in every byte of every file.

The search opens files with other tools than the product's own second look: zipfile, pypdf, zlib, and for each string
the forms in which an encoding would write it.
"""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pypdf import PdfReader

from clients import added
from exchanges import NOON, captured, history, items
from portfolio_steps import chosen, ids_of
from skilltrail.application import Application
from skilltrail.application.portfolio_files import FORMATS
from skilltrail.domain.checks import Said
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.entries import Deliverable, Reflection
from skilltrail.domain.exchange import Attachment, CapturedExchange, Citation
from skilltrail.domain.leak_hits import Resolving
from skilltrail.domain.portfolio import Selection, SkillChoice
from skilltrail.platform.client_words import MASK

PUBLIC = 30
"""Exchanges that are nobody's and may be shown."""

OF_A_CLIENT = 12
"""Strings that are planted for each client."""


@dataclass(frozen=True)
class Planted:
    """The strings, and a selection that asks for everything."""

    strings: tuple[str, ...]
    selection: Selection


def planted(kind: str, number: int) -> str:
    """Return a string that no language holds; what it is made of tells where it was planted."""
    return f"zq{kind}{number:03d}xkj"


def plant(application: Application, clients: int) -> Planted:
    """Fill a history with nobody's exchanges and those of ``clients`` clients, all on the same three subjects."""
    strings = [word for number in range(clients) for word in _of_client(number)]
    application.exchanges.capture(items([*_nobodys(strings), *(_clients(number) for number in range(clients))]))
    application.processing.run_until_done()
    numbers = [added(application.contexts.keep(_form(number))) for number in range(clients)]
    application.contexts.finish()
    assert len(numbers) == clients
    return Planted(tuple(strings), _everything(application, clients))


def _of_client(number: int) -> list[str]:
    kinds = ("name", "other", "domain", "word", "key", "code", "title", "file", "image", "link", "source", "account")
    assert len(kinds) == OF_A_CLIENT
    return [planted(kind, number) for kind in kinds]


def _form(number: int) -> ContextForm:
    name, other, domain, word = (planted(kind, number) for kind in ("name", "other", "domain", "word"))
    return ContextForm(f"{name.title()} GmbH", (other,), (f"{domain}.example",), (word,))


def _clients(number: int) -> CapturedExchange:
    """One exchange of a client: its words where texts name it, keys, numbers, and all that stands beside the texts."""
    one = history(1, prefix=f"client-{number}")[0]
    name, other, domain, word, key, code, title, file, image, link, source, account = _of_client(number)
    asked_at = NOON + timedelta(days=number % 20, hours=3, minutes=number)
    return captured(
        500 + number,
        conversation_id=f"client-{number}",
        prompt_id=f"client-p-{number}",
        reply_id=f"client-r-{number}",
        parent_id=None,
        prompt=f"{one.prompt} for {name} ({other}), see shop.{domain}.example, project {word}.\n\nkey={key}",
        reply=f"{one.reply} {word} {code}",
        title=f"{title} relaunch",
        account=account,
        project_id=f"{account}-p",
        gizmo_id=f"{account}-g",
        attachments=(Attachment(f"{file}.xlsx", None, 3), Attachment(f"{image}.png", "image/png", 5)),
        citations=(Citation(f"https://{link}.example/{name}", source),),
        asked_at=asked_at,
        answered_at=asked_at + timedelta(seconds=20),
        captured_at=asked_at + timedelta(seconds=30),
    )


def _nobodys(strings: list[str]) -> Iterator[CapturedExchange]:
    """Exchanges that are shown, with strings in all that is not: titles, files, other paragraphs, names of accounts."""
    for number, one in enumerate(history(PUBLIC)):
        hidden = [planted(f"beside{kind}", number) for kind in ("title", "file", "part", "account")]
        strings += hidden if number < 5 else []
        title, file, part, account = hidden if number < 5 else ("t", "f", "", "")
        yield captured(
            number,
            conversation_id=one.conversation_id,
            prompt_id=one.prompt_id,
            reply_id=one.reply_id,
            parent_id=None,
            prompt=one.prompt,
            reply=f"{one.reply}\n\n{part}",
            title=title,
            account=account,
            attachments=(Attachment(f"{file}.png", "image/png", 5),),
            asked_at=one.asked_at,
            answered_at=one.answered_at,
            captured_at=one.captured_at,
        )


def _everything(application: Application, clients: int) -> Selection:
    """Choose every skill with every first paragraph, and write clients' words into all that can be written."""
    skills = []
    for line in application.trail.topics():
        ids = ids_of(application, line.id)
        number = len(skills) % clients
        name, word = planted("name", number), planted("word", number)
        application.checks.say(ids[0], Said.CORRECTED, source=f"{word} wiki", note=f"for {name}")
        about = application.entries.keep(Reflection(f"What {name} taught me"), topic_id=line.id)
        work = application.entries.keep(
            Deliverable("file", f"C:\\Users\\x\\{word}-final.png", sha256="ab" * 32, size=9), topic_id=line.id
        )
        link = application.entries.keep(
            Deliverable("url", "Shop", address=f"https://{planted('domain', number)}.example/a"), topic_id=line.id
        )
        excerpts = tuple(chosen(line.id, (one, ("prompt.1", "reply.1"))).skills[0].excerpts[0] for one in ids)
        skills.append(SkillChoice(line.id, f"Done for {name}, {word}s.", excerpts, (about.id,), (work.id, link.id)))
        application.corrections.rename(line.id, f"{word} tuning")
    return chosen(
        skills[0].topic_id,
        skills=tuple(skills),
        title="For a job",
        headline="Developer",
        introduction="I build shops.",
    )


def resolved_by_leaving_out(application: Application, selection: Selection) -> int:
    """Save a selection, leave everything out that the scan finds, and return its number.

    A name in which a client's word was masked may be shown with the mask.
    """
    facade = application.portfolios
    saved = facade.keep(selection)
    while hits := [hit for hit in facade.scan(saved.id) if not hit.allowed]:
        hit = hits[0]
        assert Resolving.LEAVE_OUT in hit.resolving, hit
        resolve = facade.allow if hit.place.what == "name" and hit.found == MASK else facade.leave_out
        resolve(saved.id, hit.digest)
    return saved.id


def files_of(application: Application, portfolio_id: int) -> dict[str, bytes]:
    """Return a portfolio in every format, by the format's and the file's name."""
    made = {one: application.portfolios.export(portfolio_id, one) for one in FORMATS}
    return {f"{one}/{file.name}": file.data for one, file in made.items()}


# --- looking ----------------------------------------------------------------------------------------------------------


def forms_of(word: str) -> list[bytes]:
    """Return how encodings write a word: in base64 wherever it begins, hexadecimal, UTF-16, escapes, entities."""
    plain = word.encode()
    shifted = [base64.b64encode(b"\0" * shift + plain)[(shift * 8 + 5) // 6 : -4] for shift in range(3)]
    escaped = "".join(f"\\u{ord(sign):04x}" for sign in word)
    entities = ["".join(f"&#{ord(sign)};" for sign in word), "".join(f"&#x{ord(sign):x};" for sign in word)]
    percent = "".join(f"%{byte:02x}" for byte in plain)
    return [
        plain,
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        plain.hex().encode(),
        base64.b32encode(plain).rstrip(b"=")[:-1].lower(),
        *(one.lower() for one in shifted),
        escaped.encode(),
        *(one.encode() for one in entities),
        percent.encode(),
    ]


def opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file and what is within it: members, chunks, streams, texts, decoded runs."""
    yield name, data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield f"{name} comment", archive.comment
            for info in archive.infolist():
                yield f"{name} name", info.filename.encode() + info.comment + info.extra
                yield from opened(f"{name}/{info.filename}", archive.read(info))
    if data[:5] == b"%PDF-":
        reader = PdfReader(io.BytesIO(data))
        words = [page.extract_text() for page in reader.pages]
        yield f"{name} text", re.sub(r"\s+", "", " ".join(words)).encode("utf-8", "replace")
        yield (
            f"{name} metadata",
            json.dumps({key: str(value) for key, value in (reader.metadata or {}).items()}).encode(),
        )
    for found in re.finditer(rb"stream\r?\n", data) if data[:5] == b"%PDF-" else ():
        yield f"{name} stream", _inflated(data[found.end() :])
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from ((f"{name} {kind}", body) for kind, body in _chunks(data))
    for run in re.findall(rb"[A-Za-z0-9+/_-]{40,}", data):
        text = run.translate(bytes.maketrans(b"-_", b"+/"))
        yield f"{name} base64", base64.b64decode(text + b"=" * (-len(text) % 4)) if len(text) % 4 != 1 else b""


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 50_000_000)
    except zlib.error:
        return b""


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at + 8 <= len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 8 : at + 8 + size]
        yield data[at + 4 : at + 8].decode("latin-1"), body
        yield "inflated", _inflated(body[body.rfind(b"\0") + 1 :])
        at += 12 + size


def leaks(files: dict[str, bytes], words: Iterable[str]) -> list[tuple[str, str]]:
    """Return (place, word) wherever a word stands in a file, in any form."""
    forms = [(word, form) for word in words for form in forms_of(word)]
    found = []
    for name, data in files.items():
        for place, layer in opened(name, data):
            lower = layer.lower()
            found += [(place, word) for word, form in forms if form in lower]
    return found
