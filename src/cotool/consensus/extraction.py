"""The final answer that a text states: a choice, a number, yes or no, a short label.

A reasoning text may name several candidates; its last explicit statement counts ("the answer is
(C)", "\\boxed{42}", "#### 42", a JSON field …). Base models run on past their answer into invented
further questions: what follows such a mark is cut off first. A hedge ("(A) or (B)") counts for
the choice that it names first.

All patterns are bounded, so time is linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cotool.consensus.numbers import find_number, read_number, tidy

KINDS = ("choice", "boolean", "number", "short")

# A question is one of choice, number … where at least this share of its responses say so.
MAJORITY = 0.6

# A choice is stated so distinctly that a third is enough: the rest was cut off or refused.
SOME = 1 / 3

# Answers stand at the end: only so many of the last characters are searched.
WINDOW = 20_000
MOST_SHORT = 40  # characters of a short answer
MOST_SHORT_WORDS = 5


@dataclass(frozen=True, slots=True)
class Extracted:
    """A final answer. Equal answers of one kind have equal `value`; `display` is for people.

    `kind` is "choice", "number", "boolean" or "short"; `rule` says what in the text gave it.
    """

    value: str
    kind: str
    display: str
    rule: str


# ---- where a text states its answer ---------------------------------------------------------

_RUN_ON = re.compile(
    r"\n[ \t]{0,8}(?:\#{2,4}[ ]?)?(?:Question|Q|Human|User|Instruction|Problem|Input|Exercise)"
    r"(?:[ ]\d{1,4})?[ ]{0,2}(?::|\n)"
    r"|<\|(?:im_end|endoftext|eot_id|end_of_text)\|>"
    r"|\n[ ]{0,4}\[INST\]",
    re.IGNORECASE,
)

_ANSWER = (
    r"(?:answer|answers|option|choice|solution|result|conclusion|prediction|verdict"
    r"|antwort|lösung|ergebnis|respuesta|opción|solución|réponse|solution|risposta|soluzione"
    r"|resposta|opção|antwoord|svar|odpowiedź|cevap|ответ|вариант|答案|答え|回答|选项|정답)"
)
_IS = r"(?:is|are|was|be|equals|equal to|becomes|gives|ist|lautet|es|est|è|é|is:|является|是|为|は|은|는)"
# "the correct answer to this question is", "Final Answer:", "answer = "
_STATEMENT = re.compile(
    rf"(?<![^\W_]){_ANSWER}(?![^\W_\d]|s\b)"
    rf"(?P<between>[^\n.:=!?;]{{0,48}}?)"
    rf"(?:\s{{0,3}}(?<![^\W_]){_IS}(?![^\W_])\s{{0,2}}:?|\*{{0,2}}\s{{0,2}}[:=：]|\s?(?:是|为|は))"
    # Looked at, not consumed: "Final answer: the answer is 5" is two statements.
    rf"(?=(?P<payload>[^\n]{{0,200}}(?:\n{{1,2}}(?=[ *(\\$]{{0,6}}[A-Za-z0-9]{{1,12}}[)*. ]{{0,4}}(?:\n|$))"
    rf"[^\n]{{0,40}})?))",
    re.IGNORECASE,
)
_BARE_CJK = re.compile(
    rf"(?:答案|答え|回答|정답)[^\n。]{{0,12}}?(?P<payload>[A-Za-z0-9(（][^\n。]{{0,60}})"
)
_SELECTED = re.compile(
    r"(?:\bI(?:'d| would| will|'ll)? (?:choose|select|pick|go with|answer)|\boption|\bchoice)\s{1,3}"
    r"(?P<payload>[(*\[]{0,3}[A-Z](?![A-Za-z'])[^\n]{0,60})"
)
_IS_CORRECT = re.compile(
    r"(?<![A-Za-z'])(?P<payload>\(?[A-Z][).]?)[*]{0,2} (?:is|would be|must be) (?:the )?"
    r"(?:correct|right|best|only (?:correct|right))"
)
_HASHES = re.compile(r"####[ \t]{0,4}(?P<payload>[^\n]{1,80})")
_A_LINE = re.compile(r"(?m)^[ \t]{0,8}A[ \t]?:[ \t]{0,4}(?P<payload>[^\n]{1,200})$")
_B_LINE = re.compile(r"(?m)^[ \t]{0,8}B[ \t]?:")
_TAG = re.compile(
    r"<(?:final_)?answer>\s{0,20}(?P<payload>[^<]{1,200}?)\s{0,20}</(?:final_)?answer>"
)
_FIELD = re.compile(
    r"""["'](?:final[_ ]?answer|answer|label|choice|prediction|result|output)["']\s{0,8}:\s{0,8}"""
    r"""(?:"(?P<text>(?:[^"\\\n]|\\.){0,200})"|'(?P<single>[^'\n]{0,200})'"""
    r"""|(?P<bare>-?[0-9][0-9.,eE+-]{0,60}|true|false))""",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\s{0,3}(?:not|never|neither|nicht|no|ne|non|не)\b(?!\s*[,.;:!]|\s*$)", re.IGNORECASE
)

