"""Data classes made quickly behave as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import typing
from typing import ClassVar  # noqa: F401 - named in an annotation

import pytest

from cotool._records import NamedTuple, asdict, field, is_record, replace
from cotool._records import dataclass as quick


def made_by(decorator, field=field):
    """Return a class with fields of every kind."""

    @decorator(frozen=True, slots=True)
    class Quick:
        """What is compared."""

        first: int
        name: str = "x"
        many: list[int] = field(default_factory=list)
        hidden: int = field(default=1, repr=False, compare=False)
        fixed: int = field(default=7, init=False)
        late: bool = field(default=False, kw_only=True)

        def __post_init__(self):
            if self.first < 0:
                raise ValueError("negative")

        @property
        def double(self):
            """Twice the first field."""
            return 2 * self.first

    Quick.__qualname__ = "Quick"
    return Quick


Quick, Standard = made_by(quick), made_by(dataclasses.dataclass, dataclasses.field)


@quick(frozen=True, slots=True)
class Derived(Quick):
    """A class that adds a field to another."""

    more: tuple[int, ...] = ()


CALLS = [((1,), {}), ((1, "y", [2]), {"late": True}), ((3,), {"hidden": 5, "name": "z"})]


@pytest.mark.parametrize(("given", "named"), CALLS)
def test_objects_are_the_same(given, named):
    """Values, text, comparison, and what the functions of the standard library return."""
    one, other = Quick(*given, **named), Standard(*given, **named)
    assert dataclasses.asdict(one) == dataclasses.asdict(other)
    assert repr(one) == repr(other)
    assert one == Quick(*given, **named) != Quick(99)
    assert one != other
    assert one.double == 2 * given[0]
    changed = Quick(5, *given[1:], **named)
    assert dataclasses.replace(one, first=5) == replace(one, first=5) == changed
    assert is_record(one)
    assert not is_record(other)
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert one.many is not Quick(1).many
    assert str(inspect.signature(Quick)) == str(inspect.signature(Standard))


def test_objects_are_frozen_and_hashed():
    """Fields cannot change, other attributes do not exist, and equal objects have one hash."""
    one = Derived(1, many=(), more=(2,))
    assert hash(one) == hash(Derived(1, many=(), more=(2,), hidden=3))
    for change in (lambda: setattr(one, "first", 2), lambda: delattr(one, "more")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert not hasattr(one, "__dict__")
    assert pickle.loads(pickle.dumps(one)) == one
    assert [f.name for f in dataclasses.fields(one)][-1] == "more"
    with pytest.raises(TypeError, match=r"Quick\.__init__\(\) missing 1 required positional"):
        Quick()
    with pytest.raises(ValueError, match="negative"):
        Quick(-1)


def test_other_options_are_those_of_the_standard_library():
    """A class that can be changed or ordered is made by the standard decorator."""
    made = quick(slots=True)(type("Made", (), {"__annotations__": {"a": "int"}}))
    one = made(1)
    one.a = 2
    assert one == made(2)


@pytest.mark.parametrize(("given", "named"), CALLS)
def test_the_first_objects_are_made_as_later_ones(given, named):
    """Objects made before `__init__` is compiled, and arguments refused then, are no different."""
    fresh, standard = made_by(quick), made_by(dataclasses.dataclass, dataclasses.field)
    for wrong in ((), (1, "y", [], 4, 5)):
        with pytest.raises(TypeError, match=r"__init__\(\)"):
            made_by(quick)(*wrong)
    with pytest.raises(TypeError, match="multiple values"):
        made_by(quick)(1, first=2)
    with pytest.raises(TypeError, match="unexpected"):
        made_by(quick)(1, other=2)
    with pytest.raises(ValueError, match="negative"):
        fresh(-1)
    expected = dataclasses.asdict(standard(*given, **named))
    assert asdict(fresh(*given, **named)) == expected
    assert [dataclasses.asdict(fresh(*given, **named)) for _ in range(12)] == [expected] * 12


class Place(NamedTuple):
    """A place."""

    x: int
    y: int = 2

    def total(self):
        """Return a sum."""
        return self.x + self.y


class StandardPlace(typing.NamedTuple):
    """A place."""

    x: int
    y: int = 2


def test_named_tuples_behave_as_those_of_the_standard_library():
    """Fields, defaults, methods, documentation, pickles and errors are the same."""
    one = Place(1)
    assert one == StandardPlace(1) == (1, 2)
    assert one.total() == 3
    assert repr(one._replace(y=5)) == "Place(x=1, y=5)"
    assert pickle.loads(pickle.dumps(one)) == one
    for name in ("_fields", "_field_defaults", "__doc__", "__module__", "__match_args__"):
        assert getattr(Place, name) == getattr(StandardPlace, name)
    assert inspect.signature(Place).parameters.keys() == {"x", "y"}
    with pytest.raises(TypeError, match="missing 1 required"):
        Place()


def test_what_is_no_field_is_recognised():
    """Annotations that name ClassVar mean what they mean in the standard library."""
    body = {
        "__annotations__": {
            "a": "int", "b": "ClassVar[int]", "c": "list[int]"
        },
        "__module__": __name__, "b": 3,
    }  # fmt: skip
    quickly, standard = (
        one(type("Made", (), dict(body))) for one in (quick(), dataclasses.dataclass())
    )
    for name in ("name", "type", "kw_only"):
        assert [getattr(field, name) for field in dataclasses.fields(quickly)] == [
            getattr(field, name) for field in dataclasses.fields(standard)
        ]
    assert quickly.__annotations__ == standard.__annotations__ == body["__annotations__"]


def test_records_within_records_are_dicts():
    """In lists, tuples and dicts, too; a class is a value."""
    whole = [Inner(1)]
    one = Outer(Inner(2), whole, (Inner(3), "x"), {"a": Inner(4)}, Inner)
    assert asdict(one) == dataclasses.asdict(one)
    assert asdict(one)["all"] == [{"n": 1}]


@quick(frozen=True)
class Inner:
    """Within another."""

    n: int


@quick
class Outer:
    """Around others."""

    one: Inner
    all: list[Inner]
    pair: tuple[Inner, str]
    named: dict[str, Inner]
    kind: type
