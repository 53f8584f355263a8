"""Sentences that repeat a yes/no question as a statement: "Pluto is not a planet."."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.languages import SAYING
from cotool.consensus.extract.spans import WHOLE
from cotool.consensus.extract.vocabulary import NEGATIONS

_LONGEST = 120
_MARKS = " .!*_\"'`。！"
_AUXILIARIES = frozenset(
    "is are was were be do does did can could will would has have had should may might must ca wo "
    "ist sind war waren hat haben kann können wird würde darf muss soll "
    "est sont était a ont peut es son está fue puede é são foi pode è sono può".split()
)
_PRONOUNS = frozenset("it he she they this that there es er sie das il elle c ce isso esto".split())
# Articles, and words that strengthen a statement.
_EMPTY = frozenset(
    "a an the ein eine einen der die das un une le la les el los las um uma o indeed definitely "
    "certainly actually really in fact clearly such wirklich".split()
)
_WORD = lazy_pattern(r"n['’]t\b|[^\W_]+?(?=n['’]t\b)|[^\W_]+")
_REASON = lazy_pattern(
    r",?\s(?:since|because|weil|denn|parce que|car|porque|perché)\s|,\s(?:as|for|da)\s|;\s|\s[–—]\s"
)
_ALTERNATIVES = lazy_pattern(r"\b(?:or|oder|ou|o)\b", re.IGNORECASE)


def _words(text: str, *, past: bool = False) -> list[str]:
    """Return the words of a text without the s at their ends; `past` takes off the ed as well."""
    found = [word.casefold().removesuffix("s") or word for word in _WORD.findall(text)]
    return [_PAST.sub("", word) for word in found] if past else found


# What the past of a verb adds to it: "Did they report it?", "They reported it."
_PAST = lazy_pattern(r"(?<=\w\w\w)(?:ed|e)$")


def _without_s(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in words)


_SMALL = _without_s(_AUXILIARIES)
_DENY = _without_s(NEGATIONS) | {"n't", "n’t"}


def add_words(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> None:
    """Read "T", "sure" and "jawohl" as yes or no, beside others that say it plainly."""
    for text, one in zip(texts, found, strict=True):
        said = text.strip(_MARKS).casefold().replace("’", "'")
        value = SAYING.get(said) if "boolean" not in one else None
        if value:
            one["boolean"] = Extracted(value, "boolean", text.strip(_MARKS), WHOLE)


def add_echoes(
    texts: Sequence[str], found: Sequence[dict[str, Extracted | None]], question: str
) -> None:
    """Read sentences that affirm or deny the question as yes or no, beside others that say it."""
    asks = question.strip()
    if not asks.endswith(("?", "？")) or len(texts) != len(found):
        return
    asked = _words(re.split(r"[.!?\n]\s", asks)[-1])
    if (
        not asked
        or asked[0] not in _SMALL
        or _DENY.intersection(asked)
        or _ALTERNATIVES.search(asks)
    ):
        return
    content = [word for word in asked if word not in _SMALL and word not in _EMPTY]
    past = asked[0] == "did"
    if past:
        content = _words(" ".join(content), past=True)
    for text, one in zip(texts, found, strict=True):
        if "boolean" not in one and (value := _echoed(text, content, past=past)):
            one["boolean"] = Extracted(value, "boolean", value, "repeats the question")


def _echoed(text: str, asked: Sequence[str], *, past: bool) -> str | None:
    """Return yes or no if a sentence says in order what was asked, with or without a negation."""
    text = _REASON.split(text, maxsplit=1)[0]
    if len(text) > _LONGEST or "?" in text:
        return None
    words = _words(text)
    denials = sum(word in _DENY for word in words)
    said = [word for word in words if word not in _DENY and word not in _EMPTY]
    told = [word for word in said if word not in _SMALL and word not in _PRONOUNS]
    if past:
        told = _words(" ".join(told), past=True)
    rest = iter(asked)
    in_order = all(word in rest for word in told)
    if denials == 1 and told and told == list(asked[-len(told) :]):
        return "no"  # "Not safe."
    if denials > 1 or not in_order or len(said) < 2 or len(said) == len(told) < len(asked):
        return None
    return "no" if denials else "yes"
