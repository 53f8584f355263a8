"""Numbers that the question explains: codes with leading zeros, versions, angles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.alike import valued
from cotool.consensus.extract.vocabulary import has_any

if TYPE_CHECKING:
    from cotool.consensus.extract.alike import Answers

# What is numbered with points: version 1.10 comes after 1.9, and 1.1 is another one.
_NUMBERING = lazy_pattern(
    r"\b(?:version|release|section|subsection|clause|revision|build|abschnitt|sección|versión"
    r"|версия|раздел)s?\b|版本|章节|\bv\d|\b\d+\.\d+\.\d+",
    re.IGNORECASE,
)
_NUMBERED = lazy_pattern(r"\d+\.\d+")


_CODE = lazy_pattern(r"0\d{2,}")
# Leading zeros belong to codes, and are filled up in numbers (answers of AIME are written 073). A
# question of a few words, or with a word for codes, asks for a code, unless it asks how many. It is
# right for 44 of the 45 questions from which the words were chosen, and for 39 of 44 others; with
# words added since, for 42.
_ASKS_HOW_MANY = lazy_pattern(
    r"how (?:many|much|long|far|old)|number of (?!the\b)|remainder|\bsum of\b|modulo|wie ?viele?\b"
    r"|combien|cuánt|quant[aeio]s?\b|сколько|ile\b|多少[个人元天]|几[个人元天]|いくつ|何[人個円日]|몇",
    re.IGNORECASE,
)
_ASKS_YEAR = lazy_pattern(
    r"\b(?:what|which) year\b|in welchem jahr|en quelle année|en qué año|em que ano|in che anno"
    r"|в каком году|何年|哪一年",
    re.IGNORECASE,
)
# What questions that these two find contain.
_NUMBER_ASKED = (
    *("how ", "number of", "remainder", "sum of", "modulo", "wie", "combien", "cuánt", "quant"),
    *("сколько", "ile", "多少", "几", "いくつ", "何", "몇", "year", "jahr", "année", "año", "ano"),
    *("anno", "году", "哪一年"),
)
_FOR_CODE = lazy_pattern(
    r"code|\bzip\b|postal|post(?:leit)?zahl|\bplz\b|phone|\btel\b|\bfax\b|\bpins?\b|\bids?\b"
    r"|identif|serial|isbn|issn|\bean\b|\bupc\b|\bsku\b|isco|naics|\bsic\b|\bicd|\bhs\b|\biban\b"
    r"|barcode|passw|vorwahl|\w+nummer|códig|codice|siren|siret|\bcap\b|\bcep\b|\bkod\b|код|индекс"
    r"|телефон|号码|邮编|郵便|郵遞|番号|電話|번호|कोड|رمز|هاتف|number (?:of|on) the"
    r"|(?:flight|room|part|model|account|licen[cs]e|case|ticket|invoice|order|member|student"
    r"|employee|lottery) (?:number|no\b|#)",
    re.IGNORECASE,
)
_FEW_WORDS, _FEW_CHARACTERS = 3, 6
_IN_BRACKETS = lazy_pattern(r"\([$€£¥]?\d[\d.,]*(?:\s?(?:thousand|million|billion|[kKmMbB]n?))?\)")
_SIGN = lazy_pattern(r"°|\\circ|\\degree")
_ANGLE = lazy_pattern(
    r"angle|degrees?\b(?!\})|winkel|grad\b|ángulo|grado|angolo|ângulo|grau|degré|угол|градус|角|度|각도",
    re.IGNORECASE,
)


def by_question(answers: Answers, texts: Sequence[str], question: str) -> Answers:
    """Distinguish numbers by what the question is about.

    1.10 and 1.1 are the same quantity, but different versions or sections, if the question or an
    answer mentions these. 30 means 30° if the question is about angles; else it may be radians.
    01234 is a code, and not 1234. Where an answer is negative, (3.5) is -3.5, as in accounts.
    """
    answers = _by_rate(answers, texts)
    if any(one and _CODE.fullmatch(one.display) for one in answers) and _asks_for_code(question):
        return valued(answers, lambda a: a.display if a.display.isdecimal() else a.value)
    if any(one and one.value.startswith("-") for one in answers):
        answers = [
            replace(one, value=f"-{one.value}", display=f"-{one.display}")
            if one and _IN_BRACKETS.fullmatch(text)
            else one
            for one, text in zip(answers, texts, strict=True)
        ]
    degrees = [
        bool(one and one.unit and one.unit.symbol == "°" and _SIGN.search(text))
        for one, text in zip(answers, texts, strict=True)
    ]
    some_are_angles = any(degrees) and any(one and one.unit is None for one in answers)
    if not some_are_angles and not any(one and "." in one.display for one in answers):
        return answers
    if _NUMBERING.search(question) or any(map(_NUMBERING.search, texts)):
        return valued(
            answers,
            lambda a: a.display if a.unit is None and _NUMBERED.fullmatch(a.display) else a.value,
        )
    if not some_are_angles or _SIGN.search(question):
        return answers
    if any(map(_ANGLE.search, (question, *texts))):
        return answers
    return [
        replace(answer, value=f"{answer.value}°") if answer and own else answer
        for answer, own in zip(answers, degrees, strict=True)
    ]


# What an amount is for: $1,500 per month.
_PER = lazy_pattern(
    r"[^\d.;,\n]{0,12}?(?:\bper|/|\ban?|\bevery|\beach|\bpro|\bpar|\bpor)\s?"
    r"(second|minute|hour|day|night|week|month|year|annum|person|head|capita|unit|item|kg|km|mile"
    r"|litre|liter|gallon|(?:mo|yr|hr|wk|min|s|h)\b)",
    re.IGNORECASE,
)
_PERIODS = {
    "annum": "year", "mo": "month", "yr": "year", "hr": "hour", "h": "hour", "wk": "week",
    "min": "minute", "s": "second", "head": "person", "capita": "person", "liter": "litre",
}  # fmt: skip


def _by_rate(answers: Answers, texts: Sequence[str]) -> Answers:
    """Keep what amounts are for beside them, where it differs: per month, per year.

    An amount that is for nothing is for what the same amount of another answer is for.
    """
    rates: list[str] = []
    for one, text in zip(answers, texts, strict=True):
        place = text.find(one.display) if one and one.display else -1
        found = _PER.match(text, place + len(one.display)) if one and place >= 0 else None
        word = found[1].lower() if found else ""
        rates.append(_PERIODS.get(word, word))
    if len({*rates} - {""}) < 2:
        return answers
    same = {one.value: rate for one, rate in zip(answers, rates, strict=True) if one and rate}
    return [
        replace(one, value=f"{one.value} per {rate}")
        if one and (rate := own or same.get(one.value, ""))
        else one
        for one, own in zip(answers, rates, strict=True)
    ]


def asks_how_many(question: str) -> bool:
    """Whether a question is answered by a number."""
    return has_any(question.lower(), _NUMBER_ASKED) and bool(
        _ASKS_HOW_MANY.search(question) or _ASKS_YEAR.search(question)
    )


def _asks_for_code(question: str) -> bool:
    if _ASKS_HOW_MANY.search(question):
        return False
    few = _FEW_WORDS if question.isascii() or " " in question else 1
    short = len(question.split()) <= few and (few > 1 or len(question) <= _FEW_CHARACTERS)
    return short or bool(_FOR_CODE.search(question))
