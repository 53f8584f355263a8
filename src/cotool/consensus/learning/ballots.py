"""Who gave which answer to a question: by name, and in numbers for the kernels."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

from cotool._fast.truth import labels as kernels
from cotool._records import NamedTuple


class Ballot(NamedTuple):
    """Each expert's answer to a question in normal form; the question's topic, "" if none."""

    question: str
    votes: Mapping[str, str]
    topic: str = ""


class BallotTable:
    """Ballots in numbers for the kernel; `given` has each question's answers and their numbers.

    The kernel gets only the votes of the experts in `counted`.
    """

    def __init__(
        self,
        ballots: Sequence[Ballot],
        counted: Sequence[Ballot],
        places: Mapping[str, int],
        labels: Iterable[str] | None,
    ) -> None:
        shared = None if labels is None else {label: k for k, label in enumerate(labels)}
        columns = array("i"), array("i"), array("i")
        self.given: list[dict[str, int]] = []
        for place, ballot in enumerate(ballots):
            values = sorted(set(ballot.votes.values()))
            own = (
                {v: k for k, v in enumerate(values)}
                if shared is None
                else {v: shared[v] for v in values}
            )
            self.given.append(own)
            for expert, value in counted[place].votes.items():
                columns[0].append(place)
                columns[1].append(places[expert])
                columns[2].append(own[value])
        self.width = max(map(len, self.given), default=1) if shared is None else len(shared)
        self.labels = kernels.Labels(*columns, len(ballots), len(places), self.width)
