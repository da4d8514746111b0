"""Words that identify clients, found in texts of every kind."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.context_words import avoided, fold, gives_away, short_form
from skilltrail.domain.contexts import ContextForm, How
from skilltrail.errors import RequestInvalid
from skilltrail.ml.common_words import common_words
from skilltrail.platform.client_words import MASK, ClientWords, IdentifyingWord
from skilltrail.services.context_forms import cleaned, domain_of


def words(*named: str, how: How = How.NAME) -> ClientWords:
    return ClientWords([IdentifyingWord(number, number, how, word) for number, word in enumerate(named, 1)])


def found(named: str, text: str, how: How = How.NAME) -> bool:
    return bool(words(named, how=how).find(text))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Acme", "a logo for ACME."),
        ("Acme", "acme_gmbh and acme-gmbh"),
        ("Acme GmbH", "acme-gmbh: a page"),
        ("Acme GmbH", "Acme\N{NO-BREAK SPACE}GmbH"),
        ("Café Noël", "cafe noel"),
        ("cafe noel", "CAFE\N{COMBINING ACUTE ACCENT} NOEL"),
        ("Straße & Söhne", "STRASSE & SOHNE"),
        ("Łódź Ørsted", "lodz orsted"),
        ("İstanbul", "istanbul ve istanbul"),
        ("Acme", "Ac\N{SOFT HYPHEN}me and A\N{ZERO WIDTH SPACE}cme"),
        ("Acme", "\N{RIGHT-TO-LEFT OVERRIDE}acme"),
        ("ＡＣＭＥ", "acme"),
        ("Яндекс", "спроси яндекс!"),
        ("שלום", "אמר שלום."),
        ("アクメ", "株式会社アクメの見積"),
        ("株式会社アクメ", "これは株式会社アクメです"),
        ("R&D (Nord)", "for r&d (nord) today"),
        ("C++ House", "a C++ house"),
        ("100%_sure", "is it 100% sure"),
        ("a.*b", "the sign a.*b stands"),
        ("<b>Acme</b>", "write <b>acme</b> there"),
        ("acme", "acme acme"),
    ],
)
def test_a_name_is_found_as_a_whole_word(word: str, text: str) -> None:
    assert found(word, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Acme", "acmeshop pacme acme2 macmé"),
        ("Ace", "a place of grace"),
        ("a.*b", "axxb"),
        ("100%", "1005 of them"),
        ("Acme GmbH", "Acme, a GmbH"),
        ("Яндекс", "яндексу"),
    ],
)
def test_what_is_part_of_another_word_is_not(word: str, text: str) -> None:
    assert not found(word, text)


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("see https://shop.acme.example/x?y", True),
        ("anna@ACME.example", True),
        ("acme.example.", True),
        ("(acme.example)", True),
        ("acme.example:8080", True),
        ("acme.example.org", False),
        ("my-acme.example", False),
        ("notacme.example", False),
        ("acme.examples", False),
        ("acme example", False),
        ("acme.example-shop.org", False),
    ],
)
def test_a_domain_is_no_other_domain(text: str, is_there: bool) -> None:
    assert found("acme.example", text, How.DOMAIN) is is_there


def test_a_word_inside_a_longer_one_of_another_client_does_not_count() -> None:
    both = words("Acme", "Acme Labs")

    assert [one.word for one in both.find("for Acme Labs")] == ["Acme Labs"]
    assert [one.word for one in both.find("for Acme Labs and for Acme")] == ["Acme", "Acme Labs"]
    assert [one.word for one in both.find("for Acme")] == ["Acme"]


def test_the_mark_of_a_hidden_word_stands_for_it() -> None:
    hidden = ClientWords([IdentifyingWord(7, 7, How.NAME, "Acme", "[own-word:3]")])

    assert hidden.find("for [own-word:3]")
    assert not hidden.find("for [own-word:33] and Acme")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Acme acme ACME", f"{MASK} {MASK} {MASK}"),
        ("für Acmé, dann", f"für {MASK}, dann"),
        ("ﬁnd acme ﬁrst", f"ﬁnd {MASK} ﬁrst"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_words_are_masked_where_they_stand(text: str, clean: str) -> None:
    assert words("Acme").masked(text) == clean


@given(st.text(alphabet=st.characters(), max_size=60), st.sampled_from(["acme", "[client]", "é", "ﬁ", "각", "a b"]))
def test_what_is_masked_holds_the_word_no_more(text: str, word: str) -> None:
    marked = words("zqword").masked(f"{text} ZqWörd {word} zqword{text}")

    assert not words("zqword").find(marked.replace(MASK, ""))


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_hostile_texts_take_linear_time() -> None:
    many = words(*[f"client{number}" for number in range(300)], "aaaa aaaa", "a-a-a-a-a")
    for text in ("a" * 1_000_000, "a-" * 500_000, "client1 " * 125_000, "é" * 300_000):
        began = time.perf_counter()
        many.find(text)
        assert time.perf_counter() - began < 4


class TestForms:
    def test_they_are_tidied(self) -> None:
        form = cleaned(
            ContextForm(
                "  Acme\n GmbH ", ("ACME GMBH", "Acme", "", "acme"), ("https://www.Acme.example/x",), ("X1", "X1")
            )
        )

        assert form == ContextForm("Acme GmbH", ("Acme",), ("acme.example",), ("X1",))

    @pytest.mark.parametrize(
        "typed",
        ["acme.example", "WWW.acme.example", "anna@acme.example", "http://acme.example:80/a?b#c", "acme.example."],
    )
    def test_a_domain_is_read_from_what_people_paste(self, typed: str) -> None:
        assert domain_of(typed) == "acme.example"

    @pytest.mark.parametrize(
        "form",
        [
            ContextForm(" "),
            ContextForm("x"),
            ContextForm("12"),
            ContextForm("and"),
            ContextForm("x" * 101),
            ContextForm("Acme", domains=("acme",)),
            ContextForm("Acme", domains=("a b.c",)),
            ContextForm("Acme", words=("?!",)),
            ContextForm("Acme", words=tuple(f"word{number}" for number in range(51))),
        ],
    )
    def test_what_could_identify_nobody_is_refused(self, form: ContextForm) -> None:
        with pytest.raises(RequestInvalid):
            cleaned(form, {"and", "the"})

    def test_signs_that_nobody_sees_are_no_name(self) -> None:
        with pytest.raises(RequestInvalid):
            cleaned(ContextForm("\N{ZERO WIDTH SPACE}\ud800"))


class TestNamesToAvoid:
    avoid = avoided([ContextForm("Acme GmbH", ("Blue Door",), ("www.quux-shop.example",), ("Roadrunner",))])

    @pytest.mark.parametrize(
        "name", ["Acme", "acme website", "ACME · Logo", "acmeshop", "the blue door", "quux plan", "roadrunners", "Ácme"]
    )
    def test_they_are_found_in_names(self, name: str) -> None:
        assert gives_away(name, self.avoid)

    @pytest.mark.parametrize("name", ["Door handles", "Blue", "GmbH law", "Shop design", "Macmes", "Example"])
    def test_other_names_stay(self, name: str) -> None:
        assert not gives_away(name, self.avoid)

    def test_without_clients_nothing_is_avoided(self) -> None:
        assert avoided([]) == frozenset()
        assert not gives_away("Acme", frozenset())

    @pytest.mark.parametrize("name", ["Data", "Database design", "Data analysis", "Metadata"])
    def test_a_short_form_that_is_everybodys_empties_no_name(self, name: str) -> None:
        avoid = avoided([ContextForm("Data Co", domains=("data.example",))], common_words())

        assert not gives_away(name, avoid)
        assert gives_away("Website of Data Co", avoid)
        assert gives_away("data.example", avoid)

    def test_what_the_learner_listed_counts_whole_though_it_is_everybodys(self) -> None:
        avoid = avoided([ContextForm("Data Co", ("Data",))], common_words())

        assert [gives_away(one, avoid) for one in ("Data analysis", "Database design")] == [True, False]


class TestShortForms:
    @pytest.mark.parametrize(
        ("name", "short"),
        [
            ("Acme GmbH", "Acme"),
            ("Acme, Inc.", "Acme"),
            ("Müller & Söhne GmbH & Co. KG", "Müller & Söhne"),
            ("Blue Heron S.L.", "Blue Heron"),
            ("HP Inc", "HP"),
            ("Acme", None),
            ("GmbH", None),
            ("24 Ltd", None),
        ],
    )
    def test_the_legal_form_goes(self, name: str, short: str | None) -> None:
        assert short_form(name) == short

    @pytest.mark.parametrize("name", ["Data Co", "Python Ltd", "Data analysis Ltd", "Design GmbH", "Und GmbH"])
    def test_what_tells_nobody_is_none(self, name: str) -> None:
        assert short_form(name, common_words()) is None
        assert short_form("Zqacme GmbH", common_words()) == "Zqacme"


CODED = (
    "https://git.example/zqm%C3%BCller/shop",
    "?q=zqm%FCller&page=2",
    '{"client": "Zqm\\u00fcller"}',
    "first line\\nZqm\\xfcller",
    'a/"zqm\\303\\274ller"/b.txt',
    "Zqm&uuml;ller",
    "Zqm&#252;ller",
    "Zqm&#xFC;ller",
    "Zqm&amp;uuml;ller",
    "zqm%25C3%25BCller",
    "Zq%6d%C3%BCller",
    "Zqm=C3=BCller",
    "Zqm=FCl=\r\nler",
    "Zqm\\u{fc}ller",
    "xn--zqmller-p2a.example",
    "Zqmueller",
    "ZQMUELLER",
    "Zqmu\N{COMBINING DIAERESIS}ller",
)


class TestWrittenInCode:
    @pytest.mark.parametrize("text", CODED)
    def test_a_word_is_found_as_it_is_meant(self, text: str) -> None:
        assert found("Zqmüller", f"see {text}, please")

    @pytest.mark.parametrize("text", CODED)
    def test_it_is_masked_whole(self, text: str) -> None:
        marked = words("Zqmüller").masked(f"see {text}, please")

        assert marked.startswith("see ")
        assert marked.endswith(", please")
        assert not words("Zqmüller").find(marked)
        assert "ller" not in marked

    @pytest.mark.parametrize("text", ["Zqmüller", "Zqm%C3%BCller", "Zqmu\N{COMBINING DIAERESIS}ller"])
    def test_a_word_without_umlauts_is_found_with_them(self, text: str) -> None:
        assert found("Zqmueller", text)

    @pytest.mark.parametrize("text", ["Zqm%C3%BCller+S%C3%B6hne", "Zqm&uuml;ller S&ouml;hne", "zqmueller-soehne"])
    def test_names_of_several_words_are_found(self, text: str) -> None:
        assert found("Zqmüller Söhne", text)

    @pytest.mark.parametrize(
        "text", ["100%", "a & b; c", "C:\\temp", "x=1; y=2", "&nothing;", "%zz", "\\u12", "xn--", "\\"]
    )
    def test_what_looks_like_code_and_is_none_stays(self, text: str) -> None:
        assert words("Acme").masked(f"{text} Acme {text}") == f"{text} {MASK} {text}"

    def test_places_are_those_of_the_text(self) -> None:
        text = "&lt;b&gt;Zqm%C3%BC%6cler%20x"

        assert [text[one.start : one.end] for one in words("Zqmüller").places(text)] == ["Zqm%C3%BC%6cler"]

    @pytest.mark.parametrize(
        "seed", ["%41", "&amp;", "\\u00fc", "=C3", "=\n", "\\\\", "xn--a", "&#252", "\\x41", "\\101", "ä", "&"]
    )
    def test_hostile_texts_take_linear_time(self, seed: str) -> None:
        many = words(*[f"client{number}" for number in range(100)], "mueller")
        text = seed * (200_000 // len(seed))
        began = time.perf_counter()
        many.places(text)
        assert time.perf_counter() - began < 4


@given(st.text(alphabet="&#;ux%=\\0123456789abcdefnüä+- zq", max_size=60))
def test_whatever_looks_like_code_can_be_masked(text: str) -> None:
    assert not words("zqword").find(words("zqword").masked(f"{text} zqword {text}").replace(MASK, " "))
