"""The command line: the only place that knows Typer, rich, terminals, flags and exit codes."""

from __future__ import annotations

from cotool._lazy import stand_ins

# Typer, inspect and pathlib need these to measure terminals, open URLs, install completion, read
# UUIDs, show tracebacks, and suggest what was meant: nothing that a right call needs.
with stand_ins(
    *("linecache", "platform", "shellingham", "shutil", "subprocess", "textwrap", "tokenize"),
    *("difflib:get_close_matches", "gettext:gettext", "urllib.parse:quote_from_bytes"),
    *("traceback:FrameSummary StackSummary", "uuid:UUID"),
):
    import typer  # noqa: F401
