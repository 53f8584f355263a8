"""From a source to its figures."""
