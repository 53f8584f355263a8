"""The templates of distinct messages. The result does not depend on the order of the messages.

Messages with one key (keys.key_of) have one template. Keys of one shape, with the same delimiters
around the same number of words, are divided into templates by the kernel `partition`. Then
templates of different shapes are joined where they differ in a single part (joins).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool._lazy import lazy_pattern
from cotool.logs.templates.fits import TemplateFit, Tokens, composed, each, shared_starts
from cotool.logs.templates.joins import JOINS, PAIRS
from cotool.logs.templates.keys import key_of
from cotool.logs.templates.lexicon import is_known
from cotool.logs.templates.requests import (
    folded,
    is_request,
    marked,
    replaced_requests,
    shown_request,
)
from cotool.logs.templates.shapes import part_shapes
from cotool.logs.templates.tokens import PARAMETER, REQUEST, is_word, tokenise, whole_words

_BLANKS = lazy_pattern(r"[ \t]+")
_PARAMETERS = lazy_pattern(f"{PARAMETER}{{2,}}")
# A template of one round may include those of another. No data needed more than two rounds.
_ROUNDS = 4


class Clusters:
    """The template of each message, and the tokens of the message that each token covers.

    `forms` are the forms of templates of other runs, with PARAMETER where they have a value.
    """

    def __init__(self, messages: Iterable[str], forms: Iterable[str] = ()) -> None:
        self._found = {message: key_of(message) for message in messages}
        self._forms = {form: marked(tokenise(form)) for form in forms}
        requests = folded(
            token
            for tokens in (*(key.tokens for key in self._found.values()), *self._forms.values())
            if REQUEST in tokens
            for token in tokens
            if is_request(token)
        )
        if requests:
            self._found = {
                message: key._replace(tokens=replaced_requests(key.tokens, requests))
                for message, key in self._found.items()
            }
            self._forms = {
                form: replaced_requests(tokens, requests) for form, tokens in self._forms.items()
            }
        keys = {key.tokens for key in self._found.values()}
        self._spans = _fit(sorted(keys.union(self._forms.values())))

    def template_of(self, message: str) -> Tokens | None:
        """Return the tokens of a message's template, PARAMETER where it has a value."""
        key = self._found.get(message)
        return self._spans[key.tokens][0] if key else None

    def template_of_form(self, form: str) -> Tokens:
        """Return the tokens of the template that a template of another run belongs to."""
        return self._spans[self._forms[form]][0]

    def shown(self, messages: Sequence[str]) -> str:
        """Return the template of messages as text, with PARAMETER where they differ."""
        if len(messages) == 1:
            return _PARAMETERS.sub(PARAMETER, _BLANKS.sub(" ", whole_words(messages[0])))
        columns: list[set[str]] = []
        template: Tokens = ()
        for message in messages:
            key = self._found[message]
            template, spans = self._spans[key.tokens]
            spans = spans or each(template)
            tokens = tokenise(whole_words(message))
            columns = columns or [set() for _ in template]
            for column, (start, stop) in zip(columns, spans, strict=True):
                if start < stop:
                    low, high = key.starts[start], key.stops[stop - 1]
                    column.add("".join(tokens[low:high]))
                else:
                    column.add("")
        return _PARAMETERS.sub(PARAMETER, "".join(
            " " if mark == " "
            else shown_request(mark) if is_request(mark)
            else _shared_text(column)
            for mark, column in zip(template, columns, strict=True)
        ))  # fmt: skip


def _shared_text(column: set[str]) -> str:
    """Return the text if all are equal, else PARAMETER, with the quotes or brackets of all."""
    if len(column) > 1:
        column = {text.replace(" ()", f" ({PARAMETER})") for text in column}
    if len(column) == 1:
        return next(iter(column))
    first, last = ({text[:1] for text in column}, {text[-1:] for text in column})
    if len(first) == len(last) == 1 and all(len(text) > 1 for text in column):
        start, stop = first.pop(), last.pop()
        if PAIRS.get(start) == stop:
            return start + PARAMETER + stop
    return PARAMETER


def _fit(keys: Sequence[Tokens]) -> dict[Tokens, TemplateFit]:
    """Return the template of each key."""
    fits = {key: TemplateFit(key, ()) for key in keys}
    found = list(keys)
    starts: tuple[list[Tokens], dict[Tokens, int]] = found, shared_starts(found)
    seen: list[list[Tokens] | None] = [None] * len(JOINS)
    for _ in range(_ROUNDS):
        count = len(found)
        fits, found = _joined(fits, found, part_shapes(found, values=_values(fits)))
        for n, join in enumerate(JOINS):
            before, seen[n] = seen[n], found
            if before is not found:
                new = None if before is None else set(found).difference(before)
                if starts[0] is not found:
                    starts = found, shared_starts(found)
                fits, found = _joined(fits, found, join(starts[1], new))
        if len(found) == count:
            break
    return fits


def _joined(
    fits: dict[Tokens, TemplateFit], found: list[Tokens], joined: dict[Tokens, TemplateFit]
) -> tuple[dict[Tokens, TemplateFit], list[Tokens]]:
    """Return the fits of keys, and their templates in order, after templates were joined."""
    if not joined:
        return fits, found
    fits = {key: composed(fit, joined) for key, fit in fits.items()}
    return fits, sorted({fit.template for fit in fits.values()})


def _values(fits: dict[Tokens, TemplateFit]) -> frozenset[str]:
    """Return the words that are values in some template, except the words of the lexicon."""
    return frozenset(
        token
        for key, found in fits.items()
        if key != found.template
        for mark, (low, high) in zip(
            found.template, found.spans or each(found.template), strict=True
        )
        if mark == PARAMETER and high == low + 1
        for token in key[low:high]
        if PARAMETER not in token and is_word(token) and not is_known(token.lower())
    )
