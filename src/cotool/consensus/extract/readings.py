"""Read the beginning of a stated answer ("**(C)** Paris", "$18 a day") as one kind of answer."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.dates import read_date, without_lead
from cotool.consensus.extract.expressions import is_formula, linear
from cotool.consensus.extract.extracted import SpanReading
from cotool.consensus.extract.languages import ANSWERS, ARTICLES, CLOSINGS, OPTIONS
from cotool.consensus.extract.normal_form import UNKNOWN, is_range, list_items, short_form
from cotool.consensus.extract.numbers import read_number, said_twice
from cotool.consensus.extract.units import read_turn, read_turn_before
from cotool.consensus.extract.yes_no import read_boolean

CLOSED_KINDS = ("choice", "number", "boolean")
KINDS = (*CLOSED_KINDS, "short")

SHORT_WORDS = 5
SHORT_CHARACTERS = 40
# Scripts without spaces need fewer characters.
SHORT_CJK_CHARACTERS = 12
# A formula may be longer.
FORMULA_CHARACTERS = 150
LIST_CHARACTERS = 400


FIRST_OF_TWO = " (first of two)"


# What may follow a bare letter: an end, a mark, or a word that opens the reason. Not "A dog",
# "I think", "For", "E = mc²", "N/A", "J.-P.", "J. K. Rowling", "e.g.".
_AFTER_LETTER = (
    *("because", "since", "as", "for", "is", "and", "or", "not", "which", "with", "but", "would"),
    *("instead", "rather", "over"),
)
_LETTER_ENDS = rf"""(?=\s*(?:$|[,;!?)\]}}*_"'”’»`|$\n。，、；：）」]|\.(?![\w-]|\s[A-Z]\.)|:(?!//)
    |\s[–—-]\s|\s\(|[–—]|\n
    |(?<=\s)(?:{"|".join(_AFTER_LETTER)})\b
    |[^\x00-\u02af\s]|\s(?:şık|seçene)))"""
_CHOICE = lazy_pattern(
    rf"""(?:(?i:option|choice|letter|answer|both|only)s?[ ]
      |(?i:(?:{ARTICLES}\s?)?(?:{OPTIONS}|{"|".join(ANSWERS).replace(" ", "[ ]")})\s?))?\$?[*_]*
    (?:[(\[{{]\s?[*_]*(?P<enclosed>[A-Za-z]|[ivxIVX]{{2,4}})[*_]*\s?(?:[)\]}}](?![\w(])|$)
      |(?P<capital>[A-J])(?:[*_)\]}}]{{1,3}}(?![\w])|{_LETTER_ENDS})
      |(?P<small>[a-j])(?=[*_$}}]*(?:\s*$|[.)](?:\s|$|\*))|\sis\s(?:correct|right)\b)
      |(?P<roman>ii|iii|iv|vi|vii|viii|ix)(?=[.)]?\s*$))""",
    re.VERBOSE,
)
_OTHER_CHOICE = lazy_pattern(
    r"""(?:(?!\b(?:because|since|as|while|whereas|unlike|ya[ ]que|porque|weil|denn|da|car|parce
    |puisque|perché|poiché)\b)[^.\n]|\.(?=\d)){0,60}?(?:[,;/&]|\bor|\band)\s{0,2}
    (?:\([A-Za-z]\)|[A-J](?=\s*(?:$|[.,;)\n]|or\b|and\b)))
    (?!(?:[\s,]{1,2}(?:and[ ]|or[ ])?\(?[A-J]\)?){0,8}\s(?:is|are|was|were)\b)""",
    re.VERBOSE,
)
# "C would be a mistake; B."
_REJECTED = lazy_pattern(
    r"[)*_.]{0,3}\s(?:would be|is|was|seems|looks)\s(?:an?\s|clearly\s|obviously\s)?"
    r"(?:mistake|error|wrong|incorrect|false|bad|poor|trap|out)\b|[)*_.]{0,3}\scan(?:['’]t|not)\b"
    r"|[).:]\s[^.;,\n]{1,40}?\s(?:is|was|are)\s(?:wrong|incorrect|false)\b",
    re.IGNORECASE,
)
_OR = lazy_pattern(r"\bor\b")
MOST_OPTIONS = 10
_NEXT_OPTION = lazy_pattern(r"\n\s*[*_]{0,2}\(?([A-J])[.):]")
_COMPOUND_CHOICE = lazy_pattern(
    r"(?P<which>none|all|both|neither) of (?:the )?(?:above|these|those|them|options|choices)\b",
    re.IGNORECASE,
)


# The words, and the Roman numbers, with which a choice may begin.
CHOOSING = (
    *("option", "choice", "letter", "answer", "both", "only", "none", "all", "neither"),
    *("ii", "iv", "vi", "ix"),
    *("la ", "el ", "l'", "die ", "de ", "het ", "opci", "opti", "opzion", "opcja", "letra"),
    *("lettr", "letter", "buchst", "altern", "antw", "respu", "respo", "rispo", "svar", "cevap"),
)


def _may_choose(span: str) -> bool:
    """Return whether a text may begin with an option: a digit and most words rule it out."""
    if span[:1].isdigit():
        return False
    after = span[2:3]
    if span[:1].isalpha() and span[1:2] == " " and after.isascii() and after.isalpha():
        return span.startswith(_AFTER_LETTER, 2)
    is_word = len(span) > 1 and span[:2].isascii() and span[:2].isalpha()
    return not is_word or span[:7].lower().startswith(CHOOSING)


def read_choice(span: str) -> SpanReading | None:
    """Read an option: a letter A to J, any letter in brackets, or "none of the above".

    If there are two options ("(A) or (B)"), the first counts, as for the graders of multiple-choice
    benchmarks, and the reading says so; three or more leave the text undecided.
    """
    if not _may_choose(span):
        return None
    match = _CHOICE.match(span)
    if match is None:
        match = _COMPOUND_CHOICE.match(span.lstrip("("))
        if match is None:
            return None
        value = f"{match['which'].lower()} of the above"
        return SpanReading(value, match.end(), value)
    if _REJECTED.match(span, match.end()):
        return None
    letter = match["enclosed"] or match["capital"] or match["small"] or match["roman"]
    letter = letter.upper() if len(letter) == 1 else letter.lower()
    other = _OTHER_CHOICE.match(span, match.end())
    if other and other.group().rstrip(" )")[-1].upper() != letter:
        options, end = [letter], match.end()
        while other and len(options) < MOST_OPTIONS:
            options.append(other.group().rstrip(" )")[-1].upper())
            end = other.end()
            other = _OTHER_CHOICE.match(span, end)
        named = tuple(sorted(set(options)))
        if len(options) > 2:
            return SpanReading("", end, options=named)
        if _OR.search(span, match.end(), end):
            named = (" or ".join(named),)
        return SpanReading(letter, end, letter, FIRST_OF_TWO, options=named)
    following = _NEXT_OPTION.search(span, match.end())
    if following and ord(following[1]) == ord(letter) + 1:
        return None  # the options are listed, not chosen
    return SpanReading(letter, match.end(), letter)


_BEFORE_NUMBER = " \t\r\n*_`\"'“”‘’«»([{≈~"
# "x = ", "9 * 2 = ": what precedes the result.
_EQUATION = lazy_pattern(
    r"(?:(?:[A-Za-z]\w{0,12}|[-+*/×÷^().,$€£%\d\s·≈]{1,120})\s?(?:=|≈)\s?(?=[^=]|$)){1,8}"
)

# "between 5 and 6", "from $5 to $6".
_BOUNDS = ("between", "from", "zwischen", "von", "entre", "de", "между", "от")
_BETWEEN = lazy_pattern(
    rf"(?:{'|'.join(_BOUNDS)})\s(?P<low>[$€£¥]?-?[\d.,]*\d%?)\s"
    r"(?:and|to|und|bis|et|à|y|a|e|и|до)\s(?P<high>[$€£¥]?-?[\d.,]*\d%?)",
    re.IGNORECASE,
)
# "about 30", "Option 2".
ABOUT_WORDS = (
    *("about", "approx", "roughly", "around", "nearly", "almost", "circa", "ca.", "etwa", "ungef"),
    *("rund", "environ", "aproxim", "cerca de", "около", "примерно", "大约", "约", "約", "およそ"),
    *("약", "लगभग", "حوالي", "option", "choice", "ph", "in", "the year", "by ", "im jahr", "jahr"),
    *("en l'an", "en l’an", "en el a", "no ano", "nel"),
)
_ABOUT = lazy_pattern(
    r"(?:about|approximately|approx\.?|roughly|around|nearly|almost|circa|ca\.|etwa|ungefähr|rund"
    r"|environ|aproximadamente|cerca de|около|примерно|大约|约|約|およそ|약|लगभग|حوالي"
    r"|option|choice|pH|by)"
    r"(?:\s?(?=\d)|\s(?=[a-z$€£-]))|(?:in\s)?(?:the year\s)?(?=\d{4}(?!\d))"
    r"|(?:(?:im\s)?jahre?|en l['’]an|en el año|no ano|nel(?:l['’]anno)?)\s(?=\d{4}(?!\d))",
    re.IGNORECASE,
)

# "$90°$" of LaTeX.
_MATHS = lazy_pattern(r"\$[^$\n]{1,40}\$(?![\d$])")
# Shorter than a span by more than the digits of a number, so that the result is not cut.
MAX_EQUATION = 90
# "(-5,5)": an interval or a point, not -5.5.
_PAIR = lazy_pattern(r"[(\[]\s?[-+]?\d+,[-+]?\d+\s?[)\]]")
_NEXT_ITEM = lazy_pattern(r"\n\s*[*_]{0,2}(\d{1,3})[.)]\s")


def _read_range(span: str, start: int) -> SpanReading | None:
    begins = span[start : start + 9].lower().split(maxsplit=1)
    between = _BETWEEN.match(span, start) if begins and begins[0] in _BOUNDS else None
    low = between and read_number(between["low"])
    high = between and read_number(between["high"])
    if not (between and low and high):
        return None
    return SpanReading(f"{low.value}–{high.value}", between.end(), between[0], unit=low.unit)


def read_quantity(span: str) -> SpanReading | None:
    """Read a number, or what follows the last equals sign of an equation."""
    start = len(span) - len(span.lstrip(_BEFORE_NUMBER))
    if span.startswith(("★", "⭐"), start):
        stars = len(span) - start - len(span[start:].lstrip("★⭐"))
        end = len(span) - len(span[start:].lstrip("★⭐☆"))
        return SpanReading(str(stars), end, span[start:end])
    worded = span[start : start + 1].isalpha()
    begin = start
    before, start = read_turn_before(span, start) if worded else ("", start)
    between = _read_range(span, start) if worded else None
    if between is not None:
        return between
    is_about = worded and span[start : start + 8].lower().startswith(ABOUT_WORDS)
    about = _ABOUT.match(span, start) if is_about else None
    if about:
        start = about.end()
    # "$$18$$" and "$18$" of LaTeX; one dollar sign is left for the currency.
    while span.startswith("$$", start) or span.startswith("$ ", start):
        start += 1
    if span.startswith("$", start) and span[start + 1 : start + 2].isalpha():
        start += 1
    if span.startswith("$-", start) or ("$" in span and _MATHS.match(span, start)):
        start += 1
    equation = _EQUATION.match(span, start) if "=" in span or "≈" in span else None
    if equation and equation.end() <= MAX_EQUATION:
        rest = span[equation.end() :]
        start = equation.end() + len(rest) - len(rest.lstrip(_BEFORE_NUMBER))
    number = read_number(span, start)
    if number is None:
        return None
    following = _NEXT_ITEM.search(span, number.end) if "\n" in span else None
    if following and number.value.isdecimal() and int(following[1]) == int(number.value) + 1:
        return None  # "1. … 2. …": a numbered list
    number = said_twice(span, number)
    shown = span[begin if before else start : number.end].strip()
    turn = (before, "") if before else read_turn(span, number.end)
    return SpanReading(number.value, number.end, shown, "", number.unit, number.top, turn=turn)


# Not the points of "St. Louis", "J. Edgar" and "Roe v. Wade".
_POINT = r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\bv)(?<!\bvs)\."
_ASCII_END = lazy_pattern(rf"(?:{_POINT}|[!?;])(?=\s|[)\"'*_]|$)|\n")
# Signs beyond ASCII take a millisecond to compile.
_SENTENCE_END = lazy_pattern(
    rf"(?:{_POINT}|[。!?！？;；।؟])(?=\s|[)\"'*_”]|$)|\n|(?<=[^\x00-\u2e7f])[.。！？；，]"
)
_PUNCTUATION = " \t\r\n.,;:!?\"'`“”‘’«»「」()[]*_。、，；：！？।،؟"
_MARKS = "".join(mark for mark in _PUNCTUATION if mark not in "()[]")
# Words that show that a few words are a sentence, not a label.
_SENTENCE = lazy_pattern(
    r"(?i)\b(?:is|are|was|were|am|has|have|had|will|would|should|could|can|cannot|may|might|must"
    r"|does|did|do|i|it|you|we|they|he|she|this|that|these|there|let|depends|step"
    r"|ist|sind|war|heißt|heisst|lautet|beträgt|est|sont|était|s['’]appelle|es|está|son|era"
    r"|se llama|é|são|chama-se|se chama|è|sono|si chiama|ich|je|yo|eu|это|называется|зовут)\b"
    r"|n['’]t\b|['’](?:s|re|ll|m|ve)\s"
)
# Will Smith, May Day, São Paulo; Vietnam War, Theresa May, As You Like It; Elizabeth I.
_IN_A_NAME = lazy_pattern(
    r"\A(?:Will|May|São)(?=\s[A-Z][^\W\d_]+(?:\s[A-Z][^\W\d_]+)*\Z)"
    r"|(?<=[^\W\d_]\s)(?:War|Son|Est|Era|May|Will|Must|Might|Can|It|You|We|They|He|She|That|This)\b"
    r"|(?<=[^\W\d_]{3}\s)I\Z"
)
# "1. Paris", and "4. Juli".
_NUMBERED = lazy_pattern(r"\A\(?\d{1,2}[.)]\s+(?=[^\W\d])")
_OPINION = lazy_pattern(r"^i (?:think|guess|believe|say)[,:]?\s+(?=\w)", re.IGNORECASE)
# A hedge is removed from a sentence that names something ("Probably Paris."). Else it is a degree:
# "Likely pathogenic", "Probably yes" and "Likely A" are answers of their own.
_HEDGE = lazy_pattern(
    r"^(?i:probably|maybe|perhaps|possibly|most likely)[,:]?\s+(?!(?i:yes|no|true|false)\b)"
    r"(?=(?:[^\W\d_a-z]\w|\d)[^\n]*\.\s*$)"
)
_CLOSING = lazy_pattern(rf"[ ]?(?:{'|'.join(sorted(CLOSINGS, key=len, reverse=True))})$")
_FORMULA_MARKS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))


def read_short(span: str, *, whole: bool) -> SpanReading | None:
    """Read a label, name or phrase: at most five words and 40 characters, not a sentence.

    With `whole` the span must be nothing else; otherwise it ends where its sentence ends. The
    value is its normal form (see `short_form`).
    """
    date = read_date(span.strip(_PUNCTUATION)) if _NUMBERED.match(span) else None
    if date:
        return SpanReading(date, len(span), span.strip(_PUNCTUATION))
    if whole and is_factorial(span):
        formula = span.strip(_AROUND_FORMULA)
        return SpanReading(linear(formula), len(span), formula)
    if whole and "\n" not in span:
        if span[:2] in {"1.", "1)", "(1"} and (listed := _read_list(span)):
            return listed
        span = span[numbered.end() :] if (numbered := _NUMBERED.match(span)) else span
        span = _OPINION.sub("", span) if span[:2] in {"I ", "i "} else span
        span = _HEDGE.sub("", span) if span[:1] in {*"pPmM"} else span
    end = _sentence_end(span[: 2 * SHORT_CHARACTERS])
    stop = end.start() if end else len(span)
    if whole and span[stop:].strip(_PUNCTUATION):
        return _read_led_date(span) or _read_list(span)
    if whole and span.rstrip().endswith(("?", "？")):
        return None
    display = _shown(span[:stop])
    if whole and (dated := _read_led_date(display)):
        return dated
    if not _is_label(display) or not (whole or any(map(str.isalnum, display))):
        return None
    core = span[:stop].strip(_MARKS)
    if core[:1] == "$" == core[-1:]:
        core = core.strip("$").strip()
    bracketed = core[:1] in "([" and core[-1:] in ")]" and "," in core
    shown = core if bracketed else display
    return SpanReading(short_form(shown), stop, shown)


def _read_led_date(span: str) -> SpanReading | None:
    """Read a date with the word before it, which may have as many words as a sentence."""
    shown = without_lead(span).strip(_PUNCTUATION)
    date = read_date(shown) if shown else None
    return SpanReading(date, len(span), shown) if date else None


def _sentence_end(span: str) -> re.Match[str] | None:
    return (_ASCII_END if span.isascii() else _SENTENCE_END).search(span)


def _shown(span: str) -> str:
    """Return a label without the marks around it and the verb after it."""
    display = span.strip(_PUNCTUATION) or span.strip()
    if len(display) > 2 and display[0] == "$" == display[-1] and display.count("$") == 2:
        display = display[1:-1].strip()
    if display.count("(") > display.count(")") or -1 < display.find(")") < display.find("("):
        display = span.strip(_MARKS)
    return display if display.isascii() else _CLOSING.sub("", display) or display


def _is_label(display: str) -> bool:
    """Whether a text is short and not a sentence; formulas may be longer."""
    if len(display) > SHORT_CHARACTERS or len(display.split()) > SHORT_WORDS:
        return len(display) <= FORMULA_CHARACTERS and (
            is_formula(display.replace(" and ", ", "))
            or is_range(display)
            or (display[-1] == "m" and read_date(display) is not None)
        )
    if not display or sum(char >= "\u2e80" for char in display) > SHORT_CJK_CHARACTERS:
        return False
    if " " in display and _is_sentence(display):
        return read_date(display) is not None or short_form(display) == UNKNOWN
    return True


def _is_sentence(display: str) -> bool:
    """Whether a few words are a sentence: one is a verb or a pronoun, and not part of a name."""
    named = "" if display.isupper() else _IN_A_NAME.sub("", display)
    return bool(_SENTENCE.search(named or display))


# "Rome; Paris; Oslo"
_NAMES = lazy_pattern(r"[^\W\d_]\S*(?:[ ]\S+)?(?:;[ ][^\W\d_]\S*(?:[ ]\S+)?)+")


def _read_list(span: str) -> SpanReading | None:
    """Read a list of a few items, one per line."""
    if len(span) > LIST_CHARACTERS:
        return None
    if span[:1] not in "-*•+1(" and not (";" in span and _NAMES.fullmatch(span)):
        return None
    items = list_items(span)
    if not items or any(len(item) > SHORT_CHARACTERS for item in items):
        return None
    return SpanReading(", ".join(items), len(span), ", ".join(items))


def read_formula(span: str, *, whole: bool) -> SpanReading | None:
    """Read a formula of LaTeX at the beginning of a span as it was written."""
    span = span.strip(" \t\r\n*_`:")
    for opening, closing in _FORMULA_MARKS:
        if span.startswith(opening):
            end = span.find(closing, len(opening))
            if end < 0:
                return None
            inner, rest = span[len(opening) : end], span[end + len(closing) :]
            break
    else:
        end_of = _sentence_end(span)
        inner, rest = (span[: end_of.start()], span[end_of.start() :]) if end_of else (span, "")
    inner = inner.strip().rstrip(".,;")
    if whole and rest.strip(_PUNCTUATION):
        return None
    if not inner or len(inner) > FORMULA_CHARACTERS or not is_formula(inner):
        return None
    return SpanReading(short_form(inner), len(inner), inner)


def read(kind: str, span: str, *, whole: bool = False) -> SpanReading | None:
    """Read a cleaned span as `kind`. With `whole` only a unit or an option's text may follow."""
    if kind == "choice":
        reading = read_choice(span)
        if whole and reading and span[reading.end :].strip(_PUNCTUATION) in CLOSINGS:
            return reading  # "Bです"
        if whole and reading and not ends(span, reading.end) and not _OPTION_TEXT.match(span):
            return None
        return reading
    if kind == "boolean":
        reading = read_boolean(span)
        return reading if not whole or reading is None or ends(span, reading.end) else None
    if kind == "number":
        reading = None if _PAIR.match(span) else read_quantity(span)
        return reading if not whole or reading is None or _ends_in_unit(span, reading) else None
    return read_short(span, whole=whole)


