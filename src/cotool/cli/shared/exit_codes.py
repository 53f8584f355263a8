"""The exit codes of commands, beside those of errors in `cotool.errors`."""

from __future__ import annotations

from cotool.errors import CotoolError

FOUND = 1  # a condition of --fail-on is true
BAD_INPUT = CotoolError.exit_code
DEFECT = 70
INTERRUPTED = 130
CLOSED_PIPE = 141
