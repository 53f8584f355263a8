"""`cotool bench`."""
