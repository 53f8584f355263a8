"""Extract the final answer from a text, in its normal form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from cotool._lazy import lazy_pattern, once, stand_ins
from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.alike import same_choices, same_labels, same_numbers
from cotool.consensus.extract.by_question import asks_how_many, by_question
from cotool.consensus.extract.code import code_values, is_query
from cotool.consensus.extract.conclusions import NUMBERED
from cotool.consensus.extract.echoes import add_echoes, add_words
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.figures import (
    add_figures,
    add_none,
    in_figures,
    in_truths,
    read_sentences,
)
from cotool.consensus.extract.labels import complement, denies, named_in_sentence, named_label
from cotool.consensus.extract.last_numbers import NUMERAL, in_bold, last_number, number_in_words
from cotool.consensus.extract.normal_form import running_form
from cotool.consensus.extract.notations import is_order
from cotool.consensus.extract.objects import unwrapped, whole_object
from cotool.consensus.extract.options import add_chosen, marked
from cotool.consensus.extract.plain_words import plain_word
from cotool.consensus.extract.preparation import breaks_off, clean, prepare, without_markup
from cotool.consensus.extract.rankings import rankings
from cotool.consensus.extract.readings import CLOSED_KINDS, KINDS, read, read_formula
from cotool.consensus.extract.spans import WHOLE
from cotool.consensus.extract.stated_places import FIELDS, find_stated_places

with stand_ins("cotool.consensus.extract.differences", "cotool.consensus.extract.ties"):
    from cotool.consensus.extract import differences, ties

if TYPE_CHECKING:
    from cotool.consensus.extract.spans import StatedPlace

# The share of a question's texts that must state an answer of one kind for the question to have
# that kind. For options fewer are enough: without options, texts rarely state one (10 of 4,000
# AlpacaEval texts, no two on one question). A text that breaks off before it states anything
# abstains, which must not leave a few texts to decide.
MAJORITY = {"choice": 0.4, "number": 0.6, "boolean": 0.6, "short": 0.6}
LEAST = 0.25
# This many bare labels suffice to look for labels in the sentences of other responses.
_FEWEST_LABELS = 2
# A label of more words is a phrase, which a sentence repeats rather than names.
_LABEL_WORDS = 3
_LETTERS = frozenset("abcdefghij")
# Options with one number begin with the same characters.
_SAME_OPTION = 12
# The kind of a text that names several options.
SEVERAL = "several"
_IN_PASSING = {"… is", "it is …", "last number mentioned"}


def extract_answer(text: str, kind: str | None = None) -> Extracted | None:
    """Return the final answer that `text` states, or None; with `kind` only one of that kind.

    The last statement counts; a negated one does not. Two numbers, or three options, offered at
    once leave the text undecided: None. If it names two options, the first one counts, and the rule
    says so.
    """
    if kind == "object":
        return whole_object(text)
    if kind == "code":
        return (code_values([text, text]) or [None])[0]
    kinds = KINDS if kind is None else (kind,)
    found = _read(find_stated_places(prepare(text)), kinds, first=True)
    return next((answer for key, answer in found.items() if answer and key in KINDS), None)


def named_options(text: str) -> str:
    """Return the options that a text names together ("A, C", "A or C"); empty if it names one."""
    several = _read(find_stated_places(prepare(text)), ("choice",)).get(SEVERAL)
    return several.value if several else ""


def extract_answers(
    texts: Sequence[str], question: str = ""
) -> tuple[str | None, list[Extracted | None]]:
    """Return the kind of one question, and the answer of that kind in each response to it.

    The kind is "choice", "number" or "boolean" if all non-empty responses state an answer of that
    kind; "short" if all are labels, state labels, or name those that others state; else the kind
    that a majority states (MAJORITY: 60 %, of options 40 %; responses that break off before they
    state anything do not count). Else it is "object" for JSON objects with the same fields, "code"
    for short code, "short" for texts that differ in one place (see `differences`); else
    None, for free text. If a response to a number question states no number, the last number of its
    last sentence is taken, and the rule says so. The text of the question may show what a number
    is (see `by_question`).
    """
    prepared = without_markup([prepare(text) for text in texts], question)
    plain, objects = unwrapped(prepared, FIELDS)
    ordered = [] if any(objects) else rankings(plain, question)
    if any(objects) or ordered:
        return ("object", objects) if any(objects) else ("short", ordered)
    found, kind = _found(plain, question)
    orders = kind == "short" and all(map(is_order, filter(None, plain)))
    if kind in {None, "short"} and not orders and all("(" in text for text in plain):
        coded = code_values(texts)
        if coded and all(coded):
            return "code", coded
    if kind == "short":
        _complete_labels(plain, found)
    if kind == "number":
        _complete_numbers(plain, found, question)
    slotted = _slotted(prepared) if _all_in_passing(found, kind) else (None, [])
    if slotted[0]:
        return slotted
    if kind is None and _name_labels(plain, found):
        kind = "short"
    if kind is None:
        coded = code_values(texts)
        return ("code", coded) if coded else _slotted(prepared)
    answers = _unified(kind, found, prepared, question)
    if kind == "short" and all(answer.value in _LETTERS for answer in answers if answer):
        return "choice", [
            answer and replace(answer, value=answer.value.upper(), kind="choice")
            for answer in answers
        ]
    return kind, answers


def _found(
    texts: Sequence[str], question: str
) -> tuple[list[dict[str, Extracted | None]], str | None]:
    """Return the answers of every kind that each text states, and the question's kind.

    Labels are read only where no other kind is stated by all.
    """
    places = [_kept(text) if len(text) <= _RECURRING else _Places.of(text) for text in texts]
    found = [dict(one.closed) for one in places]
    _drop_numbered_lists(texts, found)
    kind: str | None
    if 0 < sum("choice" in one for one in found) < len(found):
        ties.add_ties(texts, found, question)
        add_chosen(texts, found, question)
    if 0 < sum("boolean" in one for one in found) < len(found):
        add_words(texts, found)
        add_echoes(texts, found, question)
    add_figures(texts, found, least=MAJORITY["number"])
    counts = asks_how_many(question)
    if counts:
        add_none(texts, found)
    kind, stated = _commonest(found)
    if not stated or len(stated) < sum(map(bool, texts)):
        for one, own in zip(found, places, strict=True):
            if one.get("choice") is not ties.TIE:
                one.update(own.labels)
        _unite_letters(texts, found)
        kind = _kind(texts, found)
        if counts and kind != "number":
            numbers = sum(bool(one.get("number")) for one in found)
            kind = "number" if numbers >= max(2, LEAST * sum(map(bool, texts))) else kind
        if kind in {None, "short"}:
            read_sentences(texts, found)
    # The value in the last condition of a query is not its answer.
    query = kind == "number" and any(map(is_query, texts))
    return found, None if query else kind


@dataclass
class _Places:
    """Where one text states answers, and what these are."""

    places: list[StatedPlace]
    closed: dict[str, Extracted | None]
    word: Extracted | None = None

    @classmethod
    def of(cls, text: str) -> _Places:
        if word := plain_word(text):
            return cls([], {}, word)
        places = list(find_stated_places(text))
        return cls(places, _read(places, CLOSED_KINDS))

    @once
    def labels(self) -> dict[str, Extracted | None]:
        return {"short": self.word} if self.word else _read(self.places, ("short",))


# Short texts recur from question to question: "A", "positive".
_RECURRING = 60
_kept = lru_cache(maxsize=1024)(_Places.of)


def _unified(
    kind: str, found: Sequence[dict[str, Extracted | None]], texts: Sequence[str], question: str
) -> list[Extracted | None]:
    """Return the answers; those that other answers show to be the same are unified."""
    answers = [one.get(kind) for one in found]
    if kind == "number":
        return by_question(same_numbers(answers), texts, question)
    if kind == "choice":
        sets = [one.get(SEVERAL) for one in found]
        return [
            Extracted(", ".join(text), "choice", ", ".join(text), WHOLE)
            if answer is None and any(sets) and _is_packed(text)
            else answer
            for text, answer in zip(texts, same_choices(answers, sets), strict=True)
        ]
    if kind == "short":
        answers = in_figures(answers, [one.get("number") for one in found])
        told = [one.get("boolean") for one in found]
        if sum(map(bool, told)) >= MAJORITY["boolean"] * sum(map(bool, answers)):
            answers = in_truths(answers, told)
        return same_labels(marked(answers, question), question)
    return answers


def _complete_numbers(
    texts: Sequence[str], found: list[dict[str, Extracted | None]], question: str
) -> None:
    given = {answer.value for one in found if (answer := one.get("number"))}
    asked = set(NUMERAL.findall(question))
    for one, text in zip(found, texts, strict=True):
        if "number" in one:
            continue
        reading = read("number", clean(complement(text)), whole=True)
        stated = reading and reading.value and reading.extracted("number", "… is")
        one["number"] = stated or last_number(text)
        if one["number"] is None:
            one["number"] = in_bold(text) or number_in_words(text, given)
        elif one["number"].display in asked:
            one["number"] = in_bold(text) or one["number"]


def _read(
    places: Iterable[StatedPlace], kinds: Iterable[str], *, first: bool = False
) -> dict[str, Extracted | None]:
    """Return the answer of each kind; None if the text states several and is undecided.

    Where several options are stated, all of them are found as SEVERAL.
    """
    missing = set(kinds)
    found: dict[str, Extracted | None] = {}
    for place in places:
        span = ""
        for kind in place.kinds:
            if kind not in missing:
                continue
            span = span or clean(place.span)
            reading = read(kind, span, whole=place.whole)
            if kind == "short" and "\\" in place.span:
                reading = read_formula(place.span, whole=place.whole) or reading
            if reading is None:
                continue
            missing.discard(kind)
            rule = place.rule + reading.note
            if reading.options:
                named = ", ".join(reading.options)
                found[SEVERAL] = Extracted(named, kind, named, place.rule)
            found[kind] = reading.extracted(kind, rule) if reading.value else None
            if first and reading.value:
                return found
        if not missing:
            break
    return found


def _drop_numbered_lists(
    texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]
) -> None:
    """Drop the option "1" of "1. Rivers" where another response has "1. Lakes"."""
    numbered = {
        i: answer
        for i, one in enumerate(found)
        if (answer := one.get("number")) and answer.rule == NUMBERED
    }
    if not numbered:
        return
    first_with: dict[str, str] = {}
    for i, answer in numbered.items():
        option = running_form(texts[i].lstrip("*_(").lstrip("0123456789").lstrip(").: *_"))
        first = first_with.setdefault(answer.value, option)
        if not (option.startswith(first[:_SAME_OPTION]) or first.startswith(option)):
            break
    else:
        return
    for i in numbered:
        del found[i]["number"]


def _commonest(found: Sequence[dict[str, Extracted | None]]) -> tuple[str, list[Extracted]]:
    """Return the kind (number, option or boolean) that most texts state, and their answers."""
    stated = {kind: [answer for one in found if (answer := one.get(kind))] for kind in CLOSED_KINDS}
    if all(answer.rule == "opens with A:" for answer in stated["choice"]):
        # "A: 18" is an answer to "Q:" unless other responses choose B.
        stated["choice"] = []
    closed = max(CLOSED_KINDS, key=lambda kind: len(stated[kind]))
    return closed, stated[closed]


def _kind(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> str | None:
    total = sum(map(bool, texts))
    if not total:
        return None
    closed, answers = _commonest(found)
    labels = [answer for one in found if (answer := one.get("short"))]
    if sum(answer.rule == WHOLE for answer in labels) == total:
        return "short"
    # A letter is read as a label too, and one label among sentences is not a statement.
    labels = [
        answer
        for one in found
        if "choice" not in one and (answer := one.get("short")) and answer.rule != WHOLE
    ]
    for kind, stated in ((closed, answers), ("short", labels)):
        if len(stated) >= _needed(kind, texts, found):
            return kind
    return None


def _needed(kind: str, texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> float:
    """Return how many responses must state an answer of a kind for the question to have it."""
    total = sum(map(bool, texts))
    abstaining = sum(
        breaks_off(text) and not one.get(kind) for text, one in zip(texts, found, strict=True)
    )
    return max(MAJORITY[kind] * (total - abstaining), LEAST * total, min(total, 2))


def _name_labels(texts: Sequence[str], found: list[dict[str, Extracted | None]]) -> bool:
    """Add the labels that sentences name and other responses state; return whether it was done.

    It is done if a label is a whole response, and enough responses state or name one.
    """
    before = [one.get("short") for one in found]
    stated = [answer for answer in before if answer]
    phrases = [_is_phrase(answer.value) for answer in stated if answer.rule == WHOLE]
    if not phrases or 2 * sum(phrases) > len(phrases):
        return False
    named = _complete_labels(texts, found)
    total = sum(one.get("short") is not None for one in found)
    enough = total >= _needed("short", texts, found) and (named or len(stated) == total)
    # A single bare label is a statement if all other responses name one.
    if enough and (len(stated) >= _FEWEST_LABELS or total == sum(map(bool, texts))):
        return True
    for one, answer in zip(found, before, strict=True):
        one["short"] = answer
    return False


def _is_phrase(label: str) -> bool:
    return sum(map(str.isalpha, label.split())) > _LABEL_WORDS


_LETTER_SET = lazy_pattern(r"[a-j](?:, [a-j])*")
_PACKED = lazy_pattern(r"[A-J]{2,10}")


def _is_packed(text: str) -> bool:
    """Whether a text is several options in one word, such as ACD."""
    return bool(_PACKED.fullmatch(text)) and sorted(text) == list(text)


def _unite_letters(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> None:
    """Read "ACD" and the sets that sentences name as sets of options, where all labels are such."""
    packed = [*map(_is_packed, texts)]
    labels = [
        answer.value
        for one, own in zip(found, packed, strict=True)
        if (answer := one.get("short")) and not own
    ]
    if not any(", " in label for label in labels) or not all(map(_LETTER_SET.fullmatch, labels)):
        return
    for text, one, own in zip(texts, found, packed, strict=True):
        several = one.get(SEVERAL)
        if own or several:
            named = ", ".join(text) if own else several.value if several else ""
            rule = several.rule if several else WHOLE
            one["short"] = Extracted(named.lower(), "short", named, rule)


def _complete_labels(texts: Sequence[str], found: list[dict[str, Extracted | None]]) -> bool:
    """Read labels in sentences that state none by themselves; return whether any names one."""
    stated = [answer for one in found if (answer := one.get("short"))]
    labels = {answer.value: answer for answer in stated}
    numbers = {
        answer.value: number
        for one in found
        if (answer := one.get("short"))
        and (number := one.get("number"))
        and answer.rule == number.rule
    }
    anywhere = 2 * len(stated) >= sum(map(bool, texts)) and len(stated) >= _FEWEST_LABELS
    named = False
    open_places: list[int] = []
    for i, text in enumerate(texts):
        own = found[i].get("short")
        if own and own.rule == WHOLE and not text.isascii():
            # 中国的首都是北京 is a sentence of few characters.
            other = named_in_sentence(text, [label for label in labels if label != own.value])
            if other is not None:
                found[i]["short"] = replace(labels[other], rule="names the label")
        if not text or own:
            continue
        label = named_label(text, labels, anywhere=anywhere)
        if label is None:
            open_places.append(i)
            continue
        named = True
        found[i]["short"] = replace(labels[label], rule="names the label")
        if label in numbers:
            found[i]["number"] = replace(numbers[label], rule="names the label")
    for i in open_places:
        rest = complement(texts[i])
        reading = read_formula(rest, whole=True) if "\\" in rest else None
        reading = reading or read("short", clean(rest), whole=True)
        if reading is None or not reading.value:
            continue
        named = named or reading.value in labels or denies(texts[i], labels)
        if named or len(labels) > 1:
            found[i]["short"] = reading.extracted("short", "… is")
    return named


def _slotted(texts: Sequence[str]) -> tuple[str | None, list[Extracted | None]]:
    values = differences.differing_values(texts)
    return ("short", same_labels(values)) if values else (None, [None] * len(texts))


def _all_in_passing(found: Sequence[dict[str, Extracted | None]], kind: str | None) -> bool:
    """Whether all responses mention the same value, and none states it as its answer."""
    if kind not in {"number", "boolean"}:
        return False
    given = [answer for one in found if (answer := one.get(kind))]
    return len({answer.value for answer in given}) == 1 and all(
        answer.rule in _IN_PASSING for answer in given
    )
