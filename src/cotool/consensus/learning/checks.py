"""Checks that exported lessons have the right types and plausible figures.

An import replaces a store, so a file is checked as a whole before anything is replaced.
"""

from __future__ import annotations

from math import isfinite

from cotool._records import asdict, fields
from cotool._typing import Any
from cotool.consensus.learning.basis import Quadratic
from cotool.consensus.learning.records import Expert, Judgements, Pair
from cotool.consensus.learning.remembered import Remembered

_EXPERT = Expert().to_dict()
_PAIR = asdict(Pair())
_JUDGEMENTS = asdict(Judgements())
_QUESTION = {one.name for one in fields(Remembered)} - {"id"}
_WHOLES = {
    "correct": "judged",
    "score": "scored",
    "root": "scored",
    "agreed": "compared",
    "same": "both",
}
# Counts are added, forgotten in part, and taken away, so they are not exact.
_ROUNDING = 1e-6


def check_record(kind: str, value: Any) -> None:
    """Raise ValueError, which names the place, if a value of this kind is wrong."""
    check = _CHECKS.get(kind)
    if check is not None:
        check(value)


def _check_expert(value: Any) -> None:
    _check_like(value, _EXPERT, "")
    for name in ("total", "recent"):
        _check_parts(value[name], name)
    for topic, tally in value["topics"].items():
        _check_like(tally, _JUDGEMENTS, f"topics.{topic}")
        _check_parts(tally, f"topics.{topic}")


def _check_pair(value: Any) -> None:
    _check_like(value, _PAIR, "")
    _check_parts(value, "")


def _check_whole(value: Any) -> None:
    _check_object(value, "")
    _check_numbers(value["kinds"], 2, "kinds")
    for key in ("labels", "rights"):
        _check_table(value[key], key)
    _check_flag(value["is_open"], "is_open")
    for key in ("different", "questions", "judged", "as_of"):
        _check_number(value[key], key)


def _check_like(value: Any, example: dict[str, Any], path: str) -> None:
    """Check an object against one that holds a number, pair, table or object for each key."""
    _check_object(value, path)
    if value.keys() != example.keys():
        odd = sorted(map(str, value.keys() ^ example.keys()))
        raise ValueError(f"{path or 'the value'} has missing or unknown keys: {', '.join(odd)}")
    for key, own in example.items():
        place = f"{path}.{key}".lstrip(".")
        if isinstance(own, list):
            _check_numbers(value[key], len(own), place)
        elif isinstance(own, dict) and own:
            _check_like(value[key], own, place)
        elif key == "topics":
            _check_object(value[key], place)
        elif isinstance(own, dict):
            _check_table(value[key], place)
        else:
            _check_number(value[key], place)


def _check_parts(value: dict[str, float], path: str) -> None:
    """Check that no count is below zero, and that no part is more than its whole."""
    for part, whole in _WHOLES.items():
        if part in value and not -_ROUNDING <= value[part] <= value[whole] + _ROUNDING:
            raise ValueError(f"{path}.{part} is not between 0 and {whole}".lstrip("."))


def _check_quadratic(value: Any) -> None:
    _check_object(value, "")
    if value.keys() != asdict(Quadratic()).keys():
        raise ValueError("a quadratic has the keys keys, precision, slope, questions")
    keys = value["keys"]
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ValueError("keys is not a list of texts")
    _check_numbers(value["precision"], len(keys) ** 2, "precision")
    _check_numbers(value["slope"], len(keys), "slope")
    _check_number(value["questions"], "questions")


def _check_offsets(value: Any) -> None:
    _check_object(value, "")
    for expert, own in value.items():
        _check_object(own, expert)
        for label, cell in own.items():
            _check_numbers(cell, 2, f"{expert}.{label}")


def _check_topics(value: Any) -> None:
    _check_object(value, "")
    if value.keys() != {"words", "rarity"}:
        raise ValueError("topics have the keys words, rarity")
    _check_object(value["words"], "words")
    for name, words in value["words"].items():
        _check_table(words, f"words.{name}")
    _check_table(value["rarity"], "rarity")


def _check_right(value: Any) -> None:
    _check_object(value, "")
    votes = value["votes"]
    _check_object(votes, "votes")
    if not votes or not all(isinstance(said, str) for said in votes.values()):
        raise ValueError("votes are not texts")
    if not isinstance(value["topic"], str):
        raise ValueError("topic is not a text")  # noqa: TRY004
    if not isinstance(value["right"], str):
        raise ValueError("right is not a text")  # noqa: TRY004
    for key in ("share", "place"):
        _check_number(value[key], key)
    if value["share"] <= 0:
        raise ValueError("share is not greater than 0")


def _check_question(value: Any) -> None:
    _check_object(value, "")
    if value.keys() != _QUESTION:
        raise ValueError(f"a question has the keys {', '.join(sorted(_QUESTION))}")
    _check_object(value["votes"], "votes")
    texts = {key: value[key] for key in ("text", "topic", "kind", "unit")}
    # No answer, no consensus and no right answer are null.
    others = {key: value[key] for key in ("said", "truth")} | value["votes"]
    for key, own in (texts | {k: v for k, v in others.items() if v is not None}).items():
        if not isinstance(own, str):
            raise ValueError(f"{key} is not a text")  # noqa: TRY004
    _check_table(value["scores"], "scores")
    if odd := [expert for expert in value["scores"] if expert not in value["votes"]]:
        raise ValueError(f"scores.{odd[0]} is of an expert without an answer")
    _check_flag(value["agreed"], "agreed")
    if (value["agreed"] or value["truth"] is not None) and not any(
        own is not None for own in value["votes"].values()
    ):
        raise ValueError("something was learned of it, and it has no answers")


def _check_object(value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{path or 'the value'} is not an object")  # noqa: TRY004


def _check_table(value: Any, path: str) -> None:
    _check_object(value, path)
    for label, number in value.items():
        _check_number(number, f"{path}.{label}")


def _check_numbers(value: Any, count: int, path: str) -> None:
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{path} is not a list of {count} numbers")
    for number in value:
        _check_number(number, path)


def _check_number(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{path} is not a number")  # noqa: TRY004
    try:
        finite = isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise ValueError(f"{path} is not a finite number")


def _check_flag(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{path} is neither true nor false")  # noqa: TRY004


_CHECKS = {
    "expert": _check_expert,
    "offsets": _check_offsets,
    "pair": _check_pair,
    "quadratic": _check_quadratic,
    "question": _check_question,
    "right": _check_right,
    "topics": _check_topics,
    "whole": _check_whole,
}
