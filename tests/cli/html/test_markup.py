"""HTML that is safe by type."""

from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from cotool.cli.html.markup import Html, element, escape, join, said
from cotool.text import visible
from html_pages import ACTS, HOSTILE, Document


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_text_reads_back_as_what_is_visible_of_it(text):
    """As content and as an attribute; nothing in it acts."""
    made = element("p", text, title=text)
    assert ACTS.search(made) is None
    document = Document(made)
    (found,) = document.elements
    assert found[0] == "p"
    assert found[1]["title"] == visible(text)
    assert document.text == html.unescape(html.escape(visible(text)))


def test_markup_is_not_escaped_again():
    """What this package made goes in as it is; a plain string beside it does not."""
    assert join(element("b", "x"), "<b>") == "<b>x</b>&lt;b&gt;"
    assert isinstance(escape(1), Html)


def test_attributes():
    """None and False are left out, True has no value, floats are short, names get hyphens."""
    made = element(
        "input", hidden=True, aria_label="a", max=None, checked=False, value=1 / 3, for_="b"
    )
    assert made == '<input hidden aria-label="a" value="0.33333" for="b">'
    assert element("rect", x=1) == '<rect x="1"/>'


def test_a_long_text_is_cut():
    """After this many characters, with an ellipsis; a name is isolated from the text around it."""
    assert said("abcdef", 3) == "<bdi>abc …</bdi>"
    assert said("abc", 3) == "<bdi>abc</bdi>"
