"""Results of many questions as a table: one row per question."""

from __future__ import annotations

from collections.abc import Iterable

from cotool._typing import TYPE_CHECKING, Any
from cotool.io.dataframes import table_of

if TYPE_CHECKING:
    from cotool.consensus.model import Consensus

COLUMNS = (
    "question", "answer", "confidence", "agreement", "id", "kind", "method", "expert", "experts",
    "clusters", "dissent", "warnings", "unsupported", "low", "high",
)  # fmt: skip


def row_of(result: Consensus) -> tuple[object, ...]:
    """Return the cells of a result's row, as COLUMNS names them."""
    low, high = result.interval or (None, None)
    return (
        result.question or result.id, result.answer, result.confidence, result.agreement, result.id,
        result.kind, result.method, result.expert, len(result.experts),
        len(result.clusters), len(result.dissent), "; ".join(result.warnings), result.unsupported,
        low, high,
    )  # fmt: skip


def to_pandas(results: Iterable[Consensus]) -> Any:
    """Return results as a pandas data frame, one row per question. Raises MissingExtraError."""
    return table_of(COLUMNS, map(row_of, results)).to_pandas()


def to_polars(results: Iterable[Consensus]) -> Any:
    """Return results as a polars data frame, one row per question. Raises MissingExtraError."""
    return table_of(COLUMNS, map(row_of, results)).to_polars()
