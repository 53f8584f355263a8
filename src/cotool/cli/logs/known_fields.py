"""Warnings about fields: those that no record has, and those whose unit is not clear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.errors import nearest
from cotool.logs.measures.model import LONGEST_PART, MAX_MEASURES, ValueSource
from cotool.logs.units import UNIT_NAMES, UNITS

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.logs.measures.results import Measures
    from cotool.logs.scan.sources import LogSource
    from cotool.logs.summary import LogSummary

# How many sources are sampled, and how many names of fields are listed.
_MOST_SOURCES = 5
_MOST_NAMES = 12
_WITH_UNIT = lazy_pattern(rf"[-+]?[\d.,]+({'|'.join(UNITS)})")
_WITHOUT_UNIT = lazy_pattern(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?")
# A cut leaves no part of a character, and room for a mask in a path.
_LEAST_CUT = LONGEST_PART - 8
_MIXED = "values with and without a unit: plain numbers count as they are"
_CUT = f"values are cut to {LONGEST_PART} bytes: longer ones may be counted as one group"
# As many bytes may be a fourth as many characters.
_SHORT = LONGEST_PART // 5
_OF_TEMPLATE = lazy_pattern(r"([0-9a-f]{4,12})\.(\w+)")


class _Sampled(NamedTuple):
    """Whether samples have values of a field, numbers, the unit of these, and state it."""

    values: bool
    numbers: bool
    unit: str
    stated: bool


def field_warnings(
    request: LogRequest, summary: LogSummary, sources: Sequence[LogSource]
) -> list[str]:
    """Return warnings about the fields that a request names, given what was found."""
    reading = request.options.reading
    counts = summary.counts
    if reading is None or not (counts.records or counts.left_out):
        return []
    looked = [one for one in sources if not one.is_stdin and one.url is None][:_MOST_SOURCES]
    absent = list(_absent(summary.measures)) if summary.measures is not None else []
    tested = [(reading.sources[test.source], test.text) for test in reading.tests if test.text]
    fields = [(source.name, text.decode()) for source, text in tested if _is_plain(source)]
    sampled = _sampled(request, looked, list(dict(fields)))
    if not counts.records or not counts.left_out:
        # The condition left out all records, or none: perhaps because its field is unknown.
        absent += [("--where", name) for name, found in sampled.items() if not found.values]
    known = _known(request, looked) if absent else []
    texts = {
        name
        for name, number in zip(reading.names, reading.measures, strict=True)
        if reading.sources[number].kind in {"text", "regex"}
    }
    warnings = [
        f"{option} {name}: {_of_text(option) if name in texts else _unknown(name, known)}"
        for option, name in absent
    ]
    if summary.measures is not None:
        warnings += [f"--by {key}: {_CUT}" for key in _cut(summary.measures)]
        warnings += [
            f"-m {fact.name}: {fact.unlike_note or _MIXED}"
            for fact in summary.measures.facts()
            if fact.mixed
        ]
    for name, text in fields:
        found = sampled.get(name)
        unit = _WITH_UNIT.fullmatch(text)
        if found is None or not found.numbers:
            continue
        if unit is None:
            if found.stated and _WITHOUT_UNIT.fullmatch(text):
                warnings.append(
                    f"--where {name}: its numbers have units, and {text} has none: it is compared "
                    f"in {found.unit}"
                )
            continue
        compared = UNIT_NAMES[UNITS[unit[1]][-1]]
        if not found.unit:
            warnings.append(
                f"--where {name}: its numbers have no unit and are compared with {text} in "
                f"{compared}; -m {name}:ms says that they are milliseconds"
            )
        elif found.unit != compared:
            other = (
                "is not" if found.unit in UNIT_NAMES.values() else "is compared with all of them"
            )
            warnings.append(f"--where {name}: its numbers are in {found.unit}, and {text} {other}")
    return warnings


def _of_text(option: str) -> str:
    """Return what is wrong with the name of a measure of text, by the option that has it."""
    return (
        "no record has this text in its first line; --log-format plain makes each line a record"
        if option == "-m"
        else "is a measure, and not a field: --by and --where take fields"
    )


def _is_plain(source: ValueSource) -> bool:
    return source.kind == "field" and source.name not in {"level", "file"} and source.scale is None


def _absent(measures: Measures) -> Iterator[tuple[str, str]]:
    """Yield the options and the names of fields that no record has."""
    total = measures.total
    for name, figures in zip(measures.names, total.measures, strict=True):
        if total.records and figures.missing == total.records:
            yield "-m", name
    for n, key in enumerate(measures.keys):
        if measures.groups and not any(group.values[n] for group in measures.groups):
            yield "--by", key


def _cut(measures: Measures) -> list[str]:
    """Return the keys of groups of which some values are as long as those that are cut."""
    return [
        key
        for n, key in enumerate(measures.keys)
        if any(
            len(group.values[n]) > _SHORT and len(group.values[n].encode()) >= _LEAST_CUT
            for group in measures.groups
        )
    ]


def _sampled(
    request: LogRequest, sources: Sequence[LogSource], names: Sequence[str]
) -> dict[str, _Sampled]:
    from cotool.logs.explain import measured_sample

    found: dict[str, _Sampled] = {}
    for first in range(0, len(names), MAX_MEASURES):
        for source in sources:
            measures = measured_sample(source, request.options, names[first : first + MAX_MEASURES])
            for fact, figures in zip(measures.facts(), measures.total.measures, strict=True):
                before = found.get(fact.name, _Sampled(False, False, "", False))  # noqa: FBT003
                found[fact.name] = _Sampled(
                    before.values or figures.count + figures.odd > 0,
                    before.numbers or figures.count > 0,
                    before.unit or fact.unlike or fact.unit,
                    before.stated or fact.stated,
                )
    return found


def _known(request: LogRequest, sources: Sequence[LogSource]) -> list[str]:
    """Return the names of the fields in the sources."""
    from cotool.logs.explain import measurable

    names = [name for source in sources for name in measurable(source, request.options)]
    return list(dict.fromkeys(names))


def _unknown(name: str, known: Sequence[str]) -> str:
    if name in known:
        return "no record has a value in this field"
    text = "no record has this field"
    if name == "class":
        text = "no record has a status; raw(class) is the field of that name"
    template = _OF_TEMPLATE.fullmatch(name)
    if template is not None:
        text += f"; a parameter of a template is written {template[1]}#{template[2]}"
    if any(part.isdigit() for part in name.split(".")):
        text += "; values in arrays are not read"
    near = nearest(name, [other for other in known if other != name])
    if near:
        return f"{text}; did you mean {near}?"
    if not known:
        return text
    more = "…" if len(known) > _MOST_NAMES else ""
    return f"{text}; there are {', '.join(known[:_MOST_NAMES])}{more}"
