"""Templates of different shapes that are one because they differ in a single part.

The part is what one pair of brackets or quotes holds, a value of another shape, or the reason of a
failure. Each join takes the templates found so far, and returns those that become another one.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from cotool._lazy import lazy_pattern
from cotool.logs.templates.fits import Fit, Tokens
from cotool.logs.templates.tokens import PARAMETER, is_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAIRS = {"[": "]", "(": ")", "{": "}", '"': '"', "'": "'"}
# The longest templates, and the places of a template, that are considered: bounds the time.
_LONGEST, _MOST_PLACES = 200, 16
# As many different contents of one pair of brackets are values, if they differ in shape.
_MANY_CONTENTS = 3
_MANY_REASONS = 5
_FAILURE = lazy_pattern(
    "fail|error|exception|unable|can(?:not|'t)|could|unexpected|reject|refus|invalid|reason|abort"
)


def _replaced(template: Tokens, start: int, stop: int) -> Fit:
    """Return a template in which one parameter replaces a range of tokens."""
    spans = [(n, n + 1) for n in range(len(template))]
    spans[start:stop] = [(start, stop)]
    return Fit((*template[:start], PARAMETER, *template[stop:]), tuple(spans))


def _join_spans(templates: Sequence[Tokens]) -> dict[Tokens, Fit]:
    """Join templates of which one has a parameter where another has a longer chunk."""
    places: dict[tuple[Tokens, Tokens], set[Tokens]] = defaultdict(set)
    for template in _short(templates):
        for place in islice((n for n, t in enumerate(template) if t == PARAMETER), _MOST_PLACES):
            places[template[:place], template[place + 1 :]].add(template)
    joined: dict[Tokens, Fit] = {}
    frames: dict[tuple[Tokens, Tokens], list[tuple[Tokens, int, int]]] = defaultdict(list)
    for template in _short(templates):
        for start, stop in islice(_chunks(template), _MOST_PLACES):
            frame = template[:start], template[stop:]
            if frame in places:
                frames[frame].append((template, start, stop))
    for frame, found in sorted(frames.items(), key=lambda item: (-len(item[1]), item[0])):
        if _words(frame) and not places[frame] <= joined.keys():
            for template, start, stop in found:
                if template not in joined and template not in places[frame]:
                    joined[template] = _replaced(template, start, stop)
    return joined


def _words(frame: tuple[Tokens, Tokens]) -> int:
    return sum(is_word(t) and PARAMETER not in t for part in frame for t in part)


def _chunks(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where each run without blanks begins and ends, without punctuation at its end."""
    at = 0
    while at < len(template):
        stop = at
        while stop < len(template) and template[stop] != " ":
            stop += 1
        end = stop
        while end > at and template[end - 1] in ",;:":
            end -= 1
        if end > at + 1:
            yield at, end
        at = stop + 1


def _short(templates: Sequence[Tokens]) -> Iterable[Tokens]:
    return (template for template in templates if len(template) <= _LONGEST)


def _join_contents(templates: Sequence[Tokens]) -> dict[Tokens, Fit]:
    """Join templates that differ in the contents of one pair of brackets or quotes."""
    joined: dict[Tokens, Fit] = {}
    frames: dict[tuple[Tokens, Tokens], dict[Tokens, tuple[int, int]]] = defaultdict(dict)
    for template in _short(templates):
        for start, stop in islice(_pairs(template), _MOST_PLACES):
            frame = template[: start + 1], template[stop:]
            frames[frame][template] = start + 1, stop
    for frame, found in _shared(frames):
        left = {template: span for template, span in found.items() if template not in joined}
        lengths = {stop - start for start, stop in left.values()}
        inside = max((stop - start for start, stop in left.values()), default=0)
        if len(left) >= _MANY_CONTENTS and len(lengths) > 1 and _words(frame) >= inside // 2:
            joined.update((t, _replaced(t, *span)) for t, span in left.items())
    return joined


def _shared(
    frames: dict[tuple[Tokens, Tokens], dict[Tokens, tuple[int, int]]],
) -> list[tuple[tuple[Tokens, Tokens], dict[Tokens, tuple[int, int]]]]:
    """Return the frames that several templates share, the most frequent first."""
    several = [(frame, found) for frame, found in frames.items() if len(found) > 1]
    return sorted(several, key=lambda item: (-len(item[1]), item[0]))


def _join_reasons(templates: Sequence[Tokens]) -> dict[Tokens, Fit]:
    """Join templates that say what failed in the same words, and why in different ones."""
    joined: dict[Tokens, Fit] = {}
    heads: dict[Tokens, dict[Tokens, int]] = defaultdict(dict)
    for template in _short(templates):
        for n in range(2, len(template)):
            if template[n - 1] == ":" and template[n] == " ":
                heads[template[: n + 1]][template] = n + 1
    for head, found in sorted(heads.items(), key=lambda item: (len(item[0]), item[0])):
        left = {template: start for template, start in found.items() if template not in joined}
        if len(left) >= _MANY_REASONS and _says_failure(head):
            joined.update((t, _replaced(t, start, len(t))) for t, start in left.items())
    return joined


def _says_failure(head: Tokens) -> bool:
    """Tell whether the words before a colon say what failed; "error" alone does not."""
    words = [token.lower() for token in head if is_word(token) and PARAMETER not in token]
    return len(words) > 1 and any(_FAILURE.match(word) for word in words)


JOINS = (_join_spans, _join_contents, _join_reasons)


def _pairs(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where each pair of brackets or quotes of a template opens and closes."""
    for start, token in enumerate(template):
        close = PAIRS.get(token)
        if close is None:
            continue
        depth = 1
        for stop in range(start + 1, len(template)):
            if template[stop] == close:
                depth -= 1
            elif template[stop] == token:
                depth += 1
            if depth == 0:
                yield start, stop
                break
