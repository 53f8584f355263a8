"""`cotool experts`."""
