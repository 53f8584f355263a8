"""What each response states, compared with all others; and a text of what most of them state.

n responses of s statements take n * s comparisons with n texts. Beyond MOST_COMPARED of these, the
statements of every second response (third, …) are compared with one another, evenly spread.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cotool._records import NamedTuple, dataclass
from cotool._typing import TYPE_CHECKING
from cotool.averages import mean, median
from cotool.consensus.decide.forest import Forest
from cotool.consensus.model import ConflictingValue, Dispute, DisputedValue, Statement

if TYPE_CHECKING:
    from cotool.consensus.decide.support import Judged


# Statements times texts: about a second's work.
MOST_COMPARED = 250_000
# Statements that may each share words with all others: 4 s and 150 MB.
MOST_STATEMENTS = 30_000
# Texts have statements to compare where half of them have this many.
LEAST_STATEMENTS = 2
# The values of a dispute about whether something is so.
AFFIRMED, DENIED = "affirmed", "denied"


@dataclass(frozen=True, slots=True)
class Claims:
    """The statements of the responses in `rows`, in order, and what is disputed among them.

    Nothing is compared where there are `too_many` statements.
    """

    rows: tuple[int, ...]
    statements: tuple[Statement, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    too_many: int = 0

    def of(self, row: int) -> list[Statement]:
        """Return the statements of a response."""
        return [one for one in self.statements if one.response == row]

    def support(self, row: int) -> float | None:
        """Return the mean support of a response's statements; None if it has none."""
        found = [one.support for one in self.statements if one.response == row]
        return mean(found) if found else None


NONE = Claims(())


def compare_statements(
    contents: Sequence[str], names: Sequence[str], also: int, num_threads: int | None
) -> Claims:
    """Compare the statements of each response with the other responses.

    Returns NONE if most responses are a single statement, and nothing for more statements than
    MOST_STATEMENTS. If there are many responses, an evenly spread sample and `also`
    are compared.
    """
    from cotool.consensus.decide.passages import Passages
    from cotool.consensus.decide.support import judge
    from cotool.consensus.extract.statements import split_statements

    spans = [split_statements(content) for content in contents]
    counts = list(map(len, spans))
    if len(contents) < 2 or median(counts) < LEAST_STATEMENTS:
        return NONE
    step = math.ceil(math.sqrt(sum(counts) * len(counts) / MOST_COMPARED))
    rows = sorted({*range(0, len(contents), step), also})
    if len(rows) < 2:
        rows = sorted({also, 0 if also else 1})
    if (total := sum(counts[row] for row in rows)) > MOST_STATEMENTS:
        return Claims((), too_many=total)
    passages = Passages([[contents[row][start:end] for start, end in spans[row]] for row in rows])
    judged = judge(passages, len(rows), num_threads)
    row_of = [row for row in rows for _ in spans[row]]
    place_of = [place for place, row in enumerate(rows) for _ in spans[row]]
    groups = _groups(judged, place_of)

    named = [names[row] for row in rows]

    def experts(places: Iterable[int]) -> tuple[str, ...]:
        return tuple([named[place] for place in places]) if places else ()

    found = []
    for n, (start, end) in enumerate(span for row in rows for span in spans[row]):
        one = judged[n]
        supporters = experts(one.supporters)
        found.append(
            Statement(
                text=contents[row_of[n]][start:end],
                experts=(names[row_of[n]], *supporters),
                response=row_of[n],
                start=start,
                end=end,
                support=one.support,
                supporters=supporters,
                contradicting=experts(one.contradicting),
                conflicts=tuple(
                    [
                        ConflictingValue(value, other, experts(places))
                        for (value, other), places in one.conflicts.items()
                    ]
                )
                if one.conflicts
                else (),
                values=passages.values(n),
                group=groups[n],
            )
        )
    disputes = (
        Dispute(
            tuple(
                DisputedValue(value, experts(sorted(places)), tuple(sentences))
                for value, (places, sentences) in sorted(
                    sides.items(), key=lambda side: (-len(side[1][0]), side[1][1])
                )
            ),
            negation=AFFIRMED in sides,
        )
        for sides in _disputes(judged, place_of)
    )
    return Claims(
        tuple(rows),
        tuple(found),
        tuple(sorted(disputes, key=lambda one: -sum(len(side.experts) for side in one.sides))),
    )


def _groups(judged: Sequence[Judged], place_of: Sequence[int]) -> list[int]:
    """Number the sets of sentences that say the same: each of two supports the other."""
    forest = Forest()
    for n, one in enumerate(judged):
        for place, sentence in one.supporters.items():
            if place > place_of[n] and judged[sentence].supporters.get(place_of[n]) == n:
                forest.join(n, sentence)
    numbers: dict[object, int] = {}
    return [numbers.setdefault(forest.root(n), len(numbers)) for n in range(len(judged))]


def _disputes(
    judged: Sequence[Judged], place_of: Sequence[int]
) -> Iterator[dict[str, tuple[set[int], list[int]]]]:
    """Yield the sides of each dispute: a value → the responses and the sentences that have it.

    A node is a sentence with one of its values; conflicts join nodes of different values.
    """
    forest = Forest()
    nodes: dict[tuple[int, str], set[int]] = {}
    for n, one in enumerate(judged):
        pairs = [(pair, place) for pair, places in one.conflicts.items() for place in places]
        named = {place for _, place in pairs}
        pairs += [
            ((DENIED, AFFIRMED) if denies else (AFFIRMED, DENIED), place)
            for place, denies in one.denies.items()
            if place not in named
        ]
        for (value, other), place in pairs:
            own, theirs = (n, value), (one.contradicting[place], other)
            forest.join(own, theirs)
            nodes.setdefault(own, {place_of[n]}).update(one.supporters.keys() - one.lacking)
            nodes.setdefault(theirs, {place})
            for supporter, sentence in one.supporters.items():
                if supporter not in one.lacking and (sentence, value) in nodes:
                    forest.join(own, (sentence, value))
    found: dict[object, dict[str, tuple[set[int], list[int]]]] = {}
    for node in sorted(nodes):
        sides = found.setdefault(forest.root(node), {})
        places, sentences = sides.setdefault(node[1], (set(), []))
        places |= nodes[node]
        sentences.append(node[0])
    for sides in found.values():
        times = Counter(place for places, _ in sides.values() for place in places)
        alone = all(any(times[place] == 1 for place in places) for places, _ in sides.values())
        if len(sides) > 1 and alone:
            yield sides


class Composition(NamedTuple):
    """A text; how many statements of the response it leaves out, and how many of others it adds."""

    text: str
    left_out: int
    added: int


def compose(claims: Claims, row: int) -> Composition:
    """Write the statements of a response that half of the experts make, one per line.

    Statements of others that most experts make and the response lacks are added after the ones that
    precede them in their own response. A statement is left out if as many experts contradict it as
    make it. The text is empty if nothing remains.
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
