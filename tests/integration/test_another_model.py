"""Another embedding model by the setting: read anew in the background, while topics, names and corrections stay."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from databases import Homes, in_topics
from exchanges import SUBJECTS, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.corrections import Standing
from skilltrail.ml.hash_embedder import HashEmbedder

KIND = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"


def make_model(folder: Path, *, dims: int, seed: int) -> str:
    """Write a sentence-transformers model: a vector a word, in the length that is asked for.

    Its three files are written as that library writes them, but without it: it takes seconds to load, and would stay
    loaded. The model process reads them with the library itself.
    """
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    words = sorted({word for subject in SUBJECTS.values() for word in subject.split()})
    names = {word: number for number, word in enumerate(["[UNK]", *words])}
    tokenizer = Tokenizer(WordLevel(names, unk_token="[UNK]"))
    tokenizer.pre_tokenizer, tokenizer.normalizer = Whitespace(), Lowercase()
    weights = np.random.default_rng(seed).normal(size=(len(names), dims)).astype(np.float32)
    weights[0] = 0
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file({"embedding.weight": weights}, folder / "model.safetensors")
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": KIND}]))
    return str(folder)


def topics(application: Application) -> dict[str, tuple[str, int]]:
    return {line.id: (line.name, line.exchanges) for line in application.trail.topics()}


def vectors(application: Application) -> dict[str, int]:
    with application._database.read() as session:
        rows = session.execute(text("SELECT model, count(*) FROM embedding WHERE kind = 'dense' GROUP BY model"))
        return {row[0].rsplit("@", 1)[0]: row[1] for row in rows}


@pytest.fixture
def grouped(homes: Homes, settings: Settings) -> Settings:
    homes.put(in_topics(60), settings.home)
    return settings


def test_a_real_model_of_other_dimensions_takes_over(grouped: Settings, tmp_path: Path) -> None:
    with Application.open(grouped, model=HashEmbedder()) as application:
        first, second, third = topics(application)
        application.corrections.rename(first, "Mine")
        application.corrections.merge([third], second)
        before = topics(application)
    assert sorted(count for _name, count in before.values()) == [20, 40]

    with Application.open(grouped.changed(embedder=make_model(tmp_path / "another", dims=48, seed=2))) as application:
        seen, held = [], []
        while not application.processing.step().idle:
            seen.append(topics(application))
            held.append(sum(vectors(application).values()))

        assert all(now == before for now in seen)
        assert set(held) == {60}
        assert vectors(application) == {"another": 60}
        assert application.corrections.say(first).own_name == "Mine"
        assert application.processing.progress().picture == "full"


class Other(HashEmbedder):
    """The same kind of model under another name."""

    name = "hash-test@2"

    @property
    def identity(self) -> str:
        return self.name


def read_some(application: Application) -> None:
    """Let the other model read, but not all."""
    while len(vectors(application)) < 2:
        assert not application.processing.step().idle


def test_while_it_reads_newcomers_have_their_place(grouped: Settings) -> None:
    with Application.open(grouped, model=Other(dimensions=96)) as application:
        before = topics(application)
        read_some(application)
        assert application.processing.progress().pending

        application.exchanges.capture(items(history(3, prefix="new")))
        application.processing.look_again()
        application.processing.step()

        newest = application.exchanges.page(limit=3).items
        assert {row.topic_id for row in newest} == set(before)


def test_back_to_the_model_of_before_reads_only_what_it_has_not(grouped: Settings) -> None:
    with Application.open(grouped, model=Other(dimensions=96)) as application:
        read_some(application)

    with Application.open(grouped, model=HashEmbedder()) as application:
        before = topics(application)
        application.processing.run_until_done()

        assert len(vectors(application)) == 1
        assert topics(application) == before


def test_a_hidden_topic_stays_hidden_under_another_model(grouped: Settings) -> None:
    with Application.open(grouped, model=HashEmbedder()) as application:
        topic = application.trail.topics()[0].id
        application.corrections.set_standing(topic, Standing.HIDDEN)

    with Application.open(grouped, model=Other(dimensions=96)) as application:
        application.processing.run_until_done()

        assert application.corrections.say(topic).standing is Standing.HIDDEN
        assert len(application.trail.topics()) == 2
