"""The names that options of `analyze-logs` take; imports nothing: --help loads no kernel."""

from __future__ import annotations

# In order of severity; `unknown` is a record whose format shows no level.
LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical", "unknown")
KEYWORDS = ("error", "warning")
