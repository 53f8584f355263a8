"""The options for reports, shared by every command that writes one, except its formats."""

from __future__ import annotations

from typing import Annotated

from cotool.cli.shared.options import flag, option

AsJson = Annotated[bool, flag("Output", "The same as --format json.", "--json")]
ReportFile = Annotated[
    str | None,
    option(
        "Output",
        "Write to a file, complete or not at all. Its extension may set the format.",
        "--output -o FILE",
    ),
]
OpenReport = Annotated[bool, flag("Output", "Show an HTML report in the browser.", "--open")]
