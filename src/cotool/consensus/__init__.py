"""Consensus among experts who answered the same question."""
