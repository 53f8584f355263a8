"""Work that is done on first use: public names are loaded (PEP 562), regexes are compiled.

The stub of a package (`__init__.pyi`) alone lists its names; it is what type checkers and editors
read, too. Only its statements `from MODULE import NAME as NAME` count. Imports nothing of cotool,
and neither `re` nor `typing`, which would take half of the time of `import cotool`.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from types import ModuleType

TYPE_CHECKING = False  # type checkers know this name
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator
    from functools import cached_property

    from cotool._typing import Any, AnyStr

    once = cached_property
else:

    class once:  # noqa: N801 - like a function, as `cached_property`
        """`functools.cached_property` without its lock, which takes most of its time in 3.11."""

        def __init__(self, function: Callable[[Any], Any]) -> None:
            self._function = function
            self.__doc__ = function.__doc__

        def __set_name__(self, _owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, _owner: type) -> Any:
            value = instance.__dict__[self._name] = self._function(instance)
            return value


def attach(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package whose `__init__.py` is `file`."""
    homes = _homes(file + "i")
    names = sorted(homes)

    def __getattr__(name: str) -> Any:  # noqa: N807 (it becomes the package's)
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(home), name)
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> list[str]:  # noqa: N807 (likewise)
        return sorted({*vars(sys.modules[package]), *names})

    return __getattr__, __dir__, names


class _StandIn(ModuleType):
    """Takes the place of a module until one of its names is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by the import statement itself
            raise AttributeError(name)
        self.release()
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)  # the next use takes nanoseconds, not microseconds
        return value

    def release(self) -> None:
        """Put the module itself in this place."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


def _stand_in(name: str, functions: Iterable[str]) -> _StandIn:
    module = _StandIn(name)
    for function in functions:

        def call(*args: Any, function: str = function, **named: Any) -> Any:
            module.release()
            return getattr(importlib.import_module(name), function)(*args, **named)

        setattr(module, function, call)
    return module


@contextlib.contextmanager
def stand_ins(*names: str) -> Iterator[None]:
    """Postpone imports of these modules, by the modules imported in this block, to their first use.

    This is for other libraries, which import at their top what few calls need. "module:name name"
    is a module from which these functions are imported by name.
    """
    wanted = [name.partition(":")[::2] for name in names]
    modules = {
        name: _stand_in(name, functions.split())
        for name, functions in wanted
        if name not in sys.modules
    }
    sys.modules.update(modules)
    try:
        yield
    finally:
        for module in modules.values():
            module.release()


class _LazyPattern:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        import re

        compiled = re.compile(self.pattern, self._flags)
        for method in ("search", "match", "fullmatch", "finditer", "findall", "split", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled when one of its methods is first used."""
    return _LazyPattern(pattern, flags)  # type: ignore[return-value]


def _homes(stub: str) -> dict[str, str]:
    """Return the module of each name that a stub exports."""
    with open(stub, encoding="utf-8") as file:  # noqa: PTH123 (pathlib costs start-up time)
        statements = f"\n{file.read()}".split("\nfrom ")[1:]
    homes = {}
    for statement in statements:
        home, _, names = statement.partition(" import ")
        for name in names.replace("(", "").replace(")", "").split(","):
            words = name.split()
            if len(words) > 2 and words[1] == "as":
                homes[words[2]] = home
    return homes
