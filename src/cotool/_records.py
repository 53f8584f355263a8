"""Faster versions of the standard `dataclass` and `NamedTuple`.

Starting cotool creates 40 such classes. The standard decorator compiles seven methods for each and
creates a class with slots twice; its module imports `re`, `copy` and `inspect`. Here only
`__init__` is compiled, once a class has a few objects; the other methods are the same functions for
every class. The functions of `dataclasses` take these classes and their objects, too: what they
look for is made when they first do.

The standard NamedTuple takes 150 µs, this one 10: `__new__` is compiled if values are given by
name, and annotations stay strings, so it is for modules with `from __future__ import annotations`.
Imports nothing of cotool but names for annotations.
"""

from __future__ import annotations

import operator
from collections import (  # type: ignore[attr-defined] # this getter is the fastest
    _tuplegetter,
    namedtuple,
)
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from reprlib import recursive_repr

from cotool._typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import inspect

    Made = TypeVar("Made")

__all__ = [
    "NamedTuple", "asdict", "dataclass", "field", "fields", "is_record",
    "public_options", "replace",
]  # fmt: skip


class _Missing:
    """The default of a parameter that has none, or whose value a factory makes."""

    def __repr__(self) -> str:
        return "<factory>"


_MISSING = _Missing()


class _Field:
    """A field of a class, with the attributes of `dataclasses.Field`."""

    name = ""
    type: Any = None

    def __init__(
        self,
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        metadata: Any = None,
        init: bool = True,
        repr: bool = True,  # noqa: A002 - as in dataclasses
        compare: bool = True,
        kw_only: bool = False,
    ) -> None:
        self.default, self.default_factory, self.metadata = default, default_factory, metadata
        self.init, self.repr, self.compare, self.kw_only = init, repr, compare, kw_only

    def standard(self) -> Any:
        """Return the same as a field of the standard library."""
        import dataclasses

        given = {name: value for name, value in vars(self).items() if value is not _MISSING}
        return dataclasses.field(**{n: given[n] for n in given.keys() - {"name", "type"}})


