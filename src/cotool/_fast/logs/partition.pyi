from typing_extensions import Buffer

IS_PARAMETER: int
LOOKS_LIKE_ID: int
IS_UPPER: int
IS_SIZE: int
IS_DURATION: int
IS_NOUN: int
IS_PREPOSITION: int
IS_TEXT: int
HAS_NUMBER: int
IS_BOOLEAN: int
GROUP_BETWEEN: int
GROUP_PARAMETER: int
GROUP_WORD: int

def partition(
    ids: Buffer, facts: Buffer, quoted: Buffer, before: Buffer
) -> list[tuple[list[int], list[int]]]: ...
def groups(ids: Buffer, flags: Buffer, longest: int) -> list[tuple[int, int]]: ...
