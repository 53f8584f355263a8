"""Documents whose values are sealed one by one, while keys, order and comments stay readable."""
