"""Bytes, JSON values and whole files: what every core reads and writes with."""
