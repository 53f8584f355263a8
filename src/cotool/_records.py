"""Faster versions of the standard `dataclass` and `NamedTuple`.

Starting cotool creates 40 such classes. The standard decorator compiles seven methods for each:
with it, a log of one line takes 87 ms of CPU time instead of 72, and one question 102 instead of
90. Here only `__init__` is compiled, once a class has a few objects; the other methods are the same
functions for every class. The standard NamedTuple takes 150 µs, this one 10: `__new__` is compiled
if values are given by name, and annotations stay strings, so it is for modules with
`from __future__ import annotations`. Imports nothing of cotool.
"""

from __future__ import annotations

import dataclasses
import operator
from collections import (  # type: ignore[attr-defined] # this getter is the fastest
    _tuplegetter,
    namedtuple,
)
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, FrozenInstanceError
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple", "dataclass"]

if TYPE_CHECKING:
    import inspect


class _Factory:
    """The default of a parameter whose value a factory makes."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY = _Factory()


def _quick(
    cls: type,
    *,
    frozen: bool = False,
    slots: bool = False,
    eq: bool = True,
    order: bool = False,
    kw_only: bool = False,
) -> type:
    # Without a text, the standard library would write one from a signature that takes 4 ms to find.
    cls.__doc__ = cls.__doc__ or cls.__name__
    derived = any(map(dataclasses.is_dataclass, cls.__bases__))
    # It looks for ClassVar, InitVar and KW_ONLY in each annotation that is a string. This takes
    # longer than all the rest of a field, so it sees only strings that may name them.
    written = vars(cls).get("__annotations__", {})
    cls.__annotations__ = {
        name: text if "Var" in str(text) or "KW" in str(text) else object
        for name, text in written.items()
    }
    # The standard library finds the fields. It insists that frozen classes derive from such.
    made: Any = dataclasses.dataclass(
        cls,
        init=False,
        repr=False,
        eq=False,
        slots=slots,
        frozen=frozen and derived,
        kw_only=kw_only,
    )
    made.__dataclass_params__.frozen, made.__annotations__ = frozen, written
    fields = dataclasses.fields(made)
    for field in fields:
        field.type = written.get(field.name, field.type)
    methods: dict[str, Any] = {"__repr__": _repr}
    if eq:
        compared = _values_of([field.name for field in fields if field.compare])
        methods |= {name: _comparison(name, compared) for name in _COMPARISONS[: 5 if order else 1]}
        hashed = _values_of([f.name for f in fields if (f.compare if f.hash is None else f.hash)])
        methods["__hash__"] = (lambda self: hash(hashed(self))) if frozen else None
    for name, method in methods.items():
        if vars(cls).get(name) is None:
            setattr(made, name, method)
    if "__init__" not in vars(cls):
        made.__init__ = _first_init(made)
        made.__signature__ = _Signature(made, _compile_init)
    if frozen and not derived:
        made.__setattr__, made.__delattr__ = _frozen(made, {field.name for field in fields})
        if slots:
            made.__getstate__, made.__setstate__ = _state, _set_state
    return made  # type: ignore[no-any-return]


class _Tuple(tuple[Any, ...]):
    """The methods of named tuples."""

    __slots__ = ()
    _fields: tuple[str, ...]

    @classmethod
    def _make(cls, values: Iterable[Any]) -> Any:
        made = tuple(values)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return tuple.__new__(cls, made)

    def _replace(self, /, **values: Any) -> Any:
        made = self._make(map(values.pop, self._fields, self))
        if values:
            raise ValueError(f"Got unexpected field names: {[*values]!r}")
        return made

    __replace__ = _replace

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"{self.__class__.__name__}({values})"


class _Named(type):
    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = tuple(body["__annotations__"])
        defaults = {field: body[field] for field in fields if field in body}
        getters = {field: _tuplegetter(n, None) for n, field in enumerate(fields)}
        common = {"__slots__": (), "_fields": fields, "__match_args__": fields}
        body |= {**common, **getters, "_field_defaults": defaults}
        made: Any = type(name, (_Tuple,), body)
        made.__new__ = staticmethod(_first_new(made, fields, tuple(defaults.values())))
        made.__signature__ = _Signature(made, _compile_new)
        return made  # type: ignore[no-any-return]


def _first_new(cls: Any, fields: tuple[str, ...], defaults: tuple[Any, ...]) -> Callable[..., Any]:
    """Return a `__new__` for values in their order; others let it be compiled."""
    count, least, make = len(fields), len(fields) - len(defaults), tuple.__new__

    def __new__(cls_: Any, *values: Any, **named: Any) -> Any:  # noqa: N807 (it becomes the class's)
        if named or not least <= len(values) <= count:
            return _compile_new(cls)(cls_, *values, **named)
        return make(cls_, values + defaults[len(values) - least :])

    return __new__


def _compile_new(cls: Any) -> Callable[..., Any]:
    """Put the `__new__` of the standard library in the place of the class's, and return it."""
    standard = namedtuple(cls.__name__, cls._fields, defaults=cls._field_defaults.values())  # type: ignore[misc] # noqa: PYI024
    cls.__new__ = staticmethod(standard.__new__)
    return standard.__new__


