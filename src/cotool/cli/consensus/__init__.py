"""`cotool consensus`."""
