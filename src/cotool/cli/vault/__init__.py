"""`cotool vault`."""
