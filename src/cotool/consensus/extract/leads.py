"""Phrases that lead to an answer, in all languages: "the answer is", "option", "Antwort:"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.languages import ANSWERS, ARTICLES, CHOOSES, LINKS, OPTIONS
from cotool.consensus.extract.readings import CLOSED_KINDS, KINDS
from cotool.consensus.extract.spans import NOT_BUT, SPAN, StatedPlace, only_number

# How many occurrences of one phrase are looked at, from the last.
MAX_OCCURRENCES = 40
_FILLERS = r"""(?:(?:indeed|therefore|thus|then|simply|just|clearly|still|actually|also|now|only
    |most[ ]likely|likely|probably|approximately|approx\.?|about|roughly|around|nearly|almost
    |exactly|precisely|equal[ ]to|given[ ]by|the[ ](?:option|choice|letter|number|statement|value)
    |option|choice|letter|number|answer|statement)[\s,:*_]{1,4}){0,3}"""
_LINK = r"""(?:(?:is|are|was|be|equals|will[ ]be|would[ ]be|must[ ]be|should[ ]be|has[ ]to[ ]be
    |turns[ ]out[ ]to[ ]be|comes[ ](?:out[ ])?to)\b[\s*_"]{0,4}[:,]?|['’]s\b|:|=|->|=>|→|⇒
    |[-–—](?=[ ][*_(]{0,3}[a-j][*_).]{0,4}(?:\n|$)))"""
_AFTER_ANSWER = lazy_pattern(
    rf"""(?:(?:s\b|\(s\))?(?:[ ](?:choice|option|letter))?
    (?:[ ](?:to|for|of|in|among|from|here|given|based)\b[^.\n:=?]{{0,80}}?)?[\s*_`"')\],]{{0,6}}
    (?:(?:then|therefore|thus|hence|so)\b,?[ ])?{_LINK}[\s*_]{{0,6}}{_FILLERS}
    |\s{{1,2}}(?=[*_]{{0,2}}\([a-z]\)))""",
    re.VERBOSE,
)
_AFTER_OPTION = lazy_pattern(
    rf"s?(?:[ ](?:here|among[^.\n]{{0,60}}?))?[\s*_]{{0,4}}{_LINK}[\s*_]{{0,6}}{_FILLERS}"
    r"|[ ](?=\(?[a-j]\)?[ ]is[ ](?:the[ ])?(?:correct|right|best)\b)",
    re.VERBOSE,
)
_AFTER_CHOOSE = lazy_pattern(
    r"(?:s|ing)?[ ](?:the[ ])?(?:(?:option|choice|answer|letter)[ ])?(?=[*_]{0,2}\(?[a-j]\b)",
    re.VERBOSE,
)
_AFTER_FOREIGN = lazy_pattern(
    rf"""[\w\u0900-\u097f \t*_]{{0,24}}?
    (?:{LINKS})[\s*_:：]{{0,6}}(?:{ARTICLES}\s)?(?:{OPTIONS}\s?)?
    |[ ](?=[^\s।]{{1,24}}[ ](?:है|हैं|होगा|होगी)(?!\w))|[ ]?(?=-?\d)
    |[ ]?(?=[（(]?[a-j][）)]?[.。!]?\s*(?:$|\n)|[（(][a-j][）)]|[a-j](?:['’]|[ ](?:şık|seçene)))""",
    re.VERBOSE,
)
_AFTER_CHOOSES = lazy_pattern(
    rf"[ ]?(?:择|擇|项|項)?[ ]?[:：]?(?:{ARTICLES}\s)?(?:{OPTIONS}\s?)?", re.VERBOSE
)
_ASCII_ANSWERS = tuple(word for word in ANSWERS if word.isascii())
_ASCII_CHOOSES = tuple(word for word in CHOOSES if word.isascii())
_NEGATED_BEFORE = (
    "wrong ", "incorrect ", "not the ", "not an ", "no ", "n't the ", "not ", "previous ",
    "each ", "every ",
)  # fmt: skip
_NEGATED_AFTER = lazy_pattern(
    r"(?:not|n['’]t|never|neither|no longer|cannot|can['’]t|incorrect)\b", re.IGNORECASE
)
# "Many choose A, which is wrong."
_IS_WRONG = lazy_pattern(
    r"[^.!?\n]{1,30}?,?\s(?:which|but (?:that|this|it))(?:['’]s| is| was| would be)\s(?:\w+\s)?"
    r"(?:wrong|incorrect|false|a mistake|an error)\b"
)
_AFTER_LABEL = lazy_pattern(
    r"""(?:ification)?(?:\s(?:of|for|here)\b[^.\n:]{0,40}?)?[\s*_"]{0,3}
    (?:(?:is|was|should\sbe|would\sbe|must\sbe)\b[\s*_]{0,3}:?|:|=>|->|=(?![=>]))[\s*_:]{0,4}""",
    re.VERBOSE,
)
_AFTER_SOLUTIONS = lazy_pattern(r"[ ]are[ :]{1,3}(?=[\w$\\({]{1,4}\s?=?)")
_AFTER_ACTUALLY = lazy_pattern(r"[\s*_:]{1,4}(?:(?:the[ ])?(?:option|choice|answer)[ ])?")
# (word, what may follow it, the kinds that it can state)
_LEADS = (
    ("option", _AFTER_OPTION, ("choice",)),
    ("choice", _AFTER_OPTION, ("choice",)),
    ("choose", _AFTER_CHOOSE, ("choice",)),
    ("select", _AFTER_CHOOSE, ("choice",)),
    ("go with", _AFTER_CHOOSE, ("choice",)),
    ("prefer", _AFTER_CHOOSE, ("choice",)),
    ("left with", _AFTER_CHOOSE, ("choice",)),
    ("leave", _AFTER_CHOOSE, ("choice",)),
    ("leaving", _AFTER_CHOOSE, ("choice",)),
    ("correct one", _AFTER_OPTION, ("choice",)),
    ("right one", _AFTER_OPTION, ("choice",)),
    ("it must be", _AFTER_CHOOSE, ("choice",)),
    ("it has to be", _AFTER_CHOOSE, ("choice",)),
    ("correction", _AFTER_ANSWER, KINDS),
    ("solutions", _AFTER_SOLUTIONS, ("short",)),
    ("roots", _AFTER_SOLUTIONS, ("short",)),
    *(
        (word, _AFTER_ACTUALLY, CLOSED_KINDS)
        for word in ("it is actually", "it's actually", "is actually", "should actually be")
    ),
    *(
        (word, _AFTER_LABEL, ("boolean", "short"))
        for word in ("label", "class", "category", "sentiment", "verdict", "output", "result")
    ),
)


# Words in ASCII of which a text without blanks has one if a phrase leads to an answer in it.
ASCII_WORDS = ("answer", *(word for word, *_ in _LEADS), *_ASCII_ANSWERS, *_ASCII_CHOOSES)


def lead_places(text: str, low: str) -> Iterator[StatedPlace]:
    """Yield what follows a phrase that leads to an answer; `low` is the text in lower case."""
    yield from _lead(text, low, "answer", _AFTER_ANSWER, KINDS)
    # Other phrases are looked for only at both ends, where answers are; this halves the cost.
    ends = low if len(low) <= 4 * SPAN else f"{low[:SPAN]}\n{low[-3 * SPAN :]}"
    for word, after, kinds in _LEADS:
        if word in ends:
            yield from _lead(text, low, word, after, kinds)
    if "answer" not in ends:
        plain = text.isascii()
        for word in _ASCII_ANSWERS if plain else ANSWERS:
            if word in ends:
                yield from _lead(text, low, word, _AFTER_FOREIGN, KINDS)
        for word in _ASCII_CHOOSES if plain else CHOOSES:
            if word in ends:
                yield from _lead(text, low, word, _AFTER_CHOOSES, ("choice",))


def _lead(
    text: str, low: str, word: str, after: re.Pattern[str], kinds: tuple[str, ...]
) -> Iterator[StatedPlace]:
    position = len(low)
    for _ in range(MAX_OCCURRENCES):
        position = low.rfind(word, 0, position)
        if position < 0:
            return
        match = after.match(low, position + len(word))
        if match is None or low.endswith(_NEGATED_BEFORE, 0, position):
            continue
        end = match.end()
        if turned := NOT_BUT.match(low, end):
            end = turned.end()
        if _NEGATED_AFTER.match(low, end) or _IS_WRONG.match(low, end):
            continue
        rule = text[position:end].strip()
        span = text[end : end + SPAN]
        yield StatedPlace(position, span, rule, kinds)
        if ":" in rule and "number" in kinds:
            number = only_number(_SENTENCE_BREAK.split(span, 1)[0])
            if number and not span.startswith(number):
                yield StatedPlace(position, number, f"{rule} …", ("number",))


_SENTENCE_BREAK = lazy_pattern(r"[.!?]\s|\n")
