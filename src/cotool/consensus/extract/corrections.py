"""Short texts that reject one answer and give another: "It is not Oslo; it is Bergen."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.spans import SPAN, StatedPlace
from cotool.consensus.extract.vocabulary import has_any

_OTHER = r"[^.?!\n]{1,60}?"  # the rejected answer
_IS = r"(?:(?:it|this|that|the[ ](?:right[ ]|correct[ ])?answer)(?:['’]s|[ ]is|[ ]was))"


def _after(rejects: str) -> re.Pattern[str]:
    return lazy_pattern(rf"(?:{rejects})(?P<answer>\S.*)", re.VERBOSE | re.IGNORECASE)


# Patterns in the order in which they are tried. Before each, how a text that fits begins, and parts
# of which it has one: few texts do, and all patterns take three milliseconds to compile.
_PATTERNS = (
    (
        "",
        ("not ", "n't ", "n’t "),
        _after(
            rf"(?:{_IS}[ ]not|[^.;,\n]{{1,60}}?[ ](?:is|was)(?:n['’]t|[ ]not))[ ]{_OTHER}[;,.]"
            rf"[ ](?:but[ ]|rather[ ])?{_IS}[ ]"
        ),
    ),
    (
        ("is ", "could "),
        ("? no",),
        _after(rf"(?:is[ ](?:it|the[ ]answer)|could[ ]it[ ]be)[ ]{_OTHER}\?[ ]no[.,!]?[ ]{_IS}[ ]"),
    ),
    (
        "",
        ("wait", "hmm", "sorry", "no ", "no,", "no."),
        _after(
            rf"{_OTHER}(?:\.\.\.|…|[.,;])[ ]?(?:oh[ ])?(?:(?:wait|hmm|sorry|no)[,.]?[ ]"
            rf"(?:no|actually)[.,;:!]?[ ]|no[,.]?[ ]wait[.,;:!]?[ ]|no[ ]?[—–-][ ]?)"
            rf"(?:{_IS}[ ](?:the[ ]|an?[ ])[^.;]{{1,50}}[.;][ ])?(?:{_IS}[ ](?:actually[ ])?)?"
        ),
    ),
    (
        "between ",
        (" and ",),
        _after(
            rf"between[ ]{_OTHER}[ ]and[ ]{_OTHER},[ ]i(?:['’]d)?[ ]"
            r"(?:choose|pick|prefer|go[ ]with)[ ]"
        ),
    ),
    (
        "",
        ("that is ", "that's ", "that’s "),
        _after(
            r".{1,100}?[.;][ ]?(?:but[ ])?that(?:['’]s|[ ]is)[ ]"
            rf"(?:incorrect|wrong|false|a[ ]mistake)[:;.,][ ]{_IS}[ ]"
        ),
    ),
    (
        "",
        ("however", "but", "yet"),
        _after(
            r".{1,100}?\.[ ](?:however|but|yet),?[ ][^.?!\n]{0,40}?\b(?:gives|yields|shows)[ ]"
        ),
    ),
    (
        "",
        ("nicht ", "pas ", "no es ", "não ", "non ", "niet ", "не ", "nie ", "不是"),
        _after(
            rf"""(?:das[ ]ist[ ]|es[ ]ist[ ])?nicht[ ]{_OTHER},[ ]sondern[ ]
            |ce[ ]n['’]est[ ]pas[ ]{_OTHER}[ ]?[,;][ ](?:c['’]est|mais)[ ]
            |no[ ]es[ ]{_OTHER},[ ](?:es|sino)[ ]|não[ ]é[ ]{_OTHER},[ ](?:é|mas[ ]sim|mas)[ ]
            |non[ ]è[ ]{_OTHER},[ ](?:è|ma|bensì)[ ]|het[ ]is[ ]niet[ ]{_OTHER},[ ]maar[ ]
            |это[ ]не[ ]{_OTHER},[ ](?:а|это)[ ]|to[ ]nie[ ]{_OTHER},[ ](?:tylko|ale|lecz)[ ]
            |(?:答案)?不是{_OTHER}[，,、]?(?:而是|是)"""
        ),
    ),
    # A text that ends in "so Oslo it is", and a short answer before "not Bergen".
    (
        "",
        ("it is",),
        lazy_pattern(r".*\bso\s(?P<answer>[^.,;]{1,40})\sit\sis\.?", re.IGNORECASE),
    ),
    (
        "",
        (", not ", "(not ", "(and not ", "(but not "),
        lazy_pattern(
            rf"(?:(?:{_IS}|[^.,;()]{{1,60}}?[ ](?:is|was|are))[ ])?"
            r"(?P<answer>[^\s,;(]+(?:[ ][^\s,;(]+){0,4})"
            r"(?:,[ ]not[ ][^.,;()]{1,40}|,?[ ]\((?:and[ ]|but[ ])?not[ ][^.;()]{1,40}\))\.?",
            re.VERBOSE | re.IGNORECASE,
        ),
    ),
)  # fmt: skip


def corrected(text: str) -> Iterator[StatedPlace]:
    """Yield the answer that a short text gives after or before one that it rejects."""
    if len(text) > SPAN or "\n" in text:
        return
    low = text.lower()
    for beginnings, parts, pattern in _PATTERNS:
        if (
            low.startswith(beginnings)
            and has_any(low, parts)
            and (match := pattern.fullmatch(text))
        ):
            yield StatedPlace(0, match["answer"], "correction", whole=True)
            return
