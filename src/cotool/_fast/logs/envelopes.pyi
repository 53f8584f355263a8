from typing import Self

from typing_extensions import disjoint_base

@disjoint_base
class Unwrapper:
    def __new__(
        cls,
        *,
        text_key: bytes | None = None,
        time_key: bytes = b"",
        words: int = 0,
        tagged: bool = False,
        ended: bool = False,
        prefix: bytes = b"",
        colours: bool = False,
        untimed: bool = False,
        begins: bytes | None = None,
    ) -> Self: ...
    def feed(self, data: bytes, *, final: bool = False) -> bytes: ...

@disjoint_base
class Blocks:
    def feed(self, data: bytes, *, final: bool = False) -> bytes: ...

@disjoint_base
class Elements:
    def __new__(cls, name: bytes) -> Self: ...
    def take(self, data: bytes, at: int) -> tuple[bytes, int]: ...
