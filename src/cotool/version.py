"""The version of cotool."""

__version__ = "0.1.0"
