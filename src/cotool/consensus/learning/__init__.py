"""What is learned of experts: from answers known to be right, from scores, and from agreement."""
