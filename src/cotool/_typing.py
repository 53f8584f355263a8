"""The names of `typing` that annotations use, without its import, a tenth of a start.

Annotations are strings, and only type checkers read what stands in them; these get the names of the
standard library. At run time, the names are classes here that can be subscripted and derived from.
Imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import (
        Annotated,
        Any,
        AnyStr,
        BinaryIO,
        ClassVar,
        Concatenate,
        Generic,
        Literal,
        NoReturn,
        ParamSpec,
        Protocol,
        Self,
        TextIO,
        TypeAlias,
        TypedDict,
        TypeGuard,
        TypeVar,
        Unpack,
        cast,
        dataclass_transform,
    )
else:

    class Any:
        """Stands for any name."""

        __slots__ = ()

        def __class_getitem__(cls, _parameters: object) -> type:
            return cls

    AnyStr = BinaryIO = ClassVar = Concatenate = Generic = Literal = NoReturn = ParamSpec = Any
    Protocol = Self = TextIO = TypeAlias = TypedDict = TypeGuard = Unpack = Any

    class Annotated:
        """A type with notes, which the command line reads."""

        __slots__ = ("__metadata__", "__origin__")

        def __class_getitem__(cls, given: tuple[object, ...]) -> Annotated:
            made = cls()
            made.__origin__, *made.__metadata__ = given
            return made

    def TypeVar(*_given: object, **_named: object) -> type:  # noqa: N802 - as in typing
        """Return Any."""
        return Any

    def cast(_type: object, value: object) -> object:
        """Return the value."""
        return value

    def dataclass_transform(**_given: object) -> Callable[[type], type]:
        """Return a decorator that changes nothing."""
        return lambda decorated: decorated


__all__ = [
    "TYPE_CHECKING",
    "Annotated",
    "Any",
    "AnyStr",
    "BinaryIO",
    "ClassVar",
    "Concatenate",
    "Generic",
    "Literal",
    "NoReturn",
    "ParamSpec",
    "Protocol",
    "Self",
    "TextIO",
    "TypeAlias",
    "TypeGuard",
    "TypeVar",
    "TypedDict",
    "Unpack",
    "cast",
    "dataclass_transform",
]
