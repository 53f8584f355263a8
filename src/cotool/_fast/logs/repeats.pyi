from typing_extensions import Buffer

IS_BETWEEN: int
IS_PARAMETER: int
IS_WORD: int

def groups(ids: Buffer, flags: Buffer, longest: int) -> list[tuple[int, int]]: ...
