"""Build the allow-list of skill terms that ships in server/skilltrail/ml/data/skill_terms.tsv.

``python tools/build_skill_terms.py --esco esco_skills_en.csv --onet onet_technology_skills.csv``

Columns: name (as a topic would carry it), framework, last part of the ESCO address, label (as published), forms
(spellings that count as a mention, joined by ``|``; one that begins with ``=`` counts only letter for letter).
Sources and licences: server/skilltrail/ml/data/NOTICE.md.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

LONGEST_NAME = 5
LONGEST_FORM = 4
MOST_FORMS = 8
"""Words of a name, words of a form, forms of a term: longer ones are sentences, and no text holds them as they are."""

USED_IN_OCCUPATIONS = 3
"""Technology skills listed for fewer occupations are niche products whose names are often ordinary words."""

# Verbs that say no more than "works with": "perform copywriting" is copywriting.
LIGHT_VERBS = {
    "apply",
    "conduct",
    "do",
    "employ",
    "execute",
    "maintain",
    "perform",
    "practise",
    "undertake",
    "use",
    "utilise",
}
VENDORS = (
    "Adobe",
    "Amazon",
    "Apache",
    "Apple",
    "Atlassian",
    "Autodesk",
    "Dassault Systemes",
    "ESRI",
    "Google",
    "IBM",
    "Intuit",
    "Microsoft",
    "Oracle",
    "SAP",
    "The MathWorks",
    "Trimble",
    "Bentley",
    "Facebook",
    "Red Hat",
)
# Without their maker these read as ordinary words, or as something else.
KEEP_VENDOR = {
    "Access",
    "Acrobat",
    "AdWords",
    "Ads",
    "Analytics",
    "Animate",
    "Ant",
    "Audition",
    "Azure",
    "Bamboo",
    "Bridge",
    "Business",
    "Calendar",
    "Captivate",
    "Chrome",
    "Classroom",
    "Cloud",
    "Concur",
    "Connect",
    "Creative",
    "Database",
    "Director",
    "Distiller",
    "Docs",
    "Domino",
    "Drive",
    "Dynamics",
    "ERP",
    "Earth",
    "Edge",
    "Enterprise",
    "Excel",
    "Exchange",
    "Fireworks",
    "Flash",
    "Flex",
    "Flow",
    "Forms",
    "Hive",
    "Ideas",
    "Inventor",
    "Keynote",
    "Maps",
    "Meet",
    "Middleware",
    "Motion",
    "Muse",
    "Notes",
    "Numbers",
    "Office",
    "Outlook",
    "Pages",
    "Paint",
    "Pig",
    "Premiere",
    "Project",
    "Publisher",
    "Reports",
    "Search",
    "Sheets",
    "Sites",
    "Slides",
    "Spark",
    "Teams",
    "Translate",
    "Web",
    "Windows",
    "Word",
    "Workspace",
}
# O*NET entries whose name is an ordinary word: such a mention counts only as it is written here (form "=Excel").
EXACT = {
    "chef",
    "eclipse",
    "excel",
    "figma",
    "maven",
    "notion",
    "outlook",
    "puppet",
    "react",
    "rust",
    "slack",
    "swift",
    "tableau",
    "word",
    "zoom",
}
# Even the capital proves nothing at the head of a sentence.
AMBIGUOUS = {
    "access",
    "ada",
    "basic",
    "c",
    "calendar",
    "d",
    "database",
    "e-mail",
    "email",
    "facebook",
    "fusion",
    "go",
    "make",
    "ml",
    "ms",
    "office",
    "oracle",
    "project",
    "r",
    "server",
    "software",
    "spring",
    "teams",
    "tiktok",
    "video",
    "wiki",
}
# With a word beside it such a name is safe.
SAFE_FORMS = {
    "go": ("Golang", "Go language"),
    "r": ("R programming", "R language", "RStudio"),
    "swift": ("SwiftUI", "Swift code"),
    "react": ("React component", "React hook", "ReactJS", "useEffect", "useState"),
    "rust": ("Rust code",),
    "microsoft excel": ("=Excel", "VLOOKUP", "XLOOKUP", "pivot table"),
    "c": ("C code", "C program"),
    "tiktok": ("TikTok video", "TikTok account"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the list."""

    name: str
    framework: str
    uri: str
    label: str
    forms: tuple[str, ...]

    def line(self) -> str:
        """Return the row as text."""
        return "\t".join((self.name, self.framework, self.uri, self.label, "|".join(self.forms)))


def esco_terms(path: Path) -> Iterator[Term]:
    """ESCO knowledge and skill concepts as names."""
    for row in read(path):
        label = clean(row["label"])
        name = esco_name(label, row["type"])
        if not name or len(name.split()) > LONGEST_NAME:
            continue
        alternatives = [clean(text) for text in row["alt_labels"].split("|")]
        forms = [light(text) for text in (label, *alternatives) if text and len(text.split()) <= LONGEST_FORM]
        uri = row["uri"].rpartition("/")[2]
        yield Term(sentence_case(name), "esco", uri, label, tuple(unique([name, *forms])[:MOST_FORMS]))


