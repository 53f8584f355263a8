"""Consensus among experts who answered the same question."""

from cotool.consensus.similarity import similarity_matrix

__all__ = ["similarity_matrix"]
