"""Words without their endings, so that the forms of a word compare as equal."""

from __future__ import annotations

from functools import lru_cache

from cotool.consensus.decide.anchors import NUMBER, anchor_of

_ENDINGS = ("'s", "ing", "ies", "es", "ed", "s", "ly", "y", "e")
_DOUBLED = ("ing", "ed")
_SHORTEST_STEM = 3


@lru_cache(1 << 13)
def stem(word: str) -> str:
    """Return a folded word without its ending; a number or a month in its normal form."""
    anchor = anchor_of(word)
    if anchor[:1] == NUMBER:
        return anchor
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word[: -len(ending)]
            if ending in _DOUBLED and len(word) > _SHORTEST_STEM and word[-1] == word[-2]:
                word = word[:-1]
            return word
    return word