# "C) Paris"; but "A: 18" is an answer to "Q:".
_OPTION_TEXT = lazy_pattern(
    r"\(?[A-J][.)]{1,2}[*_]{0,2}\s+\S|(?i:option|choice)\s\(?[A-J]\)?[:.)][*_]{0,2}\s+\S"
)


def ends(span: str, end: int) -> bool:
    """Whether only marks follow `end`."""
    return not span[end:].strip(_PUNCTUATION + "$\\{}")


_UNIT = lazy_pattern(
    r"[ -]?(?!\.)(?:[A-Za-z°²³µΩ€£$₹₽₩%¢/^.\u00c0-\u024f\u0400-\u04ff\u3040-\u9fff]+[ ]?){1,4}\d?"
)

# What may follow a number before its unit, and after: "300 ± 10 m", "300 m (984 ft)".
_TOLERANCE = lazy_pattern(r"(?:\s?(?:±|\+/-)\s?\d[\d.,]*)?")
_CONVERTED = lazy_pattern(r"\s\([^()\d]{0,15}\d[\d.,]*\s?[^()\d]{1,20}\)[.]?$")

# Words after a number that are not units: an era ("691 CE"), or what a time is counted from
# ("9 days after ovulation").
_NO_UNIT = lazy_pattern(r"[ ](?:C\.?E\.?|A\.?D\.?)[ ]?$|.*[ ](?:after|before|since|until)[ ]")
# "5 mod 3": an operation.
_OPERATION = lazy_pattern(r"[ ](?:mod|modulo|choose|factorial|base)\b")
# "Seven Samurai", "One for Arthur": names.
_TITLE = lazy_pattern(r"[ ][A-Z][a-z]+[ ](?:[a-z]{2,3}[ ])?[A-Z][a-z]")  # "12 Angry Men"
_NAME = lazy_pattern(r"[ ](?:[a-z]+[ ]){0,2}[A-Z][a-z]")


