"""Extract the final answer from a text, in a form in which equal answers are equal."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cotool.consensus.readings import KINDS, clean, read
from cotool.consensus.statements import SPAN, find_statements, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# So many of a question's texts must state an answer of one kind for the question to be of it.
# A text that breaks off before it states anything abstains, but cannot leave a few to decide.
MAJORITY = 0.6
LEAST = 0.25


@dataclass(frozen=True, slots=True)
class Extracted:
    """An answer found in a text.

    `value` is its normal form: equal answers have equal values ("18", "C", "yes", "paris");
    `kind` is "choice", "number", "boolean" or "short"; `display` is for people ("$1,080");
    `rule` is the phrase or form that gave it ("the answer is").
    """

    value: str
    kind: str
    display: str
    rule: str


def extract_answer(text: str, kind: str | None = None) -> Extracted | None:
    """Return the final answer that `text` states, or None; with `kind` only one of that kind.

    The last statement counts; one that is negated or offers two answers does not.
    """
    found = _extract(prepare(text), KINDS if kind is None else (kind,), first=True)
    return next((answer for answer in found.values() if answer), None)


def extract_answers(texts: Sequence[str]) -> tuple[str | None, list[Extracted | None]]:
    """Return the kind of one question, and the answer of that kind in each response to it.

    The kind is "choice", "number" or "boolean" where all non-empty responses state an answer of
    that kind, "short" where all are labels, else the kind that at least 60 % of them state, else
    None: free text. A response that states none is then read by a last resort (an option or a
    number in its last sentence, the rule says so), and has None where that fails too.
    """
    prepared = [prepare(text) for text in texts]
    found = [_extract(text, KINDS) for text in prepared]
    kind = _kind(prepared, found)
    if kind is None:
        return None, [None] * len(texts)
    answers = [
        answer[kind] if kind in answer else _last_resort(text, kind)
        for text, answer in zip(prepared, found, strict=True)
    ]
    return kind, _same_percent(answers) if kind == "number" else answers


WHOLE = "the whole text"


def _extract(
    text: str, kinds: Iterable[str], *, first: bool = False
) -> dict[str, Extracted | None]:
    """Return the answer of each kind; None where the text states two and so is undecided."""
    missing = set(kinds)
    found: dict[str, Extracted | None] = {}
    for statement in find_statements(text):
        span = ""
        for kind in statement.kinds:
            if kind not in missing:
                continue
            span = span or clean(statement.span)
            reading = read(kind, span, whole=statement.whole)
            if reading is None:
                continue
            missing.discard(kind)
            if not reading.value:
                found[kind] = None
                break
            found[kind] = Extracted(reading.value, kind, reading.display, statement.rule)
            if first:
                return found
        if not missing:
            break
    return found


def _kind(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> str | None:
    total = sum(map(bool, texts))
    if not total:
        return None
    stated = {kind: [found_ for answers in found if (found_ := answers.get(kind))] for kind in KINDS}
    if all(answer.rule == "opens with A:" for answer in stated["choice"]):
        # "A: 18" is an answer to "Q:" unless other responses choose B.
        stated["choice"] = []
    closed = max(KINDS[:3], key=lambda kind: len(stated[kind]))
    if len(stated[closed]) == total:
        return closed
    labels = [answer for answer in stated["short"] if answer.rule == WHOLE]
    if len(labels) == total:
        return "short"
    for kind, answers in (
        (closed, stated[closed]),
        ("short", [answer for answer in stated["short"] if answer.rule != WHOLE]),
    ):
        abstain = sum(
            _breaks_off(text) and not answer.get(kind)
            for text, answer in zip(texts, found, strict=True)
        )
        if len(answers) >= max(MAJORITY * (total - abstain), LEAST * total):
            return kind
    return None


_OPTION = re.compile(r"\(([A-J])\)|\b([B-HJ])(?=[.,:;)]|\s*$)")
_NUMERAL = re.compile(r"[-+]?[$€£¥₹]?\d[\d.,'’/]*(?:\s?%)?")
_SENTENCE_START = re.compile(r"[.!?。]\s+|\n+")
_COMPLETE = (".", "!", "?", "。", ")", "*", "$", "}", '"', "”", "%", "`")


def _breaks_off(text: str) -> bool:
    return len(text) > SPAN and not (text.endswith(_COMPLETE) or text[-1].isdigit())


def _last_resort(text: str, kind: str) -> Extracted | None:
    """Read the last option or number of the last sentence; of a text that breaks off, nothing."""
    if kind not in ("choice", "number") or not text or _breaks_off(text):
        return None
    tail = text[-SPAN:]
    sentence = _SENTENCE_START.split(tail.rstrip(" .!。"))[-1]
    pattern = _OPTION if kind == "choice" else _NUMERAL
    last = None
    for last in pattern.finditer(sentence):
        pass
    if last is None:
        return None
    reading = read(kind, clean(sentence[last.start() :]))
    if reading is None or not reading.value:
        return None
    rule = f"last {'option' if kind == 'choice' else 'number'} mentioned"
    return Extracted(reading.value, kind, reading.display, rule)


def _same_percent(answers: list[Extracted | None]) -> list[Extracted | None]:
    """Where one response says "25%" and another "25", the sign was left off: both are 25%."""
    percents = {answer.value for answer in answers if answer and answer.value.endswith("%")}
    return [
        replace(answer, value=f"{answer.value}%")
        if answer and f"{answer.value}%" in percents
        else answer
        for answer in answers
    ]
