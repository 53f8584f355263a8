"""A text made of whole statements that experts support, each with the number who say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cotool.consensus.decide.claims import Claims
    from cotool.consensus.model import Statement


class Composition(NamedTuple):
    """The text; how many statements of the response are left out; how many of others are added."""

    text: str
    left_out: int
    added: int


def compose(claims: Claims, row: int) -> Composition:
    """Write the statements of a response that half of the experts make, one per line.

    Statements of others that most experts make and the response lacks are added behind what
    precedes them in their own response. A statement that as many contradict as support it is left
    out. The text is empty if nothing remains.
    """
    experts = len(claims.rows)
    own = claims.of(row)
    author = own[0].experts[0] if own else ""
    kept = [one for one in own if one.supporters and _holds(one, experts / 2)]
    text: list[Statement] = list(kept)
    present = {one.group for one in kept}
    others = [one for one in claims.statements if one.response != row]
    added = 0
    for one in sorted(others, key=lambda one: -len(one.experts)):
        if one.group in present or author in one.experts or not _holds(one, experts // 2 + 1):
            continue
        before = {other.group for other in claims.of(one.response) if other.start < one.start}
        place = max((n + 1 for n, other in enumerate(text) if other.group in before), default=0)
        text.insert(place, one)
        present.add(one.group)
        added += 1
    lines = [f"{one.text} [{len(one.experts)} of {experts}]" for one in text]
    return Composition("\n".join(lines), len(own) - len(kept), added)


def _holds(statement: Statement, least: float) -> bool:
    """Return whether `least` experts make a statement, and fewer contradict it."""
    count = len(statement.experts)
    return count >= least and count > len(statement.contradicting)
