"""How well requirements of job posts are found: precision and recall on posts that people labelled.

``python -m benchmarks.job_posts`` reads ``benchmarks/job_posts/posts.jsonl``: twenty posts of as many trades, written for
this by hand before anything was tried on them, each with what it asks for (several names where more than one would do).
A found requirement is right if its name, or the words by which the post says it, is one of the names of a label, spelling
aside; a label is found if any found requirement is one of its names. The baseline takes every name of the same lists
that stands in the post as a word, wherever it stands.
"""

from __future__ import annotations

import json
from pathlib import Path

from skilltrail.domain.job_post import sentences_of
from skilltrail.ml.post_terms import PostReader
from skilltrail.ml.skill_terms import term_list
from skilltrail.ml.words import term_stems

POSTS = Path(__file__).parent / "job_posts" / "posts.jsonl"


def found_by_us(post: str, reader: PostReader) -> set[frozenset[str]]:
    """Return what is found in the sentences that ask for something: each by its name and as the post says it."""
    terms = [term for one in sentences_of(post) if one.asks for term in reader.read(one.text)]
    return {frozenset((stemmed(term.name), stemmed(term.said))) for term in terms}


def found_by_words(post: str) -> set[frozenset[str]]:
    """Return every name of the lists that stands in the post as a word."""
    spaced = f" {''.join(sign if sign.isalnum() or sign in '+#.' else ' ' for sign in post.casefold())} "
    spaced = f" {' '.join(spaced.replace('. ', ' ').split())} "
    return {frozenset((stemmed(term.name),)) for term in term_list().terms if f" {term.name.casefold()} " in spaced}


def stemmed(name: str) -> str:
    """Return a name for comparing."""
    return " ".join(term_stems(name))


def judged(found: set[frozenset[str]], labels: list[list[str]]) -> tuple[int, int, int, int]:
    """Return (right, found, labels found, labels)."""
    names = [{stemmed(name) for name in one} for one in labels]
    right = sum(any(one & label for label in names) for one in found)
    hit = sum(any(one & label for one in found) for label in names)
    return right, len(found), hit, len(names)


def main() -> None:
    """Print a table."""
    reader = PostReader()
    sums = {"ours": [0, 0, 0, 0], "words": [0, 0, 0, 0]}
    for line in POSTS.read_text("utf-8").splitlines():
        row = json.loads(line)
        for name, found in (("ours", found_by_us(row["post"], reader)), ("words", found_by_words(row["post"]))):
            for at, count in enumerate(judged(found, row["requirements"])):
                sums[name][at] += count
    print("who    precision  recall  found")
    for name, (right, found, hit, labels) in sums.items():
        print(f"{name:6} {right / found:9.2f} {hit / labels:7.2f} {found:6}")


if __name__ == "__main__":
    main()
