"""A damaged export is refused as a whole, and never replaces a store."""

from __future__ import annotations

import copy
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.learning.exchange import exported, imported
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.records import Expert, Judgements, Pair
from cotool.consensus.learning.remembered import Remembered
from cotool.consensus.learning.store import Store
from cotool.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def _form() -> dict[str, Any]:
    learned = Learned()
    learned.experts["a"] = Expert(habits={"x": 1.0}, topics={"law": Judgements(judged=1.0)})
    learned.experts["b"] = Expert()
    learned.pairs["a", "b"] = Pair(2.0, 1.0)
    question = Remembered("q2", "Who?", "law", {"a": "x", "b": None}, "choice", scores={"a": 0.5})
    form = exported(learned, [question])
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
    assert exported(*imported(_FORM, "e.json")) == exported(*imported(_form(), "e.json"))


@given(place=st.sampled_from(_places(_FORM)), odd=_ODD)
def test_any_changed_value_is_refused_or_usable(place: tuple[Any, ...], odd: Any) -> None:
    """A file with one odd value is refused, or can be merged and written as valid JSON."""
    form = copy.deepcopy(_FORM)
    holder = form
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = odd
    try:
        learned, questions = imported(form, "e.json")
    except StoreError:
        return
    learned.merge(imported(_form(), "e.json")[0])
    written = json.loads(json.dumps(exported(learned, questions), allow_nan=False))
    assert written.keys() == _FORM.keys()


@pytest.mark.parametrize("odd", ["many", float("nan"), None])
def test_the_place_of_a_wrong_value_is_named(odd: Any) -> None:
    """The error names the file, the expert and the key."""
    form = _form()
    form["records"][0][2]["answers"] = odd
    with pytest.raises(StoreError, match=r"e\.json: expert 'a' cannot be read: answers is not"):
        imported(form, "e.json")


@pytest.mark.parametrize(("key", "odd"), [("votes", {}), ("share", 0), ("share", -1.0)])
def test_a_right_answer_without_votes_or_weight_is_refused(key: str, odd: Any) -> None:
    """No learning gives a judged question that nobody answered, or that is forgotten."""
    form = _form()
    (judged,) = (own for kind, _, own in form["records"] if kind == "right")
    judged[key] = odd
    with pytest.raises(StoreError, match=rf"^e\.json: .*{key}"):
        imported(form, "e.json")


def test_counts_and_weights_that_no_learning_gives() -> None:
    """A part that is more than its whole, a count below zero, and weights without a solution."""
    form = _form()
    form["records"][0][2]["total"]["agreed"] = 1.0
    with pytest.raises(StoreError, match=r"total\.agreed is not between 0 and compared"):
        imported(form, "e.json")
    form = _form()
    form["records"][2][2]["same"] = -1.0
    with pytest.raises(StoreError, match="same is not between 0 and both"):
        imported(form, "e.json")
    form = _form()
    quadratic = {"keys": ["@a"], "precision": [-9e9], "slope": [0.0], "questions": 1.0}
    form["records"].append(["quadratic", "agreement", quadratic])
    with pytest.raises(StoreError, match=r"^e\.json: what was learned gives no weights"):
        imported(form, "e.json")


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    """Records of a store that are not JSON, and names that are not UTF-8, name the store."""
    path = tmp_path / "n.db"
    with Store(str(path)) as store, store.changing() as change:
        change.learned.experts["a"] = Expert()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE record SET value = '[1,'")
        database.commit()
    with Store(str(path)) as store, pytest.raises(StoreError, match=r"n\.db: .*cannot be read"):
        store.read()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE record SET name = CAST(x'ccff' AS TEXT) WHERE kind = 'expert'")
        database.commit()
    with Store(str(path)) as store, pytest.raises(StoreError, match=r"n\.db: "):
        store.read()
