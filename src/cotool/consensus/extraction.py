r"""The final answer that a text states: a choice, a number, yes or no, a short label.

A reasoning text may name several candidates; its last explicit statement counts ("the answer is
(C)", "\boxed{42}", "#### 42", a JSON field …). Base models run on past their answer into invented
further questions: what follows such a mark is cut off first. A hedge ("(A) or (B)") counts for
the choice that it names first.

"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotool.consensus.numbers import find_number, read_number, tidy
from cotool.consensus.statements import (
    CORRECTION,
    ENDS_PARAGRAPH,
    find_statements,
    own_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KINDS = ("choice", "boolean", "number", "short")

# A question is one of choice, number … where at least this share of its responses say so.
MAJORITY = 0.6

# A choice is stated so distinctly that a third is enough: the rest was cut off or refused.
SOME = 1 / 3

MOST_SHORT = 40  # characters of a short answer
MOST_SHORT_WORDS = 5
MOST_BOOLEAN = 600  # characters of a text whose first word, yes or no, is all that is asked for


@dataclass(frozen=True, slots=True)
class Extracted:
    """A final answer. Equal answers of one kind have equal `value`; `display` is for people.

    `kind` is "choice", "number", "boolean" or "short"; `rule` says what in the text gave it.
    """

    value: str
    kind: str
    display: str
    rule: str


_LETTER = re.compile(
    r"[\s*_\"'`$:]{0,8}(?:\\(?:text|textbf|mathrm|mathbf)\{)?(?:(?:option|choice|answer)\s)?"
    r"(?P<open>[(\[{（]?)[\s*]{0,2}(?P<letter>[A-Za-z])(?![^\W_]|['’])"
    r"(?P<close>[\s*]{0,2}[)\]}）.:,;]?)(?P<rest>.{0,60})",
    re.IGNORECASE | re.DOTALL,
)
# After the words "A" and "I" only these show that a letter was meant.
_AFTER_LETTER = re.compile(
    r"\s{0,3}(?:$|\n|[-–—,;:.!)\]*\"']|because|since|as\b|which|for\b|and the|\()", re.IGNORECASE
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
_LETTER_FIRST = re.compile(r"[\s*_]{0,4}(?:\([A-Za-z]\)|[A-Z][).])\s")
_SENTENCES = re.compile(r"[.!?]\s+\S")
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
    if _SENTENCES.search(bare):
        return None
    if kind == "number":
        if len(bare) > MOST_SHORT + 20 or len(_UNITS.findall(bare)) > 3:
            return None
        return read_number(bare)
    # A label has no full stop; "It is hard to tell." is a sentence.
    return None if bare[-1] in ".!?" and len(bare.split()) > 3 else _as_short(bare)


def _leading_boolean(text: str) -> tuple[str, str] | None:
    """The first word, set apart as in 'Yes, because …'; 'No one …' is not meant."""
    return _as_boolean(text[:40]) if len(text) <= MOST_BOOLEAN else None


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
        self.own = own_words(text)
        self.statements = find_statements(self.own) if len(self.own) > 2 else []

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
        if last is None:
            return None
        # Models run on ("Now, combining all the answers: …") and models correct themselves.
        taken_back = max((m.start() for m in CORRECTION.finditer(self.own)), default=-1)
        following = [len(self.own) + 1] + [statement.start for statement in self.statements]
        for place in range(len(self.statements) - 1, -1, -1):
            statement = self.statements[place]
            end = ENDS_PARAGRAPH.match(self.own, statement.end)
            if statement.end <= taken_back or end is None or following[place] < end.end():
                continue
            found = _READERS[kind](statement.payload)
            if found is not None:
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
