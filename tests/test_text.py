"""Text from the input in a safe form."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.text import json_visible, one_line, percent, plural, visible

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@given(ANY_TEXT)
def test_visible_text_holds_no_control(text):
    """No control character but newline and tab is left, nor a bidirectional one."""
    for character in visible(text):
        assert character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}
        assert unicodedata.bidirectional(character) not in {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        }  # fmt: skip


@given(ANY_TEXT)
def test_json_visible_keeps_the_meaning(text):
    """A document made visible is read back as the same value, and is safe to show."""
    document = json_visible(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(document) == {"text": text}
    assert "\x9b" not in document
    assert "\u202e" not in document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\u202eb", r"a\u202eb"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("lone \ud800", r"lone \ud800"),
        ("line\r\nnext\tcell", "line\nnext\tcell"),
        ("back\rover", r"back\x0dover"),
        ("naïve 日本 👩\u200d🔬", "naïve 日本 👩\u200d🔬"),
    ],
)
def test_visible_examples(text, expected):
    """Escapes name the character; text that merely shows stays, joined emoji as well."""
    assert visible(text) == expected


def test_one_line_collapses_white_space():
    """Newlines and runs of spaces become one space."""
    assert one_line("  a\n\n b\t c ") == "a b c"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(2 / 3, "67 %"), (0.0, "0 %"), (1.0, "100 %"), (0.996, ">99 %"), (None, "–")],
)
def test_percent_never_claims_all(share, expected):
    """A share short of 1 is not shown as 100 %."""
    assert percent(share) == expected


def test_plural():
    """One is singular, all other counts are plural with thousands separated."""
    assert [plural(n, "row") for n in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
