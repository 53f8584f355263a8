"""A text as statements: sentences, list items, table rows, headings; a block of code is one.

Boundaries follow UAX #29 where it needs no dictionary, and plain rules for abbreviations, initials,
decimals, enumerations, quotes and brackets after a full stop, and scripts whose full stops need no
space. Statements are half-open ranges of the text; together they hold every character that is not
white space or markup of a list.
"""

from __future__ import annotations

import re

from cotool._fast.text.sentences import split_sentences
from cotool._lazy import lazy_pattern

# A line that opens or closes a block of code.
_FENCE = lazy_pattern(r"[ ]{0,3}(`{3,}|~{3,})")
# A bullet, "1.", "(a)", "•": the item begins after it. A letter with a full stop stays, because it
# may be an initial: "J. Smith wrote it."
_ITEM = lazy_pattern(
    r"[ \t]*(?:(?:[-*+•‣◦▪–—·]|\(?\d{1,3}[.)]|\(?(?:[a-zA-Z]|[ivxIVX]{1,5})\))[ \t]+"
    r"|(?=(?:[a-zA-Z]|[ivxIVX]{1,5})\.[ \t]))"
)
# The letters of Roman numerals that number items.
_OF_NUMERALS = "ivxIVX"
_HEADING = lazy_pattern(r"[ ]{0,3}#{1,6}[ \t]+")
_RULE = lazy_pattern(r"[ \t]*(?:[-=_*][ \t]*){3,}$|[ \t|:+-]+$")

# Abbreviations with a full stop that seldom end a sentence; English, German, French,
# Spanish, Italian, Portuguese.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sen rep rev gen col capt lt sgt hon st sr jr mt ft messrs mme mlle pres gov
    vs cf eg ie i.e e.g viz al fig figs eq eqs sec ch vol no nos p pp ed eds art ref refs approx
    ca c. inc ltd co corp dept est univ jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed
    thu fri u.s u.k u.n a.m p.m ph.d m.d b.a m.a b.sc m.sc
    bzw z.b d.h u.a o.ä usw nr str hr fr frl bspw ggf vgl abb evtl inkl zzgl s.o jh mio mrd
    env p.ex etc ex av apr.j.-c sr sra srta ud uds dra pág núm aprox p.ej sig sigg dott pag ecc
    """.split()
)
_MONTH = lazy_pattern(
    r"(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|led|úno|bře|dub|kvě|čer|srp|"
    r"zář|říj|lis|pro|styc|lut|kwie|maj|czer|lip|sier|wrz|paź|gru)\w*\b",
    re.IGNORECASE,
)
# After these, a sentence ends if the next word begins with a capital.
_MAY_END = frozenset(
    "etc usw ecc inc ltd co corp jr sr u.s u.k u.n a.m p.m ph.d m.d b.a m.a".split()
)


def split_statements(text: str) -> list[tuple[int, int]]:  # noqa: C901 - one walk over lines
    """Return the statements of a text as (start, end), in order, none of them empty."""
    found: list[tuple[int, int]] = []
    start, position, fence = -1, 0, ""  # `start` of the paragraph or item that is open, -1: none
    for line in text.splitlines(keepends=True):
        begin, position = position, position + len(line)
        if line[:2].isalpha() and line[1:2] not in _OF_NUMERALS:  # most lines: a paragraph's
            if start < 0:
                start = begin
            continue
        bare = line.strip()
        opened = _FENCE.match(line)
        if fence:
            if opened and bare.startswith(fence) and not bare.strip(fence[0]):
                _add(text, start, position, found)
                start, fence = -1, ""
            continue
        item = None if opened else _ITEM.match(line)
        alone = None if opened else _standing_alone(line, bare)
        if start >= 0 and (opened or item or alone is not None):
            _sentences(text, start, begin, found)
            start = -1
        if opened:
            fence, start = opened[1], begin
        elif alone is not None:
            if alone >= 0:
                _add(text, begin + alone, position, found)
        elif item:
            start = begin + item.end()
        elif start < 0:
            start = begin
    if fence:
        _add(text, start, len(text), found)
    elif start >= 0:
        _sentences(text, start, len(text), found)
    return found


def _standing_alone(line: str, bare: str) -> int | None:
    """Return where the statement of a separate line begins, -1 if it has none.

    None: the line belongs to a paragraph or an item.
    """
    if not bare or _RULE.match(bare):
        return -1
    if len(bare) > 1 and bare[0] == bare[-1] == "|":
        return 0
    head = _HEADING.match(line)
    return head.end() if head else None


def _sentences(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    """Add the sentences of text[start:end]."""
    split_sentences(text, start, end, found, _ABBREVIATIONS, _MAY_END, _MONTH)


def _add(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))