def esco_name(label: str, kind: str) -> str:
    """Name for a concept: knowledge as it is; skills without a light verb, else with the verb as a noun."""
    label = re.sub(r" \(.*\)$", "", label)
    first, _, rest = label.partition(" ")
    if kind == "knowledge" or not rest:
        return label
    return without_article(rest) if first in LIGHT_VERBS else f"{gerund(first)} {rest}"


def light(text: str) -> str:
    """Text without a leading light verb."""
    first, _, rest = text.partition(" ")
    return without_article(rest) if rest and first in LIGHT_VERBS else text


def without_article(text: str) -> str:
    """Text without a leading article."""
    return re.sub(r"^(?:an?|the) ", "", text)


def gerund(verb: str) -> str:
    """English -ing form: regular spelling rules are enough for the verbs of ESCO."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb):
        return verb + verb[-1] + "ing"
    return verb + "ing"


def onet_terms(path: Path) -> Iterator[Term]:
    """O*NET technology examples that are hot or used in several occupations, without vendor and acronym noise."""
    occupations: dict[str, int] = {}
    hot: set[str] = set()
    for row in read(path):
        example = clean(row["example"])
        occupations[example] = max(occupations.get(example, 0), int(row["occupations"]))
        if row["hot_technology"] == "Y":
            hot.add(example)
    for example, count in occupations.items():
        if count < USED_IN_OCCUPATIONS and example not in hot:
            continue
        term = onet_term(example)
        if term.forms:
            yield term


def onet_term(example: str) -> Term:
    """Name and forms of one technology; a generic one ("Spreadsheet software") keeps its last word."""
    generic = re.search(r" [a-z][\w-]* (?:software|programs|applications)$", example) or example.count(" ") == 1
    short = without_vendor(example if generic else example.removesuffix(" software"))
    acronym = re.fullmatch(r"(?P<words>.+) (?P<short>[A-Z][A-Z0-9/.+-]{1,7})", short.removesuffix(" software"))
    name, forms = short, [short, example]
    if acronym and is_acronym(acronym["short"], acronym["words"]):
        name = acronym["short"] if " " in acronym["words"] else acronym["words"]
        forms = [acronym["short"], acronym["words"], example]
    elif tail := re.fullmatch(r"(\w+) (?:CI|Framework|IDE|ORM)", short):
        forms.append(f"={tail[1]}")
    known = [f"={form}" if form.casefold() in EXACT else form for form in forms if form.casefold() not in AMBIGUOUS]
    safe = SAFE_FORMS.get(name.casefold(), ())
    return Term(name[:1].upper() + name[1:], "onet", "", example, tuple(unique([*known, *safe])))


def is_acronym(short: str, words: str) -> bool:
    """True when the letters of ``short`` come up in ``words`` in order: "structured query language", "SQL"."""
    rest = iter(words.casefold())
    return all(letter in rest for letter in short.casefold() if letter.isalpha())


def without_vendor(name: str) -> str:
    """Name without its maker, unless what is left is an ordinary word."""
    for vendor in VENDORS:
        rest = name.removeprefix(vendor + " ")
        if rest != name and rest.split()[0] not in KEEP_VENDOR:
            return rest
    return name


def clean(text: str) -> str:
    """Text on one line without tabs and bars."""
    return re.sub(r"[\s|]+", " ", text).strip()


def sentence_case(text: str) -> str:
    """First letter large; a first word with capitals of its own stays as it is."""
    return text if any(letter.isupper() for letter in text.split(maxsplit=1)[0]) else text[:1].upper() + text[1:]


def unique(texts: Iterable[str]) -> list[str]:
    """Texts without repetition (letter case aside), in order."""
    return list({text.casefold(): text for text in reversed(list(texts))}.values())[::-1]


def one_per_name(terms: Iterable[Term]) -> list[Term]:
    """Terms with every name once: the first keeps its framework (ESCO has addresses) and takes the others' forms."""
    kept: dict[str, Term] = {}
    for term in terms:
        first = kept.get(term.name.casefold(), term)
        kept[term.name.casefold()] = replace(first, forms=tuple(unique([*first.forms, *term.forms])))
    return list(kept.values())


def read(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file as dicts."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def main() -> None:
    """Write the list, ordered by name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--esco", type=Path, required=True, help="CSV with uri, label, alt_labels, type")
    parser.add_argument("--onet", type=Path, required=True, help="CSV with example, hot_technology, occupations")
    data = Path(__file__).resolve().parent.parent / "server" / "skilltrail" / "ml" / "data"
    parser.add_argument("--out", type=Path, default=data / "skill_terms.tsv")
    options = parser.parse_args()
    terms = [*esco_terms(options.esco), *onet_terms(options.onet)]
    lines = sorted((term.line() for term in one_per_name(terms)), key=lambda line: (line.casefold(), line))
    options.out.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    print(f"{len(lines)} terms written to {options.out}")


if __name__ == "__main__":
    main()
