"""Converts what was learned to JSON values and back: for the store, and for export and import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cotool._records import asdict
from cotool._typing import Any
from cotool.consensus.learning.ballots import Ballot
from cotool.consensus.learning.basis import GoldBallot, Quadratic
from cotool.consensus.learning.checks import check_record
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.offsets import Parabolas
from cotool.consensus.learning.records import Expert, Pair
from cotool.consensus.learning.remembered import Remembered, clean
from cotool.consensus.learning.schema import SCHEMA, VERSION
from cotool.consensus.learning.topics import Topics
from cotool.errors import UPDATE, StoreError

# Fields of version 1 that were replaced by quadratics and right answers.
_OLD_FIELDS = {"expert": "weight", "pair": "precision"}
_FIGURES = ("kinds", "labels", "rights", "is_open", "different", "questions", "judged", "as_of")
_QUADRATICS = ("agreement", "older")


def records_of(learned: Learned) -> Iterator[tuple[str, str, Any]]:
    """Yield what was learned as (kind, name, plain value)."""
    for name, expert in learned.experts.items():
        yield "expert", name, expert.to_dict()
    for (a, b), pair in learned.pairs.items():
        yield "pair", dump([a, b]), asdict(pair)
    for question, one in learned.known.items():
        votes, topic = dict(one.ballot.votes), one.ballot.topic
        fields = {"votes": votes, "topic": topic, "right": one.right, "share": one.share}
        yield "right", question, fields | {"place": one.place}
    if learned.topics.words:
        yield "topics", "found", asdict(learned.topics)
    if learned.experts:
        for name in _QUADRATICS:
            yield "quadratic", name, asdict(getattr(learned, name))
            yield "offsets", name, getattr(learned.offsets, name).cells
        yield "whole", "figures", {key: getattr(learned, key) for key in _FIGURES}


def without_weights(records: Iterable[tuple[str, str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Records of version 1 as those of version 2: counts are kept, weights are dropped."""
    for kind, name, value in records:
        if kind == "pair" and json.loads(name)[0] == "":
            continue
        fields = dict(value) if isinstance(value, dict) else value
        if kind in _OLD_FIELDS and isinstance(fields, dict):
            fields.pop(_OLD_FIELDS[kind], None)
        yield kind, name, fields


def learned_from(records: Iterable[tuple[str, str, Any]]) -> Learned:
    """Return what such records hold. Raises StoreError for values that make no sense."""
    learned = Learned()
    kind, name = "the first record", ""
    try:
        for kind, name, value in records:
            check_record(kind, value)
            _take(learned, kind, name, value)
        learned.known = dict(sorted(learned.known.items(), key=lambda pair: pair[1].place))
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"{kind} {name!r} cannot be read: {error}"
            if name
            else f"{kind} cannot be read: {error}",
            hint="the data is damaged or was written by another version",
        ) from None
    return learned


def _take(learned: Learned, kind: str, name: str, value: Any) -> None:
    """Put a record where it belongs; others, such as settings, are left out."""
    if kind == "expert":
        learned.experts[name] = Expert.from_dict(value)
    elif kind == "pair":
        a, b = json.loads(name)
        learned.pairs[str(a), str(b)] = Pair(**value)
    elif kind == "right":
        ballot = Ballot(name, value["votes"], value["topic"])
        learned.known[name] = GoldBallot(ballot, value["right"], value["share"], value["place"])
    elif kind == "quadratic" and name in _QUADRATICS:
        setattr(learned, name, Quadratic(**value))
    elif kind == "offsets" and name in _QUADRATICS:
        setattr(learned.offsets, name, Parabolas(value))
    elif kind == "topics":
        learned.topics = Topics(**value)
    elif kind == "whole":
        for key in _FIGURES:
            setattr(learned, key, value[key])


def exported(learned: Learned, questions: Iterable[Remembered] = ()) -> dict[str, Any]:
    """What `cotool experts export` writes: what was learned, then questions, the oldest first."""
    rows = [[kind, name, value] for kind, name, value in records_of(learned)]
    for one in questions:
        fields = asdict(one)
        rows.append(["question", fields.pop("id"), fields])
    return {"schema": SCHEMA, "records": rows}


def imported(document: Any, where: str) -> tuple[Learned, list[Remembered]]:
    """The reverse of `exported`. Raises StoreError naming `where`."""
    schema = str(document.get("schema")) if isinstance(document, dict) else ""
    kind, _, version = schema.partition("/")
    if kind != "cotool.experts" or not version.isdecimal():
        raise StoreError(
            f"{where}: is not an export of experts", hint=f'it has "schema": "{SCHEMA}"'
        )
    if int(version) > VERSION:
        raise StoreError(
            f"{where}: is an export of version {version}; this cotool knows {VERSION}",
            hint=UPDATE,
        )
    records = document.get("records")
    if not isinstance(records, list) or not all(
        isinstance(row, list) and len(row) == 3 and all(isinstance(one, str) for one in row[:2])
        for row in records
    ):
        raise StoreError(f"{where}: its records are not (kind, name, value)")
    try:
        rows = ((kind, name, value) for kind, name, value in records)
        learned = learned_from(without_weights(rows) if version == "1" else rows)
        learned.trust()  # raises StoreError for figures that no learning gives
    except StoreError as error:
        raise StoreError(f"{where}: {error}", hint=error.hint) from None
    questions = {}
    for kind, name, value in records:
        if kind == "question":
            fields = value | {key: clean(value[key]) for key in ("text", "topic", "kind", "unit")}
            questions[clean(name)] = Remembered(clean(name), **fields)
    return learned, list(questions.values())


def dump(value: Mapping[str, Any] | Sequence[Any] | object) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"))
