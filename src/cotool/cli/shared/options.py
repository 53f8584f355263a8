"""Options for commands: with a value, or without."""

from __future__ import annotations

from typing import Any

import typer


def option(panel: str, text: str, *names: str, metavar: str = "TEXT", words: Any = None) -> Any:
    """Return an option with a value; `words` (or a function that gives them) complete it."""
    complete = None
    if words:

        def complete(incomplete: str) -> list[str]:
            known = words() if callable(words) else words
            return [word for word in known if word.startswith(incomplete)]

    return typer.Option(
        *names,
        help=text,
        metavar=metavar,
        rich_help_panel=panel,
        autocompletion=complete,
        show_default=False,
    )


def flag(panel: str, text: str, *names: str) -> Any:
    """Return an option without a value."""
    return typer.Option(*names, help=text, rich_help_panel=panel, show_default=False)
