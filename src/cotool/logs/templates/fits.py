"""How a message's key fits its template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cotool._records import NamedTuple
from cotool.logs.templates.tokens import PARAMETER

Tokens = tuple[str, ...]
# A template, and where a part of it starts and stops; what is before and after the part.
Part = tuple[Tokens, int, int]
Frame = tuple[Tokens, Tokens]


class TemplateFit(NamedTuple):
    """A template, and the range of a key's tokens that each of its tokens covers; (): one each."""

    template: Tokens
    spans: tuple[tuple[int, int], ...]


def each(template: Tokens) -> tuple[tuple[int, int], ...]:
    """Return the ranges of a template whose tokens cover one token each."""
    return tuple((n, n + 1) for n in range(len(template)))


def composed(found: TemplateFit, joined: dict[Tokens, TemplateFit]) -> TemplateFit:
    """Return the fit of a key after its template became one of `joined`."""
    after = joined.get(found.template)
    if after is None:
        return found
    if not after.spans or not found.spans:
        return TemplateFit(after.template, after.spans or found.spans)
    spans = found.spans
    return TemplateFit(
        after.template, tuple((spans[low][0], spans[high - 1][1]) for low, high in after.spans)
    )


def replaced(template: Tokens, start: int, stop: int) -> TemplateFit:
    """Return a template in which one parameter replaces a range of tokens."""
    spans = [(n, n + 1) for n in range(len(template))]
    spans[start:stop] = [(start, stop)]
    return TemplateFit((*template[:start], PARAMETER, *template[stop:]), tuple(spans))


def shared_starts(templates: Sequence[Tokens]) -> dict[Tokens, int]:
    """Return how many of its first tokens each template shares with another one.

    `templates` are sorted, so that the other one is beside it.
    """
    starts = dict.fromkeys(templates, 0)
    for one, other in pairwise(templates):
        alike = 0
        for a, b in zip(one, other, strict=False):
            if a != b:
                break
            alike += 1
        starts[one] = max(starts[one], alike)
        starts[other] = alike
    return starts


def shared(parts: Iterable[Part]) -> list[tuple[Frame, dict[Tokens, tuple[int, int]]]]:
    """Return the frames that parts of several templates have, the most frequent first."""
    firsts: dict[Frame, Part] = {}
    several: dict[Frame, dict[Tokens, tuple[int, int]]] = {}
    for part in parts:
        template, start, stop = part
        frame = template[:start], template[stop:]
        first = firsts.setdefault(frame, part)
        if first[0] is not template:
            several.setdefault(frame, {first[0]: first[1:]})[template] = start, stop
    return sorted(several.items(), key=lambda item: (-len(item[1]), item[0]))
