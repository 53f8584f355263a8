"""Consensus among experts, analysis of logs, encryption: at the speed of the machine.

The public names load on first use, so `import cotool` is cheap.
"""

from __future__ import annotations

from cotool._lazy import attach
from cotool.version import __version__ as __version__

__getattr__, __dir__, __all__ = attach(__name__, __file__)
