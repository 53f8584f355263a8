"""Words that are taken for labels at once: the full search finds the same and nothing else."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cotool.consensus.extract import extraction
from cotool.consensus.extract.alike import same_labels
from cotool.consensus.extract.dates import MONTHS
from cotool.consensus.extract.languages import NO, YES
from cotool.consensus.extract.leads import ASCII_WORDS
from cotool.consensus.extract.normal_form import ORDINALS
from cotool.consensus.extract.number_words import KNOWN
from cotool.consensus.extract.numbers import BEGINNINGS
from cotool.consensus.extract.plain_words import plain_word
from cotool.consensus.extract.preparation import prepare
from cotool.consensus.extract.readings import ABOUT_WORDS, CHOOSING
from cotool.consensus.extract.spellings import _other_spellings, spellings
from cotool.consensus.extract.stated_places import find_stated_places

_TABLES = (MONTHS, NO, YES, ASCII_WORDS, ORDINALS, KNOWN, BEGINNINGS, ABOUT_WORDS, CHOOSING)
_KNOWN = sorted(
    {word for table in _TABLES for word in table if word.isascii() and word.isalpha()}
    | {"so", "ad", "v", "no", "not", "pi", "sqrt", "boxed", "correct", "log", "hour", "h"}
)
_LETTERS = st.sampled_from(_KNOWN) | st.text("abcdehinoprstvx", min_size=1, max_size=5)
_WORDS = st.builds(
    lambda parts, digits, write: write("".join(parts)) + digits,
    st.lists(_LETTERS, min_size=1, max_size=2),
    st.sampled_from(["", "", "1", "5", "12", "007", "1999", "123456"]),
    st.sampled_from([str.lower, str.upper, str.title]),
)


@given(_WORDS)
@example("v12")
@example("nontoxic5")
def test_plain_words_are_labels_alone(text):
    """Neither a number, an option, a date nor a truth is found in them, and one spelling."""
    assert prepare(text) == text
    places = list(find_stated_places(text))
    closed = extraction._read(places, ("choice", "number", "boolean"))
    word = plain_word(text)
    if word is not None:
        assert (closed, extraction._read(places, ("short",))) == ({}, {"short": word})
    value = text.lower()
    if not spellings(value):
        assert {*_other_spellings(value)} <= {value}


def test_most_words_are_plain():
    """Codes and words without a meaning of their own need no search."""
    words = ("x17", "l2999", "Paris", "q0", "positive", "spam", "Label12")
    assert [bool(plain_word(word)) for word in words] == [True] * 6 + [False]
    for text in (
        "yes",
        "seven",
        "A",
        "Option",
        "about5",
        "May1999",
        "AD12",
        "respuesta5",
        "two words",
    ):
        assert plain_word(text) is None


@given(st.lists(_WORDS, min_size=2, max_size=4))
def test_words_of_letters_and_digits_stay_apart(texts):
    """Where no label has another spelling, each is itself, whatever it looks like."""
    answers = [extraction.extract_answer(text, "short") for text in texts]
    if any(answer is None or spellings(answer.value) for answer in answers):
        return
    beside = extraction.extract_answer("a thing/of two (signs)", "short")
    full = same_labels([*answers, beside])[:-1]
    assert same_labels(answers) == full
