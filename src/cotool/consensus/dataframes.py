"""Results as tables: a row an expert, a row a question, and what a notebook shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cotool.io.dataframes import Table, as_html, heading, line, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cotool.consensus.model import Consensus

_MOST_INSIGHTS = 5
_QUESTION = (
    "question", "answer", "confidence", "agreement", "id", "kind", "method", "expert", "experts",
    "clusters", "dissent", "warnings",
)  # fmt: skip


def expert_table(result: Consensus) -> Table:
    """Return a row an expert: what was extracted, the cluster, whether it is the consensus."""
    cluster_of = {i: cluster for cluster in result.clusters for i in cluster.indices}
    chosen = result.experts.index(result.expert) if result.expert in result.experts else None
    similar = (
        result.matrix.row(chosen) if result.matrix is not None and chosen is not None else None
    )
    rows = []
    for i, expert in enumerate(result.experts):
        cluster = cluster_of.get(i)
        rows.append(
            (
                expert,
                result.answers[i],
                None if cluster is None else cluster.id,
                cluster is not None and cluster.id == 0,
                None if cluster is None else cluster.share,
                None if similar is None else float(similar[i]),
            )
        )
    return table_of(
        ("expert", "answer", "cluster", "in_consensus", "cluster_share", "similarity"), rows
    )


def question_table(results: Iterable[Consensus]) -> Table:
    """Return a row a question, with the columns of `--format csv`."""
    return table_of(
        _QUESTION,
        (
            (
                result.question, result.answer, result.confidence, result.agreement, result.id,
                result.kind, result.method, result.expert, len(result.experts),
                len(result.clusters), len(result.dissent), "; ".join(result.warnings),
            )
            for result in results
        ),
    )  # fmt: skip


def to_html(result: Consensus) -> str:
    """Return what a notebook shows of one result."""
    agreement, confidence = _percent(result.agreement), _percent(result.confidence)
    clusters = table_of(
        ("share", "experts", "answer"),
        (
            (_percent(cluster.share), ", ".join(cluster.members), cluster.answer)
            for cluster in result.clusters
        ),
    )
    parts = [
        heading(result.question or "Consensus"),
        line("no answer" if result.answer is None else result.answer),
        line(f"agreement {agreement} · confidence {confidence} · {result.kind} by {result.method}"),
        as_html(clusters, "clusters"),
    ]
    if result.insights:
        shown = result.insights[:_MOST_INSIGHTS]
        parts.append(
            as_html(table_of(("insight", "what"), ((one.kind, one.message) for one in shown)))
        )
    return "<div>" + "".join(parts) + "</div>"


def to_pandas(results: Iterable[Consensus]) -> Any:
    """Return results as a pandas data frame, a row a question. Raises MissingExtraError."""
    return question_table(results).to_pandas()


def to_polars(results: Iterable[Consensus]) -> Any:
    """Return results as a polars data frame, a row a question. Raises MissingExtraError."""
    return question_table(results).to_polars()


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
