"""Read yes or no, true or false, in the languages of `languages`."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.extracted import SpanReading
from cotool.consensus.extract.languages import NO, YES

_TRUTH = {**dict.fromkeys(YES, "yes"), **dict.fromkeys(NO, "no")}
_INTENSIFIERS = (
    *("absolutely", "definitely", "certainly", "of course", "sure", "well", "effectivement"),
    *("bien sûr que", "así es", "por supuesto que", "por supuesto", "exactement", "exacto"),
    *("bien sûr", "natürlich", "claro que", "claro", "certo", "natuurlijk", "конечно"),
)
_BOOLEAN = lazy_pattern(
    rf"""(?:(?:{"|".join(_INTENSIFIERS).replace(" ", "[ ]")})[,.!]?[ ])?
    [(\[]?(?P<word>{"|".join(sorted(_TRUTH, key=len, reverse=True)).replace(" ", "[ ]")})
    (?=\s*(?:$|[.,;:!()\]}}*_"'”’»`\n–—。，、；：！।،؛]|(?:because|since|as|it|he|she|they|you|we
       |there|this|that|or|if|the|weil|denn|parce|car|porque|perché|потому|لأن|क्योंकि)\b
       |(?:です|だ|である|입니다|이다|है|的。?$)))""",
    re.VERBOSE | re.IGNORECASE,
)
STARTS = tuple({word[:3] for word in (*_TRUTH, *_INTENSIFIERS)})
_OTHER_BOOLEAN = lazy_pattern(
    r"[\s*_\"',/]{1,4}(?:(?:or|and)\s)?(?P<word>yes|no|true|false)\b", re.IGNORECASE
)


def read_boolean(span: str) -> SpanReading | None:
    """Read yes or no (true or false) in a known language; the value is yes or no."""
    # Most texts begin otherwise, and the pattern takes two milliseconds to compile.
    may_be = span[:4].lstrip("([").lower().startswith(STARTS)
    match = _BOOLEAN.match(span) if may_be else None
    if match is None:
        return None
    word = match["word"]
    value = _TRUTH[word.lower()]
    other = _OTHER_BOOLEAN.match(span, match.end())
    if other and _TRUTH[other["word"].lower()] != value:
        return SpanReading("", match.end())
    return SpanReading(value, match.end(), word.lower())