_FACTORIAL = lazy_pattern(
    r"(?:[\d.]|(?<![^\W\d_])[a-z](?![a-z])|[-+*/^ ]|\([^()]{1,30}\)){1,40}(?<! )!{1,2}"
)
_AROUND_FORMULA = " \t\r\n*_`$."


def is_factorial(span: str) -> bool:
    """Whether a span is a factorial such as 5!, n! or (n-1)!, not an exclamation."""
    return (
        "!" in span
        and len(span) <= SHORT_CHARACTERS
        and bool(_FACTORIAL.fullmatch(span.strip(_AROUND_FORMULA)))
    )


def _ends_in_unit(span: str, reading: SpanReading) -> bool:
    """Whether only a unit or what is counted follows a number."""
    end = reading.end
    if is_factorial(span) or _OPERATION.match(span, end):
        return False
    if ends(span, end):
        return True
    end = _TOLERANCE.match(span, end).end()  # type: ignore[union-attr]
    if reading.unit is not None and (other := _CONVERTED.search(span, end)):
        span = span[: other.start()]
    unit = _UNIT.match(span[:200], end)
    if unit is None or not ends(span, unit.end()):
        return False
    named = _NAME if reading.display[:1].isalpha() else _TITLE
    if reading.unit is None and named.match(unit.group()):
        return False
    return not (_SENTENCE.search(unit.group()) or _NO_UNIT.match(unit.group()))
