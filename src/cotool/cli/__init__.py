"""The command line: the only place that knows Typer, rich, terminals, flags and exit codes."""

from __future__ import annotations

from cotool._lazy import stand_ins

# Only Path.glob(), Path.match() and Path.as_uri() need these.
with stand_ins("fnmatch", "re", "urllib.parse:quote_from_bytes"):
    import pathlib  # noqa: F401
