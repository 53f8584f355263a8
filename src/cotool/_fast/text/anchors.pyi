from array import array
from typing import Any

IS_NUMBER: int
IS_NAME: int
IS_MONTH: int
IS_YEAR: int
IS_CODE: int
NEGATES_ALONE: int
NEGATES_IN_CONCORD: int

def anchors_of(words: Any, starts: Any, anchors: Any, found: Any, bounds: Any) -> int: ...
def count_anchors(words: Any, starts: Any, anchors: Any, count: int) -> array[int]: ...
