"""The command line: the only place that knows Typer, rich, terminals, flags and exit codes."""
