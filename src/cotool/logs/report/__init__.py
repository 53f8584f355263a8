"""A summary for people and programs: activity, JSON, tables."""
