"""Brings the catalogues of translations in step with the sources, and is the translators' tool.

python tools/build_catalogues.py               collect, update, compile
python tools/build_catalogues.py --check       change nothing; status 1 if something is out of step
python tools/build_catalogues.py --missing de  what has no German words yet, as JSON
python tools/build_catalogues.py --fill de F   take translations from F: {"key": "words" or ["one", "many"]}
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from babel.messages.catalog import Catalog, Message
from tools import catalogues as c


def files() -> dict[Path, bytes]:
    """Return every file of the catalogues as it should be."""
    template = c.from_sources()
    wanted = {c.TEMPLATE: c.po_bytes(template)}
    for language in c.LANGUAGES:
        wanted |= _of_language(language, c.in_step(language, template))
    return wanted


def _of_language(language: str, catalogue: Catalog) -> dict[Path, bytes]:
    po = c.po_path(language)
    return {po: c.po_bytes(catalogue), po.with_suffix(".mo"): c.mo_bytes(catalogue)}


def stale() -> list[Path]:
    """Return the files that are not as they should be."""
    return [path for path, data in files().items() if not path.exists() or path.read_bytes() != data]


def write(wanted: dict[Path, bytes]) -> None:
    """Write what differs."""
    for path, data in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def missing(language: str) -> list[dict[str, object]]:
    """Return the messages without a translation, each with the key under which ``fill`` takes its words."""
    catalogue = c.in_step(language, c.from_sources())
    untold = [message for message in c.ours(catalogue) if not c.is_translated(message)]
    return [_described(number, message) for number, message in enumerate(untold, 1)]


def _described(number: int, message: Message) -> dict[str, object]:
    one, *many = message.id if isinstance(message.id, tuple) else (message.id,)
    said: dict[str, object] = {"n": number, "key": c.key_of(message), "text": one}
    if many:
        said["plural"] = many[0]
    if message.context:
        said["context"] = message.context
    if message.auto_comments:
        said["note"] = " ".join(message.auto_comments)
    return said | {"where": sorted({where for where, _line in message.locations})[:3]}


def fill(language: str, words: dict[str, str | list[str]]) -> list[str]:
    """Take translations; return what is wrong with those that were left out."""
    catalogue = c.in_step(language, c.from_sources())
    known = {c.key_of(message): message for message in c.ours(catalogue)}
    faults = []
    for key, said in words.items():
        texts = (said,) if isinstance(said, str) else tuple(said)
        message = known.get(key)
        wrong = c.faults_of(message, texts, catalogue.num_plurals) if message else ["there is no such message"]
        faults += [f"{key}: {fault}" for fault in wrong]
        if message is not None and not wrong:
            message.string = texts if isinstance(message.id, tuple) else texts[0]
    write(_of_language(language, catalogue))
    return faults


def faults(language: str) -> list[str]:
    """Return what is wrong with the translations that there are."""
    catalogue = c.in_step(language, c.from_sources())
    told = [message for message in c.ours(catalogue) if c.is_translated(message)]
    return [
        f"{c.key_of(one)}: {fault}" for one in told for fault in c.faults_of(one, _texts(one), catalogue.num_plurals)
    ]


def _texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def main() -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", choices=c.LANGUAGES)
    parser.add_argument("--fill", nargs=2, metavar=("LANGUAGE", "FILE"))
    asked = parser.parse_args()
    if asked.missing:
        print(json.dumps(missing(asked.missing), ensure_ascii=False, indent=1))
        return 0
    if asked.fill:
        wrong = fill(asked.fill[0], json.loads(Path(asked.fill[1]).read_text(encoding="utf-8")))
        print("\n".join([*wrong, f"{len(missing(asked.fill[0]))} messages are still without words."]))
        return 1 if wrong else 0
    if asked.check:
        late = stale()
        print("\n".join(f"{path} is out of step: run tools/build_catalogues.py" for path in late), end="")
        return 1 if late else 0
    write(files())
    return 0


if __name__ == "__main__":
    sys.exit(main())