if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import NamedTuple
else:

    class NamedTuple(metaclass=_Named):
        """The base of named tuples, as `typing.NamedTuple`."""

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """Return the class, or a decorator, as `dataclasses.dataclass` does."""
        return partial(_quick, **options) if cls is None else _quick(cls, **options)


_COMPARISONS = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")


def _comparison(name: str, compared: Callable[[Any], tuple[Any, ...]]) -> Callable[..., Any]:
    """Return the method of this name, which compares the values of two objects of one class."""
    compare = getattr(operator, name)

    def method(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compare(compared(self), compared(other))

    return method


def _values_of(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that returns these values of an object."""
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda one: tuple(getattr(one, name) for name in names)


# Compiling an `__init__` takes as long as filling 20 objects without one (100 and 5 µs). Of the 20
# classes whose objects a short call makes, 14 have fewer.
_FEW = 8


def _first_init(cls: Any) -> Callable[..., None]:
    """Return an `__init__` that fills a few objects, then puts a compiled one in its place."""
    left = iter(range(_FEW))

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 (it becomes the class's)
        if next(left, None) is None or not _fill(cls, self, values, named):
            _compile_init(cls)(self, *values, **named)

    return __init__


def _fill(cls: Any, filled: Any, values: Sequence[Any], named: dict[str, Any]) -> bool:
    """Set the fields of an object, or return False for arguments that `__init__` refuses."""
    fields = dataclasses.fields(cls)
    given = [field.name for field in fields if field.init and not field.kw_only]
    found = dict(zip(given, values, strict=False))
    if len(values) > len(given) or found.keys() & named:
        return False
    found |= named
    assign = object.__setattr__ if cls.__dataclass_params__.frozen else setattr
    for field in fields:
        if field.init and field.name in found:
            assign(filled, field.name, found.pop(field.name))
        elif field.default_factory is not MISSING:
            assign(filled, field.name, field.default_factory())
        elif field.default is not MISSING:
            assign(filled, field.name, field.default)
        elif field.init:
            return False
    if found:
        return False
    if hasattr(cls, "__post_init__"):
        filled.__post_init__()
    return True


def _compile_init(cls: Any) -> Callable[..., None]:
    """Compile the class's `__init__`, put it in its place and return it."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_FACTORY": _FACTORY}
    frozen = cls.__dataclass_params__.frozen
    given: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for field in dataclasses.fields(cls):
        name, default, value = field.name, f"_of_{field.name}", field.name
        parameter = name
        if field.default_factory is not MISSING:
            names[default] = field.default_factory
            parameter = f"{name}=_FACTORY"
            value = (
                f"{default}() if {name} is _FACTORY else {name}" if field.init else f"{default}()"
            )
        elif field.default is not MISSING:
            names[default] = field.default
            parameter = f"{name}={default}"
            value = name if field.init else default
        elif not field.init:
            continue
        if field.init:
            (by_name if field.kw_only else given).append(parameter)
        body.append(f"_set(_self, {name!r}, {value})" if frozen else f"_self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("_self.__post_init__()")
    parameters = ", ".join(["_self", *given, *(["*", *by_name] if by_name else [])])
    code = f"def __init__({parameters}):\n  " + "\n  ".join(body or ["pass"])
    exec(code, names)  # noqa: S102 (as the standard library does)
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {f.name: f.type for f in dataclasses.fields(cls) if f.init}
    init.__annotations__["return"] = None
    cls.__init__ = init
    return init


@recursive_repr("...")
def _repr(self: Any) -> str:
    shown = (f for f in dataclasses.fields(self) if f.repr)
    values = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in shown)
    return f"{self.__class__.__qualname__}({values})"


def _frozen(cls: Any, names: set[str]) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return `__setattr__` and `__delattr__`, which refuse to change the class's fields."""

    def __setattr__(self: Any, name: str, value: object) -> None:  # noqa: N807 (as above)
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:  # noqa: N807 (as above)
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


class _Signature:
    """The signature of a class, which its method has only once it is compiled."""

    def __init__(self, cls: type, compile_: Callable[[type], Callable[..., Any]]) -> None:
        self._cls, self._compile = cls, compile_

    def __get__(self, instance: object, cls: type) -> inspect.Signature:
        if cls is not self._cls:
            raise AttributeError("__signature__")  # of a class that derives from it
        import inspect

        found = inspect.signature(self._compile(cls))
        return found.replace(parameters=list(found.parameters.values())[1:])
