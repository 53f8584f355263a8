"""From files to questions."""
