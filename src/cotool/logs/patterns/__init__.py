"""User patterns: from a regex to literals and an automaton."""
