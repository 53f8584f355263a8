import re

def split_sentences(
    text: str,
    start: int,
    end: int,
    found: list[tuple[int, int]],
    abbreviations: frozenset[str],
    may_end: frozenset[str],
    month: re.Pattern[str],
) -> None: ...
