"""Read a right answer as the answers to its question are read, as if it were one more response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.extraction import extract_answer, extract_answers, named_options
from cotool.consensus.extract.labels import complement
from cotool.consensus.extract.normal_form import short_form
from cotool.consensus.extract.options import OPTION_MARK, listed_options
from cotool.text import plural

if TYPE_CHECKING:
    # The text of a response (or what is known of it), and its answer in normal form.
    Said = Sequence[tuple[str, str]]

_LETTER = lazy_pattern(r"\(?([A-J])[).:]?")
_COMPACT_SET = lazy_pattern(r"[A-J](?:\s?[,;/+&]?\s?[A-J])+")
_IT_IS = lazy_pattern(r"\A(?i:it|that|this)['’]s\s+(?=\S)")
# How tables of right answers abbreviate yes and no.
_ABBREVIATED = {"y": "yes", "t": "yes", "1": "yes", "n": "no", "f": "no", "0": "no"}
_DEEPEST = 3
# Answers that a warning names.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Right:
    """What is right among the answers to a question, in their normal form.

    `values` has several if several are accepted, the most frequent first; none if the right answer
    cannot be read as an answer of the question's kind. `is_given` says whether an expert gave one
    of them.
    """

    values: tuple[str, ...]
    is_given: bool


UNREAD = Right((), is_given=False)


def read_right(truths: Sequence[str], kind: str | None, question: str, said: Said) -> Right:
    """Find which answers equal a right one; any of several `truths` is right, or all as one set."""
    if not kind or not said:
        return UNREAD
    reader = _Reader(kind, question, said)
    if len(truths) > 1:
        together = reader.equal(", ".join(truths))
        if together or reader.has_sets:
            truths = [", ".join(truths)]
    elif kind == "choice" and " or " in (named := named_options(truths[0])):
        truths = named.split(" or ")
    given = {value for truth in truths for value in reader.equal(truth)}
    if given:
        common = Counter(value for _, value in said)
        return Right(tuple(sorted(given, key=lambda one: (-common[one], one))), is_given=True)
    own = next(filter(None, map(reader.normal_form, truths)), None)
    return UNREAD if own is None else Right((own,), is_given=False)


_ANSWERS = {"choice": "options", "number": "numbers", "boolean": "yes or no", "object": "JSON"}


@dataclass(slots=True)
class Misses:
    """Right answers that nobody gave, or that are of another kind than the answers, counted."""

    judged: int = 0
    unread: int = 0
    not_given: int = 0
    first_unread: str = ""
    _not_given: str = ""

    def add(
        self, truths: Sequence[str], right: Right, kind: str | None, question: str, said: Said
    ) -> None:
        """Count a right answer."""
        self.judged += 1
        truth = f"{' or '.join(truths)!r:.60} to {question!r:.60}"
        if not right.values:
            self.unread += 1
            answers = _ANSWERS.get(kind or "", "free text, which is not compared")
            self.first_unread = self.first_unread or f"{truth}, whose answers are {answers}"
        elif not right.is_given:
            self.not_given += 1
            given = ", ".join(dict.fromkeys(f"{value!r:.40}" for _, value in said[:_SHOWN]))
            self._not_given = self._not_given or f"{truth}, whose answers are {given}"

    def sentences(self) -> Iterator[str]:
        """Yield a warning for each kind of miss."""
        for count, what, first in (
            (self.unread, "teach nothing, since they are of another kind", self.first_unread),
            (self.not_given, "equal no expert's answer", self._not_given),
        ):
            if count:
                yield f"{count:,} of {plural(self.judged, 'right answer')} {what}, first: {first}"


class _Reader:
    """Reads right answers to one question."""

    def __init__(self, kind: str, question: str, said: Said) -> None:
        self._kind = kind
        self._question = question
        self._texts = list(dict(said))
        self._values = [dict(said)[text] for text in self._texts]
        # Right answers that equal no other, as they are written beside the others.
        self._beside: dict[str, str] = {}
        self._options = dict(listed_options(question))
        self.has_sets = kind in {"choice", "short"} and any(", " in value for value in self._values)

    def equal(self, truth: str, depth: int = 0) -> set[str]:
        """The values of the answers that equal a right answer."""
        truth = truth.strip()
        if truth in self._values:
            return {truth}
        plain = _plain(truth)
        same = {
            value
            for text, value in zip(self._texts, self._values, strict=True)
            if _plain(text) == plain
        }
        if same or depth == _DEEPEST:
            return same
        found = self._together(truth)
        if found or (found is not None and self._kind not in {"short", "choice"}):
            return found
        for other in self._in_other_words(truth):
            if found := self.equal(other, depth + 1):
                return found
        return set()

    def normal_form(self, truth: str) -> str | None:
        """A right answer that nobody gave, in normal form; None if it is of another kind."""
        if beside := self._beside.get(truth):
            return beside
        if self._kind == "short":
            return short_form(truth) or None
        if self._kind == "choice" and (several := named_options(truth)):
            return several if self.has_sets else None
        for text in (truth, *self._in_other_words(truth)):
            if found := extract_answer(text, self._kind):
                return found.value
        return None

    def _together(self, truth: str) -> set[str] | None:
        """The values that are equal if the right answer is read together with the responses.

        None if the responses are read as another kind then, or the right answer states nothing.
        """
        kind, answers = extract_answers([*self._texts, truth], self._question)
        *others, own = answers
        if kind != self._kind or own is None:
            return None
        if kind == "choice" and not self.has_sets and named_options(truth):
            return None
        if own.value not in self._values:
            self._beside[truth] = own.value
        equal: dict[str, bool] = {}
        for value, answer in zip(self._values, others, strict=True):
            is_same = answer is not None and answer.value == own.value
            equal[value] = equal.get(value, True) and is_same
        return {value for value, is_same in equal.items() if is_same}

    def _in_other_words(self, truth: str) -> Iterator[str]:
        """Yield what a right answer may be called among the answers."""
        yield from self._verdict(truth)
        if self._kind == "choice" and self.has_sets and _COMPACT_SET.fullmatch(truth):
            yield ", ".join(sorted({char for char in truth if char.isalpha()}))
        if self._kind == "choice":
            yield from self._letters(truth)
        elif letter := _LETTER.fullmatch(truth):
            if option := self._options.get(letter[1]):
                yield option
        elif mark := OPTION_MARK.match(truth):
            yield truth[mark.end() :]
        if (stated := complement(truth) or _IT_IS.sub("", truth, count=1)) != truth:
            yield stated

    def _verdict(self, truth: str) -> Iterator[str]:
        """Yield yes or no for "y" or 0; 1 or 0 for yes or no where answers are these digits."""
        if self._kind == "boolean" and (word := _ABBREVIATED.get(truth.casefold())):
            yield word
        if self._kind == "number" and set(self._values) <= {"0", "1"}:
            verdict = extract_answer(truth, "boolean")
            if verdict:
                yield "1" if verdict.value == "yes" else "0"

    def _letters(self, truth: str) -> Iterator[str]:
        """Yield the only letter whose option has the right answer's text."""
        form = short_form(truth)
        named = {letter for letter, option in self._options.items() if short_form(option) == form}
        for text in self._texts:
            if (mark := OPTION_MARK.match(text)) and short_form(text[mark.end() :]) == form:
                named.add(mark[1])
        if len(named) == 1:
            yield from named


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
