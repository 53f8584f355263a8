"""The command line: the only place that knows Typer, rich, terminals, flags and exit codes."""

from __future__ import annotations

from cotool._lazy import stand_ins

# Only asdict(), classes without a docstring, and Path.as_uri() need these.
with stand_ins("copy", "inspect", "urllib.parse:quote_from_bytes"):
    import dataclasses  # noqa: F401
    import pathlib  # noqa: F401
