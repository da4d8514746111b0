"""Fills a running service with a year of history, told as a freelancer would tell it; every text is invented.

The history is `benchmarks/histories/written/web-developer.jsonl`, imported as a ChatGPT export. All the rest
(clients, checks, deliverables, goals) is said through the product's own commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.histories.written_export import write

TRADE = "web-developer"
SKILL = "React"
FIRST_QUESTION = "why does my useEffect run twice"
CALENDAR = "export function MonthGrid({ month, slots, selected, onSelect }) { /* … */ }\n"


class Product:
    """The command line of one data folder; a running service answers it."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def say(self, *words: str) -> dict[str, Any]:
        """Run one command and return its answer; raises CalledProcessError where it refuses."""
        command = [sys.executable, "-m", "skilltrail", *words, "--home", str(self.home), "--json"]
        environment = {**os.environ, "SKILLTRAIL_KEYRING": "off"}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        return dict(json.loads(done.stdout))

    def link(self) -> str:
        """Return a fresh sign-in link of the running service."""
        return str(self.say("open", "--print")["url"])

    def exchange(self, phrase: str) -> str:
        """Return the number of the one exchange whose words hold ``phrase``."""
        found = self.say("search", f'"{phrase}"')["results"]
        return str(next(one["id"] for one in found if one["why"] != "meaning"))

    def topic(self, name: str) -> str:
        """Return the id of the topic ``name``."""
        return str(next(one["id"] for one in self.say("topics")["topics"] if one["name"] == name))


def bring_in(product: Product, folder: Path) -> None:
    """Import the year's export and group it."""
    export = folder / "conversations.json"
    write(TRADE, export)
    product.say("import", str(export))
    product.say("process")


def tell_story(product: Product, folder: Path) -> None:
    """Say what the freelancer says: whose work it was, what was checked, made, thought and planned."""
    product.say("clients", "add", "Kettlewell Dental", "--domain", "kettlewell-dental.example")
    product.say("clients", "add", "Harrow Lane Vets", "--domain", "harrowlanevets.example")
    product.say("clients", "look")
    _check(product)
    _make(product, folder)
    react = product.topic(SKILL)
    thought = "I used to copy state into effects. Now I ask first what can be derived while rendering."
    product.say("reflect", thought, "--topic", react)
    by = datetime.now(UTC) + timedelta(days=120)
    product.say("goals", "Build a React app with server components", "--topic", react, "--by", f"{by:%Y-%m-%d}")
    product.say("claims", "confirm", react)
    product.say("topics", "rename", product.topic("Software testing"), "Automated tests")


def _check(product: Product) -> None:
    strict = "https://react.dev/reference/react/StrictMode"
    product.say("check", product.exchange(FIRST_QUESTION), "confirmed", "--source", strict)
    compiler = "https://react.dev/learn/react-compiler"
    note = "True only without the React Compiler. Where it is on, it memoises by itself."
    answered = product.exchange("why not always, safer no")
    product.say("check", answered, "corrected", "--source", compiler, "--note", note)


def _make(product: Product, folder: Path) -> None:
    react = product.topic(SKILL)
    calendar = folder / "MonthGrid.jsx"
    calendar.write_text(CALENDAR, "utf-8")
    product.say("deliver", str(calendar), "--topic", react)
    address = "https://portfolio.example/appointment-calendar"
    product.say("deliver", "--url", address, "--title", "Appointment calendar, as delivered", "--topic", react)
