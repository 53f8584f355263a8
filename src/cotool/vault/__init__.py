"""File encryption: AES-256-GCM in segments, keys by version, Argon2id for passphrases.

FORMAT.md beside this file is the format, argued.
"""

from __future__ import annotations

from cotool._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
