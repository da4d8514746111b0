"""The second look: finished files, byte by byte, for words that the portfolio's value does not hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from skilltrail.domain.context_words import fold, spelt, words_in
from skilltrail.domain.leak_hits import texts_of
from skilltrail.domain.portfolio import Portfolio
from skilltrail.platform.byte_layers import layers, texts
from skilltrail.platform.client_words import ClientWords, IdentifyingWord


def unexpected(files: Mapping[str, bytes], words: ClientWords, portfolio: Portfolio) -> tuple[str, ...]:
    """Return the names of files in which a client's word stands that no text of the portfolio holds.

    What stands in the portfolio's texts, packed or plain, went through the leak scan, and the learner let it pass.
    """
    passed = {word for text in texts_of(portfolio) for word in _passed(text.text, words)}
    wanted = {word for word in words.unspared() if word not in passed and not word.literal}
    return tuple(name for name, data in files.items() if _held((name.encode(), *layers(data)), words, wanted))


def carried(text: str, words: ClientWords) -> tuple[int, ...]:
    """Return the clients whose words a text carries packed within it: base64, hex, a file in either.

    What the text says by itself, in whatever spelling, is not meant: ``ClientWords.places`` finds that.
    """
    return tuple(sorted({word.owner for word in _packed(text, words)}))


def _passed(text: str, words: ClientWords) -> set[IdentifyingWord]:
    return {one.word for one in words.places(text)} | _packed(text, words)


def _packed(text: str, words: ClientWords) -> set[IdentifyingWord]:
    if not words:
        return set()
    wanted = {word for word in words.unspared() if not word.literal}
    return _held(islice(layers(text.encode("utf-8", "replace")), 1, None), words, wanted)


def _held(found: Iterable[bytes], words: ClientWords, wanted: Collection[IdentifyingWord]) -> set[IdentifyingWord]:
    """Return which of the wanted words stand in some bytes, each layer as text in every way."""
    if not wanted:
        return set()
    plain = {fold(word.word) for word in wanted}
    telling = {_telling(form) for word in wanted for form in (word.word, spelt(word.word))}
    held: set[IdentifyingWord] = set()
    for text in (text for layer in found for text in texts(layer)):
        folded = fold(text)
        # First what is quick: only where the letters stand together the words are looked for as words.
        if any(part in folded for part in telling):
            held |= {one for one in words.find(text) if fold(one.word) in plain}
    return held


def _telling(word: str) -> str:
    """Return the longest part of a word: every form of it holds that."""
    return max(words_in(word), key=len, default=fold(word))
