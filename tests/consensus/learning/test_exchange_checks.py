"""A damaged export is refused as a whole, and never replaces a store."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.learning.exchange import exported, imported
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.records import Expert, Judgements, Pair
from cotool.errors import StoreError


def _form() -> dict[str, Any]:
    learned = Learned()
    learned.experts["a"] = Expert(habits={"x": 1.0}, topics={"law": Judgements(judged=1.0)})
    learned.experts["b"] = Expert()
    learned.pairs["a", "b"] = Pair(2.0, 1.0)
    form = exported(learned)
    form["records"].append(
        ["right", "q", {"votes": {"a": "x"}, "topic": "", "right": "x", "share": 0.5, "place": 1}]
    )
    return json.loads(json.dumps(form))  # type: ignore[no-any-return]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, own in value.items():
            found += _places(own, (*path, key))
    elif isinstance(value, list):
        for place, own in enumerate(value):
            found += _places(own, (*path, place))
    return found


_FORM = _form()
_ODD = st.sampled_from(
    [None, "many", float("nan"), float("inf"), 10**400, True, -1, [], {}, [[]], {"x": "y"}]
)


def test_a_sound_export_is_read() -> None:
    """What was exported is imported unchanged."""
    assert exported(imported(_FORM, "e.json")) == exported(imported(_form(), "e.json"))


@given(place=st.sampled_from(_places(_FORM)), odd=_ODD)
def test_any_changed_value_is_refused_or_usable(place: tuple[Any, ...], odd: Any) -> None:
    """A file with one odd value is refused, or can be merged and written as valid JSON."""
    form = copy.deepcopy(_FORM)
    holder = form
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = odd
    try:
        learned = imported(form, "e.json")
    except StoreError:
        return
    learned.merge(imported(_form(), "e.json"))
    written = json.loads(json.dumps(exported(learned), allow_nan=False))
    assert written.keys() == _FORM.keys()


@pytest.mark.parametrize("odd", ["many", float("nan"), None])
def test_the_place_of_a_wrong_value_is_named(odd: Any) -> None:
    """The error names the file, the expert and the key."""
    form = _form()
    form["records"][0][2]["answers"] = odd
    with pytest.raises(StoreError, match=r"e\.json: expert 'a' cannot be read: answers is not"):
        imported(form, "e.json")
