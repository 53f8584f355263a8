"""The command line: the only place that knows Typer, rich, terminals, flags and exit codes."""

from __future__ import annotations

from cotool._lazy import stand_ins

# Typer needs these to measure terminals, to open URLs and to install completion.
with stand_ins("shellingham", "shutil", "subprocess"):
    import typer  # noqa: F401
