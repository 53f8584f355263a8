"""Joins of templates that differ in a run of words: a name of several words, or a list.

    The Print Spooler service entered the running state.
    The Netlogon service entered the running state.

Names are recognised by their capitals within a sentence, and lists by their commas.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cotool.logs.templates.fits import TemplateFit, Tokens, replaced, shared
from cotool.logs.templates.tokens import PARAMETER, is_word

# The longest templates and runs, and the runs of a template, that are considered: bounds the time.
_LONGEST, _LONGEST_RUN, _MOST_RUNS = 200, 16, 8
# As many different runs between the same words are values; so are three of several lengths. Chosen
# on the calls of 16 Python packages: with 3 and 3, .033 of the lines are in mixed templates, not
# .019; of 17 others .027, not .020. With 6 and 4, the grouping F1 of the others is .677, not .678.
_MANY, _FEW = 4, 3
# Words outside the run that are text.
_LEAST_TEXT = 2
_LINKS = frozenset("of the and de la von for".split())
_ARTICLES = frozenset({"The", "A", "An"})
_METHODS = frozenset("GET HEAD POST PUT DELETE PATCH OPTIONS".split())


def join_runs(
    templates: Mapping[Tokens, int], new: Collection[Tokens] | None
) -> dict[Tokens, TemplateFit]:
    """Join templates that differ in one run of names, or in one list of words."""
    fresh = None if new is None else {
        (start, len(t) - stop)
        for t in new if len(t) <= _LONGEST
        for start, stop in _runs(t, len(t))
    }  # fmt: skip
    parts = (
        (template, start, stop)
        for template, latest in templates.items()
        if len(template) <= _LONGEST
        for start, stop in _runs(template, latest)
        if fresh is None or (start, len(template) - stop) in fresh
    )
    joined: dict[Tokens, TemplateFit] = {}
    for frame, found in shared(parts):
        left = {template: span for template, span in found.items() if template not in joined}
        lengths = {stop - start for start, stop in left.values()}
        is_value = any(t[start:stop] == (PARAMETER,) for t, (start, stop) in left.items())
        if len(left) < (_FEW - is_value if len(lengths) > 1 else _MANY):
            continue
        texts = [token for part in frame for token in part if token.isalpha()]
        if sum(map(str.islower, texts)) >= _LEAST_TEXT:
            is_run = any(_has_name(t, *span) or _is_list(t, *span) for t, span in left.items())
        else:
            is_run = len(texts) >= _LEAST_TEXT and any(
                _is_list(t, *span) for t, span in left.items()
            )
        if is_run:
            joined.update((t, replaced(t, *span)) for t, span in left.items())
    return joined


def _has_name(template: Tokens, start: int, stop: int) -> bool:
    return any(_is_titled(token) for token in template[start:stop])


def _is_list(template: Tokens, start: int, stop: int) -> bool:
    return stop - start > 1 and "," in template[start:stop]


def _is_titled(token: str) -> bool:
    return token[0].isupper() and token not in _METHODS


def _is_named(token: str) -> bool:
    return token == PARAMETER or _is_titled(token)


def _runs(template: Tokens, latest: int) -> Iterable[tuple[int, int]]:
    """Return where names and lists within a sentence start and stop, each with its variants.

    `latest`: the last token at which one may start.
    """
    at = count = 0
    for start in range(2, min(len(template), latest + 1)):
        if start < at or not is_word(template[start]):
            continue
        in_text = _follows_text(template, start)
        if not (in_text or _follows_mark(template, start)):
            continue
        if count >= _MOST_RUNS:
            break
        stop = start + 1
        if in_text and _is_named(template[start]):
            stop = _name_end(template, start)
            yield start, stop
            if template[stop : stop + 2] == (" ", "("):
                close = template[stop:].index(")") + stop if ")" in template[stop:] else 0
                if 0 < close - stop <= _LONGEST_RUN // 2:
                    yield start, close + 1
            count += 1
        end = _list_end(template, start)
        if end > stop or (stop == start + 1 == end and (
            template[start].islower() or (not in_text and template[start] == PARAMETER)
        )):  # fmt: skip
            yield start, end
            count += 1
        at = max(stop, end) + 1


def _follows_text(template: Tokens, at: int) -> bool:
    """Return whether a blank and a word in small letters, or an article, are before a token."""
    before = template[at - 2]
    return template[at - 1] == " " and (
        (before.islower() and before.isalpha()) or before in _ARTICLES
    )


def _follows_mark(template: Tokens, at: int) -> bool:
    """Return whether a bracket opens at a token, or a colon and a blank are before it."""
    return template[at - 1] in {"(", "["} or template[at - 2 : at] == (":", " ")


def _name_end(template: Tokens, at: int) -> int:
    stop = at + 1
    while stop + 1 < len(template) and template[stop] == " " and stop - at < _LONGEST_RUN:
        if _is_named(template[stop + 1]):
            stop += 2
        elif (template[stop + 1] in _LINKS and template[stop + 2 : stop + 3] == (" ",)
              and _links(template, stop + 3)):  # fmt: skip
            stop += 4
        else:
            break
    return min(stop, len(template))


def _links(template: Tokens, at: int) -> bool:
    """Return whether a name continues at a token: "Scroll of Fire", "Ring of the Sea"."""
    return at < len(template) and _is_named(template[at])


def _list_end(template: Tokens, at: int) -> int:
    """Return where the list of words that begins at a token ends: "red, green, blue"."""
    stop = at + 1
    while template[stop : stop + 2] == (",", " ") and stop + 2 < len(template):
        word = template[stop + 2]
        if not is_word(word) or stop - at > 4 * _LONGEST_RUN:
            break
        stop += 3
    return stop
