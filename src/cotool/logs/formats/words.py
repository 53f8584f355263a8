"""Words that the caller gives for levels: their forms for the kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cotool.logs.formats.model import LOWER, TITLE, UPPER
from cotool.logs.levels import LEVELS


def word_forms(words: Mapping[str, str]) -> dict[bytes, tuple[int, int]]:
    """Return the forms of words as they may be written, each with its level and its styles.

    A form that is not in upper case, in lower case or capitalised has every style.
    """
    forms: dict[bytes, tuple[int, int]] = {}
    for word, level in words.items():
        number = LEVELS.index(level)
        written = {word: UPPER | LOWER | TITLE} | {
            form: style
            for form, style in (
                (word.upper(), UPPER), (word.lower(), LOWER), (word.capitalize(), TITLE)
            )
            if word.upper() != word.lower()
        }  # fmt: skip
        forms |= {form.encode(): (number, styles) for form, styles in written.items()}
    return forms


def with_known_words(text: bytes, words: Mapping[str, str]) -> bytes:
    """Return a sample in which the names of levels take the place of the caller's words.

    They have the same style, so what is recognised in the sample holds for the text.
    """
    if not words:
        return text
    forms = word_forms(words)

    def known(found: re.Match[bytes]) -> bytes:
        level, styles = forms[found[0]]
        name = LEVELS[level].encode()
        if styles & UPPER:
            return name.upper()
        return name if styles == LOWER else name.capitalize()

    longest_first = sorted(forms, key=len, reverse=True)
    either = b"|".join(map(re.escape, longest_first))
    return re.sub(rb"(?<![\w\x80-\xff])(?:%b)(?![\w\x80-\xff])" % either, known, text)
