"""The calls of the core `logs`."""

from __future__ import annotations

import cotool
from cotool.aio._calls import as_coroutine

analyze_logs = as_coroutine(cotool.analyze_logs)
