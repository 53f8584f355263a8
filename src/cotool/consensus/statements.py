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

from cotool.consensus.readings import CLOSED_KINDS, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = "the whole text"

# Answers stand at an end of the text: of a longer text only the ends are searched.
HEAD = 2_000
TAIL = 60_000
SPAN = 200
# A next question is looked for in so many first characters.
RUN_ON = 1_000_000
# Of one phrase, so many last occurrences are looked at.
MAX_OCCURRENCES = 40


class Statement(NamedTuple):
    """A place that states an answer: `span` begins with it, `whole` that it must end there too."""

    position: int
    span: str
    rule: str
    kinds: tuple[str, ...] = KINDS
    whole: bool = False


# Full-width forms, the minus sign, spaces, fractions: NFKC would do most of it, but would also
# write "5²" as "52".
_TRANSLATION: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys([0x2212, 0x2010, 0x2011], "-"),
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000], " "),
    ord("½"): " 1/2", ord("⅓"): " 1/3", ord("⅔"): " 2/3", ord("¼"): " 1/4", ord("¾"): " 3/4",
    ord("⅛"): " 1/8", ord("⅜"): " 3/8", ord("⅝"): " 5/8", ord("⅞"): " 7/8",
    0x130: "I",  # the one letter whose lower case is longer, which would shift positions
}  # fmt: skip

_TRANSLATED = re.compile(f"[{''.join(map(chr, _TRANSLATION))}]")

