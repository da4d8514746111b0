"""What use cases hand down to services, which know no model: words that tell no client."""

from __future__ import annotations


def common_words() -> frozenset[str]:
    """Return folded words and phrases that stand in texts of everybody; read when first needed."""
    from skilltrail.ml.common_words import common_words as read

    return read()
