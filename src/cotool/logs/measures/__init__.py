"""Numbers out of records: what is measured, where it stands, and what was found."""
