"""Takes words that give a client away out of the labels of topics: names, telling words, alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skilltrail.domain.context_words import gives_away
from skilltrail.domain.topics import UNNAMED
from skilltrail.ml.labelling import Label


def without_avoided(labels: Sequence[Label], avoid: frozenset[str]) -> list[Label]:
    """Return labels of which no part gives a client away, all names still different.

    Parameters
    ----------
    labels
        In the order in which they choose their names.
    avoid
        Folded words and phrases, see ``domain.context_words.avoided``; without any the labels are as they were.
    """
    if not avoid:
        return list(labels)
    cleaned = [_cleaned(label, avoid) for label in labels]
    taken = {label.name.casefold() for label in cleaned if label.name}
    named: list[Label] = []
    for label in cleaned:
        found = label if label.name else _named(label, taken)
        taken.add(found.name.casefold())
        named.append(found)
    return named


def _cleaned(label: Label, avoid: frozenset[str]) -> Label:
    """Return a label without what is avoided; its name is "" then, and what told why it had it goes too."""
    terms = tuple(term for term in label.terms if not gives_away(term, avoid))
    others = tuple(other for other in label.alternatives if not gives_away(other, avoid))
    clean = replace(label, terms=terms, alternatives=others)
    if label.concept is not None and gives_away(label.concept.label, avoid):
        clean = replace(clean, concept=None, similarity=None, mentions=0.0)
    if not gives_away(label.name, avoid):
        return clean
    return replace(clean, name="", concept=None, similarity=None, mentions=0.0)


def _named(label: Label, taken: set[str]) -> Label:
    """Return a label under the best name that is left: another one that was found, else its words, else none."""
    words = [term[:1].upper() + term[1:] for term in label.terms]
    names = [*label.alternatives, *words, UNNAMED]
    name = next((one for one in names if one.casefold() not in taken), None)
    number = 2
    while name is None or name.casefold() in taken:
        name, number = f"{names[-1]} {number}", number + 1
    return replace(label, name=name, alternatives=tuple(one for one in label.alternatives if one != name))
