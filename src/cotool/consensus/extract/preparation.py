"""Prepare a response's text: cut what is not its answer, shorten it, unify how it is written."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.vocabulary import has_any

# Answers are at an end of the text; only the ends of a longer text are kept.
HEAD = 2_000
TAIL = 60_000
# How many characters are searched for a next question.
RUN_ON = 1_000_000

# Full-width forms, the minus sign, spaces, fractions: NFKC would do most of it, but would also
# write "5²" as "52".
_TRANSLATION: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys([0x2212, 0x2010, 0x2011], "-"),
    # Digits of Arabic, Persian, Devanagari, Bengali, Gujarati, Tamil, Telugu, Kannada, Thai.
    **{
        zero + digit: str(digit)
        for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xAE6, 0xBE6, 0xC66, 0xCE6, 0xE50)
        for digit in range(10)
    },
    ord("٫"): ".", ord("٬"): ",", ord("٪"): "%",
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000], " "),
    ord("½"): " 1/2", ord("⅓"): " 1/3", ord("⅔"): " 2/3", ord("¼"): " 1/4", ord("¾"): " 3/4",
    ord("⅛"): " 1/8", ord("⅜"): " 3/8", ord("⅝"): " 5/8", ord("⅞"): " 7/8",
    **{0x245F + number: f"({number})" for number in range(1, 21)},  # digits in circles
    0x130: "I",  # its lower case is longer, which would shift positions
}  # fmt: skip

# "9{,}500" and "9\\,500" of LaTeX are one number.
_DIGIT_GROUPS = lazy_pattern(r"(?<=\d)(?:\{,\}|\\[,!;]|,\\!)(?=\d{3}(?!\d))")
# Exponents keep their meaning: 10²³ is 10^23.
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED = lazy_pattern("(?<=[\\w)])[⁰¹²³⁴-⁹⁺⁻]+")

_TRANSLATED = lazy_pattern(f"[{''.join(map(chr, _TRANSLATION))}]")

# A dash right before a number is its sign. After another number it makes a range, and before a
# space it marks an item of a list.
_DASH_AS_SIGN = lazy_pattern(r"(?:\A|(?<=[ (=:])(?<![\d%] ))–(?=[$€£¥₹]?\.?\d)")

# A base model that does not stop after its answer invents the next question, or the next turn.
_NEXT_QUESTION = lazy_pattern(
    r"""\n[ \t#*]{0,6}(?:(?:Question|Problem|Q|Human|User|Instruction)
    (?:[ ]?\d{1,3})?[ ]?[*]{0,2}[ ]?:|\#\#\#[ ]?(?:Instruction|Input|Question|Human|User)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_TURN_TOKENS = ("<|", "</s>", "<eos>", "<EOS_TOKEN>", "<end_of_turn>", "[INST]")
# Or it sums up the answers to several questions that nobody asked.
_ALL_ANSWERS = lazy_pattern(
    r"""\n[^\n]{0,40}(?:\ball\s(?:of\s)?(?:the\s)?(?:questions|answers)
    |(?:所有|以上)[^\n]{0,6}(?:答案|问题))""",
    re.VERBOSE | re.IGNORECASE,
)


# A line that corrects what is above it: "Edit: I miscounted, it is 3".
_EDIT = lazy_pattern(
    r"\n[ \t*_#>-]{0,6}(?:edit|correction|erratum|korrektur|corrección|correção|correzione|更正"
    r"|訂正)"
    r"[ \d]{0,2}[*_]{0,2}\s?[:：]\s*",
    re.IGNORECASE,
)
_CORRECTS = lazy_pattern(
    r"mis(?:count|read|took|calcul)|mistake|wrong|incorrect|should be|should have been|\bactually\b"
    r"|\bsorry\b|correct (?:answer|value|number)|\bnot\b|falsch|richtig|\bit(?:['’]s| is)\b|错|誤",
    re.IGNORECASE,
)

# What surrounds the thoughts of models.
_THOUGHTS = (
    *(("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<thought>", "</thought>")),
    *(("<reasoning>", "</reasoning>"), ("[THINK]", "[/THINK]"), ("◁think▷", "◁/think▷")),
    ("<|channel|>analysis", "<|channel|>final<|message|>"),
)
# Their first characters: a text without any of them has no thoughts.
_FIRST_OF_MARKS = sorted({mark[0] for pair in _THOUGHTS for mark in pair})


def _without_thoughts(text: str) -> str:
    """Cut what a model thought before its answer; nothing is left if it never came to an end."""
    for opens, closes in _THOUGHTS if any(mark in text for mark in _FIRST_OF_MARKS) else ():
        thought, closed, answer = text.rpartition(closes)
        if closed:
            text = answer if answer.strip() else thought
        elif text.lstrip().startswith(opens):
            return ""
    return text.strip()


def prepare(text: str) -> str:
    """Cut what follows the answer, shorten to the ends, unify digits, signs and spaces."""
    if len(text) <= HEAD and text.isascii() and text.isalnum():
        return text
    text = _without_thoughts(text)
    if "\n" in text:
        text = _own_part(text)
    if "<" in text or "[INST]" in text:
        for token in _TURN_TOKENS:
            cut = text.find(token)
            if cut > 0:
                text = text[:cut]
    if text.startswith("```") and (fenced := _FENCED.fullmatch(text)):
        text = fenced[1]
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    if text[:1] > "\u25ff" and text[0] in _TICKS:
        text = _TICKED.sub("", text, count=1)
    text = _without_confidence(text)
    return _unify(_as_list(_SET_APART.sub("", text.strip(), count=1)))


# "✅ Yes", "❌ No"; not "❌ A", which may reject A.
_TICKS = "✅✔☑❌✗✘❎"
_TICKED = lazy_pattern(
    r"^(?:[✅✔☑]\ufe0f?\s*|[❌✗✘❎]\ufe0f?\s*(?=[*_]*(?:no|not|false|incorrect|wrong|nein|falsch|non"
    r"|faux|falso|não|нет|неверно)\b))(?=\S)",
    re.IGNORECASE,
)


def _without_confidence(text: str) -> str:
    """Cut how sure an expert is, after the answer or in a last line."""
    if "%" in text[-_REMARK:]:
        text = _HOW_SURE.sub("", text, count=1)
    if text[-3:].rstrip(".").endswith(")"):
        text = _CHECKED.sub("", text, count=1)
    if "\n" in text and text[-1:].isalnum():
        text = _CONFIDENCE.sub("", text, count=1)
    return text


# One line between fences is an answer like one between backquotes.
_FENCED = lazy_pattern(r"```\w*\n([^\n`]+)\n```\s*")
_CHECKED = lazy_pattern(r"\s\((?:check|verification|proof)\s?:[^()\n]{1,80}\)\.?$", re.IGNORECASE)
_CONFIDENCE = lazy_pattern(
    r"\n[*_\s]*(?:confidence|certainty)(?: (?:score|level))?[*_]*\s?:[*_\s]*[\w./]{1,10}$",
    re.IGNORECASE,
)
# How sure an expert is, after the answer: "7 (95% sure)".
_REMARK = 40
_HOW_SURE = lazy_pattern(
    r"(?<=\S)[,;.]?\s+(?:\((?:\w+\s){0,2}(?:confidence:?\s)?~?\d{1,3}\s?%(?:\s(?:sure|confiden\w+|certain\w*))?"
    r"\)|with\s(?:about\s)?\d{1,3}\s?%\s(?:confidence|certainty))[.]?\s*$",
    re.IGNORECASE,
)


def _own_part(text: str) -> str:
    """Cut the next questions that a text invents, and what it corrects at its end."""
    for match in _NEXT_QUESTION.finditer(text, 0, RUN_ON):
        before = text[max(0, match.start() - 200) : match.start()].rstrip(" *#\n")
        # A text may open by repeating its question.
        if before and not before.endswith(":"):
            text = text[: match.start()]
            break
    for match in _EDIT.finditer(text, max(0, len(text) - HEAD)):
        if _CORRECTS.search(text, match.end()):
            text = text[match.end() :]
            break
    sums_up = "answers" in text or "questions" in text or "答案" in text or "问题" in text
    summary = _ALL_ANSWERS.search(text, 0, RUN_ON) if sums_up else None
    if summary and text[: summary.start()].strip():
        text = text[: summary.start()]
    return text


def _as_list(text: str) -> str:
    """Write lists of JSON and Python, and letters with blanks between them, with commas.

    The stars of a list become hyphens, and the prompt before a command goes.
    """
    if text.startswith("[") and _JSON_LIST.fullmatch(text):
        return ", ".join(item for _, item in _ITEM.findall(text))
    if text[1:2] == " " and _SPACED_LETTERS.fullmatch(text):
        return ", ".join(text.split())
    if text.startswith("$ ") and text.count("$") == 1 and text[2:4].isalpha():
        return text[2:]  # after the prompt of a shell
    if text.startswith("* ") and "\n" in text:
        return _STARRED.sub("- ", text)  # not emphasis
    return text


_STARRED = lazy_pattern(r"^\*[ \t]+(?=\S)", re.MULTILINE)
_JSON_LIST = lazy_pattern(r"""\[\s?(?:(["'])[^"'\\\n]{1,60}\1\s?,?\s?){1,20}\]""")
_SPACED_LETTERS = lazy_pattern(r"[A-J](?: [A-J]){1,9}")
_ITEM = lazy_pattern(r"""(["'])([^"'\\\n]{1,60})\1""")


# A line that is only a heading or a quotation: "## Paris", "> Paris"; not the bound "> 10".
_SET_APART = lazy_pattern(r"\A(?:#{1,6}\s+(?=[^\n]*\Z)|>\s+(?=[^\W\d][^\n]*\Z))")


# A ratio with blanks around its colon.
_SPACED_RATIO = lazy_pattern(r"(?<=\d) : (?=\d)")


def _unify(text: str) -> str:
    """Write digits, signs, spaces and powers in one way."""
    if "\\" in text or "{,}" in text:
        text = _DIGIT_GROUPS.sub("", text)
    if " : " in text:
        text = _SPACED_RATIO.sub(":", text)
    if text.isascii():
        return text
    if has_any(text, ("万", "萬", "만")):
        text = _MIXED.sub(_in_digits, text)
    if "–" in text:
        text = _DASH_AS_SIGN.sub("-", text)
    if _TRANSLATED.search(text):
        text = text.translate(_TRANSLATION)
    return _RAISED.sub(as_power, text) if _RAISED.search(text) else text


# 1万2千, 3만 5000: digits with the sign of ten thousand between them.
_MIXED = lazy_pattern(r"(\d+)[万萬만] ?(?:(\d)[千천])?(?:(\d)[百백])?(\d{1,4}(?![\d,.千천百백]))?")


def _in_digits(match: re.Match[str]) -> str:
    if not any(match.groups()[1:]):
        return match[0]
    parts = zip(match.groups(), (10_000, 1_000, 100, 1), strict=True)
    return str(sum(int(digits) * size for digits, size in parts if digits))


def as_power(match: re.Match[str]) -> str:
    """Write raised digits as a power: ² as ^2."""
    return "^" + match[0].translate(_RAISED_DIGITS)


# Tags that change how a text looks, and what they hold.
_TAGGED = lazy_pattern(
    r"<(b|i|u|em|strong|p|div|span|font|mark|small|big|code|h[1-6]|li|ul|ol|td|a|center)"
    r"(?:\s[^<>]{0,200})?>([^<>]{1,2000})</\1\s?>",
    re.IGNORECASE,
)
_BREAK = lazy_pattern(r"<br\s?/?>", re.IGNORECASE)
_RAISED_BY_TAG = lazy_pattern(r"<sup>([\w+-]{1,20})</sup>", re.IGNORECASE)
_ENTITY = lazy_pattern(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[\dA-Fa-f]{2,5});")
_DEEPEST = 8


_ABOUT_MARKUP = lazy_pattern(r"html|xml|markup|\btags?\b|<\w|\bweb", re.IGNORECASE)


def without_markup(texts: list[str], question: str) -> list[str]:
    """Remove tags and entities of HTML where other texts have none, or all begin with the same tag.

    Tags that texts do not share, or that the question asks for, belong to the answers.
    """
    tagged = [bool(_TAGGED.search(text)) if "</" in text else False for text in texts]
    if any(tagged):
        first = {text.partition(">")[0] for text in texts if text}
        wrapped = len(first) == 1 and not _ABOUT_MARKUP.search(question)
        if wrapped or any(text and "<" not in text for text in texts):
            texts = [
                _untagged(text) if own else text for text, own in zip(texts, tagged, strict=True)
            ]
    coded = [bool(_ENTITY.search(text)) if "&" in text else False for text in texts]
    if any(coded) and any(text and not own for text, own in zip(texts, coded, strict=True)):
        from html import unescape

        texts = [unescape(text) if own else text for text, own in zip(texts, coded, strict=True)]
    return texts


def _untagged(text: str) -> str:
    text = _RAISED_BY_TAG.sub(r"^\1", _BREAK.sub("\n", text))
    for _ in range(_DEEPEST):
        inner = _TAGGED.sub(r"\2", text)
        if inner == text:
            break
        text = inner
    return text.strip()


# Words after which a sentence must go on.
_UNFINISHED = (" and", " the", " of", " we", " is", ", so", " our", " then", " so we", " that")
_COMPLETE = (".", "!", "?", "。", ")", "*", "$", "}", '"', "”", "%", "`")


def breaks_off(text: str) -> bool:
    """Whether a longer text stops without an end mark or a number."""
    if text[-6:].lower().endswith(_UNFINISHED):
        return True
    return len(text) > 200 and not (text.endswith(_COMPLETE) or text[-1].isdigit())


_WRAPPER = " \t\r\n*_`\"'“”‘’«»「」"
_LATEX_WORDS = lazy_pattern(
    r"\\(?:text|textbf|textit|mathrm|mathbf|boxed|fbox|operatorname|ce)\s?\{"
)
_LATEX_FRACTION = lazy_pattern(r"\\[dtc]?frac\s?\{?(-?[\d.,]{1,30})\}?\s?\{?([\d.,]{1,30})\}?")
_LATEX_SPACE = lazy_pattern(r"\\[,;:! ]|\\(?:left|right|displaystyle|quad)(?![A-Za-z])|~|\{,\}")
_LATEX_DEGREE = lazy_pattern(r"\^\s?\{?\s?\\(?:circ|degree)(?![A-Za-z])\s?\}?")
_SPACES = lazy_pattern(r" {2,}")
_EMPHASIS_ENDS = lazy_pattern(r"(?<=[^\W\d_])\*\*(?=[\s,.;:()])")
_CALCULATOR = lazy_pattern(r"<<[^<>]{0,200}>>")


def clean(span: str) -> str:
    """Remove LaTeX, GSM8K's `<<2+3=5>>` notes, quotes and emphasis from a span."""
    if "\\" in span:
        span = _LATEX_FRACTION.sub(r" \1/\2", span)
        span = span.replace("{,}", ",").replace("\\$", "$").replace("\\%", "%")
        span = _LATEX_DEGREE.sub("°", span)
        span = _LATEX_SPACE.sub(" ", span)
        span = _LATEX_WORDS.sub(" ", span)
        span = span.replace("\\times", "×").replace("\\cdot", "·").replace("\\approx", "≈")
        for bracket in ("\\(", "\\)", "\\[", "\\]"):
            span = span.replace(bracket, " ")
        if "\\" not in span:
            span = span[::-1].replace("}", "", max(0, span.count("}") - span.count("{")))[::-1]
        span = _SPACES.sub(" ", span)
    if "**" in span:
        span = _EMPHASIS_ENDS.sub("", span)
    if "<<" in span:
        span = _CALCULATOR.sub("", span)
    return span.lstrip(_WRAPPER)
