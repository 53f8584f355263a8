"""Analysis of logs: levels, keywords, patterns and times of gigabytes of lines in one pass."""
