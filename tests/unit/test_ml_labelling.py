"""Names: from the allow-list where one fits, never from numbers, marks, stop words or somebody's name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skilltrail import i18n
from skilltrail.domain.topics import NAMES
from skilltrail.ml.communities import centroids
from skilltrail.ml.concept_vectors import SHIPPED_FOR
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.ml.labelling import Label, label_topics
from skilltrail.ml.name_vectors import listed_names, shipped_name_vectors
from skilltrail.ml.skill_terms import TermList, read_terms, term_list
from skilltrail.ml.telling_words import TellingWords
from skilltrail.ml.words import stem, term_stems, words_of

PUBLISHED = (
    "Excel\tonet\t\tMicrosoft Excel\t=Excel|VLOOKUP\n"
    "Copywriting\tesco\tabc-1\tperform copywriting\tcopywriting|copy writing|writing\n"
    "Carrying out calculations\tesco\tabc-2\tcarry out calculations\tnumber|carrying out calculations\n"
)
TRADE = "# a comment\nSQL\tDatabases\tleft join|query plan\nTypography\tVisual design\tkerning|typeface\n"


@pytest.fixture
def terms(tmp_path: Path) -> TermList:
    (tmp_path / "published.tsv").write_text(PUBLISHED, "utf-8")
    (tmp_path / "trade.tsv").write_text(TRADE, "utf-8")
    return read_terms(tmp_path / "published.tsv", tmp_path / "trade.tsv")


def names(terms: TermList, text: str) -> set[str]:
    return {terms.terms[number].name for number in terms.mentioned(words_of(text))}


def labels_of(topics: list[list[str]], terms: TermList) -> list[Label]:
    texts = [text for topic in topics for text in topic]
    labels = np.array([number for number, topic in enumerate(topics) for _ in topic])
    embed = HashEmbedder().embed
    members = [np.flatnonzero(labels == number) for number in range(len(topics))]
    return label_topics(texts, members, centroids(embed(texts), labels, len(topics)), terms=terms, embed=embed)


SQL = [
    "How does a left join treat missing rows in SQL?\nA left join keeps every row of the first table.",
    "Read this query plan for me, is the SQL index used?\nThe query plan shows an index scan.",
    "Why is my SQL left join slow?\nThe query plan tells.",
]
TYPE = [
    "Which kerning for a serif typeface on a poster?\nTight kerning.",
    "Pair a second typeface with this serif\nTake a plain one.",
    "Kerning between A and V in this typeface\nPull them together.",
]


def test_topics_get_the_names_of_skills_they_speak_of(terms: TermList) -> None:
    sql, typography = labels_of([SQL, TYPE], terms)

    assert (sql.name, typography.name) == ("SQL", "Typography")
    assert sql.concept is not None
    assert sql.concept.framework == "skilltrail"
    assert sql.mentions == 1.0
    assert sql.similarity is not None


def test_topic_that_no_skill_fits_is_named_by_a_term_that_half_of_it_carries(terms: TermList) -> None:
    glaze = [
        "Crystalline glaze at which kiln temperature?",
        "My glaze crawls after the biscuit firing",
        "What makes a celadon glaze green?",
    ]

    (sql, pottery) = labels_of([SQL, glaze], terms)

    assert sql.name == "SQL"
    assert (pottery.name, pottery.concept) == ("Glaze", None)


def test_topic_that_carries_no_term_stays_unnamed(terms: TermList) -> None:
    mixed = ["How much sleep is enough?", "Where does the morning coffee come from?", "A gift for my neighbour"]

    with i18n.speaking("de"):
        labels = labels_of([SQL, mixed, [text.replace("a ", "one ") for text in mixed]], terms)
        told = [i18n.retold(label.name, NAMES) for label in labels]

    # Kept in English, whatever is spoken.
    assert [label.name for label in labels] == ["SQL", "Unnamed topic", "Unnamed topic 2"]
    assert told == ["SQL", "Unbenanntes Thema", "Unbenanntes Thema 2"]


def test_no_name_holds_a_number_a_redaction_mark_or_a_clients_name(terms: TermList) -> None:
    texts = [
        "Ask Brightwater about glaze batch 4711 [secret:token:ab12] before Friday the 12th",
        "The studio of Brightwater wants glaze number 4711 [secret:token:ab12]",
        "Send glaze samples to Brightwater, order 4711 [secret:token:ab12]",
    ]

    label = labels_of([texts, SQL], terms)[0]

    shown = " ".join((label.name, *label.terms, *label.alternatives)).casefold()
    assert "glaze" in shown
    for hidden in ("brightwater", "4711", "secret", "ab12", "12th"):
        assert hidden not in shown


def test_two_topics_never_share_a_name(terms: TermList) -> None:
    first, second = labels_of([SQL, [text.replace("slow", "fast") for text in SQL]], terms)

    assert first.name == "SQL"
    assert second.name.casefold() != "sql"


def test_term_in_replies_alone_counts_half(terms: TermList) -> None:
    asked = labels_of([["Tell me about kerning"] * 3, SQL], terms)[0]
    told = labels_of([["Tell me more about letters\nThat is kerning."] * 3, SQL], terms)[0]

    assert (asked.mentions, told.mentions) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("we use Excel here", {"Excel"}),
        ("I excel at sports", set()),
        ("a VLOOKUP fails", {"Excel"}),
        ("the number of rows, and writing", set()),
        ("LEFT JOINs in sql", {"SQL"}),
        ("copywriting for typefaces", {"Copywriting", "Typography"}),
        ("left. Join", set()),
    ],
)
def test_mentions_follow_the_spellings_of_the_list(terms: TermList, text: str, expected: set[str]) -> None:
    assert names(terms, text) == expected


def test_published_concept_keeps_its_address(terms: TermList) -> None:
    concept = next(term.concept for term in terms.terms if term.name == "Copywriting")

    assert (concept.framework, concept.label) == ("esco", "perform copywriting")
    assert concept.uri == "http://data.europa.eu/esco/skill/abc-1"


def test_shipped_list_knows_the_trades() -> None:
    found = names(
        term_list(), "Should I write a CSS grid or flexbox? My React component uses useEffect, and SEO matters"
    )

    assert {"CSS layout", "CSS", "React", "SEO"} <= found
    assert len(term_list().areas) >= 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Optimising", "optimizing"),
        ("colours", "color"),
        ("queries", "query"),
        ("classes", "class"),
        ("Docker's", "docker"),
    ],
)
def test_spellings_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_words_of_the_trade_stay_whole() -> None:
    assert term_stems("C++, C# and Node.js with .NET") == ("c++", "c#", "and", "node.js", "with", ".net")


def test_terms_do_not_cross_punctuation_or_end_with_stop_words() -> None:
    telling = TellingWords.of([[words_of("the kiln, glaze of the")] * 3, [words_of("sql")] * 3])

    assert sorted(telling.best(0)) == ["glaze", "kiln"]


def test_shipped_vectors_are_those_of_the_shipped_names() -> None:
    vectors = shipped_name_vectors(SHIPPED_FOR)

    assert set(vectors) == set(listed_names(term_list()))
    assert shipped_name_vectors("another@12345678") == {}


FAMILIES = "# a comment\nVersion control\tGit|Branching\n"


@pytest.fixture
def family(tmp_path: Path) -> TermList:
    (tmp_path / "published.tsv").write_text(PUBLISHED, "utf-8")
    trade = (
        "Git\tProgramming\t\nBranching\tProgramming\trebase|feature branch\n"
        "Version control\tProgramming\tGit history|rebase conflict\nBaking\tEveryday life\tsourdough\n"
    )
    (tmp_path / "trade.tsv").write_text(trade, "utf-8")
    (tmp_path / "families.tsv").write_text(FAMILIES, "utf-8")
    return read_terms(tmp_path / "published.tsv", tmp_path / "trade.tsv", tmp_path / "families.tsv")


def test_a_topic_about_parts_of_a_skill_is_named_after_the_skill(family: TermList) -> None:
    parts = [
        "How do I undo a rebase?",
        "What does Git keep of a file?",
        "A rebase on main",
        "Does Git store each copy?",
    ]

    label, _other = labels_of([parts, TYPE], family)

    assert label.name == "Version control"
    assert label.mentions == 1.0


def test_a_second_topic_of_the_same_skill_says_what_sets_it_apart(family: TermList) -> None:
    first = ["Does version control keep Git history?", "A rebase conflict in version control"]
    second = ["Version control and a rebase conflict", "Git history in version control, but how?"]

    one, other, _type = labels_of([first, second, TYPE], family)

    assert one.name == "Version control"
    assert other.name.startswith("Version control · ")


def test_a_part_is_found_for_every_wider_name_of_the_shipped_list() -> None:
    listed = term_list()

    assert len(listed.narrower) > 100
    assert all(listed.terms[number].trade for wide, parts in listed.narrower.items() for number in (wide, *parts))
