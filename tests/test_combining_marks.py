"""Words and characters for people: cotool.text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cotool.text import normalised

_MARK = st.sampled_from("\u0301\u0323\u0327\u05b0a\u00e9")


@given(st.text(_MARK, max_size=28))
def test_short_runs_of_marks_have_the_normal_form_of_unicode(text):
    """Up to 30 marks in a row nothing is added."""
    for form in ("NFC", "NFD", "NFKC"):
        assert normalised(form, text) == unicodedata.normalize(form, text)


def test_long_runs_of_marks_are_cut():
    """A run of 200,000 marks, which takes minutes to sort, becomes runs of at most 30."""
    text = "a" + "\u0301\u0323" * 100_000
    found = normalised("NFC", text)
    marks = found.replace("\u034f", "")
    assert len(marks) in {len(text), len(text) - 1}
    assert max(map(len, found.split("\u034f"))) <= 32