_DENIED = re.compile(r"\bnot\b|n't\b", re.IGNORECASE)
_FINAL = re.compile(r"final\s{1,2}$", re.IGNORECASE)
# No further sentence follows on the line.
_ENDS = re.compile(r"[^\n.!?]{0,200}(?:[.!?][^\w\n]{0,12})?(?:\n|$)")
_CORRECTION = re.compile(
    r"\b(?:wait|actually|however|correction|mistake|re-?check|double[- ]check|re-?consider|re-?evaluat"
    r"|on second thought|instead|revis|let me|let's re|final|therefore|thus|so the|hence)",
    re.IGNORECASE,
)

_LETTER = re.compile(
    r"[\s*_\"'`$:]{0,8}(?:\\(?:text|textbf|mathrm|mathbf)\{)?(?:(?:option|choice|answer)\s)?"
    r"(?P<open>[(\[{（]?)[\s*]{0,2}(?P<letter>[A-Za-z])(?![^\W_]|['’])"
    r"(?P<close>[\s*]{0,2}[)\]}）.:,;]?)(?P<rest>.{0,60})",
    re.IGNORECASE | re.DOTALL,
)
# After the words "A" and "I" only these show that a letter was meant.
_AFTER_LETTER = re.compile(
    r"\s{0,3}(?:$|\n|[-–—,;:.!)\]*\"']|because|since|as\b|which|for\b|and the|\()", re.I
)

_BOOLEAN = {
    **dict.fromkeys(
        ["yes", "true", "correct", "ja", "sí", "oui", "sì", "sim", "да", "はい", "是"], "yes"
    ),
    **dict.fromkeys(
        ["no", "false", "incorrect", "nein", "non", "não", "нет", "いいえ", "否"], "no"
    ),
}
_FIRST_WORD = re.compile(
    r"[\s*_\"'`(\[]{0,6}(?P<word>[^\W\d_]{1,9})[*_\"'`)\]]{0,4}(?P<after>\s{0,3}[,.;:!\n–—-]|\s{0,3}$)"
)
_ARTICLE = re.compile(r"^(?:the|an?|der|die|das|ein|eine|le|la|les|un|une|el|los|las)\s+(?=\w)")
_SENTENCE = re.compile(r"(?<=[^\W\d_]{2})[.!?](?:\s|$)|[.!?]\s+(?=[A-Z(])|\n|(?<=\d)\.(?:\s|$)")


def _own_words(text: str) -> str:
    """The text up to where the model runs on into another question; its end, if it is long."""
    start = len(text) - len(text.lstrip())
    mark = _RUN_ON.search(text, start + 1)
    if mark:
        text = text[: mark.start()]
    return text[-WINDOW:]


def _boxed(text: str) -> Iterator[tuple[int, str]]:
    """Contents of \\boxed{…} with balanced braces, the last few."""
    end = len(text)
    for _ in range(8):
        start = text.rfind("\\boxed{", 0, end)
        if start < 0:
            return
        depth, place = 1, start + 7
        while place < len(text) and depth and place < start + 400:
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            place += 1
        if depth == 0:
            yield start, text[start + 7 : place - 1]
        end = start


@dataclass(frozen=True, slots=True)
class _Said:
    """One statement: where it stands, what it says, and whether its form is meant for machines."""

    start: int
    end: int
    payload: str
    rule: str
    formal: bool = True


