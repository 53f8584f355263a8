"""The request of one call of `cotool analyze-logs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._records import dataclass

if TYPE_CHECKING:
    from cotool.engine.choice import EngineChoice
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.sources import Source


@dataclass(frozen=True, slots=True)
class LogRequest:
    """The options of the analysis, its sources, and what concerns the output."""

    paths: tuple[str, ...]
    recursive: bool
    options: LogOptions
    state: str | None
    follow: bool
    bucket: int | None
    records: str | None
    format: str
    output: str | None
    conditions: tuple[str, ...]
    quiet: bool
    progress: bool
    engine: EngineChoice
    shows: bool = False
    templates: str | None = None
    shown_templates: str = "all"  # see table.render()
    shows_requests: bool = False  # see overview.with_overview()
    fields: tuple[str, ...] | None = None  # of the first file, where they are known
    top: int = 10
    sort: str | None = None
    baseline: str | None = None
    template: str | None = None

    def find_sources(self) -> list[Source]:
        """Return the sources that the paths name. Raises InputError."""
        from cotool.logs.scan.sources import find_sources

        return find_sources(
            self.paths,
            recursive=self.recursive,
            max_decompressed=self.options.max_decompressed,
        )
