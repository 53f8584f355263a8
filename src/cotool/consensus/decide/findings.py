"""What insights are drawn from, and how they name experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._records import dataclass
from cotool.consensus.decide.claims import NONE, Claims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.words import Words
    from cotool.consensus.model import Cluster, Response

# Responses that an outlier or a trend needs.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """What the insights are drawn from; rows are responses in one order throughout.

    `lexical` holds TF cosines of the texts, `matrix` the similarities that the clusters were
    made from; both are None if the responses are too many to be compared pair by pair. The
    first of `clusters` is the consensus; `index` is the row of the chosen response.
    """

    responses: Sequence[Response]
    texts: Sequence[Words]
    clusters: Sequence[Cluster]
    matrix: Matrix | None
    lexical: Matrix | None
    extracted: bool
    claims: Claims = NONE
    index: int = 0


def names_of(findings: Findings, rows: Sequence[int]) -> tuple[str, ...]:
    """Return the experts of these rows."""
    return tuple(findings.responses[i].expert_name for i in rows)


def listed(names: Sequence[str]) -> str:
    """Return names for a sentence, all of up to four."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
