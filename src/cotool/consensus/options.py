"""The names that the options of consensus take. Imports nothing."""

METHODS = ("auto", "vote", "medoid", "centre")
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
