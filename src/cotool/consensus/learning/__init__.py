"""What is learned about experts: from right answers, from scores, and from agreement."""
