"""The words that `method`, `metric` and `clustering` accept. Imports nothing."""

from __future__ import annotations

METHODS = ("auto", "vote", "medoid", "centre")
METRICS = ("auto", "cosine", "tfidf", "jaccard", "levenshtein", "word-levenshtein", "embedding")
CLUSTERINGS = ("auto", "components", "average", "density")
