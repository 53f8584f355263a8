"""Numbers out of records: what to measure, and the results."""
