"""What analyze_logs() returns: an analysis that can be written, merged and shown."""

from __future__ import annotations

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.model import Analysis

if TYPE_CHECKING:
    from datetime import tzinfo

    import pandas as pd
    import polars as pl


@dataclass(frozen=True, slots=True)
class LogSummary(Analysis):
    """The analysis of a set of files; its fields and merge() are those of Analysis."""

    def to_dict(self, *, zone: tzinfo | None = None, bucket: int | None = None) -> dict[str, Any]:
        """Return the JSON form, `cotool.logs/1`; `bucket`: seconds of the histogram's buckets."""
        from cotool.logs.report.as_json import to_dict

        return to_dict(self, zone=zone, bucket=bucket)

    def to_pandas(self, part: str = "histogram", *, zone: tzinfo | None = None) -> pd.DataFrame:
        """Return the histogram (one row per bucket) or another part as a data frame.

        part: "histogram", "files", "templates", "measures" (one row per group) or "timeline" (one
        row per group and step in time). Times are in `zone`; without one, in UTC if the logs name
        zones, or as the logs write them. Raises MissingExtraError without pandas, and InputError
        for an unknown part.
        """
        from cotool.logs.report.dataframes import part_of

        return part_of(self, part, zone).to_pandas()

    def to_polars(self, part: str = "histogram", *, zone: tzinfo | None = None) -> pl.DataFrame:
        """Return the same with polars. Raises MissingExtraError without it."""
        from cotool.logs.report.dataframes import part_of

        return part_of(self, part, zone).to_polars()

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from cotool.logs.report.dataframes import to_html

        return to_html(self)
