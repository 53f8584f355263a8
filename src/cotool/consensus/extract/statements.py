r"""Find where a text states its answer: spans to be read, the most telling first.

Order: fields and tags made for machines; then statements ("the answer is", `\boxed{}`, `####`,
a last line with nothing else), the last in the text first; then weaker signs (a text that opens
with an option or with yes or no; a conclusion). Every search is bounded or one pass from an end,
so the time is linear in the text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.languages import (
    ANSWERS,
    ARTICLES,
    CHOOSES,
    CLAIMS,
    IS_RIGHT,
    LINKS,
    OPTIONS,
)
from cotool.consensus.extract.preparation import breaks_off
from cotool.consensus.extract.readings import CLOSED_KINDS, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = "the whole text"

# So many characters are read from the place where an answer is stated.
SPAN = 200
# Of one phrase, so many last occurrences are looked at.
MAX_OCCURRENCES = 40


class Statement(NamedTuple):
    """A place that states an answer: `span` begins with it, `whole` that it must end there too."""

    position: int
    span: str
    rule: str
    kinds: tuple[str, ...] = KINDS
    whole: bool = False


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
    rf"(?:[ ](?:here|among[^.\n]{{0,60}}?))?[\s*_]{{0,4}}{_LINK}[\s*_]{{0,6}}{_FILLERS}",
    re.VERBOSE,
)
_AFTER_CHOOSE = lazy_pattern(
    r"(?:s|ing)?[ ](?:the[ ])?(?:(?:option|choice|answer|letter)[ ])?(?=[*_]{0,2}\(?[a-j]\b)",
    re.VERBOSE,
)
_AFTER_FOREIGN = lazy_pattern(
    rf"""[\w\u0900-\u097f \t*_]{{0,24}}?
    (?:{LINKS})[\s*_:：]{{0,6}}(?:{ARTICLES}\s)?(?:{OPTIONS}\s?)?
    |[ ](?=[^\s।]{{1,24}}[ ](?:है|हैं|होगा|होगी)(?!\w))|(?=[（(]?[A-J]\b)|[ ]?(?=-?\d)""",
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

_AFTER_LABEL = lazy_pattern(
    r"""(?:ification)?(?:\s(?:of|for|here)\b[^.\n:]{0,40}?)?[\s*_"]{0,3}
    (?:(?:is|was|should\sbe|would\sbe|must\sbe)\b[\s*_]{0,3}:?|:|=>|->)[\s*_:]{0,4}""",
    re.VERBOSE,
)

# (word, what may follow it, the kinds it can state)
_LEADS = (
    ("option", _AFTER_OPTION, ("choice",)),
    ("choice", _AFTER_OPTION, ("choice",)),
    ("choose", _AFTER_CHOOSE, ("choice",)),
    ("select", _AFTER_CHOOSE, ("choice",)),
    ("go with", _AFTER_CHOOSE, ("choice",)),
    *(
        (word, _AFTER_LABEL, ("boolean", "short"))
        for word in ("label", "class", "category", "sentiment", "verdict", "output", "result")
    ),
)


def _leads(text: str, low: str) -> Iterator[Statement]:
    yield from _lead(text, low, "answer", _AFTER_ANSWER, KINDS)
    # The rest is looked for at the ends only, which halves the cost: that is where answers stand.
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
) -> Iterator[Statement]:
    position = len(low)
    for _ in range(MAX_OCCURRENCES):
        position = low.rfind(word, 0, position)
        if position < 0:
            return
        match = after.match(low, position + len(word))
        if match is None or low.endswith(_NEGATED_BEFORE, 0, position):
            continue
        end = match.end()
        if _NEGATED_AFTER.match(low, end):
            continue
        rule = text[position:end].strip()
        span = text[end : end + SPAN]
        yield Statement(position, span, rule, kinds)
        if ":" in rule and "number" in kinds:
            number = _only_number(_SENTENCE_BREAK.split(span, 1)[0])
            if number and not span.startswith(number):
                yield Statement(position, number, f"{rule} …", ("number",))


_SENTENCE_BREAK = lazy_pattern(r"[.!?]\s|\n")
_NUMERALS = lazy_pattern(r"[-+]?[$€£¥₹]?[-+]?\d[\d.,'’]*(?:\s?%)?(?:[eE]\d+)?(?:/\d+)?")


def _only_number(sentence: str) -> str | None:
    """The sentence from its number on, where it has just one."""
    numerals = list(_NUMERALS.finditer(sentence))
    return sentence[numerals[0].start() :] if len(numerals) == 1 else None


_NUMBER_OR_LETTER = ("choice", "number")


def _marks(text: str) -> Iterator[Statement]:
    if "boxed" in text:
        yield from _boxed(text)
    if "####" in text:
        position = text.rfind("####")
        line = text[position + 4 : position + SPAN].split("\n", 1)[0]
        yield Statement(position, line, "####", _NUMBER_OR_LETTER, whole=True)
    if "]]" in text:
        yield from _verdict(text)
    position = 0 if text.startswith("A:") else text.rfind("\nA:")
    if position >= 0 and not _has_second_option(text):
        yield Statement(position, text[position : position + SPAN].lstrip()[2:], "A:", whole=True)
    yield from _lines(text)


def _verdict(text: str) -> Iterator[Statement]:
    """Yield what a judge puts in double brackets: `[[A]]`, `[[A>B]]`, `[[7]]`, `[[Rating: 7]]`."""
    end = text.rfind("]]")
    start = text.rfind("[[", max(0, end - SPAN), end)
    if start >= 0:
        content = _RATING_LABEL.sub("", text[start + 2 : end].strip())
        yield Statement(start, content, "[[…]]", whole=True)


_RATING_LABEL = lazy_pattern(r"(?:rating|score|verdict|final verdict)\s?:\s?", re.IGNORECASE)


def _lines(text: str) -> Iterator[Statement]:
    position = text.rfind("\n")
    labelled = _LABELLED_LINE.match(text, position + 1)
    if labelled:
        rule = labelled.group().strip()
        yield Statement(position, text[labelled.end() :][:SPAN], rule, whole=True)
    if position < 0:
        return
    if _BARE_LINE.fullmatch(text, position + 1):
        yield Statement(position, text[position:], "last line", _NUMBER_OR_LETTER, whole=True)
    elif _OPTION_LINE.match(text, position + 1) and not _has_second_option(text):
        yield Statement(position, text[position:], "last line", ("choice",))


_LEADING_OPTION = lazy_pattern(
    r"[*_]{0,2}(?:\(?[A-J][.):]{1,2}[*_]{0,2}\s+(?=\S)|[A-J](?=,?\s(?:because|since|as)\b))"
)
_LABELLED_LINE = lazy_pattern(
    r"[#*_\s]{0,6}(?:final\s|my\s|overall\s)?(?:verdict|decision|result|label|category|class"
    r"|classification|sentiment|prediction|solution|conclusion|output|choice|rating|score|total)"
    r"[*_]{0,2}\s?:[*_\s]{0,6}",
    re.IGNORECASE,
)
_OPTION_LINE = lazy_pattern(r"[*_]{0,2}\(?[A-J][.)]{1,2}[*_]{0,2}\s+(?=\S)")  # not "A: 18"
_BARE_LINE = lazy_pattern(
    r"[\s*_(\[{$€£¥`]{0,6}(?:[A-J]|[-+]?[$€£¥]?\d[\d.,/]{0,30}\s?%?)[*_)\]}$`.]{0,6}"
)


def _has_second_option(text: str) -> bool:
    return any(
        mark in text for mark in ("\nB:", "\nB.", "\nB)", "\n(B)", "\nb)", "\nb.", "\n(b)", "II.")
    )


def _boxed(text: str) -> Iterator[Statement]:
    position = text.rfind("boxed")
    opening = text.find("{", position, position + 8)
    if opening < 0:
        yield Statement(position, text[position + 5 : position + SPAN], "\\boxed")
        return
    depth = 0
    for index in range(opening, min(len(text), opening + 2 * SPAN)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            yield Statement(position, text[opening + 1 : index], "\\boxed{}", whole=True)
            return


FIELDS = ("final_answer", "answer", "label", "choice", "prediction", "result")
_FIELD_VALUE = lazy_pattern(
    r"""["']\s{0,9}:\s{0,9}\[?\s{0,9}(?:"((?:[^"\\\n]|\\.){0,200})"|'([^'\n]{0,200})'|([^\s,}\]{\["']{1,60}))"""
)


_ANSWER_TAG = lazy_pattern(
    r"<(final_answer|final|result|output|solution|label|verdict|choice)>([^<]{1,200})</\1>"
)


def _fields(text: str, low: str) -> Iterator[Statement]:
    if "</" in low and "</answer" not in low:
        tag = _ANSWER_TAG.search(low, max(0, len(low) - 3 * SPAN))
        if tag:
            yield Statement(tag.start(), text[slice(*tag.span(2))].strip(), tag[1], whole=True)
    if "</answer" in low:
        end = low.rfind("</answer")
        start = low.rfind("<answer>", 0, end)
        if start >= 0:
            content = text[start + 8 : end].strip()
            yield Statement(start, content, "<answer>", whole=True)
            yield from _explicit(content)
    if "{" not in low or ('":' not in low and "':" not in low and '" :' not in low):
        return
    for field in FIELDS:
        position = max(low.rfind(f'"{field}"'), low.rfind(f"'{field}'"))
        if position < 0:
            continue
        match = _FIELD_VALUE.match(text, position + 1 + len(field))
        if match is None:
            continue
        quoted, single, bare = match.groups()
        if quoted is not None:
            value = _unescape(quoted)
            yield Statement(position, value, f'"{field}":', whole=True)
            yield from _explicit(value)
        else:
            yield Statement(position, single if bare is None else bare, f'"{field}":', whole=True)


def _unescape(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return quoted


def _explicit(text: str) -> list[Statement]:
    low = text.lower()
    found = [*_leads(text, low), *_marks(text)]
    found.sort(key=lambda statement: -statement.position)
    return found


_OPTION_MARK = lazy_pattern(r"[A-J](?=[).*\"”\s'’]|$)")
_IS_CORRECT = lazy_pattern(
    r"[)\"*.]{0,3}\s{1,2}is\s(?:the\s)?(?:most\s|only\s|best\s)?"
    r"(?:correct|right|best|true|accurate|appropriate|closest)(?:\s(?:answer|option|choice|one))?\b"
)
_CONCLUDES = lazy_pattern(r"(?:\b(?:is|are|be|[iI]t['’]s)|:)\s[\"“*]{0,3}$")
_NEGATED = lazy_pattern(r"\b(?:wrong|incorrect|not|false|except)\b", re.IGNORECASE)
_MARK_ENDS = lazy_pattern(r"\.[*\"”]{0,3}(?:\s|$)|\*|$")
_CONCLUSION = lazy_pattern(
    r"(?:therefore|thus|so|hence|in total|altogether|in all|finally|consequently|as a result"
    r"|this means|that means|in conclusion)\b",
    re.IGNORECASE,
)
_IS_NUMBER = lazy_pattern(r"\b(?:is|are|was|were|be|equals)\s[*_]{0,2}[$€£¥₹]?-?\d")
_IS_RANGE = lazy_pattern(
    r"\b(?:is|are|was|were|be|costs?|lies)\s[*_]{0,2}(?=(?:between|from)\s[$€£¥₹]?-?\d)"
)
_VERDICT_LENGTH = 400
# The rule of "3: the court may refuse".
NUMBERED = "opens with an option's number"
_NUMBERED_OPTION = lazy_pattern(r"[*_]{0,2}\(?(\d{1,2})[).:]{1,2}[*_]{0,2}\s+(?=[^\W\d])")
_CONTESTANT = lazy_pattern(
    r"\b(?:assistant|response|answer|model|output|candidate|system|summary|translation|essay)\s"
    r"[\"“(*]{0,3}$",
    re.IGNORECASE,
)
_IS_BETTER = lazy_pattern(
    r"(?:['’]s\s\w+)?[\"”)*]{0,3}\s(?:wins\b|(?:is|was|gives|provides)\s(?:\w+\s)?"
    r"(?:better|best|superior|preferable|preferred|stronger|clearer|the\s(?:winner|better|best)))"
)
_SO = lazy_pattern(
    r"(?:^|[,;.–-]\s)(?:so|therefore|thus|hence|then|overall|in short|in conclusion)[,:]?\s{1,2}"
    r"(?:(?:it['’]?s|it is|that['’]s|my answer is"
    r"|i['’]?(?:d|ll| would| will)? (?:say|choose|pick|go with))\s)?"
    r"[*_(]{0,3}(?=[A-J][).*_]{0,3}\.?$|(?:yes|no|true|false)\b[*_.!]{0,4}$)",
    re.IGNORECASE,
)
_DENIED = {
    "true": "false", "false": "true", "correct": "incorrect", "incorrect": "correct",
    "right": "wrong", "wrong": "right",
}  # fmt: skip
_CLAIM = lazy_pattern(
    rf"""\b(?:(?:claim|statement|assertion|sentence|premise|proposition|hypothesis|argument|that|this|it)
    \s(?:is|would[ ]be|must[ ]be|seems|was)|that['’]s|it['’]s)(?P<negated>n['’]t)?\s
    (?:(?:indeed|clearly|therefore|definitely|absolutely|actually|also|completely|entirely)\s)?
    (?P<not>not\s)?(?P<word>{"|".join(_DENIED)})\b(?![-\w])""",
    re.VERBOSE | re.IGNORECASE,
)
_IS_RIGHT = lazy_pattern(IS_RIGHT)
_FOREIGN_CLAIM = lazy_pattern(CLAIMS, re.VERBOSE | re.IGNORECASE)
# "So D.", "so yes": the last word.
_CONCLUDING = frozenset(["yes", "no", "true", "false", *"abcdefghij"])
_LAST_WORD = 16
_NOT_BUT = lazy_pattern(r"not\s[^.\n]{1,40}?,?\sbut\s(?:rather\s)?", re.IGNORECASE)


def _concluded(text: str, low: str, sentence: str) -> Iterator[Statement]:
    """Yield what a text concludes: "so yes", "So D.", "The claim is false, since …"."""
    if len(text) <= SPAN and low.startswith("not ") and (turned := _NOT_BUT.match(text)):
        yield Statement(0, text[turned.end() :], "not … but")
    last = sentence[-_LAST_WORD:].rstrip("*_.!)").rpartition(" ")[2].lstrip("*_(").lower()
    so = _SO.search(sentence) if last in _CONCLUDING else None
    if so:
        yield Statement(0, sentence[so.end() :], "so …", ("choice", "boolean"), whole=True)
    if len(text) > _VERDICT_LENGTH:
        return
    if not text.isascii() and (right := _IS_RIGHT.search(text)):
        yield Statement(0, right[1], "… is right", ("choice",), whole=True)
    if "true" in low or "false" in low or "correct" in low or "right" in low or "wrong" in low:
        claim = _CLAIM.search(text)
        if claim:
            denied = claim["not"] or claim["negated"]
            said = _DENIED[claim["word"].lower()] if denied else claim["word"]
            yield Statement(0, said, "it is …", ("boolean",))
    elif not so and (claim := _FOREIGN_CLAIM.match(text)):
        yield Statement(0, text[claim.end() :], "it is …", ("boolean",))


def _weak(text: str, low: str) -> Iterator[Statement]:
    lead = _LEADING_OPTION.match(text)
    if lead and not _has_second_option(text):
        yield Statement(0, text, f"opens with {lead.group().strip()}", ("choice",))
    first, newline, _ = text[:SPAN].partition("\n")
    if newline and _BARE_LINE.fullmatch(first) and not _has_second_option(text):
        yield Statement(0, first, "first line", _NUMBER_OR_LETTER, whole=True)
    if len(text) <= SPAN and "\n" not in text:
        numbered = _NUMBERED_OPTION.match(text)
        if numbered:
            yield Statement(0, numbered[1], NUMBERED, ("number",), whole=True)
    tail = text[-3 * SPAN :]
    yield from _weak_options(tail)
    sentence = last_sentence(text)
    yield from _concluded(text, low, sentence)
    # A reason may follow a verdict in the same paragraph; more is an essay that opens with one.
    if len(text) <= _VERDICT_LENGTH and "\n" not in text:
        yield Statement(0, text, "opens with yes or no", ("boolean",))
    if not breaks_off(text):
        yield from _conclusion(sentence)


def _is_better(tail: str, start: int, end: int) -> bool:
    """Whether a letter names the answer that a judge prefers: "Assistant A is better"."""
    return bool(_IS_BETTER.match(tail, end) and _CONTESTANT.search(tail, max(0, start - 16), start))


def _weak_options(tail: str) -> Iterator[Statement]:
    correct: set[str] = set()
    concluded = better = None
    for mark in _OPTION_MARK.finditer(tail):
        start, end = mark.span()
        enclosed = tail[start - 1 : start] == "(" and tail[end : end + 1] == ")"
        start -= enclosed
        if not enclosed and start and tail[start - 1] not in ' \n\t*"“':
            continue
        if _IS_CORRECT.match(tail, end):
            correct.add(mark.group())
        elif _is_better(tail, start, end):
            better = mark.group()
        lead = _CONCLUDES.search(tail, max(0, start - 12), start)
        if lead and _NEGATED.search(tail, max(0, start - 60), start):
            continue
        if lead and (enclosed or _MARK_ENDS.match(tail, end)):
            concluded = Statement(0, tail[start:], f"… {lead.group().strip()}", ("choice",))
    if len(correct) == 1:
        yield Statement(0, correct.pop(), "… is correct", ("choice",))
    if better:
        yield Statement(0, better, "… is better", ("choice",), whole=True)
    if concluded:
        yield concluded


_SENTENCE_BREAKS = (". ", "! ", "? ", ".\n", "\n", "。", ".** ")


def last_sentence(text: str) -> str:
    """The last sentence, or its last SPAN characters."""
    tail = text[-SPAN:]
    start = 0
    for mark in _SENTENCE_BREAKS:
        position = tail.rfind(mark, 0, -1)
        if position >= 0:
            start = max(start, position + len(mark))
    return tail[start:].lstrip(" *_-")


_ALTERNATIVES = lazy_pattern(r"=[^=]{1,40}(?:\b(?:or|and)\b[^=]{0,20}|,\s?[a-z]\s?)$")


def _conclusion(sentence: str) -> Iterator[Statement]:
    head, sign, result = sentence.rpartition("=")
    if sign and head:
        if not result.endswith(";") and not _ALTERNATIVES.search(head):  # "x = 2 or x = 3"
            yield Statement(0, result, "… =", ("number",))
        return
    if "between" in sentence or "from" in sentence:
        ranged = _IS_RANGE.search(sentence)
        if ranged:
            yield Statement(0, sentence[ranged.end() :], "… is", ("number",), whole=True)
            return
    concludes = _CONCLUSION.match(sentence)
    if not concludes and not _IS_NUMBER.search(sentence):
        return
    number = _only_number(sentence)
    if number and concludes:
        yield Statement(0, number, f"{sentence.split(maxsplit=1)[0]} …", ("number",))
    elif number:
        yield Statement(0, number, "… is", ("number",), whole=True)


def find_statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a prepared text, the most telling first."""
    if len(text) <= SPAN:
        yield Statement(0, text, WHOLE, CLOSED_KINDS, whole=True)
        if text.isascii() and text.isalpha():  # one word: a label
            yield Statement(0, text, WHOLE, ("short",), whole=True)
            return
    low = text.lower()
    yield from _fields(text, low)
    yield from _explicit(text)
    yield from _weak(text, low)
    if len(text) <= SPAN:
        yield Statement(0, text, WHOLE, ("short",), whole=True)
