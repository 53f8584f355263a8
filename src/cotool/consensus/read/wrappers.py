"""Documents that hold records in a list, in columns, or by id, opened into those records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cotool._typing import Any
from cotool.consensus.read import names
from cotool.consensus.read.by_expert import (
    IDENTITY,
    answers_within,
    are_plain,
    author_of,
    expert_of,
    inner_keys,
    is_by_expert,
    keyed,
    of_one_answer,
    of_one_expert,
)
from cotool.consensus.read.layout import DEFAULT_KEYS, layout_of

# Members that hold a document's records: {"results": […]}, {"questions": […]}.
_LISTS = (
    "results", "questions", "data", "rows", "items", "records", "examples", "instances", "samples",
    "entries", "tasks", "test_cases", "cases", "runs", "events", "logs", "generations", "outputs",
    "predictions", "responses", "details",
)  # fmt: skip
_PARTS = frozenset({names.QUESTION, names.ITEM_ID, names.ANSWER, names.EXPERT, names.OWN_ID})
# The parts of which a record of answers has one.
_RECORD = (names.QUESTION, names.ITEM_ID, names.EXPERT)
# What names the run that gave an answer, where no model is named.
_RUNS = ("session_name", "experiment_name", "run_name", "session", "experiment")


def opened(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield the records in a document, each with its place; a record is yielded unchanged."""
    if not isinstance(value, dict) or len(value) == 0:
        yield where, value
        return
    rows = _table(value)
    if rows is None:
        rows = _columns(value) or _of_models(value) or _in_parallel(value)
    key = _wrapped(value) if rows is None else None
    if rows is not None:
        for place, row in enumerate(rows, 1):
            yield f"{where}, row {place}", row
    elif key is not None:
        shared = _shared(value, key)
        for place, item in enumerate(value[key], 1):
            inside = f"{where}, {key} {place}"
            if not shared and of_one_expert(item) is not None:
                yield from _mapped(item, inside)
            else:
                yield inside, _unwrapped(item, shared)
    elif (by_id := _wrapped_by_id(value)) is not None:
        yield from _identified(value[by_id], f"{where}, {by_id}")
    else:
        yield from _mapped(value, where)


def is_by_question(value: object) -> bool:
    """Whether a value is an object of questions with one answer each."""
    return (
        isinstance(value, dict)
        and len(value) > 1
        and all(map(names.asks, value))
        and are_plain(value.values())
    )


