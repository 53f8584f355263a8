"""All insights on a question; each states its evidence in numbers.

Nothing is said from too little data: outliers need five responses, trends five timestamps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.consensus.decide import patterns, standing

if TYPE_CHECKING:
    from cotool.consensus.decide.findings import Findings
    from cotool.consensus.model import Insight


def find_insights(findings: Findings) -> tuple[Insight, ...]:
    """Return all insights, the ones about the answer's standing first."""
    return (
        *standing.opposites(findings),
        *standing.disputed_values(findings),
        *standing.unsupported_claims(findings),
        *standing.polarisation(findings),
        *standing.confidence_anomalies(findings),
        *patterns.copies(findings),
        *patterns.length_outliers(findings),
        *patterns.trends(findings),
        *patterns.themes(findings),
    )
