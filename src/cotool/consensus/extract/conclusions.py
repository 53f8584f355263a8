"""Weaker signs of an answer: an option that opens a text, yes or no, a conclusion at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.languages import CLAIMS, IS_RIGHT, IS_RIGHT_LATIN, OPINIONS
from cotool.consensus.extract.marks import BARE_LINE
from cotool.consensus.extract.preparation import breaks_off
from cotool.consensus.extract.spans import (
    NOT_BUT,
    NUMBER_OR_LETTER,
    SPAN,
    StatedPlace,
    has_second_option,
    only_number,
)
from cotool.consensus.extract.vocabulary import has_any

_OPTIONS = frozenset("ABCDEFGHIJ")
_LEADING_OPTION = lazy_pattern(
    r"[*_]{0,2}(?:\(?[A-J][.):]{1,2}[*_]{0,2}\s+(?=\S)|[A-J](?=,?\s(?:because|since|as)\b)"
    r"|[A-J](?=,\s(?:obviously|clearly|definitely|certainly|of course|i think|I think|I believe)\b)"
    r"|\(?[A-J]\)?[*_]{0,2}\s?[–—]\s?(?=\S)|\(?[A-J][)*_]{1,3}\s-\s(?=\S)"
    r"|[B-HJ](?=\s(?:is|are|was|were)\s(?:not\s)?(?!(?:in)?correct|right|wrong|true|false)\w))"
)
_OPTION_MARK = lazy_pattern(r"[A-J](?=[).*\"”\s'’]|$)")
_CORRECT = ("correct", "right", "best", "true", "accurate", "appropriate", "closest")
_LIKELY = ("plausible", "likely", "reasonable", "convincing", "sensible")
_IS_CORRECT = lazy_pattern(
    r"[)\"*.]{0,3}\s{1,2}(?:is|seems|looks|appears)\s(?:to\sbe\s)?(?:the\s)?"
    rf"(?:most\s(?:{'|'.join(_LIKELY)})|(?:most\s|only\s|best\s)?(?:{'|'.join(_CORRECT)}))"
    r"(?:\s(?:answer|option|choice|one))?\b"
)
_CONCLUDES = lazy_pattern(r"(?:\b(?:is|are|be|[iI]t['’]s)|:)\s[\"“*]{0,3}$")
_NEGATED = lazy_pattern(r"\b(?:wrong|incorrect|not|false|except)\b", re.IGNORECASE)
# "Both A and C apply; B does not."
_APPLY = lazy_pattern(r"[.;]|\s(?:apply|are|hold|fit|work)\b")
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
# The rule for "3: the court may refuse".
NUMBERED = "opens with an option's number"
_NUMBERED_OPTION = lazy_pattern(
    r"[*_]{0,2}(?:(?i:option|choice) )?\(?(\d{1,2})[).:]{1,2}[*_]{0,2}\s+(?=[^\W\d])"
)
_LONGEST_OPTION = len("**Choice (12")
_CONTESTANT = lazy_pattern(
    r"\b(?:assistant|response|answer|model|output|candidate|system|summary|translation|essay)\s"
    r"[\"“(*]{0,3}$",
    re.IGNORECASE,
)
_IS_BETTER = lazy_pattern(
    r"(?:['’]s\s\w+)?[\"”)*]{0,3}\s(?:wins\b|(?:is|was|gives|provides)\s(?:\w+\s)?"
    r"(?:better|best|superior|preferable|preferred|stronger|clearer|the\s(?:winner|better|best)))"
)
_BETTER = ("win", "best", "better", "superior", "prefer", "stronger", "clearer")
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
_IS_RIGHT_LATIN = lazy_pattern(IS_RIGHT_LATIN)
_RIGHT_WORDS = ("richtig", "korrekt", "correct", "corret", "juste", "bonne")
_OPINION = lazy_pattern(OPINIONS, re.VERBOSE | re.IGNORECASE)
_FOREIGN_CLAIM = lazy_pattern(CLAIMS, re.VERBOSE | re.IGNORECASE)
# A text in ASCII without one of these words is no opinion, and without one of these beginnings no
# such claim.
_OPINION_WORDS = (
    *(
        "i'd ",
        "i’d ",
        "i would ",
        "i lean ",
        "i'll ",
        "i’ll ",
        "sure ",
        "certain ",
        "confident ",
        "ich ",
        "je ",
        "creo ",
        "pienso ",
        "ik ",
    ),
    *("acho ", "credo ", "penso ", "bence "),
)
_CLAIM_BEGINNINGS = ("das ", "die ", "es ", "c'est ", "l'affirmation ", "esto ")
# The last word of "So D." or "so yes".
_CONCLUDING = frozenset(["yes", "no", "true", "false", *"abcdefghij"])
_LAST_WORD = 16


_GUESSES = ("i believe", "i think", "i guess", "guess is", "i'd say", "i would say", "i suspect")
_GUESS = lazy_pattern(
    r"(?i:\b(?:i (?:believe|think|guess|suspect|['’]d say|would say)|guess is))(?: that)?"
    r"(?: it['’]?s| it is| it would be| the answer is)? [*_(]{0,3}"
    r"([A-J](?=[).*_,;!]|$)|[B-HJ](?= (?:because|since|as|but|though|although)\b))"
)
# An option between words that only affirm it: "C it is.", "Definitely B."; "hence option (B)".
_SAID = lazy_pattern(
    r"\(?([A-J])\)? it is[.!]?$"
    r"|(?i:definitely|clearly|certainly|obviously|surely|undoubtedly),? \(?([A-J])\)?[.!]?$"
)
_HENCE_OPTION = lazy_pattern(
    r"\b(?i:hence|so|therefore|thus)\b"
    r"(?:(?!not\b|n['’]t\b|never|elimin|exclu|reject|rul|wrong)[^.;\n]){0,60}"
    r"\b(?i:option|choice) \(?([A-J])\)?"
    r"(?!\w|,? (?:is|was|can|must) (?:not|wrong|incorrect|false|out|elim|be))"
)
_SO_NO = lazy_pattern(r"\b(?:so|hence|thus|therefore) (yes|no), [^.!?]{1,60}[.!]?$")
_TOLD = ("yes", "no", "true", "false")
_AFTER_COLON = lazy_pattern(r": [*_]{0,2}(yes|no|true|false)[*_.!]{0,3}$")
_ARROW = lazy_pattern(r"(?:→|->|=>)\s*\(?([A-J])\)?[.!]?$")
# What ends a text in bold type: a time, a number, a name.
_BOLD_END = lazy_pattern(r"[\w,:=] \*\*([^*\n]{1,60})\*\*[.!]?$")
# "Not in the air, no. They swim."
_TAGGED_ON = lazy_pattern(r"[^.!?,\n]{1,60}, (yes|no)[.!]?(?: [A-Z]|$)")


def _concluded(text: str, low: str, sentence: str) -> Iterator[StatedPlace]:
    """Yield what a text concludes: "so yes", "So D.", "The claim is false, since …"."""
    is_line = len(text) <= SPAN and "\n" not in text
    foreign = not text.isascii()
    if is_line and (foreign or has_any(low, _OPINION_WORDS)) and (opinion := _OPINION.match(text)):
        yield StatedPlace(0, text[opinion.end() :], "opinion", ("choice", "boolean"))
        yield StatedPlace(0, text[opinion.end() :], "opinion", whole=True)
    if len(text) <= SPAN and low.startswith("not ") and (turned := NOT_BUT.match(text)):
        yield StatedPlace(0, text[turned.end() :], "not … but")
    last = sentence[-_LAST_WORD:].rstrip("*_.!)").rpartition(" ")[2].lstrip("*_(").lower()
    so = _SO.search(sentence) if last in _CONCLUDING else None
    if so:
        yield StatedPlace(0, sentence[so.end() :], "so …", ("choice", "boolean"), whole=True)
    if len(text) > _VERDICT_LENGTH:
        return
    yield from _concluding(text, low)
    if foreign and (right := _IS_RIGHT.search(text)):
        yield StatedPlace(0, right[1], "… is right", ("choice",), whole=True)
    elif has_any(low, _RIGHT_WORDS) and (right := _IS_RIGHT_LATIN.search(text)):
        yield StatedPlace(0, right[1] or right[2], "… is right", ("choice",), whole=True)
    if has_any(low, ("true", "false", "correct", "right", "wrong")):
        claim = _CLAIM.search(text)
        if claim:
            denied = claim["not"] or claim["negated"]
            word = _DENIED[claim["word"].lower()] if denied else claim["word"]
            yield StatedPlace(0, word, "it is …", ("boolean",))
    elif (
        not so
        and (foreign or low.startswith(_CLAIM_BEGINNINGS))
        and (claim := _FOREIGN_CLAIM.match(text))
    ):
        yield StatedPlace(0, text[claim.end() :], "it is …", ("boolean",))


def _concluding(text: str, low: str) -> Iterator[StatedPlace]:
    """Yield an option that somebody guesses, a yes or no that ends a clause, and bold type."""
    if has_any(low, _GUESSES) and (guess := _GUESS.search(text)):
        yield StatedPlace(0, guess[1], "opinion", ("choice",), whole=True)
    if text[-9:].rstrip(".!)").endswith((" it is", *"ABCDEFGHIJ")) and (said := _SAID.match(text)):
        yield StatedPlace(0, said[1] or said[2], "opinion", ("choice",), whole=True)
    elif has_any(low, ("option ", "choice ")) and (hence := _HENCE_OPTION.search(text)):
        yield StatedPlace(0, hence[1], "so …", ("choice",), whole=True)
    if has_any(low, ("so no, ", "so yes, ", "hence no, ", "thus no, ")) and (
        so := _SO_NO.search(low)
    ):
        yield StatedPlace(0, so[1], "so …", ("boolean",), whole=True)
    if ": " in text and low.rstrip("*_.!\n").endswith(_TOLD) and (told := _AFTER_COLON.search(low)):
        yield StatedPlace(0, told[1], ": …", ("boolean",), whole=True)
    if has_any(text, ("→", "->", "=>")) and (arrow := _ARROW.search(text)):
        yield StatedPlace(0, arrow[1], "→", ("choice",), whole=True)
    if text.count("**") == 2 and (bold := _BOLD_END.search(text)):
        yield StatedPlace(0, bold[1], "**…**", whole=True)
    if has_any(text, (", no", ", yes")) and (tagged := _TAGGED_ON.match(text)):
        yield StatedPlace(0, tagged[1], "…, yes or no", ("boolean",), whole=True)


# "A. Shark is wrong", and "**Paper** because it beats rock".
_LEADS_TO_NO = lazy_pattern(
    r"[*_(]{0,3}[A-J][.):*_]{1,4}[^.;\n]{0,40}\b(?:is|are|was)\s(?:wrong|incorrect|false)\b"
)
_WRONG = ("wrong", "incorrect", "false")
_LEADING_BOLD = lazy_pattern(r"\*\*([^*\n:]{1,40})\*\*(?:\s?[—–:,]|\s-)\s(?=[^\n]{3,}$)")
# "366, since February has 29 days.", "In 1989; Germany was reunified in 1990."
_NUMBER_BEGINS = frozenset("$€£-*_")
_LEADING_NUMBER = lazy_pattern(
    r"[*_]{0,2}(?i:in )?([$€£]?-?\d[\d.,]*\d?%?"
    r"|[A-Z][a-z]+(?:[- ][a-z]+)?(?=,? (?:since|because)\b))[*_]{0,2}"
    r"(?:,? (?:[a-z]+ )?(?:since|because|as)\b|(?<=\b\d{4})[;.] (?=[A-Za-z])"
    r"| \((?:it|there|that|this|not|see|since|because|before|until)\b[^()\n]{1,80}\)[.!]?$)"
)


def _opening(text: str) -> Iterator[StatedPlace]:
    """Yield what a text begins with: bold type, an option."""
    is_letter = text.lstrip("*_(")[:1] in _OPTIONS and not (
        has_any(text, _WRONG) and _LEADS_TO_NO.match(text)
    )
    if text[:2] == "**" and (bold := _LEADING_BOLD.match(text)):
        yield StatedPlace(0, bold[1], "**…**", whole=True)
    if is_letter and (lead := _LEADING_OPTION.match(text)) and not has_second_option(text):
        yield StatedPlace(0, text, f"opens with {lead.group().strip()}", ("choice",))


def weak_places(text: str, low: str) -> Iterator[StatedPlace]:
    """Yield what a text states by its first words, an option near its end, or a conclusion."""
    yield from _opening(text)
    first, newline, _ = text[:SPAN].partition("\n")
    if newline and BARE_LINE.fullmatch(first) and not has_second_option(text):
        yield StatedPlace(0, first, "first line", NUMBER_OR_LETTER, whole=True)
    elif newline and len(first) <= _LAST_WORD and not first.endswith(":"):
        yield StatedPlace(0, first, "first line", ("boolean",), whole=True)
    if len(text) <= SPAN and "\n" not in text:
        has_digit = any(map(str.isdecimal, text[:_LONGEST_OPTION]))
        if has_digit and (numbered := _NUMBERED_OPTION.match(text)):
            yield StatedPlace(0, numbered[1], NUMBERED, ("number",), whole=True)
        first = text[:1]
        begins = first.isdecimal() or first in _NUMBER_BEGINS or low[:3] == "in "
        reason = (has_digit and begins) or has_any(low, (" since ", " because "))
        if reason and (lead := _LEADING_NUMBER.match(text)):
            yield StatedPlace(0, lead[1], "opens with a number", ("number",), whole=True)
    if text[:5] in {"Both ", "Only "}:
        yield StatedPlace(0, _APPLY.split(text, maxsplit=1)[0], "opens with options", ("choice",))
    tail = text[-3 * SPAN :]
    yield from _weak_options(tail)
    sentence = last_sentence(text)
    yield from _concluded(text, low, sentence)
    # A reason may follow a verdict in the same paragraph; a longer text is an essay.
    if len(text) <= _VERDICT_LENGTH and "\n" not in text:
        yield StatedPlace(0, text, "opens with yes or no", ("boolean",))
    if not breaks_off(text):
        yield from _conclusion(sentence)


def _is_better(tail: str, start: int, end: int) -> bool:
    """Whether a letter names the answer that a judge prefers: "Assistant A is better"."""
    if not has_any(tail, _BETTER):
        return False
    begins = not tail[:start].strip('*_"“( ')
    contestant = begins or _CONTESTANT.search(tail, max(0, start - 16), start)
    return bool(contestant and _IS_BETTER.match(tail, end))


def _weak_options(tail: str) -> Iterator[StatedPlace]:
    correct: set[str] = set()
    concluded = better = None
    may_be_correct = has_any(tail, (*_CORRECT, *_LIKELY))
    for mark in _OPTION_MARK.finditer(tail):
        start, end = mark.span()
        enclosed = tail[start - 1 : start] == "(" and tail[end : end + 1] == ")"
        start -= enclosed
        if not enclosed and start and tail[start - 1] not in ' \n\t*"“':
            continue
        if may_be_correct and _IS_CORRECT.match(tail, end):
            correct.add(mark.group())
        elif _is_better(tail, start, end):
            better = mark.group()
        lead = _CONCLUDES.search(tail, max(0, start - 12), start)
        if lead and _NEGATED.search(tail, max(0, start - 60), start):
            continue
        if lead and (enclosed or _MARK_ENDS.match(tail, end)):
            concluded = StatedPlace(0, tail[start:], f"… {lead.group().strip()}", ("choice",))
    if len(correct) == 1:
        yield StatedPlace(0, correct.pop(), "… is correct", ("choice",))
    if better:
        yield StatedPlace(0, better, "… is better", ("choice",), whole=True)
    if concluded:
        yield concluded


_SENTENCE_BREAKS = (". ", "! ", "? ", ".\n", "\n", "。", ".** ")


# How a sentence begins that speaks to the reader and not of the answer.
_REMARK = lazy_pattern(
    r"(?:please\s)?(?:let me know|feel free|i hope|hope (?:this|that)|(?:ask|tell) me\b|happy to\b"
    r"|if you(?:['’]d)? (?:have|need|want|would|like)|would you like|do you (?:want|need|have)"
    r"|is there anything|glad to)",
    re.IGNORECASE,
)


_REMARK_BEGINNINGS = (
    *("please", "let me", "feel", "i hope", "hope", "ask", "tell", "happy", "if you", "would you"),
    *("do you", "is there", "glad"),
)
_LONGEST_BEGINNING = 9
# "(Each box holds 12.)"; "There are 3: at places 1, 5 and 9".
_IN_BRACKETS = lazy_pattern(r"\([^()]*\)\s*")
_COUNTED = lazy_pattern(
    r"^([^:\n]*\b(?:is|are|was|were|be|equals)\s[*_]{0,2}[$€£¥₹]?-?\d[^:\n]*):\s"
    r"[^:=\n]*\d[^:=\n]*(?:,|\band\b)[^:=\n]*\d[^:=\n]*$"
)
# "9.9 is larger than 9.11" is about 9.9.
_COMPARED = lazy_pattern(
    r"^([^\n]*?\b(?:is|are|was|were)\s[^\n\d]{0,20}?(?:\w+er|more|less)\b[^\n\d]{0,20}?)\sthan\s.*$"
)


# "$12.50, including $2.50 of tax"; not where the rest says what it comes to.
_CLAUSE = lazy_pattern(
    r"(?P<said>[^\n]*?\d[^\n]*?)(?:,\s(?:including|of which|assuming|since|because|not|excluding"
    r"|up from|down from|compared|rather than|instead of|given that"
    r"|a (?:day|week|month|year|decade) (?:after|before|later|earlier))\b|\s\((?=[^()]*\))"
    r"|(?<=\w)\safter\s\w+ing\b"
    r"|(?<=\w)\sout of(?=\s\d)|(?<=[\dMBkm%])(?:\s\w+)?\sin(?=\s(?:1[5-9]|20)\d\d\.?$))"
    r"(?P<rest>[^\n]*)$",
    re.IGNORECASE,
)
_COMES_TO = lazy_pattern(
    r"=|\b(?:is|are|was|were|has|have|gets?|makes?|leav\w+|left|remain\w*|gives?|total\w*|so|thus"
    r"|hence|therefore|or|maybe|perhaps|possibly)\b[^.]*\d",
    re.IGNORECASE,
)


def _without_clause(sentence: str) -> str:
    """Return a sentence without the clause or the brackets after its number."""
    match = _CLAUSE.match(sentence)
    if match is None or _COMES_TO.search(match["rest"]) or "=" in match["said"]:
        return sentence
    if match["rest"][-5:].strip(" .").isdigit() and not has_any(match["said"], tuple("$€£¥₹%")):
        return sentence  # "5 houses in 2020" may be about the year
    return match["said"]


def _is_aside(sentence: str) -> bool:
    if sentence.startswith("("):
        return _IN_BRACKETS.fullmatch(sentence) is not None
    begins = sentence[:_LONGEST_BEGINNING].lower().startswith(_REMARK_BEGINNINGS)
    return begins and _REMARK.match(sentence) is not None


def last_sentence(text: str) -> str:
    """Return the last sentence that is no remark to the reader, or its last SPAN characters."""
    tail = text[-SPAN:]
    end = len(tail)
    while True:
        start = max(
            (tail.rfind(mark, 0, end - 1) + len(mark) for mark in _SENTENCE_BREAKS
             if tail.rfind(mark, 0, end - 1) >= 0),
            default=0,
        )  # fmt: skip
        sentence = tail[start:end].lstrip(" *_-")
        if not (start and _is_aside(sentence)):
            if ": " in sentence and any(map(str.isdecimal, sentence)):
                sentence = _COUNTED.sub(r"\1", sentence)
            if has_any(sentence, (", ", " (", " out of ", " in ", " after ")) and any(
                map(str.isdecimal, sentence)
            ):
                sentence = _without_clause(sentence)
            return _COMPARED.sub(r"\1", sentence) if " than " in sentence else sentence
        end = len(tail[:start].rstrip())


_ALTERNATIVES = lazy_pattern(r"=[^=]{1,40}(?:\b(?:or|and)\b[^=]{0,20}|,\s?[a-z]\s?)$")


def _conclusion(sentence: str) -> Iterator[StatedPlace]:
    head, sign, result = sentence.rpartition("=")
    if sign and head:
        bound = head[-1] in "<>!≤≥"  # ">= 5" states no value
        # Two roots ("x is 2 or 3") are no single value.
        if not bound and not result.endswith(";") and not _ALTERNATIVES.search(head):
            yield StatedPlace(0, result, "… =", ("number",))
        return
    if not any(map(str.isdecimal, sentence)):
        return
    if "between" in sentence or "from" in sentence:
        ranged = _IS_RANGE.search(sentence)
        if ranged:
            yield StatedPlace(0, sentence[ranged.end() :], "… is", ("number",), whole=True)
            return
    concludes = _CONCLUSION.match(sentence)
    if not concludes and not _IS_NUMBER.search(sentence):
        return
    number = only_number(sentence)
    if number and concludes:
        yield StatedPlace(0, number, f"{sentence.split(maxsplit=1)[0]} …", ("number",))
    elif number:
        yield StatedPlace(0, number, "… is", ("number",), whole=True)
