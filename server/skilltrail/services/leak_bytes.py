"""The second look: finished files, byte by byte, for words that the portfolio's value does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skilltrail.domain.context_words import fold
from skilltrail.domain.leak_hits import texts_of
from skilltrail.domain.portfolio import Portfolio
from skilltrail.platform.byte_layers import layers, texts
from skilltrail.platform.client_words import ClientWords


def unexpected(files: Mapping[str, bytes], words: ClientWords, portfolio: Portfolio) -> tuple[str, ...]:
    """Return the names of files in which a client's word stands that no text of the portfolio holds.

    What stands in the portfolio's texts went through the leak scan, and the learner let it pass.
    """
    passed = {one.word for text in texts_of(portfolio) for one in words.places(text.text)}
    wanted = [word for word in words.unspared() if word not in passed and not word.literal]
    if not wanted:
        return ()
    plain = {fold(word.word) for word in wanted}
    return tuple(name for name, data in files.items() if _holds(name, data, words, plain))


def _holds(name: str, data: bytes, words: ClientWords, plain: Iterable[str]) -> bool:
    for layer in (name.encode(), *layers(data)):
        for text in texts(layer):
            folded = fold(text)
            # First what is quick: only where the letters stand together the words are looked for as words.
            if any(word in folded for word in plain) and any(fold(one.word) in plain for one in words.find(text)):
                return True
    return False
