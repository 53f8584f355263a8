from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import Buffer, disjoint_base

from cotool._fast.logs.forms import Forms

LINE_LIMIT: int

@disjoint_base
class Regex:
    def __init__(self, program: bytes) -> None: ...
    def search(self, line: bytes) -> bool: ...

@disjoint_base
class Scanner:
    waiting: int
    cycles: int
    lines: int
    unfinished: bool
    forms: Forms | None
    def __init__(
        self,
        options: Any,
        formats: Sequence[Mapping[str, Any]],
        date: tuple[int, int, int],
        *,
        keywords: Sequence[Sequence[bytes]] = (),
        widths: Sequence[int],
        most_buckets: int,
        prefix: bytes = b"",
        resumed: bool = False,
        midway: bool = False,
        cycle: int = 0,
        small_spans: bool = False,
    ) -> None: ...
    def scan_range(self, file: int, begin: int, stop: int, end: int, size: int) -> int: ...
    def edges(
        self,
    ) -> tuple[
        tuple[int, int] | None, tuple[tuple[int, int, int], tuple[int, int, int]] | None
    ]: ...
    def scan_file(self, file: int, begin: int, size: int) -> int: ...
    def feed(self, data: Buffer, *, final: bool) -> None: ...
    def finish(self) -> None: ...
    def take_written(self) -> list[bytes]: ...
    def take_samples(self) -> list[tuple[int, int, int, int]]: ...
    def counts(self) -> dict[str, Any]: ...

def following_cycle(before: tuple[int, int, int], after: tuple[int, int, int]) -> int: ...
def month_names() -> list[tuple[int, bytes, bytes]]: ...
def form_cycle(form: bytes) -> int: ...
def read_time(
    form: bytes, line: bytes, start: int = 0
) -> tuple[int, int, int, bool, int] | None: ...
def layouts() -> list[tuple[str, int]]: ...
def probe_times(line: bytes, tokens: int = 1) -> list[tuple[int, int, int, int, int, int, int]]: ...
def probe_levels(
    line: bytes, start: int
) -> list[tuple[int, int, int, int, int, int, int, int]]: ...
