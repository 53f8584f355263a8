"""Short texts that reject one answer and give another: "It is not Oslo; it is Bergen."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.spans import SPAN, StatedPlace
from cotool.consensus.extract.vocabulary import has_any

_OTHER = r"[^.?!\n]{1,60}?"  # the rejected answer
_IS = r"(?:(?:it|this|that|the[ ](?:right[ ]|correct[ ])?answer)(?:['’]s|[ ]is|[ ]was))"
_REJECTING = lazy_pattern(
    rf"""(?:{_IS}[ ]not[ ]{_OTHER}[;,.][ ](?:but[ ]|rather[ ])?{_IS}[ ]
    |(?:is[ ](?:it|the[ ]answer)|could[ ]it[ ]be)[ ]{_OTHER}\?[ ]no[.,!]?[ ]{_IS}[ ]
    |{_OTHER}(?:\.\.\.|…|[.,;])[ ]?(?:oh[ ])?(?:wait|hmm|sorry|no)[,.]?[ ](?:no|actually)[.,;:!]?[ ]
    |between[ ]{_OTHER}[ ]and[ ]{_OTHER},[ ]i(?:['’]d)?[ ](?:choose|pick|prefer|go[ ]with)[ ]
    |.{{1,100}}?[.;][ ]?(?:but[ ])?that(?:['’]s|[ ]is)[ ](?:incorrect|wrong|false|a[ ]mistake)
        [:;.,][ ]{_IS}[ ]
    |.{{1,100}}?\.[ ](?:however|but|yet),?[ ][^.?!\n]{{0,40}}?\b(?:gives|yields|shows)[ ]
    |(?:das[ ]ist[ ]|es[ ]ist[ ])?nicht[ ]{_OTHER},[ ]sondern[ ]
    |ce[ ]n['’]est[ ]pas[ ]{_OTHER}[ ]?[,;][ ](?:c['’]est|mais)[ ]
    |no[ ]es[ ]{_OTHER},[ ](?:es|sino)[ ]|não[ ]é[ ]{_OTHER},[ ](?:é|mas[ ]sim|mas)[ ]
    |non[ ]è[ ]{_OTHER},[ ](?:è|ma|bensì)[ ]|het[ ]is[ ]niet[ ]{_OTHER},[ ]maar[ ]
    |это[ ]не[ ]{_OTHER},[ ](?:а|это)[ ]|to[ ]nie[ ]{_OTHER},[ ](?:tylko|ale|lecz)[ ]
    |(?:答案)?不是{_OTHER}[，,、]?(?:而是|是))(?P<answer>\S.*)""",
    re.VERBOSE | re.IGNORECASE,
)
# A text that ends in "so Oslo it is", and a short answer before "not Bergen".
_SO_IT_IS = lazy_pattern(r".*\bso\s(?P<answer>[^.,;]{1,40})\sit\sis\.?", re.IGNORECASE)
_AND_NOT = lazy_pattern(
    rf"(?:{_IS}[ ])?(?P<answer>[^\s,;(]+(?:[ ][^\s,;(]+){{0,4}})"
    r"(?:,[ ]not[ ][^.,;()]{1,40}|,?[ ]\((?:and[ ]|but[ ])?not[ ][^.;()]{1,40}\))\.?",
    re.VERBOSE | re.IGNORECASE,
)


# Without one of these, no form fits.
_WORDS = (
    "not ", "no.", "no,", "no ", "wait", "hmm", "sorry", "between ", "that is ", "that's ",
    "that’s ", "however", "but ", "yet", "so", "nicht ", "pas ", "não ", "non ", "niet ", "не ",
    "nie ", "不是",
)  # fmt: skip


def corrected(text: str) -> Iterator[StatedPlace]:
    """Yield the answer that a short text gives after or before one that it rejects."""
    if len(text) > SPAN or "\n" in text:
        return
    low = text.lower()
    if not has_any(low, _WORDS):
        return
    for form in (_REJECTING, _SO_IT_IS, _AND_NOT):
        match = form.fullmatch(text)
        if match:
            yield StatedPlace(0, match["answer"], "correction", whole=True)
            return
