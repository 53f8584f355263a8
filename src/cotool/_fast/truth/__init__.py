"""Kernels of truth inference and of aligned transcripts."""
