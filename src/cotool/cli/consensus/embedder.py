"""--embedder: a function by the user, or a model of a library, from texts to vectors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache

from cotool._records import dataclass
from cotool._typing import Any
from cotool.consensus.options import LIBRARIES
from cotool.errors import InputError


@dataclass(frozen=True, slots=True)
class NamedEmbedder:
    """The callable MODULE:NAME, or a model LIBRARY:NAME; sent to a cluster by its name.

    Raises InputError if it cannot be imported, does not exist, is not callable, or fails.
    """

    name: str

    @property
    def metric(self) -> str:
        """The metric that is meant where none is named."""
        return "semantic" if self.name.partition(":")[0] in LIBRARIES else "embedding"

    def __post_init__(self) -> None:
        _load(self.name)

    def __call__(self, texts: Sequence[str]) -> Any:
        """Return the vectors of `texts`."""
        embed = _load(self.name)
        try:
            return embed(texts)
        except Exception as error:
            raise InputError(
                f"{self.name!r} failed: {type(error).__name__}: {error}",
                parameter="embedder",
                hint="--debug shows where",
            ) from error


@cache
def _load(name: str) -> Callable[[Sequence[str]], Any]:
    """Return the callable; modules in the current folder are found, too."""
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path):
        raise InputError(
            f"expected MODULE:NAME, got {name!r}",
            parameter="embedder",
            hint="for example mymodels:embed, or model2vec:FOLDER",
        )
    if module_name in LIBRARIES:
        from cotool.consensus.decide.embedders import model_of_library

        return model_of_library(module_name, path)
    import importlib

    folder = str(os.getcwd())  # noqa: PTH109 - sys.path holds strings
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        found: Any = importlib.import_module(module_name)
        for part in path.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise InputError(
            f"{name!r} cannot be loaded: {type(error).__name__}: {error}",
            parameter="embedder",
            hint="give a module that Python can import, and a function in it",
        ) from error
    if not callable(found):
        raise InputError(
            f"{name!r} is not callable",
            parameter="embedder",
            hint="give a function from texts to vectors",
        )
    return found  # type: ignore[no-any-return]
