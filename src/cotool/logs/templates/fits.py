"""How a message's key fits its template."""

from __future__ import annotations

from typing import NamedTuple

Tokens = tuple[str, ...]


class Fit(NamedTuple):
    """A template, and the range of a key's tokens that each of its tokens covers; (): one each."""

    template: Tokens
    spans: tuple[tuple[int, int], ...]


def each(template: Tokens) -> tuple[tuple[int, int], ...]:
    """Return the ranges of a template whose tokens cover one token each."""
    return tuple((n, n + 1) for n in range(len(template)))


def composed(found: Fit, joined: dict[Tokens, Fit]) -> Fit:
    """Return the fit of a key after its template became one of `joined`."""
    after = joined.get(found.template)
    if after is None:
        return found
    if not after.spans or not found.spans:
        return Fit(after.template, after.spans or found.spans)
    spans = found.spans
    return Fit(
        after.template,
        tuple((spans[low][0], spans[high - 1][1]) for low, high in after.spans),
    )