def _statements(text: str) -> list[_Said]:
    """Every explicit statement, the last first."""
    found: list[_Said] = []

    def add(pattern: re.Pattern[str], rule: str, *, formal: bool = True) -> None:
        found.extend(
            _Said(m.start(), m.end(), m["payload"], rule, formal) for m in pattern.finditer(text)
        )

    if "\\boxed" in text:
        found += [
            _Said(start, start + len(payload), payload, "\\boxed{}")
            for start, payload in _boxed(text)
        ]
    if "####" in text:
        add(_HASHES, "####")
    if "</" in text:
        add(_TAG, "<answer>")
    if '":' in text or "':" in text or '" :' in text:
        for match in _FIELD.finditer(text):
            payload = match["text"] or match["single"] or match["bare"] or ""
            found.append(_Said(match.start(), match.end(), payload, "a JSON field"))
    for match in _STATEMENT.finditer(text):
        if _NOT.match(match["payload"]) or _DENIED.search(match["between"]):
            continue
        formal = _FINAL.search(text[max(match.start() - 8, 0) : match.start()]) is not None
        found.append(_Said(match.start(), match.end(), match["payload"], "the answer is …", formal))
    if not text.isascii():
        add(_BARE_CJK, "答案", formal=False)
    add(_SELECTED, "option …", formal=False)
    add(_IS_CORRECT, "… is correct", formal=False)
    if ("A:" in text or "A :" in text) and not _B_LINE.search(text):
        add(_A_LINE, "A: …")
    return sorted(found, key=lambda one: -one.start)


# ---- what a statement says ------------------------------------------------------------------


def _as_choice(payload: str) -> tuple[str, str] | None:
    if not payload.isascii():
        payload = unicodedata.normalize("NFKC", payload)
    match = _LETTER.match(payload)
    if match is None:
        return None
    letter, rest = match["letter"], match["rest"]
    marked = bool(match["open"]) or match["close"].strip() in {")", "]", "}"}
    if letter.islower() and not marked and (rest.strip() or payload.strip("*_ .\"'`$") != letter):
        return None
    if (
        letter in "AaI"
        and not marked
        and not match["close"].strip("* \n")
        and not (_AFTER_LETTER.match(match["close"] + rest))
    ):
        return None
    return letter.upper(), letter.upper()


def _as_boolean(payload: str) -> tuple[str, str] | None:
    match = _FIRST_WORD.match(payload)
    value = _BOOLEAN.get(match["word"].casefold()) if match else None
    return (value, value) if value else None


def _first_sentence(payload: str) -> str:
    end = _SENTENCE.search(payload)
    return payload[: end.start()] if end and payload[: end.start()].strip(" *") else payload


def _as_number(payload: str) -> tuple[str, str] | None:
    sentence = _first_sentence(payload).strip().strip("*_`\"'")
    if not sentence or len(sentence) > 160:
        return None
    found = read_number(sentence)
    if found is None:
        # "18 dollars for 3 days": the first number is the answer where it stands at the front.
        sentence = tidy(sentence)
        first = find_number(sentence)
        if first is not None and len(sentence[: first[1]].split()) <= 1 and "=" not in sentence:
            return first[0], sentence[first[1] : first[2]].strip()
    return found


def _as_short(payload: str) -> tuple[str, str] | None:
    sentence = _first_sentence(payload).strip().strip("*_`\"'.,;:!?()[]{}$ ").strip()
    if not sentence or len(sentence) > MOST_SHORT or len(sentence.split()) > MOST_SHORT_WORDS:
        return None
    value = unicodedata.normalize("NFKC", sentence).casefold()
    value = _ARTICLE.sub("", " ".join(value.split()))
    return value, sentence


_READERS: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "choice": _as_choice,
    "boolean": _as_boolean,
    "number": _as_number,
    "short": _as_short,
}


# ---- texts that are an answer ---------------------------------------------------------------

_ONLY_LETTER = re.compile(r"[\s*_\"'`(\[]{0,6}[A-Za-z][\s*_\"'`)\].:]{0,6}$")
_LETTER_FIRST = re.compile(r"[\s*_]{0,4}(?:\([A-Za-z]\)|[A-Z][).:])\s")
_UNITS = re.compile(r"[^\W\d_]+")


def _whole(text: str, kind: str) -> tuple[str, str] | None:
    """The answer that the whole text is."""
    bare = text.strip()
    if not bare or len(bare) > 120 or "\n" in bare:
        return None
    if kind == "choice":
        if _ONLY_LETTER.match(bare) or (_LETTER_FIRST.match(bare) and len(bare.split()) <= 12):
            return _as_choice(bare)
        return None
    if kind == "boolean":
        return _as_boolean(bare) if len(bare.split()) == 1 else None
    if kind == "number":
        if len(bare) > MOST_SHORT + 20 or len(_UNITS.findall(bare)) > 3:
            return None
        return read_number(bare)
    if re.search(r"[.!?]\s+\S", bare):
        return None
    return _as_short(bare)