# A base model that runs on past its answer invents the next question, or the next turn.
_NEXT_QUESTION = re.compile(
    r"""\n[ \t#*]{0,6}(?:(?:Question|Problem|Q|Human|User|Instruction)
    (?:[ ]?\d{1,3})?[ ]?[*]{0,2}[ ]?:|\#\#\#[ ]?(?:Instruction|Input|Question|Human|User)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_TURN_TOKENS = ("<|", "</s>", "<eos>", "<EOS_TOKEN>", "<end_of_turn>", "[INST]")
# ... or sums up the answers to several questions that it was never asked.
_ALL_ANSWERS = re.compile(
    r"""\n[^\n]{0,40}(?:\ball\s(?:of\s)?(?:the\s)?(?:questions|answers)
    |(?:所有|以上)[^\n]{0,6}(?:答案|问题))""",
    re.VERBOSE | re.IGNORECASE,
)


def prepare(text: str) -> str:
    """Cut what follows the answer, shorten to the ends, unify digits, signs and spaces."""
    text = text.strip()
    if "\n" in text:
        for match in _NEXT_QUESTION.finditer(text, 0, RUN_ON):
            before = text[max(0, match.start() - SPAN) : match.start()].rstrip(" *#\n")
            # A text that opens by repeating its question is not running on.
            if before and not before.endswith(":"):
                text = text[: match.start()]
                break
        sums_up = any(word in text for word in ("answers", "questions", "答案", "问题"))
        summary = sums_up and _ALL_ANSWERS.search(text, 0, RUN_ON)
        if summary and text[: summary.start()].strip():
            text = text[: summary.start()]
    if "<" in text or "[INST]" in text:
        for token in _TURN_TOKENS:
            cut = text.find(token)
            if cut > 0:
                text = text[:cut]
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    text = text.strip()
    if text.isascii() or not _TRANSLATED.search(text):
        return text
    return text.translate(_TRANSLATION)


_FILLERS = r"""(?:(?:indeed|therefore|thus|then|simply|just|clearly|still|actually|also|now|only
    |most[ ]likely|likely|probably|approximately|approx\.?|about|roughly|around|nearly|almost
    |exactly|precisely|equal[ ]to|given[ ]by|the[ ](?:option|choice|letter|number|statement|value)
    |option|choice|letter|number|answer|statement)[\s,:*_]{1,4}){0,3}"""
_LINK = r"""(?:(?:is|are|was|be|equals|will[ ]be|would[ ]be|must[ ]be|should[ ]be|has[ ]to[ ]be
    |turns[ ]out[ ]to[ ]be|comes[ ](?:out[ ])?to)\b[\s*_"]{0,4}[:,]?|:|=|->|=>|→|⇒)"""
_AFTER_ANSWER = re.compile(
    rf"""(?:(?:s\b|\(s\))?(?:[ ](?:choice|option|letter))?
    (?:[ ](?:to|for|of|in|among|from|here|given|based)\b[^.\n:=?]{{0,80}}?)?[\s*_`"')\],]{{0,6}}
    (?:(?:then|therefore|thus|hence|so)\b,?[ ])?{_LINK}[\s*_]{{0,6}}{_FILLERS}
    |\s{{1,2}}(?=[*_]{{0,2}}\([a-z]\)))""",
    re.VERBOSE,
)
_AFTER_OPTION = re.compile(
    rf"(?:[ ](?:here|among[^.\n]{{0,60}}?))?[\s*_]{{0,4}}{_LINK}[\s*_]{{0,6}}{_FILLERS}",
    re.VERBOSE,
)
_AFTER_CHOOSE = re.compile(
    r"(?:s|ing)?[ ](?:the[ ])?(?:(?:option|choice|answer|letter)[ ])?(?=[*_]{0,2}\(?[a-j]\b)",
    re.VERBOSE,
)
_AFTER_FOREIGN = re.compile(
    r"""[\w\ \t*_]{0,24}?
    (?:\b(?:es|est|ist|é|è|is|jest|är|er)\b|[:=—]|是|为|為|は|은|는|\s-)[\s*_:]{0,6}
    (?:(?:la|el|le|die|der|das|a|o)\s)?
    (?:(?:opci[oó]n|option|op[cç][aã]o|opzione|вариант|选项|選項|letra|lettre|buchstabe|буква)\s?)?""",
    re.VERBOSE,
)
_FOREIGN_ANSWERS = (
    "respuesta", "réponse", "antwort", "antwoord", "risposta", "resposta", "ответ", "відповідь",
    "odpowiedź", "cevap", "svar", "答案", "答え", "解答", "回答", "정답", "답", "الجواب", "الإجابة",
    "उत्तर",
)  # fmt: skip
_ASCII_ANSWERS = tuple(word for word in _FOREIGN_ANSWERS if word.isascii())
_NEGATED_BEFORE = (
    "wrong ", "incorrect ", "not the ", "not an ", "no ", "n't the ", "not ", "previous ",
    "each ", "every ",
)  # fmt: skip
_NEGATED_AFTER = re.compile(
    r"(?:not|n['’]t|never|neither|no longer|cannot|can['’]t|incorrect)\b", re.IGNORECASE
)

# (word, what may follow it, the kinds it can state)
_LEADS = (
    ("option", _AFTER_OPTION, ("choice",)),
    ("choice", _AFTER_OPTION, ("choice",)),
    ("choose", _AFTER_CHOOSE, ("choice",)),
    ("select", _AFTER_CHOOSE, ("choice",)),
    ("go with", _AFTER_CHOOSE, ("choice",)),
)


def _leads(text: str, low: str) -> Iterator[Statement]:
    yield from _lead(text, low, "answer", _AFTER_ANSWER, KINDS)
    # The rest is looked for at the ends only, which halves the cost: that is where answers stand.
    ends = low if len(low) <= 4 * SPAN else f"{low[:SPAN]}\n{low[-3 * SPAN :]}"
    for word, after, kinds in _LEADS:
        if word in ends:
            yield from _lead(text, low, word, after, kinds)
    if "answer" not in ends:
        for word in _ASCII_ANSWERS if text.isascii() else _FOREIGN_ANSWERS:
            if word in ends:
                yield from _lead(text, low, word, _AFTER_FOREIGN, KINDS)


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
        yield Statement(position, text[end : end + SPAN], text[position:end].strip(), kinds)


_NUMBER_OR_LETTER = ("choice", "number")


def _marks(text: str) -> Iterator[Statement]:
    if "boxed" in text:
        yield from _boxed(text)
    if "####" in text:
        position = text.rfind("####")
        line = text[position + 4 : position + SPAN].split("\n", 1)[0]
        yield Statement(position, line, "####", _NUMBER_OR_LETTER, whole=True)
    position = 0 if text.startswith("A:") else text.rfind("\nA:")
    if position >= 0 and not _has_second_option(text):
        yield Statement(position, text[position : position + SPAN].lstrip()[2:], "A:", whole=True)
    position = text.rfind("\n")
    if position < 0:
        return
    if _BARE_LINE.fullmatch(text, position + 1):
        yield Statement(position, text[position:], "last line", _NUMBER_OR_LETTER, whole=True)
    elif _OPTION_LINE.match(text, position + 1) and not _has_second_option(text):
        yield Statement(position, text[position:], "last line", ("choice",))


_LEADING_OPTION = re.compile(r"[*_]{0,2}\(?[A-J][.):]{1,2}[*_]{0,2}\s+(?=\S)")
_OPTION_LINE = re.compile(r"[*_]{0,2}\(?[A-J][.)]{1,2}[*_]{0,2}\s+(?=\S)")  # not "A: 18"
_BARE_LINE = re.compile(
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


_FIELDS = ("final_answer", "answer", "label", "choice", "prediction", "result")
_FIELD_VALUE = re.compile(
    r"""["']\s{0,9}:\s{0,9}(?:"((?:[^"\\\n]|\\.){0,200})"|'([^'\n]{0,200})'|([^\s,}\]{\["']{1,60}))"""
)


def _fields(text: str, low: str) -> Iterator[Statement]:
    if "</answer" in low:
        end = low.rfind("</answer")
        start = low.rfind("<answer>", 0, end)
        if start >= 0:
            content = text[start + 8 : end].strip()[-TAIL:]
            yield Statement(start, content, "<answer>", whole=True)
            yield from _explicit(content)
    if "{" not in low or ('":' not in low and "':" not in low and '" :' not in low):
        return
    for field in _FIELDS:
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


_OPTION_MARK = re.compile(r"[A-J](?=[).*\"”\s]|$)")
_IS_CORRECT = re.compile(
    r"[)\"*.]{0,3}\s{1,2}is\s(?:the\s)?(?:most\s|only\s|best\s)?"
    r"(?:correct|right|best|true|accurate|appropriate|closest)(?:\s(?:answer|option|choice|one))?\b"
)
_CONCLUDES = re.compile(r"(?:\b(?:is|are|be)|:)\s[\"“*]{0,3}$")
_NEGATED = re.compile(r"\b(?:wrong|incorrect|not|false|except)\b", re.IGNORECASE)
_MARK_ENDS = re.compile(r"\.[*\"”]{0,3}(?:\s|$)|\*|$")
_CONCLUSION = re.compile(
    r"(?:therefore|thus|so|hence|in total|altogether|in all|finally|consequently|as a result"
    r"|this means|that means|in conclusion)\b",
    re.IGNORECASE,
)
_VERDICT_LENGTH = 400


def _weak(text: str) -> Iterator[Statement]:
    lead = _LEADING_OPTION.match(text)
    if lead and not _has_second_option(text):
        yield Statement(0, text, f"opens with {lead.group().strip()}", ("choice",))
    tail = text[-3 * SPAN :]
    yield from _weak_options(tail)
    # A reason may follow a verdict in the same paragraph; more is an essay that opens with one.
    if len(text) <= _VERDICT_LENGTH and "\n" not in text:
        yield Statement(0, text, "opens with yes or no", ("boolean",))
    yield from _conclusion(text)


def _weak_options(tail: str) -> Iterator[Statement]:
    correct: set[str] = set()
    concluded = None
    for mark in _OPTION_MARK.finditer(tail):
        start, end = mark.span()
        enclosed = tail[start - 1 : start] == "(" and tail[end : end + 1] == ")"
        if enclosed:
            start -= 1
        elif start and tail[start - 1] not in ' \n\t*"“':
            continue
        if _IS_CORRECT.match(tail, end):
            correct.add(mark.group())
        lead = _CONCLUDES.search(tail, max(0, start - 12), start)
        if lead and _NEGATED.search(tail, max(0, start - 60), start):
            continue
        if lead and (enclosed or _MARK_ENDS.match(tail, end)):
            concluded = Statement(0, tail[start:], f"… {lead.group().strip()}", ("choice",))
    if len(correct) == 1:
        yield Statement(0, correct.pop(), "… is correct", ("choice",))
    if concluded:
        yield concluded


_NUMERALS = re.compile(r"[-+]?[$€£¥₹]?[-+]?\d[\d.,'’]*(?:\s?%)?(?:[eE]\d+)?(?:/\d+)?")
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


def _conclusion(text: str) -> Iterator[Statement]:
    sentence = last_sentence(text)
    if not _CONCLUSION.match(sentence):
        return
    head, sign, result = sentence.rpartition("=")
    if sign:
        yield Statement(0, result, f"… {head.split(maxsplit=1)[0]} … =", ("number",))
        return
    numerals = _NUMERALS.findall(sentence)
    if len(numerals) == 1:
        position = sentence.find(numerals[0])
        yield Statement(0, sentence[position:], f"{sentence.split(maxsplit=1)[0]} …", ("number",))


def find_statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a prepared text, the most telling first."""
    if len(text) <= SPAN:
        yield Statement(0, text, WHOLE, CLOSED_KINDS, whole=True)
    low = text.lower()
    yield from _fields(text, low)
    yield from _explicit(text)
    yield from _weak(text)
    if len(text) <= SPAN:
        yield Statement(0, text, WHOLE, ("short",), whole=True)
