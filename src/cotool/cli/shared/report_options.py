"""The options of a report, as every command that writes one takes them, but for its formats."""

from __future__ import annotations

from typing import Annotated

from cotool.cli.shared.options import flag, option

AsJson = Annotated[bool, flag("Output", "The same as --format json.", "--json")]
ReportFile = Annotated[
    str | None,
    option(
        "Output",
        "Write to a file, whole or not at all; its extension may give the format.",
        "--output",
        "-o",
        metavar="FILE",
    ),
]
OpenReport = Annotated[bool, flag("Output", "Show an HTML report in the browser.", "--open")]
