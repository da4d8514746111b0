"""The content of a portfolio as JSON: whole, valid by its schema, the same each time, inert in a page."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
import pytest

from portfolios import hostile, log_key, sample
from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters.portfolio_json import SCHEMA_ID, write_content
from skilltrail.services.log_verifying import check_shown

SCHEMA = json.loads(
    (resources.files("skilltrail.exporters") / "schemas" / "portfolio-1.schema.json").read_text("utf-8")
)


def content(portfolio: Portfolio) -> dict[str, Any]:
    return json.loads(write_content(portfolio))


@pytest.mark.parametrize("made", [sample, hostile])
def test_content_is_what_the_schema_describes(made: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(content(made()))
    assert SCHEMA["$id"] == SCHEMA_ID


def test_same_portfolio_gives_the_same_bytes() -> None:
    assert write_content(sample()) == write_content(replace(sample()))


@pytest.mark.parametrize("made", [sample, hostile])
def test_content_can_stand_in_a_page_as_it_is(made: Any) -> None:
    assert not set(write_content(made())) & set(b"<>&\x00")
    assert write_content(made()).isascii()


def test_what_is_said_of_it_is_in_the_language_of_the_portfolio() -> None:
    german = content(replace(sample(), language="de"))

    assert german["statement"] != content(sample())["statement"]
    assert german | {"statement": "", "language": ""} == content(sample()) | {"statement": "", "language": ""}


def test_shown_entries_can_be_checked_from_it_alone() -> None:
    excerpts = [excerpt for skill in content(sample())["skills"] for excerpt in skill["excerpts"]]

    for one in excerpts:
        leaf, proof = base64.b64decode(one["leaf"]), base64.b64decode(one["proof"])
        found = check_shown(leaf, proof, json.dumps(one["disclosures"]).encode(), log_key())

        assert found.fields == {part["name"]: part["text"] for part in one["parts"]}
        assert (found.entry, found.withheld, found.origin) == (one["entry"], one["withheld"], one["origin"])
    assert len(excerpts) == 6


def test_what_only_this_computer_needs_stays_here() -> None:
    assert b"t-docker" not in write_content(sample())