def _leading_boolean(text: str) -> tuple[str, str] | None:
    """ "Yes, because …"; "No one …" is not meant."""
    return _as_boolean(text[:40]) if text else None


def _last_resort(text: str, kind: str) -> tuple[str, str, str] | None:
    """The last number, or the last letter in brackets, of a text that is not cut off."""
    lines = text.strip().splitlines()
    if not lines:
        return None
    last = lines[-1][-400:]
    if kind == "choice":
        letters = re.findall(r"\(([A-Z])\)", last)
        return (letters[-1], letters[-1], "the last letter in brackets") if letters else None
    if kind == "number":
        tidied = tidy(last)
        found, position = None, 0
        while (number := find_number(tidied, position)) is not None:
            found, position = number, number[2]
        if found is not None:
            return found[0], tidied[found[1] : found[2]].strip(), "the last number"
    return None


# ---- the interface --------------------------------------------------------------------------


class _Text:
    """One text with its statements, found once for all kinds."""

    def __init__(self, text: str) -> None:
        self.own = _own_words(text)
        self.statements = _statements(self.own) if len(self.own) > 2 else []

    def stated(self, kind: str) -> Extracted | None:
        """The answer by an explicit rule."""
        whole = _whole(self.own, kind)
        if whole is not None:
            return Extracted(whole[0], kind, whole[1], "the whole text")
        said = self._said(kind)
        if said is not None:
            return said
        if kind == "boolean":
            leading = _leading_boolean(self.own)
            if leading is not None:
                return Extracted(leading[0], kind, leading[1], "the first word")
        return None

    def _said(self, kind: str) -> Extracted | None:
        """The last formal statement; else the first that ends a paragraph and is not taken back."""
        last = None
        for statement in self.statements:
            found = _READERS[kind](statement.payload)
            if found is None:
                continue
            answer = Extracted(found[0], kind, found[1], statement.rule)
            if statement.formal:
                return answer
            last = last or answer
        for statement in reversed(self.statements):
            found = _READERS[kind](statement.payload)
            if found is None or not _ENDS.match(self.own, statement.end):
                continue
            # Models run on ("Now, combining all the answers: …") and models correct themselves.
            if not _CORRECTION.search(self.own, statement.end):
                return Extracted(found[0], kind, found[1], statement.rule)
        return last

    def guessed(self, kind: str) -> Extracted | None:
        """The answer by a last resort, where other responses have established the kind."""
        found = None if self.statements else _last_resort(self.own, kind)
        return Extracted(found[0], kind, found[1], found[2]) if found else None


def extract_answer(text: str, kind: str | None = None) -> Extracted | None:
    """The final answer that `text` states, of `kind` if given; None where it states none."""
    one = _Text(text)
    for wanted in KINDS if kind is None else (kind,):
        found = one.stated(wanted)
        if found is not None:
            return found
    return one.guessed(kind) if kind is not None else None


def extract_answers(texts: Sequence[str]) -> tuple[str | None, list[Extracted | None]]:
    """Recognise the kind of answer to one question, and extract it from each response.

    The kind is the one that most responses state by an explicit rule, if at least 60 % do;
    where all responses are short labels it is "short" unless they are all of a narrower kind.
    None is free text. A response that states no answer of the kind has None.
    """
    read = [_Text(text) for text in texts]
    usable = sum(1 for text in texts if text.strip())
    if not usable:
        return None, [None] * len(read)
    if all(_whole(one.own, "short") for one in read if one.own.strip()):
        for kind in KINDS:
            labels = [one.stated(kind) if one.own.strip() else None for one in read]
            if sum(label is not None for label in labels) == usable:
                return kind, labels
    best: tuple[str, list[Extracted | None]] | None = None
    most = 0
    for kind in KINDS:
        # A short answer is what is left where no narrower kind is frequent.
        if most == usable or (best is not None and kind == "short"):
            break
        stated = [one.stated(kind) for one in read]
        count = sum(answer is not None for answer in stated)
        if count >= (SOME if kind == "choice" else MAJORITY) * usable and count > most:
            most, best = count, (kind, stated)
    if best is None:
        return None, [None] * len(read)
    kind, stated = best
    answers = [answer or one.guessed(kind) for one, answer in zip(read, stated, strict=True)]
    return kind, answers
