"""Compiled kernels. They know buffers and numbers, and no Python module of cotool."""
