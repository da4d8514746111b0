"""Who might be a client: domains and names that come back in prompts. They are offered, and never applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skilltrail.domain.context_words import fold
from skilltrail.domain.contexts import How

TALKS_LEAST = 2
"""Chats in which a domain must stand; names in one more, for capitals say less than dots."""

MOST = 12

_CAPITALS_MOST = 0.19
"""Runs of capitals to a word inside of sentences: where there are more, capitals make no names (German, headlines)."""

_NAME_WORDS = 3
_LABELS_MOST = 8

# Ends of addresses that people have; anything ends a file's name or a line of code.
_ENDS = frozenset(
    """agency ai app at be biz ca ch cloud co com consulting de design dev dk es eu example fi fr gmbh info io it jp
    net nl no nz org pl pt se shop site store studio tech test tv uk us""".split()  # noqa: SIM905 - words, to be read
)
_SECOND = frozenset("ac co com gov net org".split())  # noqa: SIM905 - same
_EVERYBODYS = frozenset(
    """amazon.com anthropic.com apple.com chatgpt.com claude.ai cloudflare.com deepseek.com example.com example.net
    example.org facebook.com figma.com github.com github.io gitlab.com gmail.com gmx.de gmx.net google.com
    googleapis.com hotmail.com icloud.com instagram.com jsdelivr.net linkedin.com localhost.com medium.com microsoft.com
    mozilla.org npmjs.com openai.com outlook.com pypi.org python.org reddit.com stackoverflow.com stripe.com twitter.com
    unpkg.com vimeo.com w3.org web.de wikipedia.org wordpress.com wordpress.org x.com yahoo.com
    youtube.com""".split()  # noqa: SIM905 - same
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A domain or name that stands in several chats, spelt as it mostly is."""

    how: How
    word: str
    talks: int


@dataclass(frozen=True, slots=True)
class PromptWords:
    """A prompt's chat, text, and words in order: as written, and whether one opens a sentence; None: a border."""

    talk: int
    text: str
    words: Sequence[tuple[str, bool] | None]


def find_candidates(prompts: Iterable[PromptWords], known: frozenset[str]) -> tuple[Candidate, ...]:
    """Return domains and names that come back, those of most chats first.

    Parameters
    ----------
    known
        Folded words that name no client: stop words, terms of trades, and the words of clients that are listed.
    """
    talks: dict[tuple[How, str], set[int]] = {}
    spelt: dict[tuple[How, str], str] = {}
    for prompt in prompts:
        found = [(How.DOMAIN, domain) for domain in domains_in(prompt.text)]
        found += [(How.NAME, name) for name in names_in(prompt.words, known)]
        for how, word in found:
            key = (how, fold(word))
            talks.setdefault(key, set()).add(prompt.talk)
            spelt.setdefault(key, word)
    least = {How.DOMAIN: TALKS_LEAST, How.NAME: TALKS_LEAST + 1}
    ranked = sorted(
        (Candidate(key[0], spelt[key], len(where)) for key, where in talks.items() if len(where) >= least[key[0]]),
        key=lambda one: (-one.talks, one.how is How.NAME, one.word),
    )
    return tuple(one for one in ranked if fold(one.word) not in known)[:MOST]


def domains_in(text: str) -> list[str]:
    """Return the domains of addresses in a text, each once, without what stands before the owner's part."""
    found: dict[str, None] = {}
    for token in text.split():
        # A dot at the end ends a sentence.
        if "." in token[:-1] and (domain := _domain(token)) is not None:
            found[domain] = None
    return list(found)


def _domain(token: str) -> str | None:
    token = token.lstrip("([{<\"'“„*_")
    told = "://" in token or "@" in token or token.lower().startswith("www.")
    rest = token.rsplit("://", maxsplit=1)[-1].rsplit("@", maxsplit=1)[-1].lower()
    end = next((at for at, sign in enumerate(rest) if not (sign.isalnum() or sign in ".-")), len(rest))
    labels = rest[:end].strip(".-").removeprefix("www.").split(".")
    if not 2 <= len(labels) <= _LABELS_MOST or not all(_is_label(label) for label in labels):
        return None
    if not labels[-1].isalpha() or not (told or labels[-1] in _ENDS):
        return None
    owned = 3 if len(labels) > 2 and labels[-2] in _SECOND and len(labels[-1]) == 2 else 2
    domain = ".".join(labels[-owned:])
    return None if domain in _EVERYBODYS or len(labels[-owned]) < 2 else domain


def _is_label(label: str) -> bool:
    return bool(label) and label.replace("-", "").isalnum() and label[0] != "-" != label[-1]


def names_in(words: Sequence[tuple[str, bool] | None], known: frozenset[str]) -> list[str]:
    """Return runs of up to three capitalised words inside of sentences, each once."""
    runs, inside = _capitalised(words)
    if len(runs) > 1 and len(runs) > _CAPITALS_MOST * inside:
        return []
    names = (" ".join(run) for run in runs if len(run) <= _NAME_WORDS and not all(fold(one) in known for one in run))
    return list(dict.fromkeys(names))


def _capitalised(words: Sequence[tuple[str, bool] | None]) -> tuple[list[list[str]], int]:
    """Return the runs of capitalised words inside of sentences, and how many words stand inside of them."""
    runs: list[list[str]] = []
    inside, going = 0, False
    for word in words:
        named = False
        if word is not None and not word[1]:
            inside += 1
            # Most words are written small, and thousands of prompts are looked through while somebody waits.
            if named := word[0][0].isupper() and _is_name(word[0]):
                runs.append([word[0]]) if not going else runs[-1].append(word[0])
        going = named
    return runs, inside


def _is_name(text: str) -> bool:
    return len(text) > 2 and text[:1].isupper() and text[1:].islower()
