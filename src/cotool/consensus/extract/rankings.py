"""Answers whose order is their content: rankings, and sequences that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.normal_form import in_one_line, plain_items
from cotool.consensus.extract.spans import WHOLE
from cotool.consensus.extract.vocabulary import has_any

# The share of the texts that must be lists for a question about an order.
_LISTS = 0.6
_LONGEST = 400
_MOST_WORDS = 6
_ASKS = lazy_pattern(
    r"\b(?:rank(?:ing|ed|s)?|in (?:the )?(?:\w+ )?order\b(?! to\b)|order (?:these|them|the|by)"
    r"|sort(?:ed)?\b(?! of)|sequence|chronological\w*|(?:a|de)scending"
    r"|from (?:\w+ )?\w+est to (?:\w+ )?\w+est|from (?:best|most|least|worst|first) to"
    r"|rangfolge|reihenfolge|rangliste|ordnen|ordne|sortier\w*|class(?:ez|er|ement)|trie[rz]"
    r"|dans l['’]ordre|ordena[rn]?|ordene|clasifica|en orden|em ordem|ordina(?:re|te)?|classifica"
    r"|in ordine|uszereguj|uporządkuj|w kolejności|sorteer|rangschik|volgorde)\b"
    r"|упорядоч|расположите|по порядку|ранжир|排序|排列|顺序|順序|順番|並べ|순서|رتب|क्रम",
    re.IGNORECASE,
)
# One of these is in each of its words without accents.
_STEMS = (
    *("rank", "order", "sort", "sequenc", "chronolog", "scending", "est to ", "from ", "folge"),
    *("ordn", "liste", "class", "trie", "ordr", "orden", "ordem", "ordin", "clasif", "kolejno"),
    *("szereguj", "volgorde", "rangschik"),
)
# "A > B > C", "A, then B, then C", "A → B".
_CHAIN = lazy_pattern(r"\s*(?:>{1,2}|→|⇒|->|≻)\s*")
_THEN = lazy_pattern(r"^first(?:ly)?,?\s+|\s*,?\s*\b(?:and\s)?then\s+", re.IGNORECASE)
_ARROWS = (">", "→", "⇒", "≻")
_SIGNS = (
    *_ARROWS,
    ",",
    ";",
    "、",
    "，",
    "\n",
    " and ",
    " then ",
    "2.",
    "2)",
    " und ",
    " et ",
    " y ",
)
_SPACED = lazy_pattern(r"-?\d[\d.]*(?:(?:\s?[<≤]\s?|\s)-?\d[\d.]*){2,50}")
_COMPARED = lazy_pattern(r"[<>]=?\s*-?[\d.]|[\d.]\s*[<>]")
_LEAD = lazy_pattern(r"^[^.!?\n:>]{1,120}?(?:\b(?:is|are)\b:?|:)\s+")


def rankings(texts: Sequence[str], question: str) -> list[Extracted | None]:
    """Return the items of each text in its order; [] unless the order matters.

    It matters if the question asks for an order, or if most texts write one as "A > B > C".
    """
    given = [text for text in texts if text]
    enough = max(2, _LISTS * len(given))
    # A quick test, since the patterns take a millisecond to compile.
    short = (text for text in given if len(text) <= _LONGEST)
    if sum(has_any(text, _SIGNS) or text[-1].isdigit() for text in short) < enough:
        return []
    chains = sum(has_any(text, _ARROWS) and len(_chain(text)) > 2 for text in given)
    if chains < enough and not _asks(question):
        return []
    found = [_in_order(text) for text in texts]
    return found if sum(one is not None for one in found) >= enough else []


def _asks(question: str) -> bool:
    may = not question.isascii() or has_any(question.lower(), _STEMS)
    return may and bool(_ASKS.search(question))


def _in_order(text: str) -> Extracted | None:
    for own in dict.fromkeys((_LEAD.sub("", text, count=1), text)):
        items = (
            _numbers(own)
            or _chain(_THEN.sub(" > ", own).removeprefix(" > "))
            or _numbered(own)
            or plain_items(own)
        )
        if items and all(len(item.split()) <= _MOST_WORDS for item in items):
            return Extracted(" > ".join(items), "short", " > ".join(_shown(items, own)), WHOLE)
    return None


def _numbers(text: str) -> list[str]:
    """Return numbers with blanks or signs between them, in their order: "2 5 9", "2 < 5 < 9"."""
    found = _SPACED.fullmatch(text.strip(" .*`[]"))
    return found[0].replace("<", " ").split() if found else []


def _shown(items: Sequence[str], text: str) -> list[str]:
    """Return items as a text writes them, where it has them in these letters."""
    low = text.casefold()
    if len(low) != len(text):
        return list(items)
    places = [low.find(item) for item in items]
    return [
        text[place : place + len(item)] if place >= 0 else item
        for place, item in zip(places, items, strict=True)
    ]


def _chain(text: str) -> list[str]:
    """Return the items of "A > B > C"; not of the inequality "x > 3"."""
    text = text.strip(" .*`")
    if len(text) > _LONGEST or "\n" in text or "[[" in text or _COMPARED.search(text):
        return []
    parts = _CHAIN.split(text)
    return plain_items(", ".join(parts)) or [] if len(parts) > 1 and all(parts) else []


def _numbered(text: str) -> list[str]:
    """Return the items that one line numbers from 1 on."""
    items = in_one_line(text) if len(text) <= _LONGEST and "\n" not in text else []
    return plain_items("\n".join(f"- {item}" for item in items)) or []
