from array import array
from typing import Any

IS_NUMBER: int
IS_NAME: int

def anchors_of(words: Any, starts: Any, anchors: Any, found: Any, bounds: Any) -> int: ...
def count_anchors(words: Any, starts: Any, anchors: Any, count: int) -> array[int]: ...
def weigh_statements(
    statement_anchors: Any,
    statement_starts: Any,
    sentence_anchors: Any,
    sentence_starts: Any,
    text_starts: Any,
    weights: Any,
    kinds: Any,
    figures: Any,
    covers: Any,
    places: Any,
    alone: Any,
    nearest: Any,
    num_threads: int | None = None,
) -> tuple[float, float]: ...