def by_question(where: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the records of an object of questions with one answer each."""
    for text, answer in value.items():
        yield f"{where}, {text!r}", {"question": text, "content": answer}


def _mapped(value: dict[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Yield the records of a document by id or by expert, or the document as a record."""
    asked, output = of_one_expert(value), of_one_answer(value)
    if output is not None:
        plain = {"output" if name == output[0] else name: part for name, part in value.items()}
        run = next((key for key in _RUNS if isinstance(value.get(key), str)), None)
        if run is not None and layout_of(tuple(value), DEFAULT_KEYS).expert is None:
            plain["model"] = plain.pop(run)
        yield where, {**plain, "output": output[1]}
    elif asked is not None:
        expert = expert_of(value) or author_of(value)
        named = {"model": expert} if expert else {}
        answers = value[asked]
        for question, answer in (keyed(answers) or answers).items():
            given = answer if isinstance(answer, dict) else {"content": answer}
            yield f"{where}, {question!r}", {**named, "question_id": question, **given}
    elif is_by_expert(by_name := answers_within(value)):
        for identity in dict.fromkeys(key for answers in by_name.values() for key in answers):
            answers = {name: part[identity] for name, part in by_name.items() if identity in part}
            yield f"{where}, {identity!r}", {"question_id": identity, "responses": answers}
    elif _by_question(value) or _asked_once(value):
        for text, answers in value.items():
            yield f"{where}, {text!r}", {"question": text, "responses": answers}
    elif _by_id(value):
        yield from _identified(value, where)
    else:
        yield where, value


def _identified(value: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Yield the records of a document by id; keys that only number the records are not ids."""
    numbered = _are_rows(value)
    for identity, item in value.items():
        record = item
        if numbered:
            yield f"{where}, {identity!r}", item
            continue
        if isinstance(item, list) and any(isinstance(one, dict) for one in item):
            record = {"question_id": identity, "responses": item}
        elif not isinstance(item, dict):
            record = {"question_id": identity, "content": item}
        elif layout_of(tuple(item), DEFAULT_KEYS).question_id is None:
            record = {"question_id": identity, **item}
        yield f"{where}, {identity!r}", record


def _are_rows(value: Mapping[str, Any]) -> bool:
    """Whether the keys belong to the rows: they count, or several rows answer one question."""
    rows = list(value.values())
    if not all(isinstance(row, dict) for row in rows):
        return False
    if len(rows) > 1 and list(value) in (
        [*map(str, range(len(rows)))],
        [*map(str, range(1, len(rows) + 1))],
    ):
        return len(rows[0]) > 1
    layout = layout_of(tuple(rows[0]), DEFAULT_KEYS)
    asked = [row.get(layout.question) for row in rows] if layout.question else []
    texts = [text for text in asked if isinstance(text, str)]
    return len(texts) == len(rows) > len(set(texts))


def turned(value: Mapping[str, Any]) -> bool:
    """Whether a document is a table, by columns or with a list of their names."""
    return _table(value) is not None or _columns(value) is not None


def _unwrapped(item: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    # The rows of datasets-server: {"row_idx": 0, "row": {…}}.
    if isinstance(item.get("row"), dict) and "row_idx" in item:
        item = item["row"]
    return {**shared, **item} if shared else item


def _table(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of `{"columns": […], "data": [[…]]}`, as pandas (split) and W&B write them."""
    columns = value.get("columns", value.get("header"))
    data = value.get("data", value.get("rows"))
    if not isinstance(columns, list) or not isinstance(data, list) or not columns:
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return None
    called = [str(c.get("name", c)) if isinstance(c, dict) else str(c) for c in columns]
    return [dict(zip(called, row, strict=True)) for row in data]


def _columns(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of `{"question": […], "answer": […]}`, or of `{"question": {"0": …}}`."""
    if len(value) < 2:
        return None
    parts = list(value.values())
    if {*map(type, parts)} not in ({list}, {dict}):
        return None
    known = sum(1 for key in value if names.hint_of(str(key)).part != names.UNKNOWN)
    if not known:
        return None
    if isinstance(parts[0], list):
        sizes = {len(part) for part in parts}
        if len(sizes) != 1 or sizes == {0} or _is_matrix(value):
            return None
        if layout_of(tuple(value), DEFAULT_KEYS).question is None and known < 2:
            return None
        return [dict(zip(value, row, strict=True)) for row in zip(*parts, strict=True)]
    keys = list(parts[0])
    if not keys or not all(key.isdigit() for key in keys):
        return None
    if any(part.keys() != parts[0].keys() for part in parts):
        return None
    return [{name: part[key] for name, part in value.items()} for key in keys]


def _is_matrix(value: Mapping[str, Any]) -> bool:
    """Whether lists name experts once, and hold a list of all their answers to each question."""
    crowd = any(names.is_crowd(key) and are_plain(part) for key, part in value.items())
    return crowd and any(isinstance(part[0], list) for part in value.values())


def _of_models(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of `{"gpt": ["A", "B"], "claude": ["A", "C"]}`: the models' answers in one order."""
    parts = list(value.values())
    if len(parts) < 2 or not all(map(names.is_model, value)) or {*map(type, parts)} != {list}:
        return None
    if len({*map(len, parts)}) != 1 or len(parts[0]) < 2 or not all(map(are_plain, parts)):
        return None
    return [
        {"question_id": place, "responses": dict(zip(value, row, strict=True))}
        for place, row in enumerate(zip(*parts, strict=True), 1)
    ]


def _in_parallel(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of `{"questions": ["…", "…"], "answers": {"gpt": ["A", "B"], "claude": ["A", "C"]}}`."""
    texts = [
        part
        for key, part in value.items()
        if isinstance(part, list)
        and names.of_several(key).part == names.QUESTION
        and all(isinstance(text, str) for text in part)
    ]
    given = [
        part
        for key, part in value.items()
        if isinstance(part, dict)
        and len(part) > 1
        and names.of_several(key).part == names.ANSWER
        and all(isinstance(own, list) and are_plain(own) for own in part.values())
    ]
    if len(texts) != 1 or len(given) != 1 or {*map(len, given[0].values())} != {len(texts[0])}:
        return None
    return [
        {"question": text, "responses": dict(zip(given[0], row, strict=True))}
        for text, row in zip(texts[0], zip(*given[0].values(), strict=True), strict=True)
    ]


def _wrapped_by_id(value: Mapping[str, Any]) -> str | None:
    """Return the member that holds the document's records by id: {"results": {"q1": {…}}}."""
    layout = layout_of(tuple(value), DEFAULT_KEYS)
    if layout.question is not None or layout.content is not None:
        return None
    found = [
        key
        for key, part in value.items()
        if key.casefold() in _LISTS
        and isinstance(part, dict)
        and len(part) > 1
        and all(
            isinstance(one, dict) and _has(one, names.QUESTION, least=names.PLAIN)
            for one in part.values()
        )
    ]
    return found[0] if len(found) == 1 and len(value) > 1 else None


def _wrapped(value: Mapping[str, Any]) -> str | None:
    """Return the member that holds the document's records, None if it is a record itself."""
    layout = layout_of(tuple(value), DEFAULT_KEYS)
    if layout.question is not None and isinstance(value[layout.question], str):
        return None
    lists = [
        key
        for key, part in value.items()
        if isinstance(part, list) and part and all(isinstance(item, dict) for item in part)
    ]
    if "choices" in value or "role" in value or _in_pieces(value):
        return None
    # {"inputs": {"question": …}, "runs": [{"outputs": …}]}: a question with its answers.
    asked = any(
        isinstance(part, dict) and names.hint_of(key).part == names.QUESTION
        for key, part in value.items()
    )
    if asked and not any(_has_question(value[key][0]) for key in lists):
        return None
    for key in lists:
        plain = key.casefold()
        if layout.responses == key and not _has_question(value[key][0]):
            return None
        if plain in _LISTS and _has(value[key][0], *_RECORD):
            return key
    records = [
        key for key in lists if _has_question(value[key][0]) and _has(value[key][0], *_RECORD)
    ]
    if not records and len(lists) == 1 and layout.responses is None:
        # {"request_logs": [{…}]}, {"version": "1.0", "items": [{…}]}
        others = [names.hint_of(key).part for key in value if key != lists[0]]
        known = lists[0] in _LISTS and not _PARTS.intersection(others)
        if not others or known or all(map(of_one_expert, value[lists[0]])):
            return lists[0]
    return records[0] if len(records) == 1 and len(lists) <= 3 else None


def _in_pieces(value: Mapping[str, Any]) -> bool:
    """Whether a document holds a text and a list of its pieces, as of a recording."""
    for part in value.values():
        if isinstance(part, list) and part and all(isinstance(item, dict) for item in part):
            for name, text in value.items():
                if isinstance(text, str) and all(isinstance(one.get(name), str) for one in part):
                    pieces = " ".join(one[name] for one in part)
                    if "".join(pieces.split()) == "".join(text.split()) != "":
                        return True
    return False


def _has_question(item: Mapping[str, Any]) -> bool:
    """Whether a record has the text or the id of a question."""
    return _has(item, names.QUESTION, names.ITEM_ID, least=names.PLAIN)


def _has(item: Mapping[str, Any], *parts: str, least: float = 0.0) -> bool:
    """Whether a key of a record is called one of `parts`."""
    row = item.get("row")
    hints = (names.hint_of(str(key)) for key in (row if isinstance(row, dict) else item))
    return any(hint.part in parts and hint.weight >= least for hint in hints)


def _shared(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What a document says of all its records: the model that answered."""
    return {
        name: part
        for name, part in value.items()
        if name != key and isinstance(part, str) and names.is_called(name, names.EXPERT)
    }


def _by_id(value: Mapping[str, Any]) -> bool:
    """Whether a document maps ids to answers (SQuAD's predictions) or to records."""
    if len(value) < 2:
        return False
    parts = list(value.values())
    if {*map(type, parts)} not in ({str}, {list}, {dict}):
        return False
    keys = list(value)
    words = [key for key in keys[:50] if not IDENTITY.fullmatch(str(key))]
    if any(names.hint_of(str(key)).part != names.UNKNOWN for key in words):
        return False
    identities = sum(1 for key in keys if IDENTITY.fullmatch(key)) / len(keys)
    if isinstance(parts[0], dict):
        return identities > 0.9 or all(map(_has_question, parts))
    items = [item for part in parts if isinstance(part, list) for item in part]
    listed = bool(items) and all(isinstance(item, (str, dict)) for item in items)
    return identities > 0.9 and (listed or isinstance(parts[0], str))


def _by_question(value: Mapping[str, Any]) -> bool:
    """Whether a document maps questions to answers by expert: {"Why?": {"gpt": "a", …}, …}."""
    keys = inner_keys(value)
    if not keys or any(names.hint_of(key).part != names.UNKNOWN for key in keys if " " not in key):
        return False
    return all(map(names.asks, value)) or (
        all(map(names.is_model, keys)) and not any(map(names.is_model, value))
    )


def _asked_once(value: Mapping[str, Any]) -> bool:
    """Whether a document maps questions to lists of answers: {"Why?": ["a", "b"], …}."""
    return (
        len(value) > 1
        and all(map(names.asks, value))
        and all(isinstance(part, list) and part and are_plain(part) for part in value.values())
    )
