"""Consensus among experts who answered the same question.

The public names load on first use: the command line reads `options` without loading a kernel.
"""

from __future__ import annotations

from cotool._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
