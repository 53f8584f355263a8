"""Vectors of texts: those that the package wordllama brings, and models that others name.

wordllama's wheel holds a table of 32,000 pieces of words with 256 numbers each and the tokenizer
that cuts words into these pieces. Both files are read here, so neither a network nor the package's
own loader is needed.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from cotool._fast.text.embedding import Pieces
from cotool._typing import Any
from cotool.errors import InputError, MissingExtraError

EXTRA = "install cotool[semantic]"


@cache
def semantic_installed() -> bool:
    """Return whether the files of the package wordllama are here; the package is not imported."""
    return _files() is not None


@cache
def built_in() -> Pieces:
    """Return the model of the package wordllama. Raises MissingExtraError, InputError."""
    files = _files()
    if files is None:
        raise MissingExtraError("the metric semantic needs a model of words", hint=EXTRA)
    tokenizer, weights = files
    try:
        model = json.loads(tokenizer.read_bytes())["model"]
        vocabulary: dict[str, int] = model["vocab"]
        pairs = (one.split(" ") if isinstance(one, str) else one for one in model["merges"])
        merges = [
            (vocabulary[left], vocabulary[right], vocabulary[left + right]) for left, right in pairs
        ]
        table, dimension, half = _table(weights.read_bytes())
        return Pieces(vocabulary, merges, table, dimension, half)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{weights.parent.parent}: the files of wordllama cannot be read ({error})",
            hint="install another version of wordllama",
        ) from error


def _files() -> tuple[Path, Path] | None:
    """Return the tokenizer and the weights."""
    spec = importlib.util.find_spec("wordllama")
    for folder in spec.submodule_search_locations or () if spec else ():
        tokenizers = sorted(Path(folder).glob("tokenizer*/l2_supercat*.json"))
        weights = sorted(Path(folder).glob("weights/l2_supercat_*.safetensors"))
        if tokenizers and weights:
            return tokenizers[0], weights[0]
    return None


def _table(data: bytes) -> tuple[memoryview, int, bool]:
    """Return the only table of a safetensors file, its columns, and whether it holds halves.

    The file is the length of a JSON header in eight bytes, the header, and the numbers.
    """
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    (entry,) = (entry for name, entry in header.items() if name != "__metadata__")
    first, last = entry["data_offsets"]
    rows, columns = entry["shape"]
    if entry["dtype"] not in {"F16", "F32"}:
        raise ValueError(f"numbers of type {entry['dtype']}")
    half = entry["dtype"] == "F16"
    if last - first != rows * columns * (2 if half else 4) or start + last > len(data):
        raise ValueError("the table is cut off")
    return memoryview(data)[start + first : start + last], columns, half


@cache
def model_of_library(library: str, name: str) -> Callable[[Sequence[str]], Any]:
    """Return a function that embeds texts with a model of one of LIBRARIES, by name or path.

    Raises MissingExtraError if the library is not installed, InputError for a model that cannot
    be loaded.
    """
    try:
        if library == "model2vec":
            from model2vec import StaticModel as Model
        else:
            from sentence_transformers import SentenceTransformer as Model
    except ImportError as error:
        raise MissingExtraError(
            f"{library} is not installed", hint=f"pip install {library}"
        ) from error
    try:
        model = Model.from_pretrained(name) if library == "model2vec" else Model(name)
    except Exception as error:
        raise InputError(
            f"{library} cannot load {name!r}: {type(error).__name__}: {error}",
            parameter="embedder",
            hint="give the name or the folder of a model",
        ) from error
    return lambda texts: model.encode(list(texts))
