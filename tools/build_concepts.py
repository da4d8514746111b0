"""Build the published concepts that topics are matched with: server/skilltrail/ml/data/concepts.tsv.

``python tools/build_concepts.py --esco esco_skills_en.csv --descriptions esco_skill_descriptions_en.csv
--onet-tools onet_technology_skills.csv --onet-elements onet_content_model_skills_knowledge.csv``

Columns: framework, code (last part of the ESCO address, O*NET element id, or the tool's commodity code), kind
(knowledge, skill, tool), label as published, other labels joined by ``|``, description. Ordered by framework, code and
label: ``concept_vectors.npy`` (``tools/embed_concepts.py``) has one row a line. Sources and licences:
server/skilltrail/ml/data/NOTICE.md.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterator
from pathlib import Path

MOST_LABELS = 8
"""Other labels of a concept: the rest only turns the same words about."""

LONGEST_DESCRIPTION = 240
"""Characters; whole sentences where the first one is not longer."""

USED_IN_OCCUPATIONS = 3
"""As in build_skill_terms: tools listed for fewer occupations are niche products."""

GROUND = ("2.A", "2.B", "2.C")
"""O*NET skills and knowledge; abilities ("Oral Comprehension") are nothing that anybody learns in a chat."""

Row = tuple[str, str, str, str, str, str]


def esco(skills: Path, descriptions: Path) -> Iterator[Row]:
    """All ESCO concepts."""
    told = {row["uri"]: row["description"] for row in read(descriptions)}
    for row in read(skills):
        others = [clean(text) for text in row["alt_labels"].split("|") if text.strip()]
        code = row["uri"].rpartition("/")[2]
        kind = "knowledge" if row["type"] == "knowledge" else "skill"
        yield "esco", code, kind, clean(row["label"]), "|".join(others[:MOST_LABELS]), shortened(told[row["uri"]])


def onet_tools(path: Path) -> Iterator[Row]:
    """Technology examples that are hot or used in several occupations, each once, with what class they are of."""
    occupations: dict[str, int] = {}
    first: dict[str, dict[str, str]] = {}
    hot: set[str] = set()
    for row in read(path):
        example = clean(row["example"])
        occupations[example] = max(occupations.get(example, 0), int(row["occupations"]))
        kept = first.setdefault(example, row)
        if int(row["occupations"]) > int(kept["occupations"]):
            first[example] = row
        if row["hot_technology"] == "Y":
            hot.add(example)
    for example, row in first.items():
        if occupations[example] >= USED_IN_OCCUPATIONS or example in hot:
            yield "onet", row["commodity_code"], "tool", example, "", clean(row["commodity_title"])


def onet_elements(path: Path) -> Iterator[Row]:
    """Leaves of the content model: skills and areas of knowledge."""
    rows = [row for row in read(path) if row["element_id"].startswith(GROUND)]
    ids = {row["element_id"] for row in rows}
    for row in rows:
        code = row["element_id"]
        if code.count(".") < 2 or any(other.startswith(code + ".") for other in ids):
            continue
        kind = "knowledge" if code.startswith("2.C") else "skill"
        yield "onet", code, kind, clean(row["name"]), "", shortened(row["description"])


def shortened(text: str) -> str:
    """Whole sentences up to the limit; of a longer first sentence its head."""
    text = clean(text)
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    end = text[:LONGEST_DESCRIPTION].rfind(". ")
    if end > 0:
        return text[: end + 1]
    return text[:LONGEST_DESCRIPTION].rpartition(" ")[0] + " …"


def clean(text: str) -> str:
    """Text on one line without tabs and bars."""
    return re.sub(r"[\s|]+", " ", text).strip()


def read(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file as dicts."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def main() -> None:
    """Write the concepts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("esco", "descriptions", "onet-tools", "onet-elements"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    data = Path(__file__).resolve().parent.parent / "server" / "skilltrail" / "ml" / "data"
    parser.add_argument("--out", type=Path, default=data / "concepts.tsv")
    options = parser.parse_args()
    rows = [
        *esco(options.esco, options.descriptions),
        *onet_tools(options.onet_tools),
        *onet_elements(options.onet_elements),
    ]
    lines = ["\t".join(row) for row in sorted(rows, key=lambda row: (row[0], row[1], row[3]))]
    options.out.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    print(f"{len(lines)} concepts written to {options.out}")


if __name__ == "__main__":
    main()
