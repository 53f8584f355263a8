"""`cotool config`."""
