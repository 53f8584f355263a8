"""Extract the final answer from a text, in a form in which equal answers are equal."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cotool.consensus.extract.preparation import breaks_off, prepare
from cotool.consensus.extract.readings import CLOSED_KINDS, KINDS, clean, read
from cotool.consensus.extract.statements import WHOLE, find_statements, last_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# So many of a question's texts must state an answer of one kind for the question to be of it.
# Options are so rarely stated of a question that has none (10 of 4,000 AlpacaEval texts, no two on
# one question) that fewer are enough. A text that breaks off before it states anything abstains,
# which must not leave a few to decide.
MAJORITY = {"choice": 0.4, "number": 0.6, "boolean": 0.6, "short": 0.6}
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

    The last statement counts; a negated one does not. Two numbers, or three options, offered at
    once leave the text undecided: None. Of two options the first counts, and the rule says so.
    """
    found = _extract(prepare(text), KINDS if kind is None else (kind,), first=True)
    return next((answer for answer in found.values() if answer), None)


def extract_answers(texts: Sequence[str]) -> tuple[str | None, list[Extracted | None]]:
    """Return the kind of one question, and the answer of that kind in each response to it.

    The kind is "choice", "number" or "boolean" where all non-empty responses state an answer of
    that kind; "short" where all are labels; else the kind that a majority states (MAJORITY: 60 %,
    of options 40 %; responses that break off before they state anything do not count); else None:
    free text. A response to a number question that states none is read by a last resort, the last
    number of its last sentence, and the rule says so.
    """
    prepared = [prepare(text) for text in texts]
    found = [_extract(text, KINDS) for text in prepared]
    kind = _kind(prepared, found)
    if kind is None:
        return None, [None] * len(texts)
    answers = [answer.get(kind) for answer in found]
    if kind == "number":
        for index, text in enumerate(prepared):
            if kind not in found[index]:
                answers[index] = _last_number(text)
        answers = _same_percent(answers)
    return kind, answers


def _extract(
    text: str, kinds: Iterable[str], *, first: bool = False
) -> dict[str, Extracted | None]:
    """Return the answer of each kind; None where the text states several and is undecided."""
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
            rule = statement.rule + reading.note
            found[kind] = Extracted(reading.value, kind, reading.display, rule)
            if first:
                return found
        if not missing:
            break
    return found


def _kind(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> str | None:
    total = sum(map(bool, texts))
    if not total:
        return None
    stated = {kind: [answer for one in found if (answer := one.get(kind))] for kind in KINDS}
    if all(answer.rule == "opens with A:" for answer in stated["choice"]):
        # "A: 18" is an answer to "Q:" unless other responses choose B.
        stated["choice"] = []
    closed = max(CLOSED_KINDS, key=lambda kind: len(stated[kind]))
    if len(stated[closed]) == total:
        return closed
    if sum(answer.rule == WHOLE for answer in stated["short"]) == total:
        return "short"
    # A letter reads as a label too, and a label alone among sentences is no statement.
    stated["short"] = [
        answer
        for one in found
        if "choice" not in one and (answer := one.get("short")) and answer.rule != WHOLE
    ]
    for kind in (closed, "short"):
        abstaining = sum(
            breaks_off(text) and not one.get(kind) for text, one in zip(texts, found, strict=True)
        )
        needed = max(MAJORITY[kind] * (total - abstaining), LEAST * total, min(total, 2))
        if len(stated[kind]) >= needed:
            return kind
    return None


_NUMERAL = re.compile(r"[-+]?[$€£¥₹]?\d[\d.,'’/]*(?:\s?%)?")


def _last_number(text: str) -> Extracted | None:
    """Read the last number of the last sentence; of a text that breaks off, none.

    The same for options was tried and left out: of nine on MMLU-Pro two were the label.
    """
    if not text or breaks_off(text):
        return None
    sentence = last_sentence(text)
    starts = [match.start() for match in _NUMERAL.finditer(sentence)]
    reading = read("number", clean(sentence[starts[-1] :])) if starts else None
    if not reading or not reading.value:
        return None
    return Extracted(reading.value, "number", reading.display, "last number mentioned")


def _same_percent(answers: list[Extracted | None]) -> list[Extracted | None]:
    """Where one response says "25%" and another "25", the sign was left off: both are 25%."""
    percents = {answer.value for answer in answers if answer and answer.value.endswith("%")}
    return [
        replace(answer, value=f"{answer.value}%")
        if answer and f"{answer.value}%" in percents
        else answer
        for answer in answers
    ]
