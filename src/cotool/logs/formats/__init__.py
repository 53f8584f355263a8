"""Where a line keeps its level and time."""
