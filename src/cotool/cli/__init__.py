"""The command line: the only place that knows Typer, rich, terminals, flags and exit codes."""

from __future__ import annotations

from cotool._lazy import stand_ins

# Typer, inspect and pathlib need these to measure terminals, open URLs, install completion, read
# UUIDs, show tracebacks, and suggest what was meant: nothing that a right call needs.
with stand_ins(
    *("linecache", "platform", "shellingham", "subprocess", "textwrap", "tokenize", "uuid:UUID"),
    *("shutil:get_terminal_size", "difflib:get_close_matches", "gettext:gettext"),
    "typer.completion:get_completion_inspect_parameters",
    *("urllib.parse:quote_from_bytes", "traceback:FrameSummary StackSummary"),
):
    import typer  # noqa: F401
