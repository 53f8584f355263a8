"""From the text of a response to its answer."""
