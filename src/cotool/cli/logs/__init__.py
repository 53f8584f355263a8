"""`cotool analyze-logs`."""
