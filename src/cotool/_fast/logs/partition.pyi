from typing_extensions import Buffer

IS_PARAMETER: int
IS_STRONG: int
IS_WEAK: int
IS_KNOWN: int
IS_UPPER: int
IS_NOUN: int
IS_PREPOSITION: int
IS_TEXT: int
IS_VALUE: int
IS_TITLE: int
IS_LOWER: int
IN_QUOTES: int
IS_KEY: int
AFTER_COLON: int
IS_CALL: int
IS_FIRST: int

def partition(
    ids: Buffer, facts: Buffer, context: Buffer, before: Buffer
) -> list[tuple[list[int], list[int]]]: ...
