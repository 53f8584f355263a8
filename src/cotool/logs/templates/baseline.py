"""The templates of an earlier run, read from what it wrote and checked field by field."""

from __future__ import annotations

import json
from types import NoneType

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool._typing import Any
from cotool.errors import InputError
from cotool.io.json_documents import read_document
from cotool.logs.levels import LEVELS
from cotool.logs.measures.earlier import EarlierMeasures, read_distribution, read_measures
from cotool.logs.number_changes import Numbers
from cotool.logs.templates.columns import HeadLayouts
from cotool.logs.templates.model import Known
from cotool.logs.templates.template_set import SCHEMA as SET_SCHEMA
from cotool.logs.templates.template_set import TemplateSet

_HINT = "expected the JSON of an analysis with `templates`, or saved templates"
_SCHEMAS = ("cotool.logs.templates/1", "cotool.logs/1")
_ID = lazy_pattern(r"[0-9a-f]{12}")
_GREATEST = 2**63 - 1
_LONGEST = 10_000  # characters of a template; the kernel keeps a kibibyte


class Baseline(NamedTuple):
    """An earlier run: its records, its templates, the heads of its lines, and its measures.

    `has_templates`: whether its templates were found.
    """

    records: int
    known: tuple[Known, ...]
    heads: HeadLayouts | None
    measures: EarlierMeasures | None = None
    has_templates: bool = True


def read_baseline(path: str) -> Baseline:
    """Return the templates of a JSON file: templates alone, a summary, or a TemplateSet.

    Raises InputError that names the file and the member that is wrong.
    """
    document = read_document(path, hint=_HINT)
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == SET_SCHEMA:
        return _of_set(TemplateSet.from_document(document, path))
    if schema not in _SCHEMAS:
        raise InputError(
            f"{path}: its schema is {schema!r:.60}, not {_SCHEMAS[0]}"
            if schema
            else f"{path}: holds no templates of a run",
            hint=_HINT,
        )
    return _Reader(path).read(document)


def _of_set(found: TemplateSet) -> Baseline:
    return Baseline(found.records, tuple(t.to_known() for t in found.templates), found.heads)


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path

    def read(self, document: dict[str, Any]) -> Baseline:
        measures = read_measures(document.get("measures"), self._error)
        items = document.get("templates")
        has_templates = items is not None or measures is None
        if not has_templates:
            items = []
        if not isinstance(items, list):
            raise self._error("templates", "a list", items)
        known = [self._known(item, f"templates[{n}]") for n, item in enumerate(items)]
        ids: set[str] = set()
        for n, item in enumerate(known):
            if item.id in ids:
                raise self._error(f"templates[{n}].id", "a unique id", item.id)
            ids.add(item.id)
        records = self._number(document.get("records"), "records")
        if records < sum(item.count for item in known):
            raise self._error("records", "at least the sum of all counts", records)
        heads = document.get("heads")
        try:
            return Baseline(
                records,
                tuple(known),
                None if heads is None else HeadLayouts.from_list(heads),
                measures,
                has_templates,
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            raise self._error("heads", "what a run writes", heads) from None

    def _known(self, item: Any, where: str) -> Known:
        if not isinstance(item, dict):
            raise self._error(where, "an object", item)
        identifier = item.get("id")
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
            raise self._error(f"{where}.id", "twelve hexadecimal digits", identifier)
        texts = {}
        for key in ("form", "template"):
            text = item.get(key)
            if not isinstance(text, str) or len(text) > _LONGEST:
                raise self._error(f"{where}.{key}", "the text of a template", text)
            texts[key] = text
        levels = item.get("levels")
        if not isinstance(levels, dict) or not set(levels) <= set(LEVELS):
            raise self._error(f"{where}.levels", "counts by level", levels)
        parameters = item.get("parameters") or []
        if not isinstance(parameters, list):
            raise self._error(f"{where}.parameters", "a list", parameters)
        return Known(
            identifier,
            texts["form"],
            texts["template"],
            self._number(item.get("count"), f"{where}.count"),
            {level: self._number(n, f"{where}.levels.{level}") for level, n in levels.items()},
            tuple(
                self._numbers(one, f"{where}.parameters[{n}]") for n, one in enumerate(parameters)
            ),
        )

    def _numbers(self, item: Any, where: str) -> Numbers:
        if not isinstance(item, dict):
            raise self._error(where, "an object", item)
        for key in ("name", "unit"):
            if not isinstance(item.get(key), (str, NoneType)):
                raise self._error(f"{where}.{key}", "a text or null", item[key])
        for key in ("p50", "p99"):
            if not isinstance(item.get(key), (int, float, NoneType)):
                raise self._error(f"{where}.{key}", "a number or null", item[key])
        return Numbers(
            item.get("name"), item.get("unit"),
            read_distribution(item.get("distribution", {}), where, self._error),
            item.get("p50"), item.get("p99"), self._number(item.get("distinct", 0), where),
        )  # fmt: skip

    def _number(self, value: Any, where: str) -> int:
        if type(value) is not int or not 0 <= value <= _GREATEST:
            raise self._error(where, "a whole number, 0 or more", value)
        return value

    def _error(self, where: str, expected: str, value: Any) -> InputError:
        shown = json.dumps(value)[:60] if value is not None else "nothing"
        return InputError(f"{self._path}: {where}: expected {expected}, not {shown}", hint=_HINT)
