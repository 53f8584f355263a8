"""Analysis of logs: levels, keywords, patterns and times of gigabytes of lines in one pass."""

from __future__ import annotations

from cotool._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
