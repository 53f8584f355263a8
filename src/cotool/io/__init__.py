"""Bytes, JSON values and files: input and output for every core."""