class _Standard:
    """What the standard library looks for in a class, made when it first does."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, cls: type) -> Any:
        import dataclasses

        owner: Any = next(each for each in cls.__mro__ if self in vars(each).values())
        own = owner.__record_fields__
        body = {each.name: each.standard() for each in own}
        body["__annotations__"] = dict.fromkeys(body, object)
        decorate: Any = dataclasses.dataclass(
            init=False, repr=False, eq=False, frozen=owner.__record_frozen__
        )
        like = decorate(type(owner.__name__, (), body))
        for each in own:
            like.__dataclass_fields__[each.name].type = each.type
        for name in ("__dataclass_fields__", "__dataclass_params__"):
            setattr(owner, name, getattr(like, name))
        return getattr(like, self._name)


_OF_STANDARD = {name: _Standard(name) for name in ("__dataclass_fields__", "__dataclass_params__")}


def _quick(
    cls: type,
    *,
    frozen: bool = False,
    slots: bool = False,
    eq: bool = True,
    order: bool = False,
    kw_only: bool = False,
) -> type:
    fields_, own = _fields_of(cls, kw_only=kw_only)
    body: dict[str, Any] = {
        "__record_fields__": fields_,
        "__record_frozen__": frozen,
        "__match_args__": tuple(each.name for each in fields_ if each.init and not each.kw_only),
        "__replace__": _replace,
        "__doc__": cls.__doc__ or cls.__name__,
        "__repr__": _repr,
        **_OF_STANDARD,
    }
    if eq:
        compared = _values_of([each.name for each in fields_ if each.compare])
        body |= {name: _comparison(name, compared) for name in _COMPARISONS[: 5 if order else 1]}
        body["__hash__"] = (lambda self: hash(compared(self))) if frozen else None
    if frozen:
        body |= {"__setattr__": _refuse_assignment, "__delattr__": _refuse_deletion}
        if slots:
            body |= {"__getstate__": _state, "__setstate__": _set_state}
    body = {name: value for name, value in body.items() if vars(cls).get(name) is None}
    if not slots:
        for name, value in body.items():
            setattr(cls, name, value)
        for each in own:
            if each.default is not _MISSING:
                setattr(cls, each.name, each.default)
            elif each.name in vars(cls):
                delattr(cls, each.name)
        return _with_init(cls)
    # Slots must be there when a class is created.
    known = {name for base in cls.__mro__ for name in getattr(base, "__slots__", ())}
    left = {each.name for each in own} | {"__dict__", "__weakref__"}
    body = {name: value for name, value in vars(cls).items() if name not in left} | body
    body["__slots__"] = tuple(each.name for each in own if each.name not in known)
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return _with_init(made)


def _with_init(cls: Any) -> type:
    if "__init__" not in vars(cls):
        cls.__init__, cls.__signature__ = _first_init(cls), _Signature(cls, _compile_init)
    return cls  # type: ignore[no-any-return]


def _fields_of(cls: type, *, kw_only: bool) -> tuple[tuple[_Field, ...], list[_Field]]:
    """Return the fields of a class, and those that are not inherited."""
    found: dict[str, _Field] = {}
    for base in cls.__mro__[:0:-1]:
        found |= {each.name: each for each in vars(base).get("__record_fields__", ())}
    own = []
    for name, type_ in vars(cls).get("__annotations__", {}).items():
        if "ClassVar" in str(type_):
            continue
        value = vars(cls).get(name, _MISSING)
        made = value if isinstance(value, _Field) else _Field(default=value)
        made.name, made.type, made.kw_only = name, type_, made.kw_only or kw_only
        found[name] = made
        own.append(made)
    return tuple(found.values()), own


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


def is_record(one: object) -> bool:
    """Return whether this is a class that `dataclass` made, or an object of one."""
    return hasattr(one, "__record_fields__")


def _record_fields(record: Any) -> tuple[_Field, ...]:
    return record.__record_fields__  # type: ignore[no-any-return]


def _replace(record: Any, /, **changes: Any) -> Any:
    for each in record.__record_fields__:
        if each.init:
            if each.name not in changes:
                changes[each.name] = getattr(record, each.name)
        elif each.name in changes:
            raise ValueError(f"field {each.name} is declared with init=False")
    return record.__class__(**changes)


def _as_dict(record: Any) -> dict[str, Any]:
    """Return the fields of an object, and of those within it; other values are not copied."""
    return {each.name: _plain(getattr(record, each.name)) for each in record.__record_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        named = hasattr(value, "_fields")
        return type(value)(*map(_plain, value)) if named else type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return _as_dict(value) if is_record(value) and not isinstance(value, type) else value


if TYPE_CHECKING:
    from dataclasses import asdict, dataclass, field, fields, replace
    from typing import NamedTuple
else:
    asdict, field, fields, replace = _as_dict, _Field, _record_fields, _replace

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
    given = cls.__match_args__
    found = dict(zip(given, values, strict=False))
    if len(values) > len(given) or found.keys() & named:
        return False
    found |= named
    assign = object.__setattr__ if cls.__record_frozen__ else setattr
    for each in cls.__record_fields__:
        if each.init and each.name in found:
            assign(filled, each.name, found.pop(each.name))
        elif each.default_factory is not _MISSING:
            assign(filled, each.name, each.default_factory())
        elif each.default is not _MISSING:
            assign(filled, each.name, each.default)
        elif each.init:
            return False
    if found:
        return False
    if hasattr(cls, "__post_init__"):
        filled.__post_init__()
    return True


def _compile_init(cls: Any) -> Callable[..., None]:
    """Compile the class's `__init__`, put it in its place and return it."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": _MISSING}
    frozen = cls.__record_frozen__
    given: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for each in cls.__record_fields__:
        name, default, value = each.name, f"_of_{each.name}", each.name
        parameter = name
        if each.default_factory is not _MISSING:
            names[default] = each.default_factory
            parameter = f"{name}=_MISSING"
            value = (
                f"{default}() if {name} is _MISSING else {name}" if each.init else f"{default}()"
            )
        elif each.default is not _MISSING:
            names[default] = each.default
            parameter = f"{name}={default}"
            value = name if each.init else default
        elif not each.init:
            continue
        if each.init:
            (by_name if each.kw_only else given).append(parameter)
        body.append(f"_set(_self, {name!r}, {value})" if frozen else f"_self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("_self.__post_init__()")
    parameters = ", ".join(["_self", *given, *(["*", *by_name] if by_name else [])])
    code = f"def __init__({parameters}):\n  " + "\n  ".join(body or ["pass"])
    exec(code, names)  # noqa: S102 (as the standard library does)
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {f.name: f.type for f in cls.__record_fields__ if f.init}
    init.__annotations__["return"] = None
    cls.__init__ = init
    return init


@recursive_repr("...")
def _repr(self: Any) -> str:
    shown = (each.name for each in self.__record_fields__ if each.repr)
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{self.__class__.__qualname__}({values})"


def _refuse_assignment(self: Any, name: str, value: object) -> None:
    _refuse(self, name, "assign to")
    object.__setattr__(self, name, value)


def _refuse_deletion(self: Any, name: str) -> None:
    _refuse(self, name, "delete")
    object.__delattr__(self, name)


def public_options(
    cls: type[Made], given: Mapping[str, Any], inner: Collection[str], caller: str
) -> Made:
    """Return the options of a public call. Raises TypeError for keywords that it does not take.

    `inner` are the fields that are for callers within the core.
    """
    known = {each.name for each in fields(cls)}.difference(inner)  # type: ignore[arg-type] # of a dataclass
    for name in given.keys() - known:
        raise TypeError(f"{caller}() got an unexpected keyword argument {name!r}")
    return cls(**given)


def _refuse(self: Any, name: str, change: str) -> None:
    """Raise FrozenInstanceError unless a class that derives from a frozen one adds this name."""
    if "__record_fields__" in vars(type(self)) or name in {f.name for f in fields(self)}:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot {change} field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in self.__record_fields__]


def _set_state(self: Any, state: Sequence[Any]) -> None:
    for each, value in zip(self.__record_fields__, state, strict=True):
        object.__setattr__(self, each.name, value)


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
