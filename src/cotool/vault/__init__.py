"""File encryption: AES-256-GCM in segments, versioned keys, Argon2id for passphrases.

FORMAT.md in this folder describes the file format and its reasons.
"""

from __future__ import annotations

from cotool._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
