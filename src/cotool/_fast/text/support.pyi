from array import array
from typing import Any

SAYS_SO: int
SAYS_LESS: int
SAYS_OTHERWISE: int
SAYS_NOT: int
SAYS_CONTRARY: int

def judge_sentences(
    first: Any,
    judged: int,
    found: Any,
    bounds: Any,
    weights: Any,
    kinds: Any,
    values: Any,
    decimals: Any,
    digits: Any,
    said: Any,
    begins: Any,
    anchor_of: Any,
    negations: Any,
    contraries: Any,
    capitals: Any,
    capitals_begin: Any,
    num_threads: int | None = None,
) -> tuple[array[float], array[float], array[int]]: ...
