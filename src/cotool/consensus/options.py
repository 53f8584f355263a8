"""The names that the options of consensus take. Imports nothing."""

# Methods of truth inference: they look at all questions together.
INFERENCE = (
    "majority_vote",
    "wawa",
    "dawid_skene",
    "one_coin_dawid_skene",
    "glad",
    "mace",
    "correlated",
)
METHODS = ("auto", "vote", "medoid", "centre", "rover", *INFERENCE)
METRICS = (
    "auto",
    "cosine",
    "tfidf",
    "jaccard",
    "levenshtein",
    "word-levenshtein",
    "embedding",
)
CLUSTERINGS = ("auto", "components", "average", "density", "star")
