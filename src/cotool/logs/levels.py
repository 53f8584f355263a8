"""The levels of records, and the sets of keywords. Imports no kernel."""

from __future__ import annotations

# In order of severity. The level of a record is `unknown` if its format shows none.
LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical", "unknown")
ERRORS = ("error", "critical")
SEVERE = ("warning", *ERRORS)
KEYWORDS = ("error", "warning")
