"""What log lines say: templates mined from forms of lines, compared, matched, reported."""
