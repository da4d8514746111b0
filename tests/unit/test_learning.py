"""Telling learning from delegation: what the wording shows, when nothing is said, and what corrections teach."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.learning import (
    INTENTS,
    SIGNALS,
    SURE_LEARNING,
    SURE_NOT,
    Intent,
    Kind,
    Lesson,
    Lessons,
    PromptReading,
    Shares,
    Word,
    tell,
)
from skilltrail.ml.learning import LearningModel
from skilltrail.ml.learning_cues import cue_names, read_cues
from skilltrail.web import learning_words


def told(prompt: str) -> Kind:
    return tell(LearningModel.shipped().read([prompt])[0]).kind


def reading(learning: float = 0.5, intents: tuple[float, float, float] = (0.4, 0.4, 0.2)) -> PromptReading:
    return PromptReading(intents, learning, (0.0,) * len(SIGNALS), known=True, marks={"why": 0.6, "w:loop": 0.8})


class TestWhatIsTold:
    @pytest.mark.parametrize(
        "prompt",
        [
            "why does this query scan the whole table, I have an index on that column?",
            "warum wird mein Brot innen klitschig, obwohl die Kruste schon dunkel ist?",
            "¿cuál es la diferencia entre ser y estar en esta frase? no lo entiendo",
            "pourquoi faut-il laisser reposer la pâte, qu'est-ce que ça change ?",
            "qual é a diferença entre juros simples e compostos? não entendi direito",
            "perché il legno si spacca quando lo avvito vicino al bordo?",
        ],
    )
    def test_asking_for_reasons_is_learning_in_six_languages(self, prompt: str) -> None:
        assert told(prompt) is Kind.LEARNING

    @pytest.mark.parametrize(
        "prompt",
        [
            "не понимаю, почему тест падает только на сервере?",
            "为什么递归函数会栈溢出，我不明白",
            "neden bu döngü sonsuza kadar çalışıyor, anlamadım",
            "apa bedanya list dan tuple? aku belum paham",
        ],
    )
    def test_asking_for_reasons_is_learning_in_further_languages(self, prompt: str) -> None:
        assert told(prompt) is Kind.LEARNING

    @pytest.mark.parametrize(
        "prompt",
        [
            "population of portugal",
            "how many grams in an ounce",
            "cheapest flight berlin to oslo in march",
            "when was the first moon landing",
            "wie hoch ist der eiffelturm",
            "precio del cobre hoy",
        ],
    )
    def test_looking_up_a_fact_is_neither(self, prompt: str) -> None:
        assert told(prompt) in {Kind.NEITHER, Kind.UNSURE}

    def test_a_fact_is_looked_up_but_the_idea_behind_it_is_learnt(self) -> None:
        chances = LearningModel.shipped().read(["how tall is a giraffe", "why is a giraffe so tall"])

        assert chances[0].learning < SURE_NOT
        assert chances[1].learning > SURE_LEARNING

    @pytest.mark.parametrize(
        "prompt",
        [
            "Write a friendly e-mail to the client, 80 words, subject line too",
            "Schreib eine kurze Absage an den Bewerber, höflich, 60 Wörter",
            "escribe una descripción de producto de 50 palabras para una taza",
            "rédige un mail de relance poli, 80 mots, avec un objet",
            "escreva uma legenda curta para o Instagram, tom divertido",
            "scrivi una mail al cliente, massimo 80 parole, tono cordiale",
        ],
    )
    def test_ordering_a_text_is_delegated_in_six_languages(self, prompt: str) -> None:
        assert told(prompt) is Kind.DELEGATED

    def test_thanks_are_neither(self) -> None:
        assert told("perfect, thanks a lot!") is Kind.NEITHER

    @pytest.mark.parametrize("prompt", ["", "   ", "რატომ ხდება ეს?", "ทำไมถึงเป็นแบบนี้", "0x7f 33 12", "🎉🎉"])
    def test_wording_that_was_never_seen_is_left_open(self, prompt: str) -> None:
        assert told(prompt) is Kind.UNSURE

    def test_chances_near_each_other_are_left_open(self) -> None:
        assert tell(reading(learning=0.5)).kind is Kind.UNSURE

    def test_no_learning_with_an_unclear_intent_is_left_open(self) -> None:
        assert tell(reading(learning=0.1, intents=(0.45, 0.45, 0.1))).kind is Kind.UNSURE

    def test_signals_are_named_for_learning_alone(self) -> None:
        shown = replace(reading(), signals=(0.9,) * len(SIGNALS))

        assert tell(replace(shown, learning=0.9)).signals == SIGNALS
        assert tell(replace(shown, learning=0.1, intents=(0.0, 1.0, 0.0))).signals == ()

    @given(st.text(max_size=400))
    def test_any_text_gives_chances(self, prompt: str) -> None:
        found = LearningModel.shipped().read([prompt])[0]

        assert sum(found.intents) == pytest.approx(1)
        assert all(0 <= chance <= 1 for chance in (found.learning, *found.signals))

    def test_a_prompt_of_a_million_characters_is_read_at_once(self) -> None:
        began = time.process_time()
        LearningModel.shipped().read(["why a " * 170_000])

        assert time.process_time() - began < 0.5

    def test_what_is_pasted_in_the_middle_changes_nothing(self) -> None:
        head, tail = "why does this fail? " * 40, " what is the reason for this?" * 15

        assert read_cues(head + "write " * 500 + tail).words == read_cues(head + "thanks " * 500 + tail).words


class TestManners:
    def test_a_handful_of_key_words_is_no_order(self) -> None:
        assert read_cues("nginx reverse proxy timeout").values.get("keywords") == 1.0
        assert "keywords" not in read_cues("write a nginx reverse proxy config").values

    def test_a_fact_is_looked_up_unless_a_reason_is_asked_for(self) -> None:
        assert read_cues("when was the first moon landing").values.get("lookup") == 1.0
        assert "lookup" not in read_cues("why was the first moon landing when it was").values

    def test_signs_without_spaces_are_found(self) -> None:
        shown = read_cues("进程和线程的区别是什么")

        assert shown.phrases["compare"] == "区别"

    def test_answers_to_choose_from_are_seen(self) -> None:
        assert read_cues("Which is prime?\nA) 4\nB) 7\nC) 9").values.get("choices") == 1.0


class TestReasons:
    def test_the_weightiest_come_first_with_the_words_that_showed_them(self) -> None:
        reasons = LearningModel.shipped().reasons("why does the loop stop after one turn?", "learning")

        assert ("why", "why") in [(reason.cue, reason.words) for reason in reasons]
        assert [reason.weight for reason in reasons] == sorted((reason.weight for reason in reasons), reverse=True)

    def test_every_cue_has_words(self) -> None:
        said = learning_words._cues()

        assert set(said) == set(cue_names())


class TestCorrections:
    @pytest.mark.parametrize("chance", [0.02, 0.3, 0.5])
    def test_a_correction_moves_what_is_worded_alike(self, chance: float) -> None:
        before = reading(learning=chance)
        taught = Lessons([Lesson(before, Word(kind=Kind.LEARNING))])

        after = taught.tell(before)

        assert after.chance == pytest.approx(0.88, abs=0.01)
        assert after.kind is Kind.LEARNING
        assert after.taught == 1

    def test_what_is_worded_otherwise_stays(self) -> None:
        taught = Lessons([Lesson(reading(), Word(kind=Kind.LEARNING))])
        other = replace(reading(learning=0.2), marks={"thanks": 1.0})

        assert taught.tell(other) == tell(other)

    def test_confirming_what_we_were_sure_of_moves_nothing_much(self) -> None:
        sure = reading(learning=0.99)
        taught = Lessons([Lesson(sure, Word(kind=Kind.LEARNING))])

        assert taught.tell(reading(learning=0.5)).chance == pytest.approx(0.5)

    def test_delegated_teaches_the_intent_too(self) -> None:
        before = reading(learning=0.9, intents=(0.8, 0.1, 0.1))
        taught = Lessons([Lesson(before, Word(kind=Kind.DELEGATED))])

        after = taught.tell(before)

        assert after.kind is Kind.DELEGATED
        assert after.intent is Intent.DOING

    def test_corrections_in_any_order_teach_the_same(self) -> None:
        lessons = [
            Lesson(
                replace(reading(learning=0.1 * n), marks={"why": 1.0 - 0.1 * n, "how": 0.1 * n}), Word(Kind.LEARNING)
            )
            for n in range(6)
        ]

        one, other = Lessons(lessons).tell(reading()), Lessons(lessons[::-1]).tell(reading())

        assert one.chance == pytest.approx(other.chance)

    def test_a_word_about_the_intent_alone_leaves_learning(self) -> None:
        taught = Lessons([Lesson(reading(), Word(intent=Intent.EXPRESSING))])

        after = taught.tell(reading(learning=0.2))

        assert after.chance == pytest.approx(0.2)
        assert after.intent is Intent.EXPRESSING


class TestWords:
    def test_shares_are_said_without_what_is_not_there(self) -> None:
        said = learning_words.shares_sentence(Shares(learning=12, delegated=5, unsure=2))

        assert said == "12 learning, 5 delegated, 2 not sure."

    def test_intents_and_signals_have_words(self) -> None:
        assert all(learning_words.intent_words(intent.value) for intent in INTENTS)
        assert learning_words.signal_words(SIGNALS).count(",") == len(SIGNALS) - 1
