"""Truth inference: who is right, over many questions together."""
