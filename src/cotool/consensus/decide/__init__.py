"""From one question and its answers to a `Consensus`."""
